"""Reading request bodies: limits before and while they come, gzip in bounded memory, slow clients cut off."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Iterator

from starlette.requests import ClientDisconnect, Request

from copydesk.service.api.problems import Problem

PIECE_BYTES = 256 * 1024
"""What is decompressed at a time."""
LEAST_RATE = 1024
"""Bytes a second that a client has to send on average, once it has taken the idle time in all."""
GZIP = 16 + zlib.MAX_WBITS
"""Tells zlib to read gzip's own header."""


class Held:
    """Counts the bytes of all bodies that are in memory at once, and refuses more than a limit."""

    def __init__(self, most: int) -> None:
        self.n_bytes = 0
        self._most = most

    def take(self, n_bytes: int) -> None:
        """Count bytes in.

        Raises:
            Problem: There are too many.
        """
        if self.n_bytes + n_bytes > self._most:
            raise Problem(
                "busy", f"{self.n_bytes} bytes of other requests are held, expected at most {self._most}; try later"
            )
        self.n_bytes += n_bytes

    def give(self, n_bytes: int) -> None:
        """Count bytes out."""
        self.n_bytes -= n_bytes


async def read_body(request: Request, held: Held, *, most: int, idle: float) -> bytes:
    """Read a body whole, decompressed; what it counts as held is given back by `Held.give` with its length.

    Raises:
        Problem: It is too large, too slow, wrongly compressed, or there is no room for it.
        ClientDisconnect: The client went away.
    """
    pieces: list[bytes] = []
    n_bytes = 0
    try:
        async for piece in body_pieces(request, most=most, idle=idle):
            held.take(len(piece))
            n_bytes += len(piece)
            pieces.append(piece)
    except BaseException:
        held.give(n_bytes)
        raise
    return b"".join(pieces)


async def body_pieces(request: Request, *, most: int, idle: float) -> AsyncIterator[bytes]:
    """Read a body piece by piece, decompressed.

    Args:
        request: Whose body nobody has read yet.
        most: Bytes that it may have, as sent and decompressed.
        idle: Seconds that may pass without a byte.

    Raises:
        Problem: It is too large, too slow or wrongly compressed.
        ClientDisconnect: The client went away.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and (len(declared) > 18 or int(declared) > most):
        raise _too_large(f"{declared[:40]} bytes are announced", most)
    unpack = _unpacker(request.headers.get("content-encoding", ""))
    n_sent = n_unpacked = 0
    async for chunk in _chunks(request, idle):
        n_sent += len(chunk)
        if n_sent > most:
            raise _too_large(f"{n_sent} bytes have come", most)
        for piece in unpack.feed(chunk):
            n_unpacked += len(piece)
            if n_unpacked > most:
                raise _too_large(f"{n_unpacked} bytes have come, decompressed", most)
            yield piece
    unpack.end()


def _too_large(found: str, most: int) -> Problem:
    return Problem("too_large", f"{found}, expected at most {most}; send less, or raise the server's limit")


async def _chunks(request: Request, idle: float) -> AsyncIterator[bytes]:
    """Give the body as it comes in; only the time that the client takes counts."""
    waited, n_bytes = 0.0, 0
    while True:
        start = time.monotonic()
        try:
            async with asyncio.timeout(idle):
                message = await request.receive()
        except TimeoutError:
            raise _slow(f"no byte came within {idle:g} seconds") from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        waited += time.monotonic() - start
        chunk: bytes = message.get("body", b"")
        n_bytes += len(chunk)
        if waited > idle and n_bytes < LEAST_RATE * waited:
            raise _slow(f"{n_bytes} bytes came within {waited:.0f} seconds")
        if chunk:
            yield chunk
        if not message.get("more_body", False):
            return


def _slow(found: str) -> Problem:
    message = f"{found}, expected {LEAST_RATE} bytes a second; send the request again, faster"
    return Problem("slow_client", message, headers={"Connection": "close"})


class _Plain:
    """A body that is not compressed."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def end(self) -> None:
        """Nothing can be missing."""


class _Gzip:
    """A body of one gzip member or several."""

    def __init__(self) -> None:
        self._object = zlib.decompressobj(GZIP)
        self._begun = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Decompress in pieces, so that a small body cannot fill the memory."""
        data = chunk
        while data:
            if self._object.eof:
                self._object, self._begun = zlib.decompressobj(GZIP), False
            try:
                piece = self._object.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise Problem(
                    "bad_encoding", f"the body is no gzip ({error}), as its header says; send it so"
                ) from None
            self._begun = True
            data = self._object.unconsumed_tail or self._object.unused_data
            if piece:
                yield piece

    def end(self) -> None:
        """Check that the last member is whole."""
        if self._begun and not self._object.eof:
            raise Problem("bad_encoding", "the gzip breaks off before its end; send the body whole")


def _unpacker(encoding: str) -> _Plain | _Gzip:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _Plain()
    if name in ("gzip", "x-gzip"):
        return _Gzip()
    raise Problem(
        "wrong_type",
        f"Content-Encoding is {encoding[:40]!r}, expected gzip or none; send the body so",
        headers={"Accept-Encoding": "gzip"},
    )
