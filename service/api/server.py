"""The server under the application: uvicorn in one process or several, with slow clients cut off."""

from __future__ import annotations

import logging
import time
from functools import partial

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from copydesk.service.api.app import create_app
from copydesk.service.api.limits.protocol import PatientProtocol
from copydesk.service.api.limits.rates import Rates
from copydesk.service.api.monitoring.logs import FIELDS, log_settings
from copydesk.service.process_memory import keep_little
from copydesk.service.settings import Settings

START_SECONDS = 30
"""How long a worker may be too busy to answer its parent, as it is while it loads, before it is started again."""
LOOK_SECONDS = 0.2
"""How often a worker that is waited for is looked at."""
KEEP_ALIVE_SECONDS = 15
GRACE_SECONDS = 30
"""What requests have, beyond their own limit, to be finished when the server is told to stop."""

_LOG = logging.getLogger("copydesk.server")


class Worker(Process):
    """A worker whose death is noticed also while its parent waits for a sign of life."""

    def ping(self, timeout: float = START_SECONDS) -> bool:
        """Tell whether it answers in time; a process that ended is not waited for."""
        try:
            self.parent_conn.send(b"ping")
            end = time.monotonic() + timeout
            while time.monotonic() < end and self.process.is_alive():
                if self.parent_conn.poll(LOOK_SECONDS):
                    self.parent_conn.recv()
                    return True
        except (OSError, EOFError):
            return False
        return False


class Workers(Multiprocess):
    """The workers; one that dies is started again, one that cannot start ends them all."""

    failed = False
    """Whether one could not start."""

    def init_processes(self) -> None:
        """Start as many as are wanted."""
        self.processes = [self._started() for _ in range(self.processes_num)]

    def _started(self) -> Worker:
        worker = Worker(self.config, self.sockets)
        worker.start()
        return worker

    def keep_subprocess_alive(self) -> None:
        """Start those again that have died or hang."""
        for at, worker in enumerate(self.processes):
            if self.should_exit.is_set() or worker.is_alive(timeout=START_SECONDS):
                continue
            worker.kill()
            worker.join()
            if worker.exitcode == STARTUP_FAILURE:
                self.failed = True
                self.should_exit.set()
            elif not self.should_exit.is_set():
                _LOG.warning("a worker died", extra={FIELDS: {"pid": worker.pid, "exit": worker.exitcode}})
                self.processes[at] = self._started()


def run_one(settings: Settings) -> int:
    """Serve in this process until it is told to stop; gives the exit status."""
    server = uvicorn.Server(configured(settings))
    server.run()
    return 0 if server.started else 1


def run_several(settings: Settings) -> int:
    """Serve in several processes; one that dies is started again. Gives the exit status."""
    server = settings.server
    Rates(server.rate, folder=server.shared).close()  # made before there are workers that could all want to make it
    config = configured(settings)
    socket = config.bind_socket()
    workers = Workers(config, sockets=[socket])
    workers.run()
    return 1 if workers.failed else 0


def _application(settings: Settings) -> FastAPI:
    application = create_app(settings)
    keep_little()
    return application


def configured(settings: Settings) -> uvicorn.Config:
    """Return the configuration of the server; it may be sent to another process."""
    server = settings.server
    return uvicorn.Config(
        partial(_application, settings),
        factory=True,
        host=server.host,
        port=server.port,
        workers=server.workers,
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        log_config=log_settings(),
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(server.timeout) + GRACE_SECONDS,
    )
