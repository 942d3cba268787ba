"""Cuts the inputs into shards, only by their bytes, so that every run and every engine has the same shards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, groupby
from pathlib import Path
from typing import IO, Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.service.dedup import group_by_size
from copydesk.service.rows import BadField, inputs
from copydesk.service.rows.bounded_lines import SKIP_BYTES
from copydesk.service.score import readers
from copydesk.service.score.arrow_schema import INPUT, InputRow, input_batch
from copydesk.service.score.machine_faults import machine_faults, open_spool, reason_of
from copydesk.service.score.options import PageOptions
from copydesk.service.score.readers import Shard, ShardKind
from copydesk.service.score.sources import FileKind, InputFile, compression_of, is_compressed, open_plain, open_raw
from copydesk.service.score.tables import check_count, parquet_fields, read_csv, read_json, read_parquet
from copydesk.service.score.warc import is_one_stream, is_packed, read_records

MAX_FILES = 4096
"""Most files of one page each in a shard."""
WARC_COMPRESSION = 4
"""A shard of a compressed WARC has a quarter of the bytes, since HTML shrinks to about a fifth (5.3 times on WCXB)."""
ROW_GROUP_FACTOR = 4
"""A Parquet row group of up to this many times a shard's bytes is one shard; a larger one is cut into several."""
NEXT_SPOOL = "spool-next"
"""The spool file that is being written."""
ONE_PAGE = (FileKind.HTML, FileKind.TEXT)
READERS = {FileKind.CSV: read_csv, FileKind.JSON: read_json}
"""Readers of files that cannot be read from their middle."""
CopyStep = Callable[[IO[bytes], int], tuple[int, str | None]]
"""Copies a shard's content; returns its end (0 if it is empty), and the error if reading failed after it, else None."""


@dataclass(frozen=True, slots=True)
class CutOptions:
    """How inputs are cut.

    Attributes:
        spool: Folder for spool files: copies of content that cannot be read from the middle of its file (compressed
            lines, CSV, JSON, large row groups).
        wanted: Whether the shard of this number is still to be scored; if not, no spool file is kept for it.
    """

    pages: PageOptions
    shard_bytes: int
    spool: Path
    wanted: Callable[[int], bool] = lambda number: True


def cut_into_shards(files: Iterable[InputFile], options: CutOptions) -> Iterator[Shard]:
    """Cut files into shards, one at a time and in order; at most one shard's content is in memory.

    A shard ends where its file ends; only files that are one page each share a shard.
    """
    numbers = count()
    for are_pages, group in groupby(files, lambda file: file.kind in ONE_PAGE):
        if are_pages:
            for pages in group_by_size(group, lambda page: page.size, n=MAX_FILES, n_bytes=options.shard_bytes):
                names = tuple(page.name for page in pages)
                yield Shard(next(numbers), ShardKind.PAGES, names, size=sum(page.size for page in pages))
        else:
            for file in group:
                yield from _FileCutter(file, options, numbers).shards()


