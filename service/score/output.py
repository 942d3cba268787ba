"""Writes the output folder of batch scoring so that a killed run can continue: every file is complete or missing."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from copydesk.service.atomic_files import UNFINISHED, write_atomically
from copydesk.service.dedup import ChunkFolder, UnusableWork, group_by_size, work_folder
from copydesk.service.rows import contract, jsonl
from copydesk.service.score.arrow_schema import MAPS, OUTPUT, json_values
from copydesk.service.score.batch import ScoredBatch
from copydesk.service.score.changed_settings import describe_changes
from copydesk.service.score.options import OutputFormat
from copydesk.service.score.tally import Tally, tally_from_fields

GROUP_BYTES = 32 * 1024 * 1024
"""A Parquet row group is written when its rows take this many bytes in memory."""
ENTRY_BYTES = 70
"""Bytes of an entry of a list: those of a block; comments and matches have a few more."""
DICTIONARY_COLUMNS = [
    *("site", "section", "language", "language_declared", "language_detected", "page_type", "source", "file", "model"),
    *(f"found_in.{name}" for name in MAPS["found_in"]),
    *("blocks.list.element.label", "blocks.list.element.kind"),
]
"""Columns with few distinct values, which get dictionary encoding. For all columns it took a third of the time."""
ROWS, WORK, ERRORS_FILE, SUMMARY = "rows", "_work", "errors.jsonl", "summary.json"
REPORT = "report.html"
OPTIONAL = (
    "published",
    "modified",
    "markdown",
    "source",
    "cluster",
    "keep",
    "kept_because",
    "matches",
    "text",
    "blocks",
)
"""Fields that are left out of a JSONL line if they are null."""


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """The names of the files of an output.

    Attributes:
        path: The folder itself.
        model: The digest of the model, for the metadata of the row files.
        staged: Whether scored shards are first written to the work folder, as Parquet, until their clusters are known.
        signed: Whether each shard's bodies are signed, into a chunk file of the same format as in `copydesk dedup`.
    """

    path: Path
    format: OutputFormat
    model: str
    staged: bool = False
    signed: bool = False

    @property
    def work(self) -> Path:
        """The work folder, which is removed at the end of the run."""
        return self.path / WORK

    def part(self, number: int) -> Path:
        """Return the file of a shard's final rows."""
        return self.path / ROWS / f"part-{number:07}.{self.format}"

    def scored(self, number: int) -> Path:
        """Return the file of a shard's scored rows, which have no clusters yet if they are staged."""
        return self.work / f"scored-{number:07}.parquet" if self.staged else self.part(number)

    def record(self, number: int) -> Path:
        """Return the file with a shard's counts. It is written last, so if it exists, the shard is scored."""
        return self.work / f"done-{number:07}.json"

    def indexed(self, number: int) -> Path:
        """Return the file with an index's answers to a shard, while duplicates in the run are still to be found."""
        return self.work / f"indexed-{number:07}.jsonl"

    def index_counts(self, number: int) -> Path:
        """Return the file with the counts of an index's answers to a shard."""
        return self.work / f"index-counts-{number:07}.json"

    def errors(self, number: int, kind: str = "errors") -> Path:
        """Return the file of a shard's error rows."""
        return self.work / f"{kind}-{number:07}.jsonl"

    def is_done(self, number: int) -> bool:
        """Tell whether a shard is scored. Its chunk may be missing because it was damaged: then it is scored again."""
        return self.record(number).exists() and (not self.signed or ChunkFolder(self.work).file(number).exists())

    def tally(self, number: int) -> Tally | None:
        """Read the counts of a shard, None if it is not scored."""
        return tally_from_fields(self.read_record(number)) if self.is_done(number) else None

    def check_shard(self, number: int, digest: str) -> None:
        """Check that an earlier run scored the same part of the inputs under this number, if it is scored.

        Raises:
            UnusableWork: It scored another part, for example because a file could not be opened then.
        """
        if self.record(number).exists() and self.read_record(number)["shard"] != digest:
            raise UnusableWork(
                f"{self.path}: shard {number} is not what it was when it was scored; a file could perhaps not be read "
                "then, or not now. Name another --output"
            )

    def read_record(self, number: int) -> dict[str, Any]:
        """Read what was recorded of a scored shard."""
        record: dict[str, Any] = json.loads(self.record(number).read_bytes())
        return record

    def forget(self, number: int) -> None:
        """Make a shard count as not scored."""
        for path in (self.record(number), self.errors(number), self.indexed(number), self.index_counts(number)):
            path.unlink(missing_ok=True)

    def summary(self) -> dict[str, Any] | None:
        """Read the summary, None if the run is not finished."""
        try:
            found: dict[str, Any] = json.loads((self.path / SUMMARY).read_bytes())
        except FileNotFoundError:
            return None
        return found


