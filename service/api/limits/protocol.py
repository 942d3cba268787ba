"""HTTP/1.1 under the server: parsed by llhttp, with limits to what a client may send and to how long it may take."""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from copydesk.service.api.problems import MEDIA_TYPE, Problem, problem_body

HEAD_SECONDS = 10
"""How long a client may take to send the head of a request."""
LINGER_SECONDS = 2
"""How long a body that was refused is read and dropped, so that the client gets to see why."""
TAKE_SECONDS = 20
"""How long a client may let a full buffer of its answer stand."""
HEADER_BYTES = 64 * 1024
"""What is read of a head, or between two parts of a body, before it is refused."""


class _Stage(Enum):
    """What the next byte belongs to."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose patience with a client ends: for heads, for bodies that were refused, and for reading answers.

    Beyond what llhttp refuses, a request names its host once, has no transfer coding but chunked, and is of version 1.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._stage = _Stage.NOTHING
        self._dry = 0
        """Bytes that came since a head or a piece of a body was whole."""
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
        self._dry += len(data)
        super().data_received(data)
        if not self._refused and self._dry > HEADER_BYTES:
            self.send_400_response("")
        self._watch_head()

    def _watch_head(self) -> None:
        """Wait for a head that has begun, or for one after bytes that began none, once nothing is left to answer."""
        if self._stage is not _Stage.BODY and not self._is_answering():
            self._start("head", HEAD_SECONDS)
        else:
            self._stop("head")

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def on_message_begin(self) -> None:
        """Note that a head has begun."""
        self._stage = _Stage.HEAD
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; those behind a body are dropped."""
        if self._stage is _Stage.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request on.

        Raises:
            ValueError: It is none; the parser makes it an error of its own.
        """
        self._stage, self._dry = _Stage.BODY, 0
        version = self.parser.get_http_version()
        hosts = sum(name == b"host" for name, _ in self.headers)
        codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
        is_new = version == "1.1" and hosts == 1 and codings in ([], [b"chunked"])
        is_old = version == "1.0" and hosts <= 1 and not codings
        if not (is_new or is_old):
            raise ValueError
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._dry = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the next byte begins a head."""
        self._stage, self._dry = _Stage.NOTHING, 0
        self._stop("linger")
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Drop what is left of a body that nobody read, for a while."""
        if self._stage is _Stage.BODY and not self._is_answering():
            self._start("linger", LINGER_SECONDS)
        super().on_response_complete()
        if self._stage is _Stage.HEAD:
            self._watch_head()

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
        """Answer what is no HTTP, or has too large a head; what was asked before it is answered first."""
        self._refused = True
        if self.pipeline and self._stage is _Stage.BODY:
            self.transport.abort()  # others are to be answered first, and what this one says is not known
            return
        self._start("linger", LINGER_SECONDS)
        if self._is_answering():
            if self._stage is not _Stage.BODY:
                self.cycle.keep_alive = False  # the connection ends with its answer
                self._stop("linger")
                return
            self.cycle.disconnected = True  # nobody is left to answer: what the body says is not known
            self.cycle.message_event.set()
            if self.cycle.response_started:
                return
        problem = Problem("bad_request", "what came is no HTTP/1.1 request, or its head is too large; send another")
        body = problem_body(problem, "/")
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(head.encode() + b"connection: close\r\n\r\n" + body)
        self.transport.write_eof()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: an upgrade that is not made is a client's wish, and no fault."""

    def _start(self, name: str, seconds: float) -> None:
        if name not in self._timers:
            self._timers[name] = self.loop.call_later(seconds, self.transport.abort)

    def _stop(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