@dataclass(frozen=True, slots=True)
class _FileCutter:
    """Cuts one file; `numbers` gives the number of the next shard."""

    file: InputFile
    options: CutOptions
    numbers: Iterator[int]

    def shards(self) -> Iterator[Shard]:
        """Cut the file in the way of its kind; if it is damaged, its last shard has the error."""
        name, kind = self.file.name, self.file.kind
        try:
            if kind is FileKind.WARC:
                yield from self._cut_warc()
            elif kind is FileKind.PARQUET:
                yield from self._cut_parquet()
            elif kind in READERS:
                with open_raw(name) as raw, open_plain(raw, name) as stream:
                    rows = READERS[kind](stream, name, self.options.pages)
                    yield from self._spool_rows(rows, partial(self._bytes_read, raw))
            elif is_compressed(name):
                with open_raw(name) as raw, open_plain(raw, name) as stream:
                    yield from self._spool(FileKind.JSONL, partial(_copy_lines, stream), partial(self._bytes_read, raw))
            else:
                yield from self._cut_lines()
        except BadField as error:
            yield self._shard(next(self.numbers), kind=ShardKind.BROKEN, broken=str(error), code=error.code)
        except Exception as error:
            yield self._shard(next(self.numbers), kind=ShardKind.BROKEN, broken=reason_of(error))

    def _shard(self, number: int, *, kind: FileKind | ShardKind | None = None, **place: Any) -> Shard:
        return Shard(number, kind or self.file.kind, (self.file.name,), **place)

    def _bytes_read(self, raw: BinaryIO) -> int:
        return self.file.size if raw.closed else raw.tell()  # Arrow closes a file that it cannot decompress

    def _cut_lines(self) -> Iterator[Shard]:
        if not self.file.size:
            open_raw(self.file.name).close()  # raises if it is a dangling link
        for start in range(0, self.file.size, self.options.shard_bytes):
            end = min(start + self.options.shard_bytes, self.file.size)
            yield self._shard(next(self.numbers), start=start, end=end, size=end - start)

    def _cut_warc(self) -> Iterator[Shard]:
        """Cut a WARC at any bytes: workers find the records. One in which reading cannot begin at each is spooled."""
        name, size, step = self.file.name, self.file.size, self.options.shard_bytes
        max_page_bytes = self.options.pages.max_page_bytes
        with open_raw(name) as raw:
            packed = is_packed(raw)
            if not size:
                raise EOFError("it is empty")
            if not packed and compression_of(name) not in (None, "gzip"):
                raw.seek(0)
                rows = read_records(open_plain(raw, name), name, max_page_bytes, packed=False)
                yield from self._spool_rows(rows, partial(self._bytes_read, raw))
                return
            step = max(1, step // (WARC_COMPRESSION if packed else 1))
            if size > step and is_one_stream(raw):
                yield from self._spool_rows(read_records(raw, name, max_page_bytes, packed=True), raw.tell)
                return
        for start in range(0, size, step):
            end = start + step
            # what is at the very end of a file, such as damage, belongs to the last shard
            yield self._shard(
                next(self.numbers), start=start, end=end if end < size else size + 1, size=min(step, size - start)
            )

    def _cut_parquet(self) -> Iterator[Shard]:
        """Cut Parquet between row groups, and large row groups between rows."""
        name = self.file.name
        with open_raw(name) as raw, pq.ParquetFile(raw) as parquet:
            parquet_fields(parquet, self.options.pages)
            offset = 0
            for group in range(parquet.num_row_groups):
                metadata = parquet.metadata.row_group(group)
                if metadata.total_byte_size <= ROW_GROUP_FACTOR * self.options.shard_bytes:
                    size = self.file.size // parquet.num_row_groups
                    yield self._shard(next(self.numbers), start=group, end=group + 1, offset=offset, size=size)
                else:
                    rows = read_parquet(parquet, [group], name, offset, self.options.pages)
                    yield from self._spool_rows(rows, first=offset)
                offset += metadata.num_rows
            check_count(offset, parquet.metadata.num_rows)

    def _spool(self, kind: FileKind | ShardKind, copy: CopyStep, n_bytes_read: Callable[[], int]) -> Iterator[Shard]:
        """Copy content into spool files. `n_bytes_read` counts the bytes that were read from the input."""
        offset = read = 0
        broken: str | None = None
        while broken is None:
            with open_spool(self.options.spool / NEXT_SPOOL, "wb") as out:
                end, broken = copy(out, self.options.shard_bytes)
            if not end and broken is None:
                return
            number, now = next(self.numbers), n_bytes_read()
            spool = self._keep_spool(number)
            yield self._shard(number, kind=kind, end=end, offset=offset, size=now - read, spool=spool, broken=broken)
            read = now
            if kind is FileKind.JSONL:  # spooled rows have their positions in the file
                offset += end

    def _spool_rows(
        self, rows: Iterator[InputRow], n_bytes_read: Callable[[], int] = lambda: 0, *, first: int = 0
    ) -> Iterator[Shard]:
        """Copy rows into spool files; `first` is the position of the first."""
        return self._spool(ShardKind.SPOOLED_ROWS, _RowCopier(rows, first), n_bytes_read)

    def _keep_spool(self, number: int) -> str:
        """Rename the finished spool file after its shard, if that is still to be scored."""
        path = self.options.spool / f"spool-{number:07}"
        if self.options.wanted(number):
            with machine_faults(str(path), of_input=()):
                (self.options.spool / NEXT_SPOOL).replace(path)
        return str(path)


def _copy_lines(stream: BinaryIO, out: IO[bytes], step: int) -> tuple[int, str | None]:
    """Copy whole lines until there are `step` bytes."""
    try:
        while out.tell() < step and (data := inputs.read_some(stream, min(SKIP_BYTES, step - out.tell()))):
            out.write(data)
        while data and not data.endswith(b"\n") and (data := stream.readline(SKIP_BYTES)):
            out.write(data)
    except Exception as error:
        return out.tell(), reason_of(error)
    return out.tell(), None


@dataclass(slots=True)
class _RowCopier:
    """Copies rows; `end` is one past the position of the last row that could be read."""

    rows: Iterator[InputRow]
    end: int

    def __call__(self, out: IO[bytes], step: int) -> tuple[int, str | None]:
        """Copy rows of `step` bytes; return the end, 0 if there are no more, and the error if reading failed."""
        n_bytes = 0
        broken: str | None = None

        def taken() -> Iterator[InputRow]:
            nonlocal n_bytes, broken
            try:
                while n_bytes < step and (row := next(self.rows, None)) is not None:
                    n_bytes += max(1, len(row.content or b""))
                    self.end = row.position + 1
                    yield row
            except Exception as error:
                broken = reason_of(error)

        with pa.ipc.new_file(out, INPUT) as spool:
            for batch in readers.group_rows(taken()):
                spool.write_batch(input_batch(batch))
        return (self.end if n_bytes or broken is not None else 0), broken