@contextlib.contextmanager
def open_folder(folder: OutputFolder, manifest: Mapping[str, Any]) -> Iterator[None]:
    """Create an output folder, or continue one whose manifest is equal, and lock it until the block ends.

    Raises:
        UnusableWork: The folder contains other files, another run has locked it, or it has rows that were scored with
            another model, other settings or other inputs.
    """
    path = folder.path
    if path.exists() and not path.is_dir():
        raise UnusableWork(f"{path} is a file, expected a folder; name another --output")
    with work_folder.lock_folder(path, "holds files that are not of copydesk score; name an empty or a new --output"):
        _check_manifest(folder, json.loads(json.dumps(manifest)))
        if (path / SUMMARY).exists():
            shutil.rmtree(folder.work, ignore_errors=True)  # a finished run may have been killed before this
        else:
            for name in (ROWS, WORK):
                (path / name).mkdir(exist_ok=True)
        _remove_unfinished(path)
        yield


def _remove_unfinished(path: Path) -> None:
    """Delete the unfinished files of runs and workers that were killed."""
    for unfinished in (*path.glob(f"{UNFINISHED}*"), *(path / ROWS).glob(f"{UNFINISHED}*")):
        unfinished.unlink(missing_ok=True)


def _check_manifest(folder: OutputFolder, manifest: dict[str, Any]) -> None:
    """Write the manifest of a new run, or compare it; a run without any scored row may begin again with another."""
    path = folder.path
    try:
        earlier = json.loads((path / work_folder.MANIFEST).read_bytes())
    except FileNotFoundError:
        _write_manifest(path, manifest)
        return
    except ValueError as error:
        raise UnusableWork(f"{path / work_folder.MANIFEST} is damaged ({error}); name another --output") from error
    changed = describe_changes(earlier, manifest)
    if not changed:
        return
    if _has_scored_rows(folder) or earlier.get("uploaded_to") or manifest["uploaded_to"]:
        raise UnusableWork(
            f"{path} was begun with other settings: {'; '.join(changed)}. Use the same again, name another --output, "
            "or remove the folder if it is not needed any more"
        )
    _clear(path)
    _write_manifest(path, manifest)


def _write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    write_atomically(
        path / work_folder.MANIFEST, lambda out: out.write(json.dumps(manifest, indent=1).encode() + b"\n")
    )


def _has_scored_rows(folder: OutputFolder) -> bool:
    """Return whether a run, finished or not, has scored any row."""
    summary = folder.summary()
    if summary is not None:
        return bool(summary["rows"])
    return any(json.loads(record.read_bytes())["rows"] for record in folder.work.glob("done-*.json"))


def _clear(path: Path) -> None:
    """Remove what a run has written, but for its errors: `--only` may name them, and the end of a run replaces them."""
    for name in (SUMMARY, REPORT):
        (path / name).unlink(missing_ok=True)
    for name in (ROWS, WORK):
        shutil.rmtree(path / name, ignore_errors=True)


