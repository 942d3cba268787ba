"""Signing the rows of a closed set in chunks, by this process or by several, each chunk into a file of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain, islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TypeVar

import numpy as np

from copydesk.classifier import classify, load_model
from copydesk.classifier.duplicates import KeyScheme, sign_texts
from copydesk.service.dedup.work_folder import Chunk, StoppedWork, chunk_path, save_chunk
from copydesk.service.rows import BadRow, Line, ParsedDocument, Row, classify_rows, read_documents
from copydesk.service.worker_process import Worker

CHUNK_ROWS = 4096
CHUNK_BYTES = 8 * 1024 * 1024
"""A chunk ends at so many rows or bytes, which holds some 3,000 articles and 25 MB of memory while it is signed."""

T = TypeVar("T")
NumberedChunk = tuple[int, list[Line | Row]]


@dataclass(frozen=True, slots=True)
class SignOptions:
    """How rows are signed, and the folder that their chunks are written to."""

    folder: Path
    model: Path | None
    max_page_bytes: int
    keys: KeyScheme


def sign_rows(rows: Iterable[Line | Row], signing: SignOptions, *, workers: int) -> Iterator[int]:
    """Sign rows chunk by chunk; a chunk whose file is there already is passed over.

    Yields each chunk's number of rows once it is done, so that there are as many chunks as numbers.

    Raises:
        ArtifactMismatch: A page needs the model, which cannot be loaded.
        StoppedWork: A worker was ended from outside.
        OSError: A chunk cannot be written.
    """
    chunks = enumerate(group_by_size(rows, _size, n=CHUNK_ROWS, n_bytes=CHUNK_BYTES))
    ahead = list(islice(chunks, 2))
    if workers > 1 and len(ahead) == 2:  # processes take a second or two to start: a single chunk is done by then
        yield from _by_processes(chain(ahead, chunks), signing, workers)
        return
    for number, chunk in chain(ahead, chunks):
        if not chunk_path(signing.folder, number).exists():
            sign_chunk(signing, number, chunk)
        yield len(chunk)


def _by_processes(chunks: Iterable[NumberedChunk], signing: SignOptions, workers: int) -> Iterator[int]:
    """Give each worker that is free the next chunk; every worker has one thing to say: that it is, or what it did.

    As many chunks wait as there are workers, or one more, so that none is idle and few lie in memory.
    """
    todo = deque[NumberedChunk]()
    pool: list[Worker] = []
    try:
        for number, chunk in chunks:
            if chunk_path(signing.folder, number).exists():
                yield len(chunk)
                continue
            todo.append((number, chunk))
            if len(pool) < workers:
                pool.append(Worker(_sign_as_asked, signing))
            yield from _hand_out(todo, pool, seconds=0)
            while len(todo) > len(pool):
                yield from _hand_out(todo, pool, seconds=None)
        while todo:
            yield from _hand_out(todo, pool, seconds=None)
        for worker in pool:
            yield from _heard(worker)
    finally:
        for worker in pool:
            worker.end()


def _hand_out(todo: deque[NumberedChunk], pool: Sequence[Worker], *, seconds: float | None) -> Iterator[int]:
    """Give chunks to the workers that are free, or to the first that will be in so many seconds."""
    spoken = wait([worker.connection for worker in pool], seconds)
    for worker in [worker for worker in pool if worker.connection in spoken][: len(todo)]:
        yield from _heard(worker)
        with suppress(OSError):  # one that has ended meanwhile has nothing more to say, which is heard next
            worker.connection.send(todo.popleft())


def _heard(worker: Worker) -> Iterator[int]:
    """Hear what a worker has to say: nothing at first, then the number of rows that it did."""
    try:
        said = worker.connection.recv()
    except (EOFError, OSError):
        raise StoppedWork(
            "a worker was ended from outside, perhaps for want of memory; run the same command again, with fewer "
            "--workers: it goes on where this one stopped"
        ) from None
    if isinstance(said, Exception):
        raise said
    if said is not None:
        yield said


def _sign_as_asked(connection: Connection, signing: SignOptions) -> None:
    """Run a worker, until its connection is closed."""
    said: int | Exception | None = None
    with suppress(EOFError, OSError):
        while True:
            connection.send(said)
            number, chunk = connection.recv()
            try:
                said = sign_chunk(signing, number, chunk)
            except Exception as error:  # the first process raises it
                said = error


def sign_chunk(signing: SignOptions, number: int, rows: list[Line | Row]) -> int:
    """Read, sign and save one chunk; gives the number of its rows."""
    found = read_documents(rows, partial(_classifier, signing.model), max_page_bytes=signing.max_page_bytes)
    save_signed_chunk(found, signing.folder, number, signing.keys)
    return len(found)


def save_signed_chunk(rows: Sequence[ParsedDocument | BadRow], folder: Path, number: int, keys: KeyScheme) -> None:
    """Sign the documents among rows, and save them as the chunk of this number."""
    documents = [row for row in rows if isinstance(row, ParsedDocument)]
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


def group_by_size(items: Iterable[T], size: Callable[[T], int], *, n: int, n_bytes: int) -> Iterator[list[T]]:
    """Group items; a group ends with its n-th item or where it has so many bytes, so it depends on the items alone."""
    group: list[T] = []
    group_bytes = 0
    for item in items:
        group.append(item)
        group_bytes += size(item)
        if len(group) >= n or group_bytes >= n_bytes:
            yield group
            group, group_bytes = [], 0
    if group:
        yield group


def _size(row: Line | Row) -> int:
    if isinstance(row, Line):
        return len(row.content)
    return 0 if isinstance(row, BadRow) else len(row.page.text or row.page.html or "")


@cache
def _classifier(folder: Path | None) -> classify_rows.Classify:
    return partial(classify, model=load_model(folder))
