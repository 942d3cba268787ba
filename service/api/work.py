"""Work beside the event loop: a few threads behind a bounded queue, with a time limit for each piece."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from service.api.problems import Problem
from service.api.traces import Traces

R = TypeVar("R")
WAIT_SECONDS = 0.02
"""How often a row of a batch asks for room in a full queue."""


class Work:
    """Threads that do one kind of work; what waits for them is counted, and more than `most` is refused."""

    def __init__(self, name: str, traces: Traces | None = None, *, threads: int, most: int, seconds: float) -> None:
        self.taken = 0
        """Pieces that wait or are being done."""
        self._counting = threading.Lock()
        self._name = name
        self._traces = traces
        self._most = most
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, function: Callable[[], R]) -> R:
        """Do a piece of work; one that is given up before it began is never done.

        Raises:
            Problem: The queue is full, or the answer took too long.
        """
        if self.taken >= self._most:
            raise Problem(
                "busy", f"{self.taken} requests wait for the {self._name}, expected fewer than {self._most}; try later"
            )
        future = self._submit(function)
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            message = f"no answer of the {self._name} within {self._seconds:g} seconds; send less, or try later"
            raise Problem("timeout", message) from None

    async def run_patiently(self, function: Callable[[], R]) -> R:
        """Do a piece of a batch: it waits for room in the queue, and has all the time that it needs."""
        while self.taken >= self._most:
            await asyncio.sleep(WAIT_SECONDS)
        return await asyncio.wrap_future(self._submit(function))

    def _submit(self, function: Callable[[], R]) -> Future[R]:
        if self._traces is not None:
            function = self._traces.within(self._name, function)
        future = self._pool.submit(function)
        with self._counting:
            self.taken += 1
        future.add_done_callback(self._release)
        return future

    def _release(self, _: Future[R]) -> None:
        """Count out, on the thread that did the work: the event loop is woken once a piece, for its answer."""
        with self._counting:
            self.taken -= 1

    def close(self) -> None:
        """Finish what was begun and let the threads go."""
        self._pool.shutdown(wait=True, cancel_futures=True)
