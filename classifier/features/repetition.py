"""Finds the blocks of a page that have the same text."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import CodePoints, Integers
from copydesk.classifier.compiled.library import core_function

MAX_ELEMENT_BLOCKS = 200
"""Largest element, in blocks, whose distinct links are counted. A larger one cannot be a teaser and is skipped."""

_count_repeats = core_function("cd_count_repeats", "u32* i64 i64* i64* i64 i64*", "memory")


def count_repeats(points: CodePoints, starts: Integers, ends: Integers) -> Integers:
    """Count, for each block, the blocks with exactly its text, itself among them; shape (n,)."""
    repeats = np.empty(len(starts), np.int64)
    _count_repeats(points, len(points), starts, ends, len(starts), repeats)
    return repeats
