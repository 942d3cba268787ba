"""How often the interpreter looks for garbage, in processes that read page after page."""

from __future__ import annotations

import gc

OBJECTS = 10_000
"""New objects between two looks; a page makes some thousands and leaves none behind."""


def look_rarely() -> None:
    """Leave what is loaded out of all later looks, and look more rarely."""
    gc.freeze()
    gc.set_threshold(OBJECTS)
