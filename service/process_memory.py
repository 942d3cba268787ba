"""Tunes the memory of a process that handles pages for hours: fewer garbage collections, one heap for all threads."""

from __future__ import annotations

import ctypes
import gc
import sys

OBJECTS = 10_000
"""New objects between two garbage collections. A page makes some thousands, and reference counting frees them all."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""glibc's options of these names. By default each thread has its own heap, whose free memory no other uses."""

KEPT = 16 << 20
"""Bytes at the end of the heap that stay with the process; more, or as much at once, goes back to the system. By
default the memory of a page of text does, and is zeroed anew for the next: 23 page faults, 3 % of its time."""


def tune_process_memory() -> None:
    """Tune this process, before it starts threads; objects that exist by then are never searched for garbage."""
    keep_freed_memory()
    _set_option(_ARENA_MAX, 1)
    gc.freeze()
    gc.set_threshold(OBJECTS)


def keep_freed_memory() -> None:
    """Let this process keep a little of the memory that a page took for the next one."""
    _set_option(_TRIM_THRESHOLD, KEPT)
    _set_option(_MMAP_THRESHOLD, KEPT)


def _set_option(option: int, value: int) -> None:
    """Set an option of glibc; other C libraries have none."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(option, value)
