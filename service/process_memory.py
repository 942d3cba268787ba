"""Tunes the memory of a process that handles pages for hours: fewer garbage collections, one heap for all threads."""

from __future__ import annotations

import ctypes
import gc
import sys

OBJECTS = 10_000
"""New objects between two garbage collections. A page makes some thousands, and reference counting frees them all."""
_ARENA_MAX = -8
"""glibc's option `M_ARENA_MAX`. By default each thread has its own heap, whose free memory no other uses."""


def tune_process_memory() -> None:
    """Tune this process, before it starts threads; objects that exist by then are never searched for garbage."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries do not have it
        if mallopt is not None:
            mallopt(_ARENA_MAX, 1)
    gc.freeze()
    gc.set_threshold(OBJECTS)
