"""The reader of `normalized_words` in Python: what the C code is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled import code_points
from copydesk.classifier.duplicates.normalized_words import (
    BREAK,
    CHARACTER,
    HYPHEN,
    LETTER,
    MULTIPLIER,
    NEWLINE,
    NOTHING,
    SEVERAL,
    FoldTable,
    Words,
    fold_table,
)
from tests.oracle.fact_words import mark_words
from tests.oracle.hashing import scatter
from tests.oracle.jit import jit

_OUTSIDE, _INSIDE, _HYPHENATED, _BROKEN = range(4)
"""States of the reader: between words, in a word, after a hyphen in a word, on the line after that hyphen."""

_EVEN = np.uint64(0xFFFFFFFFFFFFFFFE)
_TABLE = 0x20000
_COMPATIBILITY_HAN = (0x2F800, 0x2FA20)
_LAST_HAN = 0x323B0
_SELECTORS = (0xE0000, 0xE01F0)


class _OpenWord(NamedTuple):
    """The reader's state, and the hash, first and last character of the word that it is in."""

    state: int
    hash: np.uint64
    start: int
    last: int


def read_words(texts: Sequence[str]) -> Words:
    """Cut texts into words."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    limits = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    points = code_points("".join(texts))
    words = _read(points, limits, fold_table())
    marks = mark_words(points, limits, words.hashes, words.starts, words.ends, words.bounds)
    return words._replace(marks=marks)


@jit
def text_digests(words: Words) -> NDArray[np.uint64]:
    """Return one number a text, shape (n_texts,), equal where all words are equal; 0 for a text without words."""
    digests = np.zeros(len(words.bounds) - 1, np.uint64)
    for t in range(len(digests)):
        h = np.uint64(0)
        for i in range(words.bounds[t], words.bounds[t + 1]):
            h = scatter(h ^ words.hashes[i])
        digests[t] = h
    return digests


@jit
def _read(points: NDArray[np.uint32], limits: NDArray[np.int64], folds: FoldTable) -> Words:
    """Hash the words of texts that are stored in one array of code points, text t from `limits[t]` on; mark none."""
    room = _max_words(points, folds)
    bounds = np.zeros(len(limits), np.int64)
    unmarked = np.empty(0, np.uint8)
    words = Words(np.empty(room, np.uint64), np.empty(room, np.int32), np.empty(room, np.int32), unmarked, bounds)
    n = 0
    for t in range(len(limits) - 1):
        n = _read_text(points[limits[t] : limits[t + 1]], folds, words, n)
        bounds[t + 1] = n
    return Words(words.hashes[:n].copy(), words.starts[:n].copy(), words.ends[:n].copy(), unmarked, bounds)


@jit
def _read_text(points: NDArray[np.uint32], folds: FoldTable, words: Words, n: int) -> int:
    """Append one text's words; return the number of words."""
    h = np.uint64(0)
    state = _OUTSIDE
    start = last = 0
    for i in range(len(points)):
        point = points[i]
        entry = folds.entries[point] if point < np.uint32(_TABLE) else _entry_beyond(point, folds)
        kind = entry >> np.uint32(24)
        if kind == LETTER and state <= _INSIDE:  # nearly every character is this or a break; the rest is below
            if state == _OUTSIDE:
                state, start, h = _INSIDE, i, np.uint64(0)
            h = (h ^ np.uint64(entry)) * MULTIPLIER
            last = i
        elif kind == BREAK:
            n = _close_word(words, n, _OpenWord(state, h, start, last))
            state = _OUTSIDE
        else:
            place = np.int64(entry & np.uint32(0xFFFFFF))
            for part in range(np.int64(folds.several[place]) if kind == SEVERAL else 1):
                one = folds.several[place + 1 + part] if kind == SEVERAL else entry
                n, word = _read_rare(words, n, _OpenWord(state, h, start, last), one, i)
                state, h, start, last = word
    return _close_word(words, n, _OpenWord(state, h, start, last))


@jit
def _read_rare(words: Words, n: int, word: _OpenWord, entry: np.uint32, i: int) -> tuple[int, _OpenWord]:
    """Read any folded code point, at character i; return the number of words and the word that is open then."""
    kind = entry >> np.uint32(24)
    if kind == NOTHING:
        return n, word
    if kind == HYPHEN and word.state == _INSIDE:
        return n, _OpenWord(_HYPHENATED, word.hash, word.start, word.last)
    if kind == NEWLINE and word.state >= _HYPHENATED:
        return n, _OpenWord(_BROKEN, word.hash, word.start, word.last)
    if kind == LETTER and word.state in (_INSIDE, _BROKEN):
        return n, _OpenWord(_INSIDE, (word.hash ^ np.uint64(entry)) * MULTIPLIER, word.start, i)
    n = _close_word(words, n, word)
    if kind == LETTER:
        return n, _OpenWord(_INSIDE, np.uint64(entry) * MULTIPLIER, i, i)
    if kind == CHARACTER:
        words.hashes[n], words.starts[n], words.ends[n] = scatter(np.uint64(entry)) | np.uint64(1), i, i + 1
        n += 1
    return n, _OpenWord(_OUTSIDE, word.hash, word.start, word.last)


@jit
def _close_word(words: Words, n: int, word: _OpenWord) -> int:
    """Append the open word, if there is one; return the number of words."""
    if word.state == _OUTSIDE:
        return n
    words.hashes[n], words.starts[n], words.ends[n] = scatter(word.hash) & _EVEN, word.start, word.last + 1
    return n + 1


@jit
def _entry_beyond(point: np.uint32, folds: FoldTable) -> np.uint32:
    """Look up a code point from `_TABLE` on: Han, a tag or variation selector, or a gap."""
    if point >= np.uint32(_COMPATIBILITY_HAN[0]) and point < np.uint32(_COMPATIBILITY_HAN[1]):
        return np.uint32(folds.entries[point - np.uint32(_COMPATIBILITY_HAN[0]) + np.uint32(_TABLE)])
    if point < np.uint32(_LAST_HAN):
        return point | np.uint32(CHARACTER << 24)
    if point >= np.uint32(_SELECTORS[0]) and point < np.uint32(_SELECTORS[1]):
        return np.uint32(NOTHING << 24)
    return np.uint32(BREAK << 24)


@jit
def _max_words(points: NDArray[np.uint32], folds: FoldTable) -> np.int64:
    """Bound the number of words: one a code point, more for those that fold to several."""
    room = np.int64(len(points) + 1)
    for point in points:
        if point >= np.uint32(0x80) and point < np.uint32(_TABLE):
            entry = folds.entries[point]
            if entry >> np.uint32(24) == SEVERAL:
                room += np.int64(folds.several[entry & np.uint32(0xFFFFFF)])
    return room
