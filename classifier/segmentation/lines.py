"""Finds the visible lines of a text, and what separates each from the line before."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import CodePoints, Integers
from copydesk.classifier.compiled import code_points, jit

# Invisible characters: white space as str.isspace has it, controls, zero-width and direction marks.
INVISIBLE = r"\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff"
LINE_ENDS = r"\n\r\v\f\x85\u2028\u2029"

ONE_END, TWO_ENDS, OTHER_GAP = range(3)
"""What separates two lines: one line feed, two, or any other invisible characters."""

_BMP = 0x10000
_VISIBLE, _INVISIBLE, _LINE_END = range(3)


def visible_lines(text: str) -> tuple[Integers, Integers, NDArray[np.uint8]]:
    """Find the lines with visible characters, without invisible ones at their ends.

    Returns:
        Where each line starts and ends, in characters, and the gap before it; each of shape (n_lines,).
    """
    return _visible_lines(code_points(text), _visibility())


@cache
def _visibility() -> NDArray[np.uint8]:
    """Return whether each code point below 0x10000 is visible; all others are."""
    table = np.full(_BMP, _VISIBLE, np.uint8)
    every = np.arange(_BMP, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    for pattern, value in ((INVISIBLE, _INVISIBLE), (LINE_ENDS, _LINE_END)):
        for match in re.finditer(f"[{pattern}]+", every):
            table[match.start() : match.end()] = value
    return table


@jit
def _visible_lines(points: CodePoints, visibility: NDArray[np.uint8]) -> tuple[Integers, Integers, NDArray[np.uint8]]:
    most = 1
    for code in points:
        most += _ends_line(code)
    starts = np.empty(most, np.int64)
    ends = np.empty(most, np.int64)
    gaps = np.empty(most, np.uint8)
    n = first = before = 0
    for i in range(len(points) + 1):
        if i == len(points) or _ends_line(points[i]):
            start, end = _trim(points, first, i, visibility)
            if start < end:
                starts[n], ends[n], gaps[n] = start, end, _gap(points, before, start)
                before = end
                n += 1
            first = i + 1
    return starts[:n], ends[:n], gaps[:n]


@jit
def _ends_line(code: np.uint32) -> bool:
    """Return whether a character ends a line; without a branch, so that the compiler vectorises the count."""
    return bool((code >= 10) & (code <= 13) | (code == 0x85) | (code >= 0x2028) & (code <= 0x2029))


@jit
def _trim(points: CodePoints, start: int, end: int, visibility: NDArray[np.uint8]) -> tuple[int, int]:
    """Leave out invisible characters at both ends."""
    while start < end and points[start] < _BMP and visibility[points[start]]:
        start += 1
    while start < end and points[end - 1] < _BMP and visibility[points[end - 1]]:
        end -= 1
    return start, end


@jit
def _gap(points: CodePoints, start: int, end: int) -> int:
    if end - start == 1 and points[start] == 10:
        return ONE_END
    return TWO_ENDS if end - start == 2 and points[start] == 10 and points[start + 1] == 10 else OTHER_GAP
