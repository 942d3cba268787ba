"""Signs the rows of a closed set in chunks, in this process or in several, and saves each chunk in a file."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TypeVar

import numpy as np

from copydesk.classifier.duplicates import KeyScheme, sign_texts
from copydesk.service.dedup.work_folder import Chunk, ChunkFolder, StoppedWork
from copydesk.service.rows import BadRow, Line, ParsedDocument, Row, classify_rows, inputs, read_documents
from copydesk.service.rows.origins import first_unused
from copydesk.service.worker_process import Worker

CHUNK_ROWS = 4096
CHUNK_BYTES = 8 * 1024 * 1024
"""A chunk ends at this many rows or bytes: about 3,000 articles, which take 25 MB of memory while they are signed."""

T = TypeVar("T")
NumberedChunk = tuple[int, list[Line | Row]]


@dataclass(frozen=True, slots=True)
class SignOptions:
    """How rows are signed, and the folder for their chunks."""

    folder: ChunkFolder
    model: Path | None
    max_page_bytes: int
    keys: KeyScheme


def sign_rows(rows: Iterable[Line | Row], signing: SignOptions, *, workers: int) -> Iterator[int]:
    """Group all rows into chunks, and sign each chunk whose file is missing; yield the number of rows of each chunk.

    Raises:
        ArtifactMismatch: A page needs the model, which cannot be loaded.
        StoppedWork: A worker was killed.
        OSError: A chunk cannot be written.
    """
    chunks = enumerate(group_by_size(rows, inputs.size_of, n=CHUNK_ROWS, n_bytes=CHUNK_BYTES))
    ahead = list(islice(chunks, 2))
    if workers > 1 and len(ahead) == 2:  # processes start for a second or two, and a single chunk is done by then
        yield from _by_processes(chain(ahead, chunks), signing, workers)
        return
    for number, chunk in chain(ahead, chunks):
        if not signing.folder.file(number).exists():
            sign_chunk(signing, number, chunk)
        yield len(chunk)


def _by_processes(chunks: Iterable[NumberedChunk], signing: SignOptions, workers: int) -> Iterator[int]:
    """Sign chunks in worker processes. At most one chunk more than there are workers waits in memory.

    A worker sends None once it has started, then the number of rows of each chunk that it was sent.
    """
    todo = deque[NumberedChunk]()
    pool: list[Worker] = []
    try:
        for number, chunk in chunks:
            if signing.folder.file(number).exists():
                yield len(chunk)
                continue
            todo.append((number, chunk))
            if len(pool) < workers:
                pool.append(Worker(_run_worker, signing))
            yield from _hand_out(todo, pool, seconds=0)
            while len(todo) > len(pool):
                yield from _hand_out(todo, pool, seconds=None)
        while todo:
            yield from _hand_out(todo, pool, seconds=None)
        for worker in pool:
            yield from _receive(worker)
    finally:
        for worker in pool:
            worker.end()


def _hand_out(todo: deque[NumberedChunk], pool: Sequence[Worker], *, seconds: float | None) -> Iterator[int]:
    """Send chunks to the workers that are free; if there is none, wait for the first one for some seconds."""
    ready = wait([worker.connection for worker in pool], seconds)
    for worker in [worker for worker in pool if worker.connection in ready][: len(todo)]:
        yield from _receive(worker)
        with suppress(OSError):  # it was killed meanwhile; the next read from its pipe finds out
            worker.connection.send(todo.popleft())


def _receive(worker: Worker) -> Iterator[int]:
    """Receive a worker's message: the number of rows of a chunk, an error that is raised here, or its start."""
    try:
        received = worker.connection.recv()
    except (EOFError, OSError):
        raise StoppedWork(
            "a worker process was killed, perhaps for lack of memory; run the same command again, with fewer "
            "--workers: it continues where this one stopped"
        ) from None
    if isinstance(received, Exception):
        raise received
    if received is not None:
        yield received


def _run_worker(connection: Connection, signing: SignOptions) -> None:
    """Sign the chunks that arrive through a connection, until it is closed."""
    result: int | Exception | None = None
    with suppress(EOFError, OSError):
        while True:
            connection.send(result)
            number, chunk = connection.recv()
            try:
                result = sign_chunk(signing, number, chunk)
            except Exception as error:  # raised in the first process
                result = error


def sign_chunk(signing: SignOptions, number: int, rows: list[Line | Row]) -> int:
    """Parse one chunk's raw rows into documents (classifying pages), sign and save them; return the number of rows."""
    found = read_documents(
        rows, partial(classify_rows.load_classifier, signing.model), max_page_bytes=signing.max_page_bytes
    )
    save_signed_chunk(found, signing.folder, number, signing.keys)
    return len(found)


def save_signed_chunk(
    rows: Sequence[ParsedDocument | BadRow], folder: ChunkFolder, number: int, keys: KeyScheme
) -> None:
    """Sign the documents among parsed rows, and write them with the bad rows to the file of this chunk number."""
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
        Counter(value.field for document in documents for value in document.unused),
        first_unused((document.id, document.unused) for document in documents),
    )
    folder.save(number, chunk, signed)


def group_by_size(items: Iterable[T], size: Callable[[T], int], *, n: int, n_bytes: int) -> Iterator[list[T]]:
    """Group items; a group ends with its n-th item or where it has so many bytes, so it depends only on the items."""
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
