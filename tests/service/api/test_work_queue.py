"""Work beside the event loop: what it gives back, refuses, gives up and finishes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import pytest

from copydesk.service.api.limits.work_queue import Work
from copydesk.service.api.problems import Problem

R = TypeVar("R")
PATIENCE = 10.0


@contextmanager
def work_of(*, threads: int = 1, most: int = 10, seconds: float = PATIENCE) -> Iterator[Work]:
    work = Work("tester", threads=threads, most=most, seconds=seconds)
    try:
        yield work
    finally:
        work.close()


async def begun(work: Work, function: Callable[[], R], *, taken: int) -> asyncio.Task[R]:
    """Hand a piece in, and wait until so many are taken."""
    task = asyncio.create_task(work.run(function))
    while work.taken < taken:
        await asyncio.sleep(0)
    return task


def run(main: Callable[[], Awaitable[None]]) -> None:
    async def within() -> None:
        async with asyncio.timeout(PATIENCE):
            await main()

    asyncio.run(within())


def test_results_and_errors_come_back_from_another_thread() -> None:
    async def main() -> None:
        assert await work.run(threading.get_ident) != threading.get_ident()
        with pytest.raises(ZeroDivisionError):
            await work.run(lambda: 1 // 0)
        assert [await work.run(partial(int, n)) for n in range(100)] == list(range(100))
        assert work.taken == 0

    with work_of() as work:
        run(main)


def test_threads_work_at_once() -> None:
    meeting = threading.Barrier(3)

    async def main() -> None:
        await asyncio.gather(*(work.run(lambda: meeting.wait(PATIENCE)) for _ in range(3)))

    with work_of(threads=3) as work:
        run(main)
    assert not meeting.broken


def test_full_queue_refuses_and_batches_wait_for_room() -> None:
    go = threading.Event()

    async def main() -> None:
        first = await begun(work, lambda: go.wait(PATIENCE), taken=1)
        second = await begun(work, lambda: 2, taken=2)
        with pytest.raises(Problem) as refused:
            await work.run(lambda: 3)
        assert refused.value.code == "busy"
        patient = asyncio.create_task(work.run_patiently(lambda: 4))
        await asyncio.sleep(0.05)
        assert work.taken == 2
        assert not patient.done()
        go.set()
        assert (await first, await second, await patient) == (True, 2, 4)

    with work_of(most=2) as work:
        run(main)


def test_piece_that_is_given_up_before_it_begins_is_never_done() -> None:
    go, done = threading.Event(), threading.Event()

    async def main() -> None:
        first = await begun(work, lambda: go.wait(PATIENCE), taken=1)
        second = await begun(work, done.set, taken=2)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert work.taken == 1
        go.set()
        await first
        await work.run(lambda: None)  # the thread has passed the second by

    with work_of() as work:
        run(main)
    assert not done.is_set()


def test_piece_that_takes_too_long_is_given_up_and_the_next_is_answered() -> None:
    go = threading.Event()

    async def main() -> None:
        with pytest.raises(Problem) as late:
            await work.run(lambda: go.wait(PATIENCE))
        assert late.value.code == "timeout"
        await asyncio.sleep(0.05)
        assert work.taken == 1  # it is still being done, and keeps its place
        go.set()
        assert await work.run_patiently(lambda: 2) == 2
        await asyncio.sleep(0.05)
        assert work.taken == 0

    with work_of(seconds=0.05) as work:
        run(main)


def test_closing_finishes_what_was_begun_and_cancels_what_waits() -> None:
    busy, go = threading.Event(), threading.Event()

    def first_piece() -> int:
        busy.set()
        go.wait(PATIENCE)
        return 1

    async def main() -> None:
        first = await begun(work, first_piece, taken=1)
        second = await begun(work, lambda: 2, taken=2)
        assert await asyncio.to_thread(busy.wait, PATIENCE)
        threading.Timer(0.05, go.set).start()
        work.close()
        assert await first == 1
        with pytest.raises(asyncio.CancelledError):
            await second

    with work_of() as work:
        run(main)
