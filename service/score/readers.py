"""Reads the rows of a shard: JSONL lines, Parquet and CSV rows, WARC responses, or files that are one page each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.classifier import UnreadablePage
from copydesk.classifier.saved_page import read_saved_page
from copydesk.service.dedup import group_by_size
from copydesk.service.rows import BadField, bounded_lines, jsonl
from copydesk.service.score.arrow_schema import InputRow, input_rows
from copydesk.service.score.machine_faults import machine_faults, open_spool, reason_of
from copydesk.service.score.options import PageOptions
from copydesk.service.score.rerun import UNREADABLE_FILE
from copydesk.service.score.sources import FileKind, file_kind, open_plain, open_raw
from copydesk.service.score.tables import bad_row, read_parquet, row_from_object
from copydesk.service.score.warc import WarcSpan, read_span

BATCH_ROWS = 64
BATCH_BYTES = 4 * 1024 * 1024
"""Rows are read, spooled and scored in batches that end at this many rows or bytes, whichever comes first."""


class ShardKind(StrEnum):
    """The contents of a shard that is not a part of one file in that file's own format.

    Whole files of one page each; rows of schema `INPUT` in an Arrow file; only the message that a file cannot be read.
    """

    PAGES = "pages"
    SPOOLED_ROWS = "rows"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of the inputs that is scored and written as one unit.

    Attributes:
        number: From 0, in the order of the inputs.
        files: One file, or several that are one page each.
        start: First byte, or row group, of the shard. Rows that begin before it belong to the shard before.
        end: One past the last byte or row group.
        offset: Position in the decompressed file of the first byte or row that is read.
        size: Bytes of input that the shard adds to those before, for the progress display.
        spool: A temporary file with the shard's decompressed content; None if it is read from the input itself.
        broken: Why the file cannot be read after this shard; None if it can.
        code: The error code of that.
        begin: Where the first record of a WARC's shard begins; None if it is to be found.
    """

    number: int
    kind: FileKind | ShardKind
    files: tuple[str, ...]
    start: int = 0
    end: int = 0
    offset: int = 0
    size: int = 0
    spool: str | None = None
    broken: str | None = None
    code: str = UNREADABLE_FILE
    begin: int | None = None

    @property
    def digest(self) -> str:
        """A digest of what the shard contains: a run goes on only if the shard of each number is still the same."""
        place = [self.kind, self.files, self.start, self.end, self.offset, self.broken is not None]
        return hashlib.sha256(json.dumps(place).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def span_of(shard: Shard) -> WarcSpan:
    """Return the span of bytes of a shard, to be filled in by `read_shard` if it is one of a WARC."""
    begin = 0 if shard.start == 0 else shard.begin
    return WarcSpan(shard.start if begin is None else begin, shard.end, exact=begin is not None)


def read_shard(shard: Shard, options: PageOptions, span: WarcSpan | None = None) -> Iterator[InputRow]:
    """Read a shard's rows in order, one at a time; if the file is damaged, the last row is the error."""
    position = shard.offset
    try:
        for row in _rows(shard, options, span or span_of(shard)):
            position = row.position
            yield row
    except Exception as error:
        yield broken_row(shard.files[0], position, reason_of(error))
    else:
        if shard.broken is not None:
            end = shard.offset + shard.end if shard.kind is FileKind.JSONL else shard.end
            yield broken_row(shard.files[0], end, shard.broken, shard.code)


def group_rows(rows: Iterable[InputRow]) -> Iterator[list[InputRow]]:
    """Group rows into batches; where a batch ends depends only on the rows."""
    return group_by_size(rows, lambda row: len(row.content or b""), n=BATCH_ROWS, n_bytes=BATCH_BYTES)


def broken_row(file: str, position: int, reason: str, code: str = UNREADABLE_FILE) -> InputRow:
    """Return the error row of a file that cannot be read beyond a position, or not at all."""
    if code == UNREADABLE_FILE:
        reason = f"the file cannot be read further than about {position}: {reason}; mend it or get it again"
    return InputRow(f"{file}:{position}", file=file, position=position, code=code, message=reason)


def _rows(shard: Shard, options: PageOptions, span: WarcSpan) -> Iterator[InputRow]:
    file = shard.files[0]
    if shard.kind is ShardKind.PAGES:
        for name in shard.files:
            yield _page(name, options.max_page_bytes)
    elif shard.kind is ShardKind.SPOOLED_ROWS:
        yield from _spooled_rows(str(shard.spool))
    elif shard.kind is FileKind.PARQUET:
        with open_raw(file) as raw, pq.ParquetFile(raw) as parquet:
            yield from read_parquet(parquet, range(shard.start, shard.end), file, shard.offset, options)
    elif shard.kind is FileKind.WARC:
        with open_raw(file) as stream:
            yield from read_span(stream, file, span, options.max_page_bytes)
    elif shard.kind is FileKind.JSONL:
        with open_spool(Path(shard.spool), "rb") if shard.spool else open_raw(file) as stream:
            yield from _jsonl_rows(stream, shard, options)


def _spooled_rows(spool: str) -> Iterator[InputRow]:
    with machine_faults(spool, of_input=()), pa.memory_map(spool) as stored, pa.ipc.open_file(stored) as batches:
        for number in range(batches.num_record_batches):
            yield from input_rows(batches.get_batch(number))


def _page(name: str, max_page_bytes: int) -> InputRow:
    try:
        with open_raw(name) as raw, open_plain(raw, name) as stream:
            content = stream.read(max_page_bytes + 1)
    except Exception as error:
        return broken_row(name, 0, reason_of(error))
    if len(content) > max_page_bytes:
        return InputRow(name, file=name, code="too_large", message=jsonl.too_large_message(max_page_bytes))
    try:
        saved = read_saved_page(content)
    except UnreadablePage as error:
        return InputRow(name, file=name, code=error.code, message=str(error))
    if saved is not None:
        return InputRow(name, url=saved.url, content=saved.html, charset=saved.charset, file=name)
    return InputRow(name, form="html" if file_kind(name) is FileKind.HTML else "text", content=content, file=name)


def _jsonl_rows(stream: BinaryIO, shard: Shard, options: PageOptions) -> Iterator[InputRow]:
    shift = shard.offset if shard.spool else 0
    limit = bounded_lines.max_line_bytes(options.max_page_bytes)
    if shard.start:
        stream.seek(shard.start - 1)
        next(bounded_lines.read_bounded_lines(stream, limit), None)
    position = stream.tell()
    lines = bounded_lines.read_bounded_lines(stream, limit)
    while position < shard.end and (line := next(lines, b"")) != b"":
        row = _line_row(line, shard.files[0], position + shift, options)
        if row is not None:
            yield row
        position = stream.tell()


def _line_row(line: bytes | None, file: str, position: int, options: PageOptions) -> InputRow | None:
    """Read one line; None if it is empty. The line itself is None if it was too long to be read."""
    if line is None:
        limit = bounded_lines.max_line_bytes(options.max_page_bytes)
        message = f"the line has more than {limit} bytes; cut the page or raise COPYDESK_MAX_PAGE_BYTES"
        return bad_row(None, file, position, BadField("too_large", message))
    content = line.strip()
    if not content:
        return None
    try:
        fields = jsonl.parse_object(content.removeprefix(b"\xef\xbb\xbf") if position == 0 else content)
    except BadField as error:
        return bad_row(None, file, position, error, content)
    return row_from_object(fields, content, file, position, options)