def write_rows(out: IO[bytes], format: OutputFormat, model: str, batches: Iterable[pa.RecordBatch]) -> None:
    """Write rows as Parquet or JSONL. Equal rows give equal bytes, however they are divided into batches."""
    if format is OutputFormat.JSONL:
        for batch in batches:
            for fields in json_values(batch.to_struct_array()):
                out.write(jsonl.encode_row_fast(_present(fields)))
        return
    schema = OUTPUT.with_metadata({"copydesk.model": model})
    rows = (
        (batch.slice(number, 1), size) for batch in batches for number, size in enumerate(row_bytes(batch).tolist())
    )
    with pq.ParquetWriter(out, schema, compression="zstd", use_dictionary=DICTIONARY_COLUMNS) as parquet:
        for group in group_by_size(rows, itemgetter(1), n=sys.maxsize, n_bytes=GROUP_BYTES):
            table = pa.Table.from_batches([row for row, _ in group]).replace_schema_metadata(schema.metadata)
            parquet.write_table(table.combine_chunks(), row_group_size=len(group))


def row_bytes(batch: pa.RecordBatch) -> NDArray[np.int64]:
    """Estimate each row's bytes in memory; Arrow's own count costs more than the rest of a row that is written."""
    total = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        if pa.types.is_string(column.type):
            total += pc.fill_null(pc.binary_length(column), 0).to_numpy()
        elif pa.types.is_list(column.type):
            total += ENTRY_BYTES * pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    return total


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is null, among the fields and in `found_in`."""
    found_in = {name: place for name, place in fields["found_in"].items() if place is not None}
    return {
        name: found_in if name == "found_in" else value
        for name, value in fields.items()
        if value is not None or name not in OPTIONAL
    }


def write_part(path: Path, format: OutputFormat, model: str, batches: Iterator[pa.RecordBatch]) -> None:
    """Write a file of rows, complete or not at all."""
    write_atomically(path, lambda out: write_rows(out, format, model, batches))


def write_shard(
    folder: OutputFolder, number: int, digest: str, batches: Iterator[ScoredBatch], counts: Callable[[], Tally] = Tally
) -> dict[str, Any]:
    """Write a scored shard: its rows, its errors, and last its counts and its digest, which mark it as scored.

    Args:
        counts: Called after the last batch: further counts.
    """
    tally = Tally()
    errors: list[contract.ScoreError] = []

    def rows() -> Iterator[pa.RecordBatch]:
        for scored in batches:
            tally.add(scored.tally)
            errors.extend(scored.errors)
            yield scored.rows

    write_part(folder.scored(number), OutputFormat.PARQUET if folder.staged else folder.format, folder.model, rows())
    if errors:
        write_errors(folder.errors(number), errors)
    more = counts()
    tally.add(more)
    tally.span, tally.absent = more.span, more.absent
    record = {"shard": digest, **tally.fields()}
    write_atomically(folder.record(number), lambda out: out.write(json.dumps(record).encode()))
    return record


def write_errors(path: Path, errors: Iterable[contract.ScoreError]) -> None:
    """Write error rows as JSONL, complete or not at all."""
    write_atomically(path, lambda out: out.writelines(map(jsonl.encode_row, errors)))


def finish(folder: OutputFolder, n_shards: int, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Join the shards' errors in one file, write the summary, and remove the work folder. May be repeated.

    Returns the summary, with the errors counted as they are in that file.
    """
    counts: Counter[str] = Counter()

    def copy_errors(out: IO[bytes]) -> None:
        for number in range(n_shards):
            for kind in ("errors", "repeats"):
                with contextlib.suppress(FileNotFoundError), folder.errors(number, kind).open("rb") as part:
                    for line in part:
                        counts[str(jsonl.parse_object(line)["code"])] += 1
                        out.write(line)

    write_atomically(folder.path / ERRORS_FILE, copy_errors)
    found = {**summary, "errors": dict(sorted(counts.items()))}
    found.pop("span", None)
    _remove_unfinished(folder.path)
    write_atomically(folder.path / SUMMARY, lambda out: out.write(json.dumps(found, indent=1).encode() + b"\n"))
    shutil.rmtree(folder.work)
    return found
