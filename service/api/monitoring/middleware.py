"""Around every request: its id, its headers' limits, its log line and numbers, and an answer whatever fails."""

from __future__ import annotations

import logging
import random
import re
import time
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copydesk.service.api.monitoring.logs import ACCESS, FIELDS, error_fields
from copydesk.service.api.monitoring.metrics import Metrics
from copydesk.service.api.monitoring.traces import Traces
from copydesk.service.api.problems import Problem, problem_response

MOST_HEADERS = 100
MOST_HEADER_BYTES = 32 * 1024
PLAIN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
"""Ids of clients that are taken over; any other is replaced."""
GONE = 499
"""The status that is logged where the client went away before it was answered."""
NOWHERE = "none"
"""The route of a request that found none: its path could be anything, so it is neither logged nor counted by it."""

_LOG = logging.getLogger(ACCESS)


class Watch:
    """A middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, traces: Traces | None = None) -> None:
        self._app = app
        self._metrics = metrics
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and watch it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watched = _Watched(scope, send)
        if self._traces is None:
            await self._answer(watched, receive)
            return
        with self._traces.request(scope["headers"]) as tell:
            try:
                await self._answer(watched, receive)
            finally:
                tell(watched.method, watched.route, watched.status or GONE)

    async def _answer(self, watched: _Watched, receive: Receive) -> None:
        scope = watched.scope
        try:
            refused = _refused(scope)
            if refused is None:
                await self._app(scope, receive, watched.send)
            else:
                await problem_response(refused, scope["path"])(scope, receive, watched.send)
        except ClientDisconnect:
            watched.status = GONE
        except Exception as error:
            watched.failed = error
            if watched.status:
                raise  # the answer has begun: the server cuts it off
            await problem_response(_internal(watched.id), scope["path"])(scope, receive, watched.send)
        finally:
            self._note(watched)

    def _note(self, watched: _Watched) -> None:
        route, method, seconds = watched.route, watched.method, time.perf_counter() - watched.start
        self._metrics.requests.labels(route, method, watched.status or GONE).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        fields: dict[str, Any] = {
            "request": watched.id,
            "method": method,
            "route": route,
            "status": watched.status or GONE,
            "ms": round(seconds * 1000, 2),
            "bytes": watched.n_bytes,
        }
        key = watched.scope.get("state", {}).get("key")
        fields |= {"key": key} if key else {}
        fields |= error_fields(watched.failed) if watched.failed else {}
        _LOG.log(logging.ERROR if watched.failed else logging.INFO, "request", extra={FIELDS: fields})


class _Watched:
    """One request as it is answered."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.start = time.perf_counter()
        self.id = _request_id(scope)
        self.status = 0
        self.n_bytes = 0
        self.failed: Exception | None = None
        self._send = send

    @property
    def method(self) -> str:
        """The method, where it is a known one: any other could be anything."""
        method: str = self.scope["method"]
        return method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH") else "OTHER"

    @property
    def route(self) -> str:
        """The path as it is declared, with names for what varies."""
        return str(getattr(self.scope.get("route"), "path", NOWHERE))

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *self._headers(message)]
        else:
            self.n_bytes += len(message.get("body", b""))
        await self._send(message)

    def _headers(self, message: Message) -> list[tuple[bytes, bytes]]:
        headers = {
            b"x-request-id": self.id.encode(),
            b"x-content-type-options": b"nosniff",
            b"cache-control": b"no-store",
        }
        rates: dict[str, str] = self.scope.get("state", {}).get("rate_headers", {})
        headers |= {name.lower().encode(): value.encode() for name, value in rates.items()}
        given = {name.lower() for name, _ in message.get("headers", ())}
        return [(name, value) for name, value in headers.items() if name not in given]


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and PLAIN_ID.fullmatch(value):
            return str(value.decode())
    return f"{random.getrandbits(128):032x}"  # a name, and no secret: the system's own randomness costs a call of it


def _refused(scope: Scope) -> Problem | None:
    n, n_bytes = len(scope["headers"]), sum(len(name) + len(value) for name, value in scope["headers"])
    if n <= MOST_HEADERS and n_bytes <= MOST_HEADER_BYTES:
        return None
    return Problem(
        "large_headers",
        f"{n} headers of {n_bytes} bytes came, expected at most {MOST_HEADERS} of {MOST_HEADER_BYTES}; send fewer",
    )


def _internal(id: str) -> Problem:
    return Problem("internal", f"the server failed on request {id}; the fault is its own, please report that id")
