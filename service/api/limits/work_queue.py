"""Keeps blocking work off the event loop: a few threads with a bounded queue and a time limit for each call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from copydesk.service.api.monitoring.traces import Traces
from copydesk.service.api.problems import Problem

R = TypeVar("R")
POLL_SECONDS = 0.02
"""Seconds between two attempts of a batch row to enter a full queue."""


class WorkQueue:
    """A few threads that accept at most `limit` calls at a time.

    A call takes a third of the time that `ThreadPoolExecutor` and `asyncio.wrap_future` need to pass it on and back.
    """

    def __init__(self, name: str, traces: Traces | None = None, *, threads: int, limit: int, timeout: float) -> None:
        self._name = name
        self._traces = traces
        self._limit = limit
        self._timeout = timeout
        self._closed = False
        self._unfinished: set[_Call[Any]] = set()
        self._calls: SimpleQueue[_Call[Any] | None] = SimpleQueue()
        self._threads = [Thread(target=self._work, name=f"{name} {n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    @property
    def n_unfinished(self) -> int:
        """Calls that wait or run; one that timed out counts for as long as it keeps its thread busy."""
        return len(self._unfinished)

    async def run(self, function: Callable[[], R]) -> R:
        """Call a function on a thread; a call that is cancelled before its turn never runs.

        Raises:
            Problem: The queue is full or closed, or the call took too long.
        """
        if self.n_unfinished >= self._limit:
            found = f"{self.n_unfinished} requests wait for the {self._name}"
            raise Problem("busy", f"{found}, expected fewer than {self._limit}; try later")
        call = self._submit(function)
        timer = call.loop.call_later(self._timeout, self._expire, call)
        try:
            return await call.wait()
        finally:
            timer.cancel()

    async def run_when_free(self, function: Callable[[], R]) -> R:
        """Call a function for rows of a batch: wait for room in the queue, and set no time limit.

        Raises:
            Problem: The queue is closed.
        """
        while self.n_unfinished >= self._limit:
            await asyncio.sleep(POLL_SECONDS)
        return await self._submit(function).wait()

    def _submit(self, function: Callable[[], R]) -> _Call[R]:
        if self._closed:
            raise Problem("busy", f"the {self._name} takes no more requests, as the service is stopping; try later")
        if self._traces is not None:
            function = self._traces.wrap(self._name, function)
        call = _Call(function, self._unfinished)
        self._unfinished.add(call)
        self._calls.put(call)
        return call

    def _expire(self, call: _Call[Any]) -> None:
        message = f"no answer of the {self._name} within {self._timeout:g} seconds; send less, or try later"
        call.give_up(Problem("timeout", message))

    def _work(self) -> None:
        """Run calls until the queue is closed; runs on each thread."""
        while (call := self._calls.get()) is not None:
            call.run()

    def close(self) -> None:
        """Finish the calls that run, cancel those that wait, and refuse those that come later."""
        self._closed = True
        for call in list(self._unfinished):
            if call.take():
                self._unfinished.discard(call)
                call.future.cancel()
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()


class _Call(Generic[R]):
    """A function that a thread calls, and the future of its result; belongs to the event loop that created it."""

    __slots__ = ("_function", "_turn", "_unfinished", "future", "loop")

    def __init__(self, function: Callable[[], R], unfinished: set[_Call[Any]]) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[R] = self.loop.create_future()
        self._function = function
        self._unfinished = unfinished
        self._turn = Lock()

    def take(self) -> bool:
        """Return whether this is the first to take the call: the thread, or who gives it up before its turn."""
        return self._turn.acquire(blocking=False)

    def run(self) -> None:
        """Call the function, if nobody has given it up, and pass the result on; runs on a thread."""
        if not self.take():
            return
        result: Any = None
        error: BaseException | None = None
        try:
            result = self._function()
        except StopIteration as raised:  # a future takes none; a coroutine makes the same of it (PEP 479)
            error = RuntimeError("a call on a thread raised StopIteration")
            error.__cause__ = raised
        except BaseException as raised:
            error = raised
        with suppress(RuntimeError):  # the event loop was closed, so nobody waits
            self.loop.call_soon_threadsafe(self._finish, result, error)

    def _finish(self, result: Any, error: BaseException | None) -> None:
        self._unfinished.discard(self)
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)

    async def wait(self) -> R:
        """Wait for the result; if the waiting is cancelled before the call's turn, it never runs."""
        try:
            return await self.future
        except asyncio.CancelledError:
            self._leave()
            raise

    def give_up(self, error: Exception) -> None:
        """Raise an error where the result is waited for; the call never runs if its turn has not come."""
        self._leave()
        if not self.future.done():
            self.future.set_exception(error)

    def _leave(self) -> None:
        if self.take():
            self._unfinished.discard(self)
