"""Signing the rows of a closed set in chunks, by this process or by several, each chunk into a file of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain, islice
from multiprocessing.connection import wait as wait_for_end
from pathlib import Path
from threading import Thread

import numpy as np

from classifier import classify, load_model
from classifier.signing import KeyScheme, sign_texts
from service.classify import Classify
from service.dedup_rows import Document, read_documents
from service.dedup_work import Chunk, chunk_path, save_chunk
from service.rows import BadRow, Line, Row

CHUNK_ROWS = 4096
CHUNK_BYTES = 8 * 1024 * 1024
"""A chunk ends at so many rows or bytes, which holds some 3,000 articles and 25 MB of memory while it is signed."""

WAITING = 2
"""Chunks that wait for each worker, so that none is idle and few lie in memory."""


@dataclass(frozen=True, slots=True)
class Signing:
    """How rows are signed, and the folder that their chunks are written to."""

    folder: Path
    model: Path | None
    max_page_bytes: int
    keys: KeyScheme


def sign_rows(rows: Iterable[Line | Row], signing: Signing, *, workers: int) -> Iterator[int]:
    """Sign rows chunk by chunk; a chunk whose file is there already is passed over.

    Yields each chunk's number of rows once it is done, so that there are as many chunks as numbers.

    Raises:
        ArtifactMismatch: A page needs the model, which cannot be loaded.
        BrokenProcessPool: A worker was ended from outside.
        OSError: A chunk cannot be written.
    """
    chunks = enumerate(_chunks(rows))
    ahead = list(islice(chunks, 2))
    if workers > 1 and len(ahead) == 2:  # processes take a second or two to start: a single chunk is done by then
        yield from _by_processes(chain(ahead, chunks), signing, workers)
        return
    for number, chunk in chain(ahead, chunks):
        if not chunk_path(signing.folder, number).exists():
            sign_chunk(signing, number, chunk)
        yield len(chunk)


def _by_processes(chunks: Iterable[tuple[int, list[Line | Row]]], signing: Signing, workers: int) -> Iterator[int]:
    # Spawned, not forked: a fork would hold the work folder's lock, and copy what threads of libraries hold.
    context = multiprocessing.get_context("spawn")
    waiting: set[Future[int]] = set()
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=start_worker)
    try:
        for number, chunk in chunks:
            if chunk_path(signing.folder, number).exists():
                yield len(chunk)
                continue
            waiting.add(pool.submit(sign_chunk, signing, number, chunk))
            if len(waiting) > WAITING * workers:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        yield from (future.result() for future in waiting)
    finally:
        pool.shutdown(cancel_futures=True)


def sign_chunk(signing: Signing, number: int, rows: list[Line | Row]) -> int:
    """Read, sign and save one chunk; gives the number of its rows."""
    found = read_documents(rows, partial(_classifier, signing.model), max_page_bytes=signing.max_page_bytes)
    save_signed(found, signing.folder, number, signing.keys)
    return len(found)


def save_signed(rows: Sequence[Document | BadRow], folder: Path, number: int, keys: KeyScheme) -> None:
    """Sign the documents among rows, and save them as the chunk of this number."""
    documents = [row for row in rows if isinstance(row, Document)]
    signed = sign_texts([document.body for document in documents], keys=keys)
    chunk = Chunk(
        [document.id for document in documents],
        [document.line for document in documents],
        np.array([document.published for document in documents], np.float64),
        [document.source for document in documents],
        [(place, row) for place, row in enumerate(rows) if isinstance(row, BadRow)],
        signed.digests,
        signed.lengths,
    )
    save_chunk(chunk_path(folder, number), chunk, signed)


def default_workers() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chunks(rows: Iterable[Line | Row]) -> Iterator[list[Line | Row]]:
    """Part rows in chunks; where depends on the rows alone."""
    chunk: list[Line | Row] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += _size(row)
        if len(chunk) >= CHUNK_ROWS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _size(row: Line | Row) -> int:
    if isinstance(row, Line):
        return len(row.content)
    return 0 if isinstance(row, BadRow) else len(row.page.text or row.page.html or "")


@cache
def _classifier(folder: Path | None) -> Classify:
    return partial(classify, model=load_model(folder))


def start_worker() -> None:
    """Leave interrupts to the first process, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_end([parent.sentinel])
        os._exit(1)
