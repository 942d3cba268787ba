"""Rows of a shard: lines of JSONL, rows of Parquet and CSV, responses of a WARC, or files that are one page each."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.classifier.segmentation.html import to_utf8
from copydesk.service.rows.jsonl import (
    BadField,
    JsonId,
    bounded_lines,
    json_object,
    line_limit,
    row_id,
    row_page,
    too_large,
)
from copydesk.service.score.arrow_schema import InputRow, input_rows
from copydesk.service.score.sources import Kind, open_plain, open_raw
from copydesk.service.score.warc import read_responses

READ_ROWS = 64
READ_BYTES = 4 * 1024 * 1024
"""Of Parquet so many rows are taken out at a time, or so many that pages of mean size have so many bytes."""
BROKEN = (OSError, EOFError, zlib.error, csv.Error, pa.ArrowInvalid)
"""What a reader raises where a file is damaged."""

PAGES_KIND, ROWS_KIND, BROKEN_KIND = "pages", "rows", "broken"
"""What a shard holds beside a part of a file of its kind."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Under which names rows hold what is read of them."""

    id: str = "id"
    html: str = "html"
    text: str = "text"
    url: str = "url"
    published: str = "published"
    source: str = "source"

    def names(self) -> dict[str, str]:
        """Return the name of each, by what it holds."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of the inputs, cut by their bytes alone.

    Attributes:
        number: From 0 on, in the order of the inputs.
        kind: What is read; `pages` are files that are one each, `rows` are rows of schema `INPUT` in an Arrow file,
            and of `broken` there is nothing to read.
        files: One file, or several that are a page each.
        kinds: Of the files.
        start: First byte, or row group, that belongs to it; rows that begin before do not.
        end: One past the last.
        offset: Position of the first byte or row of what is read in the file.
        size: Bytes of the inputs that are read up to its end and not in an earlier one.
        spool: File that the content was laid down in, decompressed; None where it is read from its own file.
        broken: Why the file cannot be read further, None where it can.
    """

    number: int
    kind: str
    files: tuple[str, ...]
    kinds: tuple[Kind, ...]
    start: int = 0
    end: int = 0
    offset: int = 0
    size: int = 0
    spool: str | None = None
    broken: str | None = None


def read_shard(shard: Shard, columns: Columns, *, max_page_bytes: int) -> Iterator[InputRow]:
    """Read a shard's rows in order, one at a time; where its file breaks, the last row says so."""
    position = shard.offset
    try:
        for row in _rows(shard, columns, max_page_bytes):
            position = row.position
            yield row
    except BROKEN as error:
        yield broken_row(shard.files[0], position, reason_of(error))
    else:
        if shard.broken is not None:
            yield broken_row(shard.files[0], _end_position(shard), shard.broken)


def _end_position(shard: Shard) -> int:
    return shard.offset + shard.end if shard.kind == Kind.JSONL else shard.end


def reason_of(error: BaseException) -> str:
    """Say in few words why a file cannot be read."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def broken_row(file: str, position: int, reason: str) -> InputRow:
    """Say that a file cannot be read further than a position."""
    message = f"the file cannot be read further than about {position}: {reason}; get it again"
    return InputRow(f"{file}:{position}", file=file, position=position, code="unreadable_file", message=message)


def _rows(shard: Shard, columns: Columns, max_page_bytes: int) -> Iterator[InputRow]:
    file = shard.files[0]
    if shard.kind == BROKEN_KIND:
        return
    if shard.kind == PAGES_KIND:
        for name, kind in zip(shard.files, shard.kinds, strict=True):
            yield _page(name, kind, max_page_bytes)
    elif shard.kind == ROWS_KIND:
        yield from _spooled_rows(shard)
    elif shard.kind == Kind.PARQUET:
        yield from _parquet_rows(shard, columns, max_page_bytes)
    elif shard.kind == Kind.WARC:
        yield from read_responses(file, shard.start, shard.end, max_page_bytes=max_page_bytes)
    else:
        with open_raw(shard.spool or file) as stream:
            yield from _jsonl_rows(stream, shard, columns, max_page_bytes)


def _page(name: str, kind: Kind, max_page_bytes: int) -> InputRow:
    form = kind.value
    try:
        with open_raw(name) as raw, open_plain(raw, name) as stream:
            content = stream.read(max_page_bytes + 1)
    except BROKEN as error:
        return broken_row(name, 0, reason_of(error))
    if len(content) > max_page_bytes:
        return InputRow(name, file=name, code="too_large", message=too_large(max_page_bytes))
    return InputRow(name, form=form, content=content, file=name)


def _jsonl_rows(stream: BinaryIO, shard: Shard, columns: Columns, max_page_bytes: int) -> Iterator[InputRow]:
    """Read the lines that begin in the shard's range; of the line that runs into it the rest is passed over."""
    shift = shard.offset if shard.spool else 0
    limit = line_limit(max_page_bytes)
    if shard.start:
        stream.seek(shard.start - 1)
        next(bounded_lines(stream, limit), None)
    position = stream.tell()
    lines = bounded_lines(stream, limit)
    while position < shard.end and (line := next(lines, b"")) != b"":
        yield from _line_row(line, columns, shard.files[0], position + shift, max_page_bytes)
        position = stream.tell()


