"""Worker processes that are watched: one that crashes or hangs costs the page that it was at, and is replaced."""

from __future__ import annotations

import signal
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

from copydesk.service.dedup.work_folder import StoppedWork
from copydesk.service.score.readers import Shard
from copydesk.service.score.tally import Tally, tally_of_fields
from copydesk.service.score.worker import DONE, FAILED, NO_ROW, PAGES, ROW, Reason, Work, one_thread_each, work
from copydesk.service.worker_process import SPAWN, Worker

STRIKES = 2
"""Workers that end at one page before it is given up: one may have been ended from outside."""
DEATHS = 3
"""Workers that end at no page at all, in one shard, before the run is."""
LOOK_SECONDS = 0.25
"""Between two looks at the workers."""
END_SECONDS = 5.0
"""Given to a worker to end by itself."""


@dataclass(slots=True)
class _Task:
    """A shard, the rows of it that were given up, and how often a worker ended at which row."""

    shard: Shard
    skips: dict[int, Reason] = field(default_factory=dict)
    strikes: Counter[int] = field(default_factory=Counter)


class _Worker(Worker):
    """A process, the shard that it is at, and since when it has been at its row."""

    def __init__(self, todo: Work) -> None:
        one_thread_each()
        self.counters: Any = SPAWN.RawArray("q", [NO_ROW, 0])
        super().__init__(work, self.counters, todo)
        self.ready = False
        self.task: _Task | None = None
        self._row, self._since = NO_ROW, 0.0

    def take(self, task: _Task) -> None:
        self.task = task
        self._row = NO_ROW
        with suppress(OSError):  # one that has ended meanwhile is found out at the next look
            self.connection.send((task.shard, task.skips))

    def hangs(self, page_seconds: float) -> bool:
        """Tell whether it has been at one row for longer than a page may take."""
        row, now = int(self.counters[ROW]), time.monotonic()
        if row != self._row or row == NO_ROW:
            self._row, self._since = row, now
        return now - self._since > page_seconds


class Pool:
    """Some workers; shards go to whichever is free, and come back as they are done."""

    def __init__(self, todo: Work, *, workers: int, page_seconds: float) -> None:
        self._todo = todo
        self._page_seconds = page_seconds
        self._ended_pages = self._unready = 0
        self._workers = [_Worker(todo) for _ in range(workers)]

    @property
    def pages(self) -> int:
        """Pages begun so far, those of workers that ended included."""
        return self._ended_pages + sum(int(worker.counters[PAGES]) for worker in self._workers)

    def run(self, shards: Iterator[Shard]) -> Iterator[tuple[Shard, Tally] | None]:
        """Work on all shards; yields each with what was counted once it is done, and None now and then between.

        A shard is asked for a little before a worker is free, so that no worker waits for the plan.

        Raises:
            StoppedWork: A worker failed for a reason that is no page's, or workers keep on ending.
        """
        ahead: deque[_Task] = deque()
        more = True
        while True:
            for worker in self._workers:
                if worker.ready and worker.task is None and ahead:
                    worker.take(ahead.popleft())
            if more and len(ahead) < len(self._workers):
                shard = next(shards, None)
                more = shard is not None
                if shard is not None:
                    ahead.append(_Task(shard))
            elif not more and not ahead and all(worker.task is None for worker in self._workers):
                return
            yield from self._look(ahead, seconds=0 if more and len(ahead) < len(self._workers) else LOOK_SECONDS)
            yield None

    def _look(self, ahead: deque[_Task], *, seconds: float) -> Iterator[tuple[Shard, Tally]]:
        """Take what workers say; put the shards of those that ended back."""
        seconds = min(seconds, self._page_seconds / 4)
        spoken = wait([worker.connection for worker in self._workers], seconds)
        for number, worker in enumerate(self._workers):
            if worker.connection in spoken:
                try:
                    done = self._hear(worker)
                except (EOFError, OSError):
                    self._replace(number, ahead, code="crashed")
                    continue
                if done is not None:
                    yield done
            elif worker.task is not None and worker.hangs(self._page_seconds):
                self._replace(number, ahead, code="timed_out")

    def _hear(self, worker: _Worker) -> tuple[Shard, Tally] | None:
        said, value = worker.connection.recv()
        if said == FAILED:
            raise StoppedWork(f"a worker failed: {value}; mend that and run the same command again: it goes on")
        worker.ready = True
        if said == DONE and worker.task is not None:
            shard, worker.task = worker.task.shard, None
            return shard, tally_of_fields(value)
        return None

    def _replace(self, number: int, ahead: deque[_Task], *, code: str) -> None:
        """Start another worker in the place of one that ended or hangs, and give its shard back."""
        worker = self._workers[number]
        task, row = worker.task, int(worker.counters[ROW])
        worker.end()
        self._ended_pages += int(worker.counters[PAGES])
        status = worker.process.exitcode
        if task is not None:
            self._strike(task, row, self._message(code, status), code)
            ahead.appendleft(task)
        elif not worker.ready:
            self._unready += 1
            if self._unready >= DEATHS:
                raise StoppedWork(f"{DEATHS} workers ended before they began, the last {_ending(status)}; run it again")
        self._workers[number] = _Worker(self._todo)

    def _message(self, code: str, status: int | None) -> str:
        if code == "timed_out":
            return f"the page took more than {self._page_seconds:g} seconds; leave it out, or raise --page-seconds"
        return f"the process that scored the page {_ending(status)}, {STRIKES} times; please report the page"

    def _strike(self, task: _Task, row: int, message: str, code: str) -> None:
        task.strikes[row] += 1
        if row == NO_ROW and task.strikes[row] >= DEATHS:
            raise StoppedWork(
                f"workers ended {DEATHS} times at shard {task.shard.number}, between its pages; perhaps "
                "memory is short: run the same command again, with fewer --workers: it goes on where this one stopped"
            )
        if row != NO_ROW and task.strikes[row] >= STRIKES:
            task.skips[row] = (code, message)

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.connection.close()
        for worker in self._workers:
            worker.process.join(END_SECONDS if worker.task is None else 0)
            worker.process.kill()
            worker.process.join()


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        try:
            return f"was ended by {signal.Signals(-status).name}"
        except ValueError:
            return f"was ended by signal {-status}"
    return f"ended with status {status}"
