"""Reads request bodies within limits: size, memory of all bodies together, gzip bombs, and slow clients."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from copydesk.service.api.limits.protocol import WHOLE_BODIES
from copydesk.service.api.problems import Problem

DECOMPRESSED_BYTES = 256 * 1024
"""Largest piece that is decompressed at a time."""
EMPTY_MEMBERS = 256
"""Empty gzip members in a row after which the event loop serves other requests."""
MIN_RATE = 1024
"""Bytes per second that a client has to send on average, checked once it has kept the server waiting for `idle`."""
GZIP = 16 + zlib.MAX_WBITS
"""zlib's window size with gzip's header and checksum."""


class BodyBudget:
    """Limits the bytes of all request bodies that are in memory at once."""

    def __init__(self, limit: int) -> None:
        self.n_bytes = 0
        self._limit = limit

    def reserve(self, n_bytes: int) -> None:
        """Count bytes that are read into memory.

        Raises:
            Problem: There are too many.
        """
        if self.n_bytes + n_bytes > self._limit:
            found = f"{self.n_bytes} bytes of other requests are in memory"
            raise Problem("busy", f"{found}, expected at most {self._limit}; try later")
        self.n_bytes += n_bytes

    def release(self, n_bytes: int) -> None:
        """Count bytes that are no longer in memory."""
        self.n_bytes -= n_bytes


class Incoming(Protocol):
    """A request whose body has not been read; Starlette's `Request` is one."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; their names are in lower case."""

    @property
    def receive(self) -> Receive:
        """Receives the body."""

    @property
    def scope(self) -> Scope:
        """The request as ASGI describes it."""


async def read_body(request: Incoming, budget: BodyBudget, *, limit: int, idle: float) -> bytes:
    """Read and decompress a whole body; the caller releases its length from the budget.

    Raises:
        Problem: It is too large, too slow, wrongly compressed, or there is no room for it.
        ClientDisconnect: The client went away.
    """
    pieces: list[bytes] = []
    n_bytes = 0

    def keep(piece: bytes) -> None:
        nonlocal n_bytes
        budget.reserve(len(piece))
        n_bytes += len(piece)
        pieces.append(piece)

    try:
        await receive_body(request, keep, limit=limit, idle=idle)
    except BaseException:
        budget.release(n_bytes)
        raise
    return b"".join(pieces)


async def receive_body(request: Incoming, keep: Callable[[bytes], None], *, limit: int, idle: float) -> None:
    """Read and decompress a body piece by piece.

    Args:
        request: A request whose body has not been read.
        keep: Gets each piece.
        limit: Most bytes of the body, both as sent and decompressed.
        idle: Seconds that may pass without a byte.

    Raises:
        Problem: It is too large, too slow or wrongly compressed.
        ClientDisconnect: The client went away.
    """
    length = request.headers.get("content-length", "")
    if length.isdigit() and (len(length) > 18 or int(length) > limit):
        raise _too_large(f"{length[:40]} bytes are announced", limit)
    encoding = request.headers.get("content-encoding")
    decoder = None if encoding is None else _decoder(encoding)
    arriving = _Arriving(request, limit, idle)
    n_decoded = 0
    while arriving.more:
        chunk = await arriving.read()
        if decoder is None:
            keep(chunk)
            continue
        for piece in decoder.feed(chunk):
            n_decoded += len(piece)
            if n_decoded > limit:
                raise _too_large(f"{n_decoded} bytes have come, decompressed", limit)
            keep(piece)
            await asyncio.sleep(0)  # the event loop serves other requests between two pieces of a gzip bomb
    if decoder is not None:
        decoder.end()


def _too_large(found: str, limit: int) -> Problem:
    return Problem("too_large", f"{found}, expected at most {limit}; send less, or raise the server's limit")


class _Arriving:
    """The bytes of a body as they arrive; only time spent waiting for the client counts towards the limits."""

    def __init__(self, request: Incoming, limit: int, idle: float) -> None:
        self.more = True
        """Whether more bytes may arrive."""
        self._request = request
        self._limit = limit
        self._idle = idle
        self._waited = 0.0
        self._n_bytes = 0

    async def read(self) -> bytes:
        """Read what has arrived, or wait for it."""
        chunk = self._take_whole() if self._n_bytes == 0 else None
        if chunk is None:
            chunk = await self._wait()
        if self._n_bytes > self._limit:
            raise _too_large(f"{self._n_bytes} bytes have come", self._limit)
        return chunk

    def _take_whole(self) -> bytes | None:
        """Take the body if it has come as a whole, so that there is nothing to wait for."""
        scope = self._request.scope
        take: Callable[[Scope], bytes | None] | None = scope.get("extensions", {}).get(WHOLE_BODIES)
        body = None if take is None else take(scope)
        if body is not None:
            self.more = False
            self._n_bytes = len(body)
        return body

    async def _wait(self) -> bytes:
        start = time.monotonic()
        try:
            async with asyncio.timeout(self._idle):
                message = await self._request.receive()
        except TimeoutError:
            raise _slow_client(f"no byte came within {self._idle:g} seconds") from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self._waited += time.monotonic() - start
        chunk: bytes = message.get("body", b"")
        self._n_bytes += len(chunk)
        if self._waited > self._idle and self._n_bytes < MIN_RATE * self._waited:
            raise _slow_client(f"{self._n_bytes} bytes came within {self._waited:.0f} seconds")
        self.more = message.get("more_body", False)
        return chunk


def _slow_client(found: str) -> Problem:
    message = f"{found}, expected {MIN_RATE} bytes per second; send the request again, faster"
    return Problem("slow_client", message, headers={"Connection": "close"})


class _Gzip:
    """Decompresses a body of one or more gzip members."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP)
        self._started = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Decompress in pieces, so that a small body cannot fill the memory; many members may be one empty piece."""
        data, n_empty = chunk, 0
        while data:
            if self._member.eof:
                self._member, self._started = zlib.decompressobj(GZIP), False
            try:
                piece = self._member.decompress(data, DECOMPRESSED_BYTES)
            except zlib.error as error:
                message = f"the body is not gzip ({error}), although Content-Encoding specifies gzip; compress the body"
                raise Problem("bad_encoding", message) from None
            self._started = True
            data = self._member.unconsumed_tail or self._member.unused_data
            n_empty = 0 if piece else n_empty + 1
            if n_empty % EMPTY_MEMBERS == 0:
                yield piece

    def end(self) -> None:
        """Check that the last member is whole."""
        if self._started and not self._member.eof:
            raise Problem("bad_encoding", "the gzip stream is truncated; send the complete body")


def _decoder(encoding: str) -> _Gzip | None:
    """Return what decompresses a body; None for one that is not compressed."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name in ("gzip", "x-gzip"):
        return _Gzip()
    message = f"Content-Encoding is {encoding[:40]!r}, expected gzip or none; send the body with one of these"
    raise Problem("wrong_type", message, headers={"Accept-Encoding": "gzip"})
