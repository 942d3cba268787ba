"""The command `copydesk dedup`: the duplicates of a closed set, one answer a row and in order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

from copydesk.classifier import ArtifactMismatch, load_manifest
from copydesk.classifier.duplicates import Duplicates, KeyScheme, SignedTexts, find_duplicates
from copydesk.classifier.duplicates.bands import banding_for
from copydesk.classifier.duplicates.types import COMPARISON, DEFAULT_KEYS, DEFAULT_SCHEME
from copydesk.service.dedup.output_rows import Rows, cluster_rows, gather_rows, select_documents
from copydesk.service.dedup.sign_chunks import SignOptions, sign_rows
from copydesk.service.dedup.work_folder import (
    ANSWERS,
    chunk_path,
    load_chunk,
    load_signed,
    open_work_folder,
    work_folder,
)
from copydesk.service.progress import COMPILING, Progress
from copydesk.service.rows import classify_rows, contract, inputs, jsonl
from copydesk.service.settings import Settings


@dataclass(frozen=True, slots=True)
class DedupOptions:
    """What the command line asks for.

    Attributes:
        files: The inputs, `-` for standard input.
        input_format: What they contain; None where each file's name or content decides.
        output: Where the answers go.
        workers: Processes that sign, then threads that compare.
        keys: How candidates are found.
        prefer: Sources, the most preferred first.
        version: Of copydesk: another one signs anew.
    """

    files: Sequence[str]
    input_format: inputs.Format | None
    output: Path
    workers: int
    keys: KeyScheme = DEFAULT_KEYS
    prefer: Sequence[str] = field(default=())
    version: str = ""


def key_scheme_for(found_at: float, probability: float) -> KeyScheme:
    """Choose the keys that keep a promise: pairs so similar are found at least so probably.

    Raises:
        ValueError: No keys can keep it.
    """
    if found_at < COMPARISON.min_similarity:
        raise ValueError(
            f"--found-at is {found_at}, expected at least {COMPARISON.min_similarity}: texts that are less similar are "
            "no near-duplicates, even if they are found"
        )
    return KeyScheme(banding=banding_for(found_at, probability, num_perm=DEFAULT_SCHEME.num_perm))


def dedup_files(options: DedupOptions, settings: Settings, err: TextIO) -> int:
    """Find the duplicates among all rows of the inputs and write the answers; gives the number of rows that failed.

    Raises:
        ArtifactMismatch: A page has no body yet, and the model cannot be loaded.
        UnusableWork: The folder beside the output cannot be used.
        StoppedWork: A chunk is damaged or a worker was ended; the same command goes on.
        OSError: Something cannot be written.
    """
    folder = work_folder(options.output)
    with Progress(err) as progress, open_work_folder(folder, work_manifest(options, settings), progress.remark):
        n_chunks = _sign(options, settings, folder, progress)
        rows = gather_rows([load_chunk(chunk_path(folder, number)) for number in range(n_chunks)], options.prefer)
        progress.stage("comparing", n=len(rows.ids))
        found = compare_documents(rows, folder, options.workers)
        progress.stage("writing")
        _write(progress.watch(cluster_rows(rows, found)), folder / ANSWERS, options.output)
    if rows.bad:
        print(f"copydesk: {len(rows.bad)} of {rows.n_rows} rows could not be used", file=err)
    return len(rows.bad)


def work_manifest(options: DedupOptions, settings: Settings) -> dict[str, Any]:
    """Say all that chunks depend on; runs that agree in it may share them."""
    try:
        model = load_manifest(settings.model).get("digest")
    except ArtifactMismatch:
        model = None  # none is needed where every row has a body
    return {
        "resumable": all(
            name != inputs.STDIN and Path(name).is_file() for name in options.files
        ),  # a pipe is read once
        "inputs": [_stamp(name) for name in options.files],
        "format": options.input_format,
        "max_page_bytes": settings.max_page_bytes,
        "model": model,
        "scheme": asdict(DEFAULT_SCHEME),
        "keys": asdict(options.keys),
        "copydesk": options.version,
    }


def _stamp(name: str) -> list[Any]:
    if name == inputs.STDIN:
        return [name]
    stat = Path(name).stat()
    return [name, stat.st_size, stat.st_mtime_ns]


def _sign(options: DedupOptions, settings: Settings, folder: Path, progress: Progress) -> int:
    """Write all chunks that are not there yet; gives how many there are."""
    signing = SignOptions(folder, settings.model, settings.max_page_bytes, options.keys)
    rows = classify_rows.end_with_bad_row(
        inputs.read_unparsed(options.files, options.input_format, max_page_bytes=settings.max_page_bytes)
    )
    n_chunks = 0
    progress.stage("signing")
    progress.wait(COMPILING)
    for n_rows in sign_rows(rows, signing, workers=options.workers):
        n_chunks += 1
        progress.count(n_rows)
    return n_chunks


def compare_documents(rows: Rows, folder: Path, workers: int) -> Duplicates:
    """Find the duplicates among rows whose chunks lie in a folder.

    Raises:
        StoppedWork: A chunk is damaged.
    """

    def signed() -> Iterator[SignedTexts]:
        for number, chosen in enumerate(rows.chosen):
            yield select_documents(load_signed(chunk_path(folder, number)), chosen)

    return find_duplicates(
        [str(name) for name in rows.ids],
        signed(),
        preference=rows.preference,
        published=rows.published,
        workers=workers,
    )


def _write(rows: Iterator[contract.ClusterRow | contract.ErrorRow], aside: Path, output: Path) -> None:
    """Write answers aside, and set them in the output's place once they are whole."""
    with aside.open("wb") as out:
        for answer in rows:
            out.write(jsonl.encode_row(answer))
        out.flush()
        os.fsync(out.fileno())
    aside.replace(output)
