"""Hashes runs of words: all of a text as its shingles, and a few as keys by which shared passages are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled import jit, scatter
from copydesk.classifier.duplicates.fact_words import MARK_BITS
from copydesk.classifier.duplicates.normalized_words import MULTIPLIER, Words
from copydesk.classifier.duplicates.types import SigningScheme

Number = TypeVar("Number", np.uint32, np.uint64)

SET_BITS = 24
"""Bits of a shingle's hash; two texts of 400 words share 0.01 shingles by accident."""

_HASH_AND_SIZE = (1 << 32) - (1 << MARK_BITS + 1) | 1
"""The bits of a shingle that do not belong to the mark of its first word."""

KEY_BITS = 47
"""Bits of a key: a positive integer of six bytes; SQLite writes longer ones in eight."""


@dataclass(frozen=True, slots=True)
class Ragged(Generic[Number]):
    """Rows of different lengths, one after the other: row t is `values[bounds[t]:bounds[t + 1]]`."""

    values: NDArray[Number]
    bounds: NDArray[np.int64]

    def row(self, number: int) -> NDArray[Number]:
        """Return one row."""
        return self.values[self.bounds[number] : self.bounds[number + 1]]


@dataclass(frozen=True, slots=True)
class Shingles(Ragged[np.uint32]):
    """The shingles of some texts: shingle j of a text begins at its word j, so repetitions are kept.

    A shingle is 32 bits: `SET_BITS` of its hash, the mark of its first word (`fact_words`), then a bit for its size:
    `sizes` are the words of a shingle whose lowest bit is 0, and of one whose lowest bit is 1.
    """

    sizes: tuple[int, int]


def read_shingles(words: Words, scheme: SigningScheme) -> Shingles:
    """Hash every run of `shingle_words` words, or `shingle_characters` where a run begins in an unspaced script.

    Raises:
        ValueError: A shingle of the scheme would be empty.
    """
    sizes = (scheme.shingle_words, scheme.shingle_characters)
    if min(sizes) < 1:
        raise ValueError(f"shingles of {sizes[0]} words and {sizes[1]} characters; a scheme needs at least 1 of each")
    hashes, bounds = _hash_runs(words.hashes, words.bounds, *sizes)
    return Shingles(_with_marks(hashes, bounds, words.marks, words.bounds), bounds, sizes)


def shorten(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the hashes of shingles alone, as they are compared."""
    return values >> np.uint32(32 - SET_BITS)


def passage_keys(words: Words, *, length: int, characters: int, window: int) -> Ragged[np.uint64]:
    """Choose a few runs of `length` words, so that texts that share `length + window - 1` words in a row share one.

    Of every `window` runs in a row, the one with the least hash is chosen. A text with fewer runs has one key.

    Returns:
        Keys below 2**KEY_BITS, distinct within a text, in text order; about 2 / (window + 1) for each word.

    Raises:
        ValueError: A length or the window is below 1.

    Source: Schleimer, Wilkerson, Aiken, Winnowing: Local Algorithms for Document Fingerprinting, SIGMOD 2003.
    """
    if min(length, characters, window) < 1:
        raise ValueError(
            f"passages of {length} words or {characters} characters in windows of {window}; each must be at least 1"
        )
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
