"""Surrounds every request: id, limits of headers, log line, metrics and trace, and an answer when a handler fails."""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Collection
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copydesk.service.api.limits.protocol import WHOLE_ANSWERS
from copydesk.service.api.monitoring.logs import AccessLog, exception_fields
from copydesk.service.api.monitoring.metrics import Metrics
from copydesk.service.api.monitoring.traces import Traces
from copydesk.service.api.problems import Problem, problem_response

MAX_HEADERS = 100
MAX_HEADER_BYTES = 32 * 1024
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
"""Request ids of clients that are used unchanged; any other is replaced."""
CLIENT_GONE = 499
"""Status that is logged if the client disconnects before the answer begins."""
NO_ROUTE = "none"
"""Route that is logged and counted if no route matches, as the path itself may contain arbitrary text."""

COMMON_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
"""Headers of every answer."""


class RequestMonitor:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, traces: Traces | None = None) -> None:
        self._app = app
        self._metrics = metrics
        self._traces = traces
        self._log = AccessLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, then log, count and trace it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        if self._traces is None:
            await self._handle(exchange, receive)
            return
        with self._traces.request(scope["headers"]) as describe:
            try:
                await self._handle(exchange, receive)
            finally:
                describe(exchange.method, exchange.route, exchange.status or CLIENT_GONE)

    async def _handle(self, exchange: _Exchange, receive: Receive) -> None:
        scope = exchange.scope
        try:
            problem = _check_headers(scope) or _check_path(scope)
            if problem is None:
                await self._app(scope, receive, exchange.send)
            else:
                await problem_response(problem, scope["path"])(scope, receive, exchange.send)
        except ClientDisconnect:
            exchange.status = CLIENT_GONE
        except Exception as error:
            exchange.error = error
            if exchange.status and exchange.head is None:
                raise  # the answer has begun, so the server closes the connection
            exchange.head = None
            problem = Problem(
                "internal",
                f"the server failed on request {exchange.id}; the fault is its own, please report that id",
            )
            await problem_response(problem, scope["path"])(scope, receive, exchange.send)
        finally:
            self._record(exchange)

    def _record(self, exchange: _Exchange) -> None:
        """Count and log a request."""
        route, method, seconds = exchange.route, exchange.method, time.perf_counter() - exchange.start
        status = exchange.status or CLIENT_GONE
        self._metrics.count_request(route, method, status, seconds)
        fields: dict[str, Any] = {
            "request": exchange.id,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 2),
            "bytes": exchange.n_bytes,
        }
        key = exchange.scope.get("state", {}).get("key")
        if key:
            fields["key"] = key
        if exchange.error:
            fields |= exception_fields(exchange.error)
        self._log.write(logging.ERROR if exchange.error else logging.INFO, fields)


class _Exchange:
    """One request, and the status and size of its answer."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.start = time.perf_counter()
        self.id = _request_id(scope)
        self.status = 0
        self.n_bytes = 0
        self.error: Exception | None = None
        self._send = send
        self._send_whole = scope.get("extensions", {}).get(WHOLE_ANSWERS)
        self.head: Message | None = None
        """The head of the answer while it waits for the body."""

    @property
    def method(self) -> str:
        """The method; an unknown one may contain arbitrary text, and is replaced."""
        method: str = self.scope["method"]
        return method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH") else "OTHER"

    @property
    def route(self) -> str:
        """The path template of the matching route."""
        return str(getattr(self.scope.get("route"), "path", NO_ROUTE))

    async def send(self, message: Message) -> None:
        """Pass a message of the answer on; a head with a length waits for the body, to be sent with it."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = headers = self._add_headers(message.get("headers", ()))
            if self._send_whole is not None and any(name == b"content-length" for name, _ in headers):
                self.head = message
                return
        else:
            self.n_bytes += len(message.get("body", b""))
            if self.head is not None and await self._send_head(self.head, message):
                return
        await self._send(message)

    async def _send_head(self, head: Message, message: Message) -> bool:
        """Send the head that has waited; return whether the first piece of the body, if it is all, was sent too."""
        self.head = None
        is_all = self._send_whole is not None and not message.get("more_body")
        if is_all and self._send_whole(self.scope, head["status"], head["headers"], message.get("body", b"")):
            return True
        await self._send(head)
        return False

    def _add_headers(self, headers: Collection[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return an answer's headers, and those of every answer that it does not have itself."""
        rates: dict[str, str] = self.scope.get("state", {}).get("rate_headers", {})
        added = [(b"x-request-id", self.id.encode()), *COMMON_HEADERS]
        added += [(name.lower().encode(), value.encode()) for name, value in rates.items()]
        present = {name.lower() for name, _ in headers}
        return [*headers, *(header for header in added if header[0] not in present)]


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value.decode())
    return f"{random.getrandbits(128):032x}"  # an id is not a secret, so it needs no system call for secure randomness


def _check_path(scope: Scope) -> Problem | None:
    """Refuse a path that is not UTF-8: the server would replace its bytes, and several ids would become one."""
    path: bytes = scope.get("raw_path") or b""
    if path.isascii() and b"%" not in path:
        return None
    try:
        unquote_to_bytes(path).decode()
    except UnicodeDecodeError as error:
        message = f"byte {error.start} of the path is not UTF-8; encode it as UTF-8, then with percent signs"
        return Problem("bad_request", message)
    return None


def _check_headers(scope: Scope) -> Problem | None:
    n, n_bytes = len(scope["headers"]), sum(len(name) + len(value) for name, value in scope["headers"])
    if n <= MAX_HEADERS and n_bytes <= MAX_HEADER_BYTES:
        return None
    return Problem(
        "large_headers",
        f"{n} headers of {n_bytes} bytes came, expected at most {MAX_HEADERS} of {MAX_HEADER_BYTES}; send fewer",
    )
