"""The server under the application: uvicorn in one process or several, with slow clients cut off."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import Any

import h11
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from service.api.app import create_app
from service.api.logs import FIELDS, log_settings
from service.api.problems import MEDIA_TYPE, Problem, problem_body
from service.api.rates import Rates
from service.settings import Settings

HEAD_SECONDS = 10
"""How long a client may take to send the head of a request."""
LINGER_SECONDS = 2
"""How long a body that was refused is read and dropped, so that the client gets to see why."""
TAKE_SECONDS = 20
"""How long a client may let a full buffer of its answer stand."""
HEADER_BYTES = 64 * 1024
"""What is read of a head before it is refused unparsed."""
START_SECONDS = 30
"""How long a worker may be too busy to answer its parent, as it is while it loads, before it is started again."""
LOOK_SECONDS = 0.2
"""How often a worker that is waited for is looked at."""
KEEP_ALIVE_SECONDS = 15
GRACE_SECONDS = 30
"""What requests have, beyond their own limit, to be finished when the server is told to stop."""

_LOG = logging.getLogger("copydesk.server")


class PatientProtocol(H11Protocol):
    """HTTP/1.1 whose patience with a client ends: for heads, for bodies that were refused, and for reading answers."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._refused = False
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._start("head", HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Take bytes; a head that has begun has to end in time, and what follows one that was refused is dropped."""
        if self._refused:
            return
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._start("head", HEAD_SECONDS)
        else:
            self._stop("head")

    def on_response_complete(self) -> None:
        """Drop what is left of a body that nobody read, for a while."""
        if self.conn.their_state is h11.SEND_BODY:
            self._start("linger", LINGER_SECONDS)
        super().on_response_complete()
        if self.conn.their_state is not h11.SEND_BODY:
            self._stop("linger")

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not take what is sent."""
        super().pause_writing()
        self._start("answer", TAKE_SECONDS)

    def resume_writing(self) -> None:
        """Wait no more."""
        super().resume_writing()
        self._stop("answer")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        for name in list(self._timers):
            self._stop(name)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or has too large a head."""
        problem = Problem("bad_request", "what came is no HTTP/1.1 request, or its head is too large; send another")
        body = problem_body(problem, "/")
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        events = (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(body),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self._refused = True
        self.transport.write_eof()
        self._start("linger", LINGER_SECONDS)

    def _start(self, name: str, seconds: float) -> None:
        if name not in self._timers:
            self._timers[name] = self.loop.call_later(seconds, self.transport.abort)

    def _stop(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()


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


def configured(settings: Settings) -> uvicorn.Config:
    """Return the configuration of the server; it may be sent to another process."""
    server = settings.server
    return uvicorn.Config(
        partial(create_app, settings),
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
        h11_max_incomplete_event_size=HEADER_BYTES,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(server.timeout) + GRACE_SECONDS,
    )
