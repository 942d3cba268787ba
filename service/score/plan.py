"""The plan of batch scoring: inputs cut into shards by their bytes alone, the same whoever works on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import IO, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.service.rows.inputs import read_some
from copydesk.service.rows.jsonl import SKIP_BYTES
from copydesk.service.score import SHARD_MB
from copydesk.service.score.arrow_schema import INPUT, InputRow, input_batch
from copydesk.service.score.readers import (
    BROKEN,
    BROKEN_KIND,
    PAGES_KIND,
    ROWS_KIND,
    Columns,
    Shard,
    csv_rows,
    parquet_rows,
    reason_of,
)
from copydesk.service.score.sources import Kind, Source, is_compressed, open_plain, open_raw
from copydesk.service.score.warc import begins_record, record_starts

SHARD_BYTES = SHARD_MB * 1024 * 1024
"""Bytes of a shard, unless a run is told otherwise."""
PAGES = 4096
"""Files of a shard at most."""
PACKED = 4
"""A shard of a compressed WARC has this part of the bytes, as HTML packs to a fifth or so (WCXB: 5.3)."""
GROUP_FACTOR = 4
"""A row group of Parquet up to so many shards' bytes is read where it lies; a larger one is cut."""
SPOOL_ROWS = 64
SPOOL_BYTES = 4 * 1024 * 1024
"""Rows are laid down so many, or so many bytes, at a time."""
ONE_PAGE = (Kind.HTML, Kind.TEXT)


@dataclass(frozen=True, slots=True)
class Cutting:
    """How inputs are cut.

    Attributes:
        spool: Folder in which content is laid down that cannot be read from its middle: compressed lines, CSV, large
            row groups.
        wanted: Whether a shard of this number is worked on at all; what is done already is not laid down again.
    """

    columns: Columns
    max_page_bytes: int
    shard_bytes: int
    spool: Path
    wanted: Callable[[int], bool] = lambda number: True


def plan(sources: Iterable[Source], cutting: Cutting) -> Iterator[Shard]:
    """Cut sources into shards, one at a time and in order; no more than one shard's content is held in memory.

    A shard ends where its source does, but files that are a page each are put together.
    """
    numbers = count()
    pages: list[Source] = []
    for source in chain(sources, [None]):
        if source is not None and source.kind in ONE_PAGE:
            pages.append(source)
        if pages and (source is None or source.kind not in ONE_PAGE or _full(pages, cutting)):
            yield _pages_shard(next(numbers), pages)
            pages = []
        if source is not None and source.kind not in ONE_PAGE:
            yield from _file_shards(source, cutting, numbers)


def _full(pages: list[Source], cutting: Cutting) -> bool:
    return len(pages) >= PAGES or sum(page.size for page in pages) >= cutting.shard_bytes


def _pages_shard(number: int, pages: list[Source]) -> Shard:
    return Shard(
        number,
        PAGES_KIND,
        tuple(page.name for page in pages),
        tuple(page.kind for page in pages),
        size=sum(page.size for page in pages),
    )


def _file_shards(source: Source, cutting: Cutting, numbers: Iterator[int]) -> Iterator[Shard]:
    whole = Shard(-1, source.kind, (source.name,), (source.kind,))
    try:
        if source.kind is Kind.WARC:
            yield from _records(whole, source, cutting, numbers)
        elif source.kind is Kind.PARQUET:
            yield from _groups(whole, source, cutting, numbers)
        elif source.kind is Kind.CSV:
            with open_raw(source.name) as raw:
                rows = csv_rows(
                    open_plain(raw, source.name), cutting.columns, source.name, max_page_bytes=cutting.max_page_bytes
                )
                yield from _laid_rows(rows, whole, raw.tell, cutting, numbers)
        elif is_compressed(source.name):
            yield from _laid_lines(whole, source, cutting, numbers)
        else:
            yield from _lines(whole, source, cutting, numbers)
    except BROKEN as error:
        yield replace(whole, number=next(numbers), kind=BROKEN_KIND, broken=reason_of(error))


def _lines(whole: Shard, source: Source, cutting: Cutting, numbers: Iterator[int]) -> Iterator[Shard]:
    for start in range(0, source.size, cutting.shard_bytes):
        end = min(start + cutting.shard_bytes, source.size)
        yield replace(whole, number=next(numbers), start=start, end=end, size=end - start)


