"""Reads the rows of JSON files: an array of objects, or objects one after the other, one in memory at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from copydesk.service.rows import BadField, bounded_lines, inputs, jsonl
from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.options import PageOptions
from copydesk.service.score.tables.rows import bad_row, row_from_object

CHUNK_BYTES = 1024 * 1024
OPEN, CLOSE, QUOTE = b"[{", b"]}", b'"'

_OUTSIDE = re.compile(rb'[^"\[\]{},]*+')
_IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
"""Both stop at the byte that matters next; possessive, so that time and memory are linear."""


def read_json(stream: BinaryIO, file: str, options: PageOptions) -> Iterator[InputRow]:
    """Read the rows of a JSON file; a position is an object's first byte.

    Raises:
        ValueError: The file is neither an array nor objects, or ends too early.
    """
    limit = bounded_lines.max_line_bytes(options.max_page_bytes)
    for position, value in split_values(stream, limit):
        try:
            if value is None:
                raise BadField(
                    "too_large", f"the row has more than {limit} bytes; cut the page or raise COPYDESK_MAX_PAGE_BYTES"
                )
            yield row_from_object(jsonl.parse_object(value, alone=True), value, file, position, options)
        except BadField as error:
            yield bad_row(None, file, position, error, value)


def split_values(stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield the place and the bytes of each value; None stands for one of more than `limit` bytes.

    Raises:
        ValueError: The file is neither an array nor objects, or ends too early.
    """
    splitter = _Splitter(limit)
    held = b""
    while data := inputs.read_some(stream, CHUNK_BYTES):
        data = held + data
        # a backslash at the end belongs to the next byte
        held = b"\\" if (len(data) - len(data.rstrip(b"\\"))) % 2 else b""
        yield from splitter.feed(data[: len(data) - len(held)])
    yield from splitter.feed(held)
    splitter.end()


class _Splitter:
    """Follows strings and brackets through a file; what is between them is checked when a value is parsed."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._position = 0
        self._depth = self._base = 0  # brackets that are open, and of those the array's own
        self._in_string = self._started = self._finished = self._comma = False
        self._value = bytearray()
        self._length = self._start = 0

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes | None]]:
        """Yield the values that end in some bytes."""
        at = 0
        if self._position == 0 and data:
            at = len(data) - len(data.removeprefix(jsonl.BOM))
            self._position = at
        while at < len(data):
            end = (_IN_STRING if self._in_string else _OUTSIDE).match(data, at).end()  # type: ignore[union-attr]
            self._add(data[at:end])
            if end < len(data):
                yield from self._take(data[end : end + 1])
                end += 1
            at = end

    def end(self) -> None:
        """Check that the file ends where a value may end."""
        if self._in_string or self._depth or self._length:
            raise ValueError("the JSON ends in the middle of a value")

    def _add(self, data: bytes) -> None:
        """Add bytes to the current value, if one has begun; spaces begin none."""
        if self._length == 0:
            stripped = data.lstrip()
            self._position += len(data) - len(stripped)
            data = stripped
            if not data:
                return
            if self._finished or (self._depth == 0 and data[:1] not in OPEN):
                raise ValueError(f"found {data[:20]!r}, expected an array of objects, or objects")
            self._start = self._position
        self._position += len(data)
        self._length += len(data)
        if self._length <= self._limit:
            self._value += data
        else:
            self._value.clear()

    def _take(self, byte: bytes) -> Iterator[tuple[int, bytes | None]]:
        """Take a bracket, a quote or a comma."""
        if self._in_string:
            self._in_string = False
            self._add(byte)
        elif byte == QUOTE:
            if not self._depth:
                self._refuse(byte)
            self._add(byte)
            self._in_string = True
        elif byte == b"[" and not self._started:
            self._depth = self._base = 1
            self._position += 1
        elif byte in OPEN:
            self._add(byte)
            self._depth += 1
        elif byte in CLOSE and self._depth > self._base:
            self._add(byte)
            self._depth -= 1
            if self._depth == 0:
                yield self._cut()
        elif self._base and self._depth == 1 and byte in b",]":
            if self._length:
                yield self._cut()
            self._position += 1
            if byte == b"]":
                self._depth = 0
                self._finished = True
        elif self._depth > self._base:
            self._add(byte)
        else:
            self._refuse(byte)
        self._started = True

    def _refuse(self, byte: bytes) -> None:
        raise ValueError(f"found {byte.decode()!r} at byte {self._position}, expected an array of objects, or objects")

    def _cut(self) -> tuple[int, bytes | None]:
        """End the current value."""
        found = self._start, bytes(self._value).rstrip() if self._length <= self._limit else None
        self._value.clear()
        self._length = 0
        return found
