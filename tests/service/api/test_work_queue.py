"""Calls on threads: their results, a full queue, time limits, and the end of the queue."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import pytest

from copydesk.service.api.limits.work_queue import WorkQueue
from copydesk.service.api.problems import Problem

R = TypeVar("R")
PATIENCE = 10.0


@contextmanager
def open_queue(*, threads: int = 1, limit: int = 10, timeout: float = PATIENCE) -> Iterator[WorkQueue]:
    queue = WorkQueue("tester", threads=threads, limit=limit, timeout=timeout)
    try:
        yield queue
    finally:
        queue.close()


async def start(queue: WorkQueue, function: Callable[[], R], *, n_unfinished: int) -> asyncio.Task[R]:
    """Start a call, and wait until so many are unfinished."""
    task = asyncio.create_task(queue.run(function))
    while queue.n_unfinished < n_unfinished:
        await asyncio.sleep(0)
    return task


def run(main: Callable[[], Awaitable[None]]) -> None:
    async def within() -> None:
        async with asyncio.timeout(PATIENCE):
            await main()

    asyncio.run(within())


def test_results_and_errors_come_back_from_another_thread() -> None:
    async def main() -> None:
        assert await queue.run(threading.get_ident) != threading.get_ident()
        with pytest.raises(ZeroDivisionError):
            await queue.run(lambda: 1 // 0)
        assert [await queue.run(partial(int, n)) for n in range(100)] == list(range(100))
        assert queue.n_unfinished == 0

    with open_queue() as queue:
        run(main)


def test_threads_work_at_once() -> None:
    meeting = threading.Barrier(3)

    async def main() -> None:
        await asyncio.gather(*(queue.run(lambda: meeting.wait(PATIENCE)) for _ in range(3)))

    with open_queue(threads=3) as queue:
        run(main)
    assert not meeting.broken


def test_full_queue_refuses_and_batches_wait_for_room() -> None:
    go = threading.Event()

    async def main() -> None:
        first = await start(queue, lambda: go.wait(PATIENCE), n_unfinished=1)
        second = await start(queue, lambda: 2, n_unfinished=2)
        with pytest.raises(Problem) as refused:
            await queue.run(lambda: 3)
        assert refused.value.code == "busy"
        patient = asyncio.create_task(queue.run_when_free(lambda: 4))
        await asyncio.sleep(0.05)
        assert queue.n_unfinished == 2
        assert not patient.done()
        go.set()
        assert (await first, await second, await patient) == (True, 2, 4)

    with open_queue(limit=2) as queue:
        run(main)


def test_call_that_is_cancelled_before_its_turn_never_runs() -> None:
    go, done = threading.Event(), threading.Event()

    async def main() -> None:
        first = await start(queue, lambda: go.wait(PATIENCE), n_unfinished=1)
        second = await start(queue, done.set, n_unfinished=2)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert queue.n_unfinished == 1
        go.set()
        await first
        await queue.run(lambda: None)  # the thread has skipped the second

    with open_queue() as queue:
        run(main)
    assert not done.is_set()


def test_call_over_its_time_limit_is_a_problem_and_the_next_one_runs() -> None:
    go = threading.Event()

    async def main() -> None:
        with pytest.raises(Problem) as late:
            await queue.run(lambda: go.wait(PATIENCE))
        assert late.value.code == "timeout"
        await asyncio.sleep(0.05)
        assert queue.n_unfinished == 1  # it still runs, and keeps its place
        go.set()
        assert await queue.run_when_free(lambda: 2) == 2
        await asyncio.sleep(0.05)
        assert queue.n_unfinished == 0

    with open_queue(timeout=0.05) as queue:
        run(main)


@pytest.mark.parametrize("error", [StopIteration("x"), StopAsyncIteration(), asyncio.CancelledError()])
def test_every_error_of_a_call_comes_back(error: BaseException) -> None:
    def fail() -> None:
        raise error

    async def main() -> None:
        with pytest.raises(RuntimeError if isinstance(error, StopIteration) else type(error)) as raised:
            await queue.run(fail)
        assert error in (raised.value, raised.value.__cause__)
        assert queue.n_unfinished == 0

    with open_queue() as queue:
        run(main)


def test_closed_queue_refuses_calls_and_those_that_wait_for_room() -> None:
    busy, go = threading.Event(), threading.Event()

    def first_call() -> None:
        busy.set()
        go.wait(PATIENCE)

    async def main() -> None:
        first = await start(queue, first_call, n_unfinished=1)
        assert await asyncio.to_thread(busy.wait, PATIENCE)
        patient = asyncio.create_task(queue.run_when_free(lambda: 2))
        await asyncio.sleep(0)
        go.set()
        queue.close()
        await first
        for call in (patient, queue.run(lambda: 3), queue.run_when_free(lambda: 4)):
            with pytest.raises(
                Problem, match="the tester takes no more requests, as the service is stopping"
            ) as refused:
                await call
            assert refused.value.code == "busy"
        assert queue.n_unfinished == 0
        queue.close()

    with open_queue(limit=1) as queue:
        run(main)


def test_closing_finishes_running_calls_and_cancels_waiting_ones() -> None:
    busy, go = threading.Event(), threading.Event()

    def first_call() -> int:
        busy.set()
        go.wait(PATIENCE)
        return 1

    async def main() -> None:
        first = await start(queue, first_call, n_unfinished=1)
        second = await start(queue, lambda: 2, n_unfinished=2)
        assert await asyncio.to_thread(busy.wait, PATIENCE)
        threading.Timer(0.05, go.set).start()
        queue.close()
        assert await first == 1
        with pytest.raises(asyncio.CancelledError):
            await second

    with open_queue() as queue:
        run(main)
