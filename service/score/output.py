"""The output folder of batch scoring: a manifest, shards that are there whole or not at all, and what is done."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.service.atomic_files import ASIDE, write_aside
from copydesk.service.dedup.work_folder import LOCK, MANIFEST, UnusableWork, chunk_path, hold
from copydesk.service.rows.jsonl import encode_row
from copydesk.service.score.arrow_schema import OUTPUT
from copydesk.service.score.batch import Scored
from copydesk.service.score.tally import Tally, tally_of_fields

GROUP_BYTES = 32 * 1024 * 1024
"""A row group is written when it holds so many bytes in memory."""
REPEATED = ["source", "file", "model", "blocks.list.element.label", "blocks.list.element.kind"]
"""Columns whose values recur, and so are kept once; for the others looking for such took a third of the time."""
ROWS, WORK, ERRORS_FILE, SUMMARY = "rows", "_work", "errors.jsonl", "summary.json"
OPTIONAL = ("text", "blocks", "published", "source", "cluster", "keep", "matches")
"""Fields that a line of JSONL leaves out where they are null."""


class Output(StrEnum):
    """How rows are written."""

    PARQUET = "parquet"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where the files of an output lie.

    Attributes:
        path: The folder itself.
        output: How its rows are written.
        model: The digest of the model, which the files of rows name.
        staged: Whether scored shards wait for their clusters in the work folder, always as Parquet.
        signed: Whether each shard's bodies are signed, into a chunk as `copydesk dedup` has them.
    """

    path: Path
    output: Output
    model: str
    staged: bool = False
    signed: bool = False

    @property
    def work(self) -> Path:
        """What is removed once all is done."""
        return self.path / WORK

    def part(self, number: int) -> Path:
        """Name the file of a shard's rows."""
        return self.path / ROWS / f"part-{number:07}.{self.output}"

    def scored(self, number: int) -> Path:
        """Name the file that a shard's rows are in once they are scored."""
        return self.work / f"scored-{number:07}.parquet" if self.staged else self.part(number)

    def record(self, number: int) -> Path:
        """Name the file that says that a shard is scored."""
        return self.work / f"done-{number:07}.json"

    def errors(self, number: int, kind: str = "errors") -> Path:
        """Name the file of a shard's error rows."""
        return self.work / f"{kind}-{number:07}.jsonl"

    def is_done(self, number: int) -> bool:
        """Tell whether a shard is scored; of a signed one the chunk may have been found damaged, and removed."""
        return self.record(number).exists() and (not self.signed or chunk_path(self.work, number).exists())

    def tally(self, number: int) -> Tally | None:
        """Read what was counted of a shard, None where it is not done."""
        return tally_of_fields(json.loads(self.record(number).read_bytes())) if self.is_done(number) else None

    def summary(self) -> dict[str, Any] | None:
        """Read the summary, None where the work is not finished."""
        try:
            found: dict[str, Any] = json.loads((self.path / SUMMARY).read_bytes())
        except FileNotFoundError:
            return None
        return found


@contextlib.contextmanager
def opened(folder: Folder, manifest: Mapping[str, Any]) -> Iterator[None]:
    """Hold an output folder for one run, new or with an equal manifest.

    Raises:
        UnusableWork: The folder is none of ours, another run holds it, or it was begun with another model, other
            settings or other inputs.
    """
    path = folder.path
    if path.exists() and not path.is_dir():
        raise UnusableWork(f"{path} is a file, expected a folder; name another --output")
    if path.exists() and not (path / LOCK).exists() and any(path.iterdir()):
        raise UnusableWork(f"{path} holds files that are not of copydesk score; name an empty or a new --output")
    path.mkdir(parents=True, exist_ok=True)
    with (path / LOCK).open("a") as lock:
        hold(lock, path)
        _check_manifest(path, json.loads(json.dumps(manifest)))
        if (path / SUMMARY).exists():
            shutil.rmtree(folder.work, ignore_errors=True)  # its removal may have been stopped
        else:
            for name in (ROWS, WORK):
                (path / name).mkdir(exist_ok=True)
        yield