def _line_row(
    line: bytes | None, columns: Columns, file: str, position: int, max_page_bytes: int
) -> Iterator[InputRow]:
    if line is None:
        message = f"the line has more than {line_limit(max_page_bytes)} bytes; cut the page or raise "
        yield _bad(None, file, position, BadField("too_large", message + "COPYDESK_MAX_PAGE_BYTES"))
    elif content := line.strip():
        try:
            fields = json_object(content.removeprefix(b"\xef\xbb\xbf") if position == 0 else content)
        except BadField as error:
            yield _bad(None, file, position, error)
        else:
            yield row_of_fields(fields, columns, file, position, max_page_bytes)


def row_of_fields(
    fields: Mapping[str, Any], columns: Columns, file: str, position: int, max_page_bytes: int
) -> InputRow:
    """Take a page out of named fields; whatever is wrong with them becomes a row that says so."""
    named = {name: fields.get(column) for name, column in columns.names().items()}
    found: JsonId = None
    try:
        found = row_id(named)
        content = named["html"] if named["html"] is not None else named["text"]
        row = _filled(named, found, content, max_page_bytes)
    except BadField as error:
        return _bad(found, file, position, error)
    return InputRow(
        f"{file}:{position}" if found is None else str(found),
        url=row.url,
        form="text" if named["html"] is None else "html",
        content=row.content,
        decoded=row.decoded,
        published=_told(named, "published"),
        source=_told(named, "source"),
        file=file,
        position=position,
    )


def _filled(named: dict[str, Any], found: JsonId, content: Any, max_page_bytes: int) -> InputRow:
    """Check a row's fields as `copydesk classify` does; bytes that are not decoded yet stay as they are."""
    if isinstance(content, bytes):
        given = {name: "" if isinstance(value, bytes) else value for name, value in named.items()}
        return InputRow("", url=row_page(given, found, max_page_bytes).url, content=content)
    page = row_page(named, found, max_page_bytes)
    content = to_utf8(page.html or "") if page.text is None else page.text.encode("utf-8", "surrogatepass")
    return InputRow("", url=page.url, content=content, decoded=True)


def _told(named: Mapping[str, Any], name: str) -> str | None:
    """Take what is kept as it came; a time of Parquet is written in ISO 8601."""
    value = named[name]
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) else None


def _bad(found: JsonId, file: str, position: int, error: BadField) -> InputRow:
    name = f"{file}:{position}" if found is None else str(found)
    return InputRow(name, file=file, position=position, code=error.code, message=str(error))


def _parquet_rows(shard: Shard, columns: Columns, max_page_bytes: int) -> Iterator[InputRow]:
    with open_raw(shard.files[0]) as raw, pq.ParquetFile(raw) as parquet:
        groups = range(shard.start, shard.end)
        yield from parquet_rows(
            parquet, groups, columns, shard.files[0], offset=shard.offset, max_page_bytes=max_page_bytes
        )


def parquet_rows(
    parquet: Any, groups: range, columns: Columns, file: str, *, offset: int, max_page_bytes: int
) -> Iterator[InputRow]:
    """Read the rows of some row groups; `offset` is the number of the first."""
    wanted = [name for name in columns.names().values() if name in parquet.schema_arrow.names]
    position = offset
    n_bytes = sum(parquet.metadata.row_group(number).total_byte_size for number in groups)
    n_rows = sum(parquet.metadata.row_group(number).num_rows for number in groups)
    step = max(1, min(READ_ROWS, READ_BYTES * n_rows // max(1, n_bytes)))
    for batch in parquet.iter_batches(step, row_groups=list(groups), columns=wanted, use_threads=False):
        for fields in batch.to_pylist():
            yield row_of_fields(fields, columns, file, position, max_page_bytes)
            position += 1


def csv_rows(stream: BinaryIO, columns: Columns, file: str, *, max_page_bytes: int) -> Iterator[InputRow]:
    """Read the rows of a CSV file whose first row names the columns; fields may hold line ends in quotes.

    Raises:
        csv.Error: A field is far beyond the limit of a page, as where a quote is never closed.
    """
    csv.field_size_limit(line_limit(max_page_bytes))
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        for position, fields in enumerate(csv.DictReader(text)):
            yield row_of_fields({k: _csv_value(v) for k, v in fields.items()}, columns, file, position, max_page_bytes)
    finally:
        text.detach()  # which else closes the stream, though it is its opener's


def _csv_value(value: Any) -> str | bytes | None:
    """Take a field: nothing where it is empty or not there, bytes where it is not UTF-8."""
    if not value or not isinstance(value, str):
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")
    return value


def _spooled_rows(shard: Shard) -> Iterator[InputRow]:
    assert shard.spool is not None
    with pa.memory_map(shard.spool) as file, pa.ipc.open_file(file) as batches:
        for number in range(batches.num_record_batches):
            yield from input_rows(batches.get_batch(number))
