"""A body of many rows on its way: taken in as fast as it comes, read back line by line as answers are ready."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator

from starlette.requests import ClientDisconnect, Request

from copydesk.service.api.intake.bodies import body_pieces
from copydesk.service.api.problems import Problem
from copydesk.service.rows.jsonl import BOM, LINE_BYTES_PER_PAGE_BYTE, LINE_EXTRA_BYTES, BadRow, Line

READ_BYTES = 256 * 1024
GROUP_LINES = 16
GROUP_BYTES = 1024 * 1024
"""Lines that are answered in one go are no more than this, so that other requests get their turn between them."""


class Spool:
    """A body in a file without a name: a client that sends all before it reads an answer is never waited for."""

    def __init__(self, request: Request, *, most: int, idle: float) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._n_bytes = 0
        self._news = asyncio.Event()
        self._ended: Exception | None = None
        self._done = False
        self._task = asyncio.create_task(self._take(request, most, idle))

    async def _take(self, request: Request, most: int, idle: float) -> None:
        try:
            async for piece in body_pieces(request, most=most, idle=idle):
                os.pwrite(self._file.fileno(), piece, self._n_bytes)
                self._n_bytes += len(piece)
                self._news.set()
        except (Problem, ClientDisconnect, OSError) as error:
            self._ended = error
        finally:
            self._done = True
            self._news.set()

    async def begun(self) -> None:
        """Wait for the first bytes.

        Raises:
            Problem: The body is refused before any came.
            ClientDisconnect: The client went away.
        """
        await self._news.wait()
        if self._ended is not None and not self._n_bytes:
            raise self._ended

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give what has come, then what comes.

        Raises:
            Problem: The body breaks off, is too large or too slow; what came before it has been given.
        """
        position = 0
        while True:
            self._news.clear()
            while position < self._n_bytes:
                piece = os.pread(self._file.fileno(), READ_BYTES, position)
                position += len(piece)
                yield piece
            if self._done and position == self._n_bytes:
                break
            await self._news.wait()
        if self._ended is not None:
            raise self._ended

    async def close(self) -> None:
        """Take no more and forget what came."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._file.close()


class Cutter:
    """Cuts a stream of bytes into lines; of one that is too long no more than the limit is held."""

    def __init__(self, max_page_bytes: int) -> None:
        self._limit = LINE_BYTES_PER_PAGE_BYTE * max_page_bytes + LINE_EXTRA_BYTES
        self._rest = bytearray()
        self._number = 0
        self._skipping = False

    def feed(self, piece: bytes) -> Iterator[Line | BadRow]:
        """Give the lines that end in a piece."""
        *whole, last = piece.split(b"\n")
        for part in whole:
            self._hold(part + b"\n")
            yield from self._line()
        self._hold(last)

    def end(self) -> Iterator[Line | BadRow]:
        """Give what stands after the last line end."""
        if self._rest or self._skipping:
            yield from self._line()

    def _hold(self, part: bytes) -> None:
        if self._skipping or len(self._rest) + len(part) > self._limit:
            self._skipping = True
            self._rest.clear()
        else:
            self._rest += part

    def _line(self) -> Iterator[Line | BadRow]:
        self._number += 1
        content, skipped = bytes(self._rest), self._skipping
        self._rest.clear()
        self._skipping = False
        if self._number == 1:
            content = content.removeprefix(BOM)
        if skipped:
            yield BadRow(
                None, self._number, "too_large", f"line {self._number} has more than {self._limit} bytes; cut the page"
            )
        elif content.strip():
            yield Line(self._number, content)


async def line_groups(spool: Spool, max_page_bytes: int) -> AsyncIterator[list[Line | BadRow]]:
    """Give lines in groups of what is there, none kept waiting for a group to be full.

    Raises:
        Problem: As of `Spool.pieces`; the whole lines before it have been given.
    """
    cutter = Cutter(max_page_bytes)
    async for piece in spool.pieces():
        for group in grouped(cutter.feed(piece)):
            yield group
    for group in grouped(cutter.end()):
        yield group


def grouped(lines: Iterator[Line | BadRow]) -> Iterator[list[Line | BadRow]]:
    """Cut lines into groups of a bounded number and size; one line alone may be larger."""
    group: list[Line | BadRow] = []
    n_bytes = 0
    for line in lines:
        size = len(line.content) if isinstance(line, Line) else 0
        if group and (len(group) == GROUP_LINES or n_bytes + size > GROUP_BYTES):
            yield group
            group, n_bytes = [], 0
        group.append(line)
        n_bytes += size
    if group:
        yield group
