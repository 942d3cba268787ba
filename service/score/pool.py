"""Runs worker processes and replaces those that crash or hang, so that one page cannot stop a run."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

from copydesk.classifier.plurals import counted
from copydesk.service.dedup import StoppedWork
from copydesk.service.score.readers import Shard
from copydesk.service.score.tally import Tally, tally_from_fields
from copydesk.service.score.worker import DONE, FAILED, NO_ROW, PAGES, ROW, RowError, ScoreJob, run_worker
from copydesk.service.worker_process import SPAWN, Worker

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables that limit numeric libraries to one thread in the processes that are started from here."""
MAX_PAGE_FAILURES = 2
"""A page becomes an error row after this many workers crashed or hung on it; one may be an accident."""
MAX_OTHER_FAILURES = 3
"""The run stops after this many workers ended between the pages of one shard, or before they were ready."""
POLL_SECONDS = 0.25
"""Longest wait for messages of workers before the time limits of their pages are checked."""
EXIT_SECONDS = 5.0
"""An idle worker that has not exited after this time is killed."""


@dataclass(slots=True)
class _ShardAttempt:
    """A shard, the errors of its rows that are skipped, and how many workers ended at each of its rows."""

    shard: Shard
    skips: dict[int, RowError] = field(default_factory=dict)
    failures: Counter[int] = field(default_factory=Counter)


class WatchedProcess(Worker):
    """A worker process, its current shard, and since when it has been at its current row."""

    def __init__(self, job: ScoreJob) -> None:
        for name in ONE_THREAD:
            os.putenv(name, "1")
        self.counters: Any = SPAWN.RawArray("q", [NO_ROW, 0])
        super().__init__(run_worker, self.counters, job)
        self.ready = False
        self.attempt: _ShardAttempt | None = None
        self._row, self._since = NO_ROW, 0.0

    def start_shard(self, attempt: _ShardAttempt) -> None:
        """Send a shard to the process."""
        self.attempt = attempt
        self._row = NO_ROW
        with suppress(OSError):  # if the process has just ended, the next poll finds out
            self.connection.send((attempt.shard, attempt.skips))

    def hangs(self, page_seconds: float) -> bool:
        """Tell whether the process has been at one row for longer than the time limit of a page."""
        row, now = int(self.counters[ROW]), time.monotonic()
        if row != self._row or row == NO_ROW:
            self._row, self._since = row, now
        return now - self._since > page_seconds


class Pool:
    """Some worker processes; each free one is given the next shard. A small input starts no more than it has shards."""

    def __init__(self, job: ScoreJob, *, workers: int, page_seconds: float) -> None:
        self._job = job
        self._page_seconds = page_seconds
        self._pages_of_ended = self._failed_starts = 0
        self._most_workers = workers
        self._workers: list[WatchedProcess] = []

    @property
    def pages(self) -> int:
        """Pages begun so far, also by workers that ended."""
        return self._pages_of_ended + sum(int(worker.counters[PAGES]) for worker in self._workers)

    @property
    def waits_for(self) -> str:
        """What the first page waits for."""
        n_starting = sum(not worker.ready for worker in self._workers)
        return f"loading the model in {counted(n_starting, 'worker')}" if n_starting else "reading the inputs"

    def run(self, shards: Iterator[Shard]) -> Iterator[tuple[Shard, Tally] | None]:
        """Score all shards. Yields each shard with its counts when it is finished, and None after each poll.

        As many shards as workers are taken from the plan in advance, so that no worker waits for it.

        Raises:
            StoppedWork: A worker failed for a reason that no page caused, or too many workers ended.
        """
        waiting: deque[_ShardAttempt] = deque()
        more = True
        while True:
            free = sum(worker.attempt is None for worker in self._workers)
            if len(waiting) > free and len(self._workers) < self._most_workers:
                self._workers.append(WatchedProcess(self._job))
            for worker in self._workers:
                if worker.ready and worker.attempt is None and waiting:
                    worker.start_shard(waiting.popleft())
            if more and len(waiting) < self._most_workers:
                shard = next(shards, None)
                more = shard is not None
                if shard is not None:
                    waiting.append(_ShardAttempt(shard))
            elif not more and not waiting and all(worker.attempt is None for worker in self._workers):
                return
            seconds = 0 if more and len(waiting) < self._most_workers else POLL_SECONDS
            yield from self._poll(waiting, min(seconds, self._page_seconds / 4))
            yield None

    def _poll(self, waiting: deque[_ShardAttempt], seconds: float) -> Iterator[tuple[Shard, Tally]]:
        """Receive the workers' messages; return the shards of those that ended or hang to the queue."""
        readable = wait([worker.connection for worker in self._workers], seconds)
        for number, worker in enumerate(self._workers):
            if worker.connection in readable:
                try:
                    finished = self._receive(worker)
                except (EOFError, OSError):
                    self._replace(number, waiting, code="crashed")
                    continue
                if finished is not None:
                    yield finished
            elif worker.attempt is not None and worker.hangs(self._page_seconds):
                self._replace(number, waiting, code="timed_out")

    def _receive(self, worker: WatchedProcess) -> tuple[Shard, Tally] | None:
        message, value = worker.connection.recv()
        if message == FAILED:
            raise StoppedWork(f"a worker failed: {value}")
        worker.ready = True
        if message == DONE and worker.attempt is not None:
            shard, worker.attempt = worker.attempt.shard, None
            return shard, tally_from_fields(value)
        return None

    def _replace(self, number: int, waiting: deque[_ShardAttempt], *, code: str) -> None:
        """Replace a worker that ended or hangs by a new one, and return its shard to the front of the queue."""
        worker = self._workers[number]
        attempt, row = worker.attempt, int(worker.counters[ROW])
        worker.end()
        self._pages_of_ended += int(worker.counters[PAGES])
        status = worker.process.exitcode
        if attempt is not None:
            self._count_failure(attempt, row, code, status)
            waiting.appendleft(attempt)
        elif not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= MAX_OTHER_FAILURES:
                raise StoppedWork(
                    f"{MAX_OTHER_FAILURES} workers ended before they were ready, the last {_exit_reason(status)}; "
                    "run the same command again"
                )
        self._workers[number] = WatchedProcess(self._job)

    def _count_failure(self, attempt: _ShardAttempt, row: int, code: str, status: int | None) -> None:
        attempt.failures[row] += 1
        if row == NO_ROW and attempt.failures[row] >= MAX_OTHER_FAILURES:
            raise StoppedWork(
                f"workers ended {MAX_OTHER_FAILURES} times at shard {attempt.shard.number}, between its pages; perhaps "
                "memory is short: run the same command again, with fewer --workers: it continues where this one stopped"
            )
        if row != NO_ROW and attempt.failures[row] >= MAX_PAGE_FAILURES:
            reason = f"the page took more than {self._page_seconds:g} seconds; leave it out, or raise --page-seconds"
            if code == "crashed":
                times = f"{_exit_reason(status)}, {MAX_PAGE_FAILURES} times"
                reason = f"the process that scored the page {times}; please report the page"
            attempt.skips[row] = (code, reason)

    def close(self) -> None:
        """End all workers; those that are still starting have nothing to finish."""
        for worker in self._workers:
            worker.connection.close()
        for worker in self._workers:
            worker.process.join(EXIT_SECONDS if worker.ready and worker.attempt is None else 0)
            worker.process.kill()
            worker.process.join()


def _exit_reason(status: int | None) -> str:
    if status is None or status >= 0:
        return f"ended with status {status}"
    with suppress(ValueError):
        return f"was ended by {signal.Signals(-status).name}"
    return f"was ended by signal {-status}"
