"""Runs the application under uvicorn, in one process or in several; a worker process that dies is replaced."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from socket import socket

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from copydesk.service.api.app import create_app
from copydesk.service.api.limits.protocol import LimitedProtocol
from copydesk.service.api.limits.rates import RateLimiter
from copydesk.service.api.monitoring.logs import FIELDS, collect_less, log_config
from copydesk.service.api.monitoring.metrics import drop_gauges
from copydesk.service.process_memory import tune_process_memory
from copydesk.service.settings import Settings
from copydesk.service.worker_process import call_when_parent_ends

HEALTH_CHECK_SECONDS = 30
"""A worker that does not answer its parent within this time is replaced; loading keeps a worker busy for seconds."""
KEEP_ALIVE_SECONDS = 15
"""An idle connection is closed after this time."""
GRACE_SECONDS = 30
"""When the server stops, requests have this time beyond their own limit to finish."""

_LOG = logging.getLogger("copydesk.server")


class Workers(Multiprocess):
    """The worker processes; one that dies is replaced, one that cannot start ends the server.

    uvicorn does not document how it keeps workers alive: `pyproject.toml` bounds its version, and
    `tests/service/api/test_uvicorn.py` fails when a name used here is gone.
    """

    def __init__(self, config: uvicorn.Config, sockets: list[socket], metrics_folder: Path) -> None:
        super().__init__(config, sockets)
        self._metrics_folder = metrics_folder
        self._known: set[Process] = set()

    def keep_subprocess_alive(self) -> None:
        """Replace workers that died or hang; log these, and drop the gauges of every worker that is gone."""
        before = list(self.processes)
        self._known.update(before)
        for worker in before:
            # The parent's copy of the worker's end of the pipe. Without it the pipe ends with the worker, and a health
            # check of a worker that has just died fails at once instead of after HEALTH_CHECK_SECONDS.
            worker.child_conn.close()
        super().keep_subprocess_alive()
        for worker in self._known.difference(self.processes):
            if worker in before:
                _LOG.warning("a worker died", extra={FIELDS: {"pid": worker.pid, "exit": worker.exitcode}})
            drop_gauges(worker.pid, self._metrics_folder)
        self._known = set(self.processes)


class _Server(uvicorn.Server):
    """Passes the port on once it accepts connections."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[int], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start, and pass the port on; a port that cannot be used ends the process."""
        await super().startup(sockets=sockets)
        if self.started:
            self._listening(self.servers[0].sockets[0].getsockname()[1])


def run_one(settings: Settings, listening: Callable[[int], None]) -> int:
    """Serve in this process until a signal stops it; returns the exit status. `listening` gets the port."""
    server = _Server(server_config(settings), listening)
    server.run()
    return 0 if server.started else 1


def run_several(settings: Settings, listening: Callable[[int], None]) -> int:
    """Serve in several processes, which share `settings.server.shared`; returns the exit status.

    `listening` gets the port.
    """
    server = settings.server
    assert server.shared is not None
    RateLimiter(server.rate, folder=server.shared).close()  # creates its file before several workers would at once
    config = server_config(settings)
    bound = config.bind_socket()
    bound.listen(config.backlog)  # connections wait for the first worker, and are not refused
    listening(bound.getsockname()[1])
    workers = Workers(config, [bound], server.shared)
    workers.run()
    return int(any(worker.exitcode == STARTUP_FAILURE for worker in workers.processes))


def _create_worker_app(settings: Settings) -> FastAPI:
    call_when_parent_ends(lambda: os.kill(os.getpid(), signal.SIGTERM))  # so that accepted requests are finished
    app = create_app(settings)
    collect_less()
    tune_process_memory()
    return app


def server_config(settings: Settings) -> uvicorn.Config:
    """Return uvicorn's configuration; it can be pickled for a worker process."""
    server = settings.server
    return uvicorn.Config(
        partial(_create_worker_app, settings),
        factory=True,
        host=server.host,
        port=server.port,
        workers=server.workers,
        http=LimitedProtocol,
        ws="none",
        lifespan="on",
        log_config=log_config(),
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(server.timeout) + GRACE_SECONDS,
        timeout_worker_healthcheck=HEALTH_CHECK_SECONDS,
    )
