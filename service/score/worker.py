"""A worker process: loads the model once and then scores shard after shard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyarrow as pa

from copydesk.classifier import CopydeskError, Model, Page, classify, load_model
from copydesk.classifier.duplicates import KeyScheme
from copydesk.service.dedup import ChunkFolder, save_signed_chunk
from copydesk.service.process_memory import tune_process_memory
from copydesk.service.rows import ParsedDocument
from copydesk.service.score.absent_columns import AbsentColumns
from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.batch import ScoredBatch, ScoreFunction, documents_of, score_batch
from copydesk.service.score.machine_faults import MachineFault
from copydesk.service.score.options import PageOptions
from copydesk.service.score.output import OutputFolder, write_shard
from copydesk.service.score.readers import Shard, group_rows, read_shard, span_of
from copydesk.service.score.rerun import ErrorRows, select_rows
from copydesk.service.score.tally import Tally

READY, DONE, FAILED = "ready", "done", "failed"
"""Messages of a worker: it can take a shard, it finished one, an error that no page caused."""
ROW, PAGES = 0, 1
"""Indexes of a worker's shared counters: the number of the current row in its shard, and pages begun so far."""
NO_ROW = -1
"""The current row while the worker is between pages."""
WARM_UP = "<h1>Lido to reopen</h1><p>The pool beside the river will be filled again next spring.</p>"
"""Classified first, so that loading on first use does not count towards a page's time limit."""

RowError = tuple[str, str]
"""An error code and a message."""


@dataclass(frozen=True, slots=True)
class ScoreJob:
    """The options of a worker, the same for every shard.

    Attributes:
        model: Folder of the model, None for the one in the package.
        keys: How bodies are signed, None if they are not.
        only: The rows to score; None for all.
    """

    model: Path | None
    folder: OutputFolder
    options: PageOptions
    keys: KeyScheme | None = None
    only: ErrorRows | None = None
    score: ScoreFunction = score_batch


def run_worker(connection: Connection, counters: Any, job: ScoreJob) -> None:
    """Report `READY`, then score every shard that arrives, until the connection is closed."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    try:
        model = load_model(job.model)
        list(classify([Page("", html=WARM_UP), Page("", text=WARM_UP)], model))
        tune_process_memory()
        connection.send((READY, None))
        while True:
            shard, skips = connection.recv()
            connection.send((DONE, score_shard(shard, skips, job, model, counters)))
            counters[ROW] = NO_ROW
    except (EOFError, BrokenPipeError):  # the main process has closed the connection
        return
    except Exception as error:  # the main process reports it and stops the run
        reason = str(error) if isinstance(error, CopydeskError) else f"{type(error).__name__}: {error}"
        after = "" if isinstance(error, MachineFault) else "; fix that and run the same command again: it continues"
        with suppress(BrokenPipeError):
            connection.send((FAILED, reason + after))


def score_shard(shard: Shard, skips: Mapping[int, RowError], job: ScoreJob, model: Model, counters: Any) -> Any:
    """Score and write one shard; return its counts as `Tally.fields` does.

    Args:
        skips: Errors of rows that are not scored, by row number: workers crashed or hung on them before.
        counters: Where the current row and the number of pages are shown.
    """

    def scored() -> Iterator[ScoredBatch]:
        first = 0
        documents: list[ParsedDocument] = []

        def at(number: int) -> None:
            counters[ROW] = first + number

        read = absent.watch(read_shard(shard, job.options, span))
        selected = select_rows(read, job.only, counts.count_selected)
        rows = _count_passed_over(selected, counts.passed_over)
        for batch in group_rows(_with_skips(rows, skips)):
            result = job.score(batch, model, job.options, at=at)
            counters[ROW] = NO_ROW
            counters[PAGES] += len(batch)
            first += len(batch)
            if job.keys is not None:
                documents += documents_of(result.rows)
            yield result
        if job.keys is not None:
            save_signed_chunk(documents, ChunkFolder(job.folder.work), shard.number, job.keys)

    def further_counts() -> Tally:
        counts.span = (-1 if span.first is None else span.first, span.next)
        counts.absent = absent.record(shard.files[0])
        return counts

    span, counts, absent = span_of(shard), Tally(), AbsentColumns()
    return write_shard(job.folder, shard.number, shard.digest, scored(), further_counts)


def _count_passed_over(rows: Iterable[InputRow], counts: Counter[str]) -> Iterator[InputRow]:
    """Count the rows that are passed over and return the others."""
    for row in rows:
        if row.passed_over is None:
            yield row
        else:
            counts[row.passed_over] += 1


def _with_skips(rows: Iterable[InputRow], skips: Mapping[int, RowError]) -> Iterator[InputRow]:
    for number, row in enumerate(rows):
        if number in skips:
            code, message = skips[number]
            yield replace(row, code=code, message=message)
        else:
            yield row
