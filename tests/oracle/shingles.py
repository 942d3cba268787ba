"""The runs of words of `shingles` in Python: what the C code is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.fact_words import MARK_BITS
from copydesk.classifier.duplicates.normalized_words import MULTIPLIER, Words
from copydesk.classifier.duplicates.shingles import KEY_BITS, Ragged, Shingles
from tests.oracle.hashing import scatter
from tests.oracle.jit import jit

_HASH_AND_SIZE = (1 << 32) - (1 << MARK_BITS + 1) | 1
"""The bits of a shingle that do not belong to the mark of its first word."""


def read_shingles(words: Words, sizes: tuple[int, int]) -> Shingles:
    """Hash every run of words, or of characters of an unspaced script."""
    hashes, bounds = _hash_runs(words.hashes, words.bounds, *sizes)
    return Shingles(_with_marks(hashes, bounds, words.marks, words.bounds), bounds, sizes)


def passage_keys(words: Words, *, length: int, characters: int, window: int) -> Ragged[np.uint64]:
    """Choose a few runs."""
    hashes, bounds = _hash_runs(words.hashes, words.bounds, length, characters)
    return Ragged(*_winnow(hashes, bounds, window))


@jit
def _with_marks(
    hashes: NDArray[np.uint64], bounds: NDArray[np.int64], marks: NDArray[np.uint8], word_bounds: NDArray[np.int64]
) -> NDArray[np.uint32]:
    values = np.empty(len(hashes), np.uint32)
    for t in range(len(bounds) - 1):
        for i in range(bounds[t], bounds[t + 1]):
            mark = np.uint32(marks[word_bounds[t] + i - bounds[t]])
            bare = np.uint32(hashes[i] >> np.uint64(32)) & np.uint32(_HASH_AND_SIZE)
            values[i] = bare | mark << np.uint32(1)
    return values


@jit
def _hash_runs(
    words: NDArray[np.uint64], bounds: NDArray[np.int64], length: int, characters: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Hash the run that begins at each word; bit 32 is 1 if it begins in an unspaced script."""
    hashes = np.empty(len(words), np.uint64)
    limits = np.zeros(len(bounds), np.int64)
    n = 0
    for t in range(len(bounds) - 1):
        end = bounds[t + 1]
        for i in range(bounds[t], end):
            unspaced = words[i] & np.uint64(1)
            size = characters if unspaced else length
            if i + size > end:
                break
            h = np.uint64(size)
            for j in range(i, i + size):
                h = (h + words[j]) * MULTIPLIER
                h ^= h >> np.uint64(32)
            hashes[n] = scatter(h) & ~(np.uint64(1) << np.uint64(32)) | unspaced << np.uint64(32)
            n += 1
        limits[t + 1] = n
    return hashes[:n].copy(), limits


@jit
def _winnow(
    hashes: NDArray[np.uint64], bounds: NDArray[np.int64], window: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    keys = np.empty(len(hashes), np.uint64)
    limits = np.zeros(len(bounds), np.int64)
    n = 0
    for t in range(len(bounds) - 1):
        first, end = bounds[t], bounds[t + 1]
        chosen = -1
        for right in range(min(first + window, end) - 1, end):
            left = max(first, right - window + 1)
            if right < left:
                break
            if chosen < left:
                chosen = left
                for i in range(left + 1, right + 1):
                    chosen = i if hashes[i] <= hashes[chosen] else chosen
            elif hashes[right] <= hashes[chosen]:
                chosen = right
            else:
                continue
            key = scatter(hashes[chosen]) >> np.uint64(64 - KEY_BITS)
            if key not in keys[limits[t] : n]:
                keys[n] = key
                n += 1
        limits[t + 1] = n
    return keys[:n].copy(), limits
