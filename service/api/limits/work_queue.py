"""Keeps blocking work off the event loop: a few threads with a bounded queue and a time limit for each call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from copydesk.service.api.monitoring.traces import Traces
from copydesk.service.api.problems import Problem

R = TypeVar("R")
POLL_SECONDS = 0.02
"""Seconds between two attempts of a batch row to enter a full queue."""


class WorkQueue:
    """A thread pool that accepts at most `limit` calls at a time."""

    def __init__(self, name: str, traces: Traces | None = None, *, threads: int, limit: int, timeout: float) -> None:
        self._name = name
        self._traces = traces
        self._limit = limit
        self._timeout = timeout
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._unfinished: set[Future[Any]] = set()

    @property
    def n_unfinished(self) -> int:
        """Calls that wait or run; one that timed out counts for as long as it keeps its thread busy."""
        return len(self._unfinished)

    async def run(self, function: Callable[[], R]) -> R:
        """Call a function on a thread; a call that is cancelled before its turn never runs.

        Raises:
            Problem: The queue is full, or the call took too long.
        """
        if self.n_unfinished >= self._limit:
            found = f"{self.n_unfinished} requests wait for the {self._name}"
            raise Problem("busy", f"{found}, expected fewer than {self._limit}; try later")
        try:
            async with asyncio.timeout(self._timeout):
                return await self._submit(function)
        except TimeoutError:
            message = f"no answer of the {self._name} within {self._timeout:g} seconds; send less, or try later"
            raise Problem("timeout", message) from None

    async def run_when_free(self, function: Callable[[], R]) -> R:
        """Call a function for rows of a batch: wait for room in the queue, and set no time limit."""
        while self.n_unfinished >= self._limit:
            await asyncio.sleep(POLL_SECONDS)
        return await self._submit(function)

    def _submit(self, function: Callable[[], R]) -> asyncio.Future[R]:
        if self._traces is not None:
            function = self._traces.wrap(self._name, function)
        future = self._executor.submit(function)
        self._unfinished.add(future)
        future.add_done_callback(self._unfinished.discard)
        return asyncio.wrap_future(future)

    def close(self) -> None:
        """Finish the calls that run, and cancel those that wait."""
        self._executor.shutdown(cancel_futures=True)
