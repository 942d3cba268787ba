"""Runs worker processes, each at the other end of a pipe; they exit when their parent does, even if it is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import wait
from threading import Thread

# Spawned, not forked: a fork would keep the parent's locks on folders, and copies locks that threads of libraries hold.
SPAWN = multiprocessing.get_context("spawn")


class Worker:
    """A process that runs a function, and the parent's end of its pipe.

    Why not `concurrent.futures`: when a worker is killed while another one starts, its pool waits for ever (Python
    3.11). Here the pipe of a killed worker ends.
    """

    def __init__(self, target: Callable[..., None], *args: object) -> None:
        """Start `target(connection, *args)`."""
        self.connection, theirs = SPAWN.Pipe()
        self.process = SPAWN.Process(target=_run_target, args=(target, theirs, *args), daemon=True)
        self.process.start()
        theirs.close()

    def end(self) -> None:
        """Kill the process."""
        self.process.kill()
        self.process.join()
        self.connection.close()


def _run_target(target: Callable[..., None], *args: object) -> None:
    """Ignore interrupts, which the parent handles, and run the function; exit with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    call_when_parent_ends(lambda: os._exit(1))
    target(*args)


def call_when_parent_ends(function: Callable[[], object]) -> None:
    """Call a function on a thread once the process has ended that started this one, even if it was killed.

    Do nothing in a process that `multiprocessing` did not start.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        Thread(target=lambda: wait([sentinel]) and function(), daemon=True).start()
