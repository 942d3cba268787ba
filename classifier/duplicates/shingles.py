"""Hashes runs of words: all of a text as its shingles, and a few as keys by which shared passages are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.duplicates.normalized_words import Words
from copydesk.classifier.duplicates.types import SigningScheme

Number = TypeVar("Number", np.uint32, np.uint64)

SET_BITS = 24
"""Bits of a shingle's hash; two texts of 400 words share 0.01 shingles by accident."""

KEY_BITS = 47
"""Bits of a key: a positive integer of six bytes; SQLite writes longer ones in eight."""


_READ = core_function("cd_read_shingles", "u64* u8* i64* i64 i64 i64 u32* i64*", "i64")
_PASSAGE_KEYS = core_function("cd_passage_keys", "u64* i64* i64 i64 i64 i64 u64* i64*", "memory")


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
    values, bounds = np.empty(len(words.hashes), np.uint32), np.empty(len(words.bounds), np.int64)
    n = _READ(words.hashes, words.marks, words.bounds, len(bounds) - 1, *sizes, values, bounds)
    return Shingles(values[:n].copy(), bounds, sizes)


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
    check_passages(length, characters, window)
    keys, bounds = np.empty(len(words.hashes), np.uint64), np.empty(len(words.bounds), np.int64)
    n = _PASSAGE_KEYS(words.hashes, words.bounds, len(bounds) - 1, length, characters, window, keys, bounds)
    return Ragged(keys[:n].copy(), bounds)


def check_passages(length: int, characters: int, window: int) -> None:
    """Raise ValueError if passages cannot be chosen so."""
    if min(length, characters, window) < 1:
        raise ValueError(
            f"passages of {length} words or {characters} characters in windows of {window}; each must be at least 1"
        )
