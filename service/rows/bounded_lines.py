"""Reads lines of JSON of bounded length from a stream."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from copydesk.service.rows.jsonl import BOM, BadRow, Line

LINE_BYTES_PER_PAGE_BYTE = 6
"""JSON writes one byte of a page in at most six (`\\u0000`)."""
LINE_EXTRA_BYTES = 1024 * 1024
"""Room on a line for its id, its url and fields that are not read."""
SKIP_BYTES = 1024 * 1024
"""Bytes of an overlong line that are in memory at a time while it is skipped."""
READ_BYTES = 128 * 1024
"""Bytes that are read ahead: they stay in the processor's cache. With 1 MB, or by `readline`, a line of 350 kB takes a
fifth more time."""


def read_line_groups(stream: BinaryIO, *, max_page_bytes: int) -> Iterator[list[Line | BadRow]]:
    """Read lines in order, empty ones left out; one that is too long becomes a `BadRow`.

    Lines are a group if they arrived together, so that none of a pipe waits for a line that has not arrived.
    """
    limit = max_line_bytes(max_page_bytes)
    n_read = 0
    for lines in read_bounded_groups(stream, limit):
        group: list[Line | BadRow] = []
        for number, line in enumerate(lines, start=n_read + 1):
            content = line.removeprefix(BOM) if number == 1 and line else line
            if content is None:
                message = f"line {number} has more than {limit} bytes; cut the page or raise COPYDESK_MAX_PAGE_BYTES"
                group.append(BadRow(None, number, "too_large", message))
            elif content and not content.isspace():
                group.append(Line(number, content))
        n_read += len(lines)
        yield group


def max_line_bytes(max_page_bytes: int) -> int:
    """Return the most bytes of a line whose page is within the limit of one page."""
    return LINE_BYTES_PER_PAGE_BYTE * max_page_bytes + LINE_EXTRA_BYTES


def read_bounded_lines(stream: BinaryIO, limit: int) -> Iterator[bytes | None]:
    """Read each line; None stands for one of more than `limit` bytes, which is never completely in memory."""
    while line := stream.readline(limit + 1):
        if len(line) <= limit or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(SKIP_BYTES)
        yield None


def read_bounded_groups(stream: BinaryIO, limit: int) -> Iterator[list[bytes | None]]:
    """Do the same in less time: up to `READ_BYTES` are read at once, and the lines that end among them are a group."""
    room = bytearray(READ_BYTES)
    view, read = memoryview(room), cast(io.BufferedIOBase, stream).readinto1
    pieces: list[bytes] = []
    size = 0
    while end := read(view):
        lines: list[bytes | None] = []
        start = 0
        while (place := room.find(b"\n", start, end)) >= 0:
            stop = place + 1
            size += stop - start
            lines.append(b"".join((*pieces, view[start:stop])) if size <= limit + 1 else None)
            pieces, size, start = [], 0, stop
        if lines:
            yield lines
        size += end - start
        if size <= limit:
            pieces.append(bytes(view[start:end]))
        else:
            pieces.clear()
    if size:
        yield [b"".join(pieces) if size <= limit else None]
