"""Spools the body of a batch to a temporary file, and splits it into lines that are answered in groups."""

from __future__ import annotations

import asyncio
import errno
import os
import tempfile
from collections.abc import AsyncIterator, Iterator

from starlette.requests import ClientDisconnect, Request

from copydesk.service.api.intake.bodies import receive_body
from copydesk.service.api.problems import Problem
from copydesk.service.rows import BadRow, Line, bounded_lines, jsonl

READ_BYTES = 64 * 1024
"""Bytes that are split into lines before other requests are served."""
GROUP_LINES = 16
GROUP_BYTES = 1024 * 1024
"""Limits of a group of lines; other requests are served between two groups."""


class Spool:
    """A request body in an unnamed temporary file.

    The server reads the body as fast as it arrives. A client may therefore send a whole batch before it reads an
    answer; without the file, client and server would wait for each other.
    """

    def __init__(self, request: Request, *, limit: int, idle: float) -> None:
        """Start to receive the body.

        Raises:
            Problem: No temporary file can be created.
        """
        try:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        except OSError as error:
            raise _no_space(error) from None
        self._n_bytes = 0
        self._changed = asyncio.Event()
        self._error: Exception | None = None
        self._done = False
        self._task = asyncio.create_task(self._receive(request, limit, idle))

    async def _receive(self, request: Request, limit: int, idle: float) -> None:
        try:
            await receive_body(request, self._write, limit=limit, idle=idle)
        except (Problem, ClientDisconnect) as error:
            self._error = error
        except OSError as error:
            self._error = _no_space(error)
        finally:
            self._done = True
            self._changed.set()

    def _write(self, piece: bytes) -> None:
        """Append a piece; the operating system may write less than it is given, until there is no room at all."""
        rest = memoryview(piece)
        while rest:
            n_written = os.pwrite(self._file.fileno(), rest, self._n_bytes)
            if n_written == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            rest = rest[n_written:]
            self._n_bytes += n_written
            self._changed.set()

    def _read(self, position: int) -> bytes:
        try:
            piece = os.pread(self._file.fileno(), min(READ_BYTES, self._n_bytes - position), position)
        except OSError as error:
            raise _no_space(error) from None
        if not piece:
            raise _no_space(OSError(errno.EIO, "the file has become shorter"))
        return piece

    async def wait_for_first_bytes(self) -> None:
        """Wait until the body has begun, or is known to be empty.

        Raises:
            Problem: The body is refused before any bytes arrived.
            ClientDisconnect: The client went away.
        """
        await self._changed.wait()
        if self._error is not None and not self._n_bytes:
            raise self._error

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the bytes that have arrived, then the rest as it arrives.

        Raises:
            Problem: The body is truncated, too large or too slow, or there is no room for it; the bytes before that
                have been yielded.
        """
        position = 0
        while True:
            self._changed.clear()
            while position < self._n_bytes:
                piece = self._read(position)
                position += len(piece)
                yield piece
                await asyncio.sleep(0)  # the event loop serves other requests
            if self._done and position == self._n_bytes:
                break
            await self._changed.wait()
        if self._error is not None:
            raise self._error

    async def close(self) -> None:
        """Stop receiving and delete the file."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._file.close()


def _no_space(error: OSError) -> Problem:
    reason = error.strerror or type(error).__name__
    found = f"the body cannot be stored in the server's temporary folder ({reason})"
    return Problem("no_space", f"{found}; send smaller batches, or free space there")


class LineSplitter:
    """Splits a stream of bytes into lines; a line over the limit becomes an error and is not kept in memory."""

    def __init__(self, max_page_bytes: int) -> None:
        self._limit = bounded_lines.max_line_bytes(max_page_bytes)
        self._rest = bytearray()
        self._number = 0
        self._skipping = False

    def feed(self, piece: bytes) -> Iterator[Line | BadRow]:
        """Yield the lines that end in a piece."""
        *whole, last = piece.split(b"\n")
        for part in whole:
            if not (part or self._rest or self._skipping):  # a body may have a billion empty lines
                self._number += 1
                continue
            self._append(part + b"\n")
            yield from self._take_line()
        self._append(last)

    def end(self) -> Iterator[Line | BadRow]:
        """Yield the text after the last line end."""
        if self._rest or self._skipping:
            yield from self._take_line()

    def _append(self, part: bytes) -> None:
        if self._skipping or len(self._rest) + len(part) > self._limit:
            self._skipping = True
            self._rest.clear()
        else:
            self._rest += part

    def _take_line(self) -> Iterator[Line | BadRow]:
        self._number += 1
        content, skipped = bytes(self._rest), self._skipping
        self._rest.clear()
        self._skipping = False
        if self._number == 1:
            content = content.removeprefix(jsonl.BOM)
        if skipped:
            message = f"line {self._number} has more than {self._limit} bytes; cut the page"
            yield BadRow(None, self._number, "too_large", message)
        elif content.strip():
            yield Line(self._number, content)


async def line_groups(spool: Spool, max_page_bytes: int) -> AsyncIterator[list[Line | BadRow]]:
    """Yield the lines of a body in groups; lines that have arrived do not wait for a group to be full.

    Raises:
        Problem: As of `Spool.pieces`; the whole lines before it have been yielded.
    """
    splitter = LineSplitter(max_page_bytes)
    async for piece in spool.pieces():
        for group in group_lines(splitter.feed(piece)):
            yield group
    for group in group_lines(splitter.end()):
        yield group


def group_lines(lines: Iterator[Line | BadRow]) -> Iterator[list[Line | BadRow]]:
    """Put lines into groups of at most `GROUP_LINES` and `GROUP_BYTES`; a single line may be larger."""
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
