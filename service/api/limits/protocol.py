"""Adds limits to uvicorn's HTTP/1.1 protocol: sizes of heads, and timeouts for clients that send or read too slowly."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from enum import Enum, auto
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from copydesk.service.api.limits.upgrades import OfferIgnoringParser
from copydesk.service.api.problems import MEDIA_TYPE, Problem, problem_body

HEAD_SECONDS = 10
"""A request head that takes longer closes the connection."""
DRAIN_SECONDS = 2
"""The body of a refused request is read and dropped for this time, so that the client gets to read the answer."""
WRITE_SECONDS = 20
"""A client that leaves the write buffer full for this time is disconnected."""
WHOLE_ANSWERS = "copydesk.whole_answers"
"""The extension of ASGI by which an application sends head and body of an answer by one call."""
WHOLE_BODIES = "copydesk.whole_bodies"
"""The extension by which it takes a body that has come, without waiting for it."""
MAX_HEAD_BYTES = 64 * 1024
"""Most bytes of a head, or of chunk sizes and trailers between two pieces of a body."""


class _Stage(Enum):
    """The part of a request that the next byte belongs to."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()


class LimitedProtocol(HttpToolsProtocol):
    """Adds three timeouts to uvicorn's protocol: reading the request head, draining a refused body, a client that
    stops reading.

    It also refuses more than the parser (llhttp) does: a request of HTTP/1.1 has one Host header and no transfer coding
    but chunked; one of HTTP/1.0 has at most one Host header and no transfer coding.

    uvicorn does not document this class: `pyproject.toml` bounds its version, and `tests/service/api/test_uvicorn.py`
    fails when a name used here is gone.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parser = OfferIgnoringParser(self)  # type: ignore[assignment]
        self._stage = _Stage.IDLE
        self._is_repeated_head = False
        self._n_unparsed = 0
        """Bytes since the last whole head or piece of a body."""
        self._refused = False
        self._unanswered: deque[RequestResponseCycle] = deque()
        """The requests that came and are not answered yet, the oldest first; a client may send several at once."""
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timeout of the first head."""
        super().connection_made(transport)
        self._start_timer("head", HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Parse bytes and limit their number; bytes after a refused request are dropped."""
        if self._refused:
            return
        self._n_unparsed += len(data)
        super().data_received(data)
        self._pause_before_long_body()
        if not self._refused and self._n_unparsed > MAX_HEAD_BYTES:
            self.send_400_response("")
        self._update_head_timer()

    def _pause_before_long_body(self) -> None:
        """Stop reading while the application has not taken what has come of a body.

        uvicorn stops after 64 KiB in the midst of parsing, and has to start again for a request that is complete.
        """
        if self._is_answering() and self.cycle.more_body and len(self.cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()

    def _update_head_timer(self) -> None:
        """Run the head's timeout unless a body is being read or an earlier request is being answered."""
        if self._stage is not _Stage.BODY and not self._is_answering():
            self._start_timer("head", HEAD_SECONDS)
        else:
            self._stop_timer("head")

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def repeat_head(self) -> None:
        """Ignore the callbacks of the next head, which is the last one without its offer of another protocol."""
        self._is_repeated_head = True

    def on_message_begin(self) -> None:
        """Record the start of a head."""
        if not self._is_repeated_head:
            self._stage = _Stage.HEAD
            super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Accept a piece of the address."""
        if not self._is_repeated_head:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Accept a header; trailers after a body, and the headers of a repeated head, are dropped."""
        if self._stage is _Stage.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the request.

        Raises:
            ValueError: The head is not acceptable; the parser turns this into an error of its own.
        """
        if self._is_repeated_head:
            self._is_repeated_head = False
            return
        self._stage, self._n_unparsed = _Stage.BODY, 0
        version = self.parser.get_http_version()
        names = [name for name, _ in self.headers]
        hosts = names.count(b"host")
        codings = []
        if b"transfer-encoding" in names:
            codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
        is_http11 = version == "1.1" and hosts == 1 and codings in ([], [b"chunked"])
        is_http10 = version == "1.0" and hosts <= 1 and not codings
        if not (is_http11 or is_http10):
            raise ValueError
        super().on_headers_complete()
        while self._unanswered and self._unanswered[0].response_complete:
            self._unanswered.popleft()
        self._unanswered.append(self.cycle)
        self.scope["extensions"] = {WHOLE_ANSWERS: self._send_whole, WHOLE_BODIES: self._take_whole}  # type: ignore[dict-item]

    def on_body(self, body: bytes) -> None:
        """Accept a piece of a body; a body of one piece is not copied."""
        self._n_unparsed = 0
        cycle = self.cycle
        if cycle.response_complete:
            return
        if not cycle.body:
            cycle.body = body  # type: ignore[assignment]
        elif isinstance(cycle.body, bytearray):
            cycle.body += body
        else:
            cycle.body = bytearray(cycle.body) + body
        cycle.message_event.set()

    def _take_whole(self, scope: Scope) -> bytes | None:
        """Take a request's body if all of it came in one piece, and nothing of it has been taken."""
        cycle = self.cycle
        if cycle.scope is not scope or cycle.more_body or cycle.disconnected or not isinstance(cycle.body, bytes):
            return None
        body: bytes = cycle.body
        cycle.body = bytearray()
        cycle.message_event.clear()
        return body

    def _send_whole(self, scope: Scope, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bool:
        """Send an answer with a length at once, which takes a third of the time; return whether it was sent.

        It is not if the connection ends after it or is not writable, or if the answer is not as simple.
        """
        cycle = self.cycle
        is_simple = (b"content-length", b"%d" % len(body)) in headers and scope["method"] != "HEAD"
        is_open = cycle.keep_alive and not cycle.disconnected and not cycle.response_started
        if cycle.scope is not scope or not is_simple or not is_open or self.flow.write_paused:
            return False
        lines = [b"%b: %b\r\n" % header for header in (*cycle.default_headers, *headers)]
        head = b"".join((STATUS_LINE[status], *lines, b"\r\n"))
        if head.count(b"\n") != len(lines) + 2 or any(name == b"connection" for name, _ in headers):
            return False
        self.transport.writelines((head, body))
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.message_event.set()
        cycle.on_response()
        return True

    def on_message_complete(self) -> None:
        """Record the end of a request; one that offers another protocol ends behind its repeated head."""
        if self.parser.should_upgrade():
            return
        self._stage, self._n_unparsed = _Stage.IDLE, 0
        self._stop_timer("drain")
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Drain what is left of a body that was not read, for a limited time."""
        if self._stage is _Stage.BODY and not self._is_answering():
            self._start_timer("drain", DRAIN_SECONDS)
        super().on_response_complete()
        if self._stage is _Stage.HEAD:
            self._update_head_timer()

    def pause_writing(self) -> None:
        """Start the timeout of a client that does not read."""
        super().pause_writing()
        self._start_timer("write", WRITE_SECONDS)

    def resume_writing(self) -> None:
        """Stop the timeout."""
        super().resume_writing()
        self._stop_timer("write")

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all timers, and tell every request that its client is gone; uvicorn only tells the last one."""
        for name in list(self._timers):
            self._stop_timer(name)
        for cycle in self._unanswered:
            if not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        self._unanswered.clear()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse invalid HTTP, or too large a head; the answers to earlier requests come first."""
        self._refused = True
        if self.pipeline and self._stage is _Stage.BODY:
            self.transport.abort()  # earlier requests wait for their answers, and this one's body is broken
            return
        self._start_timer("drain", DRAIN_SECONDS)
        if self._is_answering():
            if self._stage is not _Stage.BODY:
                self.cycle.keep_alive = False  # close the connection after the answer
                self._stop_timer("drain")
                return
            self.cycle.disconnected = True  # its body is broken, so it is not answered
            self.cycle.message_event.set()
            if self.cycle.response_started:
                return
        message = f"found no HTTP/1.1 request, or a head of more than {MAX_HEAD_BYTES} bytes; send a valid request"
        body = problem_body(Problem("bad_request", message), "/")
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(head.encode() + b"connection: close\r\n\r\n" + body)
        self.transport.write_eof()

    def _start_timer(self, name: str, seconds: float) -> None:
        if name not in self._timers:
            self._timers[name] = self.loop.call_later(seconds, self.transport.abort)

    def _stop_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
