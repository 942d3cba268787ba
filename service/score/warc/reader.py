"""Reads the rows of a WARC file, or of the records that begin in a span of its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.warc.members import find_member, is_packed
from copydesk.service.score.warc.pages import row_of_record
from copydesk.service.score.warc.records import Record, RecordReader
from copydesk.service.score.warc.window import Window

ENCODED_BYTES_PER_PAGE_BYTE, EXTRA_BYTES = 2, 65536
"""A page is read if its body, as it was sent and with its HTTP head, has at most this many bytes."""
PROBED_RECORDS = 4
"""Records that show whether each is a gzip member; the first is often about the file, in a member of its own."""


@dataclass(slots=True)
class WarcSpan:
    """A span of a WARC file's bytes: the records that begin in it are read, up to the first one at or behind its end.

    Attributes:
        exact: Whether a record, or what is there in place of one, begins at its start. If not, the first record is
            found by its first bytes: whether it is one is known when the records before it were read.
        first: Where the first record begins that was read, or would have been; None if none begins in the span.
        next: Where the first record behind the span begins; the size of the file if there is none; -1 if the span was
            not read to its end.
    """

    start: int
    end: int
    exact: bool
    first: int | None = None
    next: int = -1


def read_span(stream: BinaryIO, file: str, span: WarcSpan, max_page_bytes: int) -> Iterator[InputRow]:
    """Read the rows of a span, and fill in where it began and ended."""
    packed = is_packed(stream)
    span.first = span.start if span.exact else _find_first(stream, span, packed)
    if span.first is None or span.first >= span.end:
        span.next = span.end if span.first is None else span.first
        return
    for record in _reader(Window(stream, span.first, packed=packed), max_page_bytes).read():
        if record.begin >= span.end and record.entry:
            span.next = record.begin
            return
        yield row_of_record(record, file, max_page_bytes)
    span.next = stream.seek(0, 2)


def _find_first(stream: BinaryIO, span: WarcSpan, packed: bool) -> int | None:
    if packed:
        return find_member(stream, span.start, span.end)
    found = RecordReader(Window(stream, span.start, packed=False), 0).find_first(span.end - span.start)
    return None if found is None else span.start + found


def read_records(stream: BinaryIO, file: str, max_page_bytes: int, *, packed: bool) -> Iterator[InputRow]:
    """Read the rows of a file from its beginning.

    Args:
        packed: Whether the file is compressed with gzip. If not, it is a stream that decompresses another format.
    """
    for record in _reader(Window(stream, 0, packed=packed, seekable=packed), max_page_bytes).read():
        yield row_of_record(record, file, max_page_bytes)


def _reader(window: Window, max_page_bytes: int) -> RecordReader:
    return RecordReader(window, ENCODED_BYTES_PER_PAGE_BYTE * max_page_bytes + EXTRA_BYTES)


def is_one_stream(stream: BinaryIO) -> bool:
    """Tell whether a gzip member has several records, so that reading cannot begin at each of them."""
    if not is_packed(stream):
        return False
    records: Iterator[Record] = RecordReader(Window(stream, 0, packed=True), 0).read()
    return not all(record.entry for record in islice(records, PROBED_RECORDS))
