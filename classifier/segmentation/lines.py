"""Finds the visible lines of a text, and what separates each from the line before."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import CodePoints, Integers
from copydesk.classifier.compiled.library import core_function

# Invisible characters: white space as str.isspace has it, controls, zero-width and direction marks.
INVISIBLE = r"\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff"
LINE_ENDS = r"\n\r\v\f\x85\u2028\u2029"

ONE_END, TWO_ENDS, OTHER_GAP = range(3)
"""What separates two lines: one line feed, two, or any other invisible characters."""

_BMP = 0x10000
_VISIBLE, _INVISIBLE, _LINE_END = range(3)

_visible_lines = core_function("cd_visible_lines", "u32* i64 u8* i64* i64* u8*", "i64")


def visible_lines(points: CodePoints) -> tuple[Integers, Integers, NDArray[np.uint8]]:
    """Find the lines of a text that have visible characters, without invisible ones at their ends.

    Returns:
        Where each line starts and ends, in characters, and the gap before it; each of shape (n_lines,).
    """
    most = (len(points) + 1) // 2
    starts, ends, gaps = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint8)
    n = _visible_lines(points, len(points), visibility(), starts, ends, gaps)
    return starts[:n], ends[:n], gaps[:n]


@cache
def visibility() -> NDArray[np.uint8]:
    """Return whether each code point below 0x10000 is visible; all others are."""
    table = np.full(_BMP, _VISIBLE, np.uint8)
    every = np.arange(_BMP, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    for pattern, value in ((INVISIBLE, _INVISIBLE), (LINE_ENDS, _LINE_END)):
        for match in re.finditer(f"[{pattern}]+", every):
            table[match.start() : match.end()] = value
    return table
