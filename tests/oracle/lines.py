"""Finds the visible lines of a text, and what separates each from the line before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import CodePoints, Integers
from copydesk.classifier.segmentation.lines import ONE_END, OTHER_GAP, TWO_ENDS
from tests.oracle.jit import jit

_BMP = 0x10000


@jit
def visible_lines(points: CodePoints, visibility: NDArray[np.uint8]) -> tuple[Integers, Integers, NDArray[np.uint8]]:
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
