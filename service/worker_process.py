"""Worker processes, each at the other end of a pipe; they end with the process that started them, however it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import wait
from threading import Thread

# Spawned, not forked: a fork would hold the locks on folders, and copy what threads of libraries hold.
SPAWN = multiprocessing.get_context("spawn")


class Worker:
    """A process that runs a function, and our end of its pipe.

    Of `concurrent.futures` a process that is ended while another one starts makes the pool wait for ever (3.11); here
    its pipe says so.
    """

    def __init__(self, target: Callable[..., None], *args: object) -> None:
        """Start `target(connection, *args)`."""
        self.connection, theirs = SPAWN.Pipe()
        self.process = SPAWN.Process(target=_run, args=(target, theirs, *args), daemon=True)
        self.process.start()
        theirs.close()

    def end(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.join()
        self.connection.close()


def _run(target: Callable[..., None], *args: object) -> None:
    """Leave interrupts to the first process, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    target(*args)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def default_workers() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
