"""Work beside the event loop: a few threads behind a bounded queue, with a time limit for each piece."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from copydesk.service.api.monitoring.traces import Traces
from copydesk.service.api.problems import Problem

R = TypeVar("R")
WAIT_SECONDS = 0.02
"""How often a row of a batch asks for room in a full queue."""

Piece = tuple[Callable[[], Any], asyncio.Future[Any]]


class Work:
    """Threads that do one kind of work; what waits for them is counted, and more than `most` is refused.

    The threads take pieces from a queue and wake the event loop once for each, which executors do with more steps.
    """

    def __init__(self, name: str, traces: Traces | None = None, *, threads: int, most: int, seconds: float) -> None:
        self._open = 0
        """Pieces that somebody waits for."""
        self._doing: list[asyncio.Future[Any] | None] = [None] * threads
        """What each thread does at the moment."""
        self._name = name
        self._traces = traces
        self._most = most
        self._seconds = seconds
        self._pieces: SimpleQueue[Piece | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, args=(number,), name=f"{name}_{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def taken(self) -> int:
        """Pieces that wait or are being done; one that was given up counts for as long as it is being done."""
        return self._open + sum(each is not None and each.cancelled() for each in self._doing)

    async def run(self, function: Callable[[], R]) -> R:
        """Do a piece of work; one that is given up before it began is never done.

        Raises:
            Problem: The queue is full, or the answer took too long.
        """
        if self.taken >= self._most:
            raise Problem(
                "busy", f"{self.taken} requests wait for the {self._name}, expected fewer than {self._most}; try later"
            )
        try:
            async with asyncio.timeout(self._seconds):
                return await self._submit(function)
        except TimeoutError:
            message = f"no answer of the {self._name} within {self._seconds:g} seconds; send less, or try later"
            raise Problem("timeout", message) from None

    async def run_patiently(self, function: Callable[[], R]) -> R:
        """Do a piece of a batch: it waits for room in the queue, and has all the time that it needs."""
        while self.taken >= self._most:
            await asyncio.sleep(WAIT_SECONDS)
        return await self._submit(function)

    def _submit(self, function: Callable[[], R]) -> asyncio.Future[R]:
        if self._traces is not None:
            function = self._traces.within(self._name, function)
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._open += 1
        future.add_done_callback(self._release)
        self._pieces.put((function, future))
        return future

    def _release(self, _: asyncio.Future[Any]) -> None:
        self._open -= 1

    def _work(self, number: int) -> None:
        """Do one piece after the other, on a thread of its own."""
        while (piece := self._pieces.get()) is not None:
            function, future = piece
            self._doing[number] = future
            if not future.cancelled():
                result = error = None
                try:
                    result = function()
                except BaseException as raised:
                    error = raised
                with suppress(RuntimeError):  # the loop may have been closed meanwhile: nobody waits then
                    future.get_loop().call_soon_threadsafe(_settle, future, result, error)
                del result, error
            self._doing[number] = None
            del piece, function, future  # or they would be kept until the next

    def close(self) -> None:
        """Finish what was begun and let the threads go; what waits is cancelled."""
        with suppress(Empty):
            while (piece := self._pieces.get_nowait()) is not None:
                piece[1].cancel()
        for _ in self._threads:
            self._pieces.put(None)
        for thread in self._threads:
            thread.join()


def _settle(future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if future.done():  # given up
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