def _check_manifest(path: Path, manifest: dict[str, Any]) -> None:
    try:
        earlier = json.loads((path / MANIFEST).read_bytes())
    except FileNotFoundError:
        write_aside(path / MANIFEST, lambda out: out.write(json.dumps(manifest, indent=1).encode() + b"\n"))
        return
    except ValueError as error:
        raise UnusableWork(f"{path / MANIFEST} is damaged ({error}); name another --output") from error
    differ = [key for key in manifest if earlier.get(key) != manifest[key]]
    if differ:
        found = "; ".join(f"{key} was {json.dumps(earlier.get(key))}, is {json.dumps(manifest[key])}" for key in differ)
        raise UnusableWork(f"{path} was begun otherwise: {found}. Use the same again, or name another --output")


class RowWriter:
    """Writes rows of schema `OUTPUT`; the same rows give the same bytes, however they come in batches."""

    def __init__(self, out: IO[bytes], output: Output, model: str) -> None:
        self._out = out
        self._waiting: list[pa.RecordBatch] = []
        self._n_bytes = 0
        self._schema = OUTPUT.with_metadata({"copydesk.model": model})
        self._parquet = None
        if output is Output.PARQUET:
            self._parquet = pq.ParquetWriter(out, self._schema, compression="zstd", use_dictionary=REPEATED)

    def write(self, rows: pa.RecordBatch) -> None:
        """Take some rows."""
        if self._parquet is None:
            self._out.writelines(encode_row(_line(fields)) for fields in rows.to_pylist())
            return
        for number in range(rows.num_rows):
            row = rows.slice(number, 1)
            self._waiting.append(row)
            self._n_bytes += row.nbytes
            if self._n_bytes >= GROUP_BYTES:
                self._flush()

    def _flush(self) -> None:
        if self._waiting and self._parquet is not None:
            table = pa.Table.from_batches(self._waiting).replace_schema_metadata(self._schema.metadata)
            self._parquet.write_table(table.combine_chunks(), row_group_size=max(1, table.num_rows))
            self._waiting, self._n_bytes = [], 0

    def close(self) -> None:
        """Write what waits, and the end of the file."""
        self._flush()
        if self._parquet is not None:
            self._parquet.close()


def _line(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None or name not in OPTIONAL}


def write_part(path: Path, output: Output, model: str, batches: Iterator[pa.RecordBatch]) -> None:
    """Write a file of rows whole or not at all."""

    def write(out: IO[bytes]) -> None:
        writer = RowWriter(out, output, model)
        for batch in batches:
            writer.write(batch)
        writer.close()

    write_aside(path, write)


def write_shard(folder: Folder, number: int, batches: Iterator[Scored]) -> Tally:
    """Write a scored shard: its rows, its errors, then the record that says that it is done."""
    tally = Tally()
    errors: list[dict[str, Any]] = []

    def rows() -> Iterator[pa.RecordBatch]:
        for scored in batches:
            tally.add(scored.tally)
            errors.extend(scored.errors.to_pylist())
            yield scored.rows

    write_part(folder.scored(number), Output.PARQUET if folder.staged else folder.output, folder.model, rows())
    if errors:
        write_errors(folder.errors(number), errors)
    write_aside(folder.record(number), lambda out: out.write(json.dumps(tally.fields()).encode()))
    return tally


def write_errors(path: Path, errors: list[dict[str, Any]]) -> None:
    """Write error rows, a line of JSON each, whole or not at all."""
    write_aside(path, lambda out: out.writelines(map(encode_row, errors)))


def finish(folder: Folder, n_shards: int, summary: Mapping[str, Any]) -> None:
    """Put the shards' errors into one file, write the summary, and remove the work folder; can be done again."""

    def copy_errors(out: IO[bytes]) -> None:
        for number in range(n_shards):
            for kind in ("errors", "repeats"):
                with contextlib.suppress(FileNotFoundError), folder.errors(number, kind).open("rb") as part:
                    shutil.copyfileobj(part, out)

    write_aside(folder.path / ERRORS_FILE, copy_errors)
    for left in (folder.path / ROWS).glob(f"{ASIDE}*"):  # of workers that were ended
        left.unlink()
    write_aside(folder.path / SUMMARY, lambda out: out.write(json.dumps(summary, indent=1).encode() + b"\n"))
    shutil.rmtree(folder.work)
