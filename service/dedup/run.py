"""Runs `copydesk dedup`: signs all documents in chunks, compares them, and writes one row each in input order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, TextIO

import numpy as np

from copydesk.classifier import ArtifactMismatch, load_manifest
from copydesk.classifier.duplicates import DuplicateOptions, Duplicates, KeyScheme, find_duplicates
from copydesk.classifier.duplicates.types import DEFAULT_KEYS, DEFAULT_OPTIONS, DEFAULT_SCHEME
from copydesk.classifier.plurals import counted
from copydesk.service.dedup.output_rows import ClosedSet, cluster_rows, gather_rows, select_documents
from copydesk.service.dedup.sign_chunks import SignOptions, sign_rows
from copydesk.service.dedup.work_folder import ANSWERS, ChunkFolder, open_work_folder
from copydesk.service.progress import STARTING, Progress
from copydesk.service.rows import BadRows, contract, describe_without_body, inputs, jsonl, origins
from copydesk.service.settings import Settings

MOST_NAMED = 8
"""Absent sources that a message names at most."""


@dataclass(frozen=True, slots=True)
class DedupOptions:
    """The options of `copydesk dedup`.

    Without an input format, each file's name or content decides. `workers` is the number of processes that sign, then
    of threads that compare. A run uses no chunks of another `version` of copydesk.
    """

    files: Sequence[str]
    input_format: inputs.Format | None
    output: Path
    workers: int
    keys: KeyScheme = DEFAULT_KEYS
    duplicates: DuplicateOptions = DEFAULT_OPTIONS
    version: str = ""


def dedup_files(options: DedupOptions, settings: Settings, err: TextIO, stream: BinaryIO | None = None) -> int:
    """Find the duplicates among all rows of the inputs and write the result; return the number of bad rows.

    The result is written to a stream if one is given, such as a pipe. Such a run cannot be continued.

    Raises:
        ArtifactMismatch: A page has to be classified, and the model cannot be loaded.
        UnusableWork: The folder beside the output cannot be used.
        StoppedWork: A chunk is damaged or a worker was killed; the same command continues the run.
        OSError: Something cannot be written.
    """
    with ExitStack() as ends:
        if stream is None:
            folder = options.output.with_name(options.output.name + ".work")
        else:
            folder = Path(ends.enter_context(TemporaryDirectory(prefix="copydesk-dedup-"))) / "work"
        chunks = ChunkFolder(folder)
        progress = ends.enter_context(Progress(err))
        ends.enter_context(open_work_folder(folder, work_manifest(options, settings), progress.remark))
        n_chunks = _sign(options, settings, chunks, progress)
        loaded = list(map(chunks.load, range(n_chunks)))
        first = {field: words for chunk in reversed(loaded) for field, words in chunk.first_unused.items()}
        for line in origins.describe_unused(sum((chunk.unused for chunk in loaded), Counter()), first):
            progress.remark(line)
        rows = gather_rows(loaded, options.duplicates, len(options.files))
        progress.stage("comparing", n=len(rows.ids))
        found = compare_documents(rows, chunks, options.duplicates, options.workers)
        progress.stage("writing")
        answers = progress.watch(cluster_rows(rows, found))
        if stream is None:
            _write(answers, folder / ANSWERS, options.output)
        else:
            stream.writelines(map(jsonl.encode_row, answers))
            stream.flush()
    n_clusters = len(np.unique(found.clusters))
    numbers = counted(n_clusters, "cluster"), counted(len(rows.ids) - n_clusters, "duplicate")
    print(f"copydesk: {counted(len(rows.ids), 'document')}, {', '.join(numbers)}", file=err)
    for line in [*describe_without_body(found.no_body, len(rows.ids)), *describe_absent_sources(rows.absent_sources)]:
        print(f"copydesk: {line}", file=err)
    bad = BadRows()
    bad.add(contract.ErrorRow.of(row) for _, row in sorted(rows.bad.items()))
    for line in bad.describe(rows.n_rows):
        print(f"copydesk: {line}", file=err)
    return len(rows.bad)


def describe_absent_sources(sources: Sequence[str]) -> list[str]:
    """Say which preferred sources no document has; nothing if there are none."""
    if not sources:
        return []
    named = " or ".join(map(repr, sources[:MOST_NAMED])) + (" …" if len(sources) > MOST_NAMED else "")
    hint = "; separate sources by spaces" if any("," in source for source in sources) else ""
    return [f"no document has the source {named}{hint}"]


def work_manifest(options: DedupOptions, settings: Settings) -> dict[str, Any]:
    """Return everything that the chunks depend on; a run uses the chunks of an earlier run with an equal manifest."""
    try:
        model = load_manifest(settings.model).get("digest")
    except ArtifactMismatch:
        model = None  # the rows may all have a body
    return {
        "resumable": all(name != inputs.STDIN and Path(name).is_file() for name in options.files),  # no pipes
        "inputs": [_fingerprint(name) for name in options.files],
        "format": options.input_format,
        "max_page_bytes": settings.max_page_bytes,
        "model": model,
        "scheme": asdict(DEFAULT_SCHEME),
        "keys": asdict(options.keys),
        "copydesk": options.version,
    }


def _fingerprint(name: str) -> list[Any]:
    if name == inputs.STDIN:
        return [name]
    stat = Path(name).stat()
    return [name, stat.st_size, stat.st_mtime_ns]


def _sign(options: DedupOptions, settings: Settings, folder: ChunkFolder, progress: Progress) -> int:
    """Write all chunks that an earlier run has not written; return the number of all chunks."""
    signing = SignOptions(folder, settings.model, settings.max_page_bytes, options.keys)
    rows = inputs.read_unparsed(options.files, options.input_format, max_page_bytes=settings.max_page_bytes)
    n_chunks = 0
    progress.stage("reading and hashing the documents")
    progress.wait(STARTING)
    for n_rows in sign_rows(rows, signing, workers=options.workers):
        n_chunks += 1
        progress.count(n_rows)
    return n_chunks


def compare_documents(rows: ClosedSet, folder: ChunkFolder, options: DuplicateOptions, workers: int) -> Duplicates:
    """Find the duplicates among the documents of the chunks in a folder; raise `StoppedWork` if one is damaged."""
    signed = (select_documents(folder.load_signed(number), chosen) for number, chosen in enumerate(rows.chosen))
    return find_duplicates(
        list(map(str, rows.ids)),
        signed,
        preference=rows.preference,
        published=rows.published,
        options=options,
        workers=workers,
    )


def _write(rows: Iterator[contract.ClusterRow | contract.ErrorRow], unfinished: Path, output: Path) -> None:
    """Write rows to a file of the work folder, and move it to the output once it is complete and on disk."""
    with unfinished.open("wb") as out:
        out.writelines(map(jsonl.encode_row, rows))
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(output)
