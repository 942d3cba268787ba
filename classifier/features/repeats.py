"""How often each block's text stands on its page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.jit import jit


@jit
def count_repeats(points: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count, for each block, the blocks of exactly its text, itself among them; shape (n_blocks,).

    Args:
        points: The page's code points.
        starts: Shape (n_blocks,): where each block starts, in code points.
        ends: Shape (n_blocks,).
    """
    n = len(starts)
    bits = 4
    while (1 << bits) < 2 * n:
        bits += 1
    firsts = np.full(1 << bits, -1, np.int64)  # the first block of each text, at a place that its hash says, or behind
    hashes = np.empty(n, np.uint64)
    same = np.empty(n, np.int64)
    counts = np.zeros(n, np.int64)
    for b in range(n):
        hashes[b] = _hash(points, starts[b], ends[b])
        place = np.int64(hashes[b] >> np.uint64(64 - bits))
        while firsts[place] >= 0:
            other = firsts[place]
            if hashes[other] == hashes[b] and _equal(points, starts[other], ends[other], starts[b], ends[b]):
                break
            place = (place + 1) & (len(firsts) - 1)
        else:
            firsts[place] = b
        same[b] = firsts[place]
        counts[same[b]] += 1
    return counts[same]


@jit
def _hash(points: NDArray[np.uint32], start: int, end: int) -> np.uint64:
    h = np.uint64(end - start)
    for i in range(start, end):
        h = (h ^ np.uint64(points[i])) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    return h * np.uint64(0x9E3779B97F4A7C15)


@jit
def _equal(points: NDArray[np.uint32], start: int, end: int, other_start: int, other_end: int) -> bool:
    if end - start != other_end - other_start:
        return False
    for i in range(end - start):  # noqa: SIM110 numba compiles no generator in `all`
        if points[start + i] != points[other_start + i]:
            return False
    return True