def _records(whole: Shard, source: Source, cutting: Cutting, numbers: Iterator[int]) -> Iterator[Shard]:
    """Cut a WARC where records begin; where it breaks off, the last shard says so."""
    step = max(1, cutting.shard_bytes // (PACKED if is_compressed(source.name) else 1))
    start = 0
    broken: str | None = None
    try:
        for position in record_starts(source.name):
            if position - start < step:
                continue
            if not begins_record(source.name, position):  # one gzip stream of all records cannot be cut
                break
            yield replace(whole, number=next(numbers), start=start, end=position, size=position - start)
            start = position
    except BROKEN as error:
        broken = reason_of(error)
    size = source.size - start
    yield replace(whole, number=next(numbers), start=start, end=source.size + 1, size=size, broken=broken)


def _groups(whole: Shard, source: Source, cutting: Cutting, numbers: Iterator[int]) -> Iterator[Shard]:
    """Cut Parquet between row groups, and large ones between rows."""
    with open_raw(source.name) as raw, pq.ParquetFile(raw) as parquet:
        offset = 0
        for number in range(parquet.num_row_groups):
            group = parquet.metadata.row_group(number)
            if group.total_byte_size <= GROUP_FACTOR * cutting.shard_bytes:
                yield replace(
                    whole,
                    number=next(numbers),
                    start=number,
                    end=number + 1,
                    offset=offset,
                    size=source.size // parquet.num_row_groups,
                )
            else:
                rows = parquet_rows(
                    parquet,
                    range(number, number + 1),
                    cutting.columns,
                    source.name,
                    offset=offset,
                    max_page_bytes=cutting.max_page_bytes,
                )
                yield from _laid_rows(rows, whole, None, cutting, numbers)
            offset += group.num_rows


def _laid_lines(whole: Shard, source: Source, cutting: Cutting, numbers: Iterator[int]) -> Iterator[Shard]:
    """Lay compressed lines down, decompressed, and cut them where a line ends."""
    offset = read = 0
    broken: str | None = None
    with open_raw(source.name) as raw, open_plain(raw, source.name) as stream:
        while broken is None:
            with _spool(cutting) as part:
                broken = _copy_lines(stream, part.file, cutting.shard_bytes)
                n_bytes = part.file.tell()
            if not n_bytes and broken is None:
                return
            number = next(numbers)
            yield replace(
                whole,
                number=number,
                end=n_bytes,
                offset=offset,
                size=raw.tell() - read,
                spool=part.named(number),
                broken=broken,
            )
            offset, read = offset + n_bytes, raw.tell()


def _copy_lines(stream: BinaryIO, out: IO[bytes], step: int) -> str | None:
    """Copy whole lines of `step` bytes or a little more; gives why nothing more can be read, None where it can."""
    try:
        while out.tell() < step and (data := read_some(stream, min(SKIP_BYTES, step - out.tell()))):
            out.write(data)
        while data and not data.endswith(b"\n") and (data := stream.readline(SKIP_BYTES)):
            out.write(data)
    except BROKEN as error:
        return reason_of(error)
    return None


def _laid_rows(
    rows: Iterator[InputRow],
    whole: Shard,
    read: Callable[[], int] | None,
    cutting: Cutting,
    numbers: Iterator[int],
) -> Iterator[Shard]:
    """Lay rows down in Arrow files; `read` tells how many bytes of the source are read."""
    before = 0
    broken: str | None = None
    while broken is None:
        with _spool(cutting) as part:
            n_rows, end, broken = _copy_rows(rows, part.file, cutting.shard_bytes)
        if not n_rows and broken is None:
            return
        now = read() if read else 0
        number = next(numbers)
        yield replace(
            whole, number=number, kind=ROWS_KIND, end=end, size=now - before, spool=part.named(number), broken=broken
        )
        before = now


def _copy_rows(rows: Iterator[InputRow], out: IO[bytes], step: int) -> tuple[int, int, str | None]:
    """Copy rows of `step` bytes; gives how many, one past the last one's position, and why there are no more."""
    n_rows = n_bytes = end = 0
    broken: str | None = None
    with pa.ipc.new_file(out, INPUT) as laid:
        part: list[InputRow] = []
        part_bytes = 0
        try:
            while n_bytes < step and (row := next(rows, None)) is not None:
                part.append(row)
                part_bytes += len(row.content or b"")
                n_bytes += max(1, len(row.content or b""))
                n_rows, end = n_rows + 1, row.position + 1
                if len(part) >= SPOOL_ROWS or part_bytes >= SPOOL_BYTES:
                    laid.write_batch(input_batch(part))
                    part, part_bytes = [], 0
        except BROKEN as error:
            broken = reason_of(error)
        if part:
            laid.write_batch(input_batch(part))
    return n_rows, end, broken


@dataclass(slots=True)
class _Part:
    """A file that is being laid down; it gets its number's name once there is one."""

    file: IO[bytes]
    cutting: Cutting

    def named(self, number: int) -> str:
        path = self.cutting.spool / f"spool-{number:07}"
        if self.cutting.wanted(number):
            Path(self.file.name).replace(path)
        return str(path)


@contextmanager
def _spool(cutting: Cutting) -> Iterator[_Part]:
    with (cutting.spool / "spool-next").open("wb") as file:
        yield _Part(file, cutting)
