"""How a process that reads page after page keeps memory: it looks for garbage rarely, and its threads share a heap."""

from __future__ import annotations

import ctypes
import gc
import sys

OBJECTS = 10_000
"""New objects between two looks; a page makes some thousands and leaves none behind."""
_ARENA_MAX = -8
"""glibc's `M_ARENA_MAX`: by itself each thread fills a heap of its own, and what one frees no other takes."""


def tune_process_memory() -> None:
    """Set a process up before it starts threads; what is loaded by then is left out of all looks for garbage."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
        if mallopt is not None:
            mallopt(_ARENA_MAX, 1)
    gc.freeze()
    gc.set_threshold(OBJECTS)
