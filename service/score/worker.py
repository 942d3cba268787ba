"""A worker of the local engine: a process that holds the model and scores shard after shard."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from copydesk.classifier import Model, Page, classify, load_model
from copydesk.classifier.duplicates.types import KeyScheme
from copydesk.service.dedup.sign_chunks import save_signed
from copydesk.service.process_memory import keep_little
from copydesk.service.rows.documents import Document
from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.batch import BatchOptions, Scored, score_batch
from copydesk.service.score.documents import documents_of
from copydesk.service.score.output import Folder, write_shard
from copydesk.service.score.readers import Columns, Shard, read_shard
from copydesk.service.score.rerun import Places, chosen_rows

BATCH_ROWS = 64
BATCH_BYTES = 4 * 1024 * 1024
"""A batch ends at so many rows or bytes."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
READY, DONE, FAILED = "ready", "done", "failed"
ROW, PAGES = 0, 1
"""Places in a worker's counters: the number of the row under way, pages begun."""
NO_ROW = -1
WARM_UP = "<h1>Lido to reopen</h1><p>The pool beside the river will be filled again next spring.</p>"

Reason = tuple[str, str]
"""A code and a message."""


class ScoreFunction(Protocol):
    """What scores a batch: `score_batch`, or what stands in for it."""

    def __call__(
        self, batch: Sequence[InputRow], model: Model, options: BatchOptions, *, begin: Callable[[int], None]
    ) -> Scored:
        """Score a batch."""


@dataclass(frozen=True, slots=True)
class Work:
    """What workers do with every shard.

    Attributes:
        model: Folder of the model, None for the one that ships with the package.
        folder: Where shards are written.
        columns: Where rows hold what.
        options: How pages are scored.
        keys: How bodies are signed, None where they are not.
        only: The rows that are scored, by file; None means all.
        score: Scores a batch.
    """

    model: Path | None
    folder: Folder
    columns: Columns
    options: BatchOptions
    keys: KeyScheme | None = None
    only: Mapping[str, Places] | None = None
    score: ScoreFunction = score_batch


def work(connection: Connection, counters: Any, work: Work) -> None:
    """Run a worker: it says when it is ready, then answers each shard, until its connection is closed."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    try:
        model = load_model(work.model)
        warm_up(model)
        keep_little()
        connection.send((READY, None))
        while True:
            shard, skips = connection.recv()
            connection.send((DONE, work_shard(shard, skips, work, model, counters)))
            counters[ROW] = NO_ROW
    except EOFError:
        return
    except Exception as error:  # the first process says it, and ends the run
        connection.send((FAILED, f"{type(error).__name__}: {error}"))


def one_thread_each() -> None:
    """Let processes that are started from now on run numeric libraries in one thread; this one is as it was."""
    for name in ONE_THREAD:
        os.putenv(name, "1")


def warm_up(model: Model) -> None:
    """Classify a page of either form, so that what is loaded at first use is not counted as a page's time."""
    for _ in classify([Page("", html=WARM_UP), Page("", text=WARM_UP)], model):
        pass


def work_shard(shard: Shard, skips: Mapping[int, Reason], work: Work, model: Model, counters: Any) -> Any:
    """Score and write one shard; gives what was counted.

    Args:
        skips: Rows that become errors without a look at them, by their numbers.
        counters: Where the row under way is shown.
    """

    def scored() -> Iterator[Scored]:
        first = 0
        documents: list[Document] = []
        rows = chosen_rows(read_shard(shard, work.columns, max_page_bytes=work.options.max_page_bytes), work.only)
        for batch in batches(_skipped(rows, skips)):
            done = work.score(batch, model, work.options, begin=_counting(counters, first))
            counters[ROW] = NO_ROW
            first += len(batch)
            if work.keys is not None:
                documents += documents_of(done.rows)
            yield done
        if work.keys is not None:
            save_signed(documents, work.folder.work, shard.number, work.keys)

    return write_shard(work.folder, shard.number, scored()).fields()


def _counting(counters: Any, first: int) -> Callable[[int], None]:
    def begin(number: int) -> None:
        counters[ROW] = first + number
        counters[PAGES] += 1

    return begin


def _skipped(rows: Iterable[InputRow], skips: Mapping[int, Reason]) -> Iterator[InputRow]:
    for number, row in enumerate(rows):
        if number in skips:
            code, message = skips[number]
            yield replace(row, content=None, code=code, message=message)
        else:
            yield row


def batches(rows: Iterable[InputRow]) -> Iterator[list[InputRow]]:
    """Put rows in batches; where depends on the rows alone."""
    batch: list[InputRow] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row.content or b"")
        if len(batch) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
