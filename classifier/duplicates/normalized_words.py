"""Turns texts into hashed words, equal for texts that differ only in case, accents, punctuation or white space."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled import code_points, jit, scatter
from copydesk.classifier.duplicates.fact_words import mark_words

BREAK, LETTER, CHARACTER, NOTHING, HYPHEN, NEWLINE, SEVERAL = range(7)
"""Kinds of code points: a gap between words, part of a word, a word by itself, skipped, a hyphen, the end of a line, or
one that folds to several of these."""

_OUTSIDE, _INSIDE, _HYPHENATED, _BROKEN = range(4)
"""States of the reader: between words, in a word, after a hyphen in a word, on the line after that hyphen."""

MULTIPLIER = np.uint64(0x9DDFEA08EB382D69)
"""Combines the parts of a word or a shingle into one hash (the constant of CityHash)."""
_EVEN = np.uint64(0xFFFFFFFFFFFFFFFE)

_TABLE = 0x20000
"""Size of the table of code points; of those beyond it, only the following ranges are not gaps."""
_COMPATIBILITY_HAN = (0x2F800, 0x2FA20)
_LAST_HAN = 0x323B0
_SELECTORS = (0xE0000, 0xE01F0)

_UNSPACED = (
    (0x3040, 0x3100),  # kana
    (0x31F0, 0x3200),
    (0x3400, 0xA000),  # Han, with what lies between its blocks
    (0xF900, 0xFB00),
    (0x0E00, 0x0F00),  # Thai, Lao
    (0x1000, 0x10A0),  # Myanmar
    (0x1780, 0x1800),  # Khmer
    (0xAA60, 0xAA80),
    (0x1B000, 0x1B170),
)
"""Scripts without spaces between words: each of their letters counts as a word."""

_IGNORED = "'’‘‛ʼ`ʹ′\u180b\u180c\u180d\u034f" + "".join(map(chr, range(0xFE00, 0xFE10)))
"""Apostrophes, which syndication changes and drops, and marks that choose a glyph."""
_HYPHENS = "-‐"
_NEWLINES = "\n\r\u2028\x85"


class Words(NamedTuple):
    """The words of some texts, one text after the other.

    Attributes:
        hashes: Shape (n_words,). The lowest bit is 0 for a word and 1 for a character of an unspaced script.
        starts: Shape (n_words,): first character of each, counted in its own text.
        ends: Shape (n_words,): one past its last character.
        marks: Shape (n_words,): whether it is likely a name or a number, see `fact_words`.
        bounds: Shape (n_texts + 1,): text t has the words `bounds[t]:bounds[t + 1]`.
    """

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    marks: NDArray[np.uint8]
    bounds: NDArray[np.int64]


class _OpenWord(NamedTuple):
    """The reader's state, and the hash, first and last character of the word that it is in."""

    state: int
    hash: np.uint64
    start: int
    last: int


class _FoldTable(NamedTuple):
    """The folded form of every code point.

    Attributes:
        entries: By code point below `_TABLE`, then the compatibility Han: its kind in the top byte, below it the folded
            code point, or for `SEVERAL` a place in `several`.
        several: At each such place the number of folded code points, then their entries.
    """

    entries: NDArray[np.uint32]
    several: NDArray[np.uint32]


def read_words(texts: Sequence[str]) -> Words:
    """Cut texts of any content into words, lone surrogates included.

    Two texts have equal hashes if they have the same NFKC form, or differ only in case, accents, apostrophes, soft
    hyphens, or the punctuation and white space between words. A word that a hyphen breaks at the end of a line is one
    word.
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    limits = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    points = code_points("".join(texts))
    words = _read(points, limits, _fold_table())
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


@cache
def _fold_table() -> _FoldTable:
    """Fold all code points: decompose (NFKD), drop combining marks, fold case.

    Each code point is folded alone, so that all normal forms of a text agree.
    """
    points, lengths = _fold("".join(map(chr, range(1, _TABLE))) + "".join(map(chr, range(*_COMPATIBILITY_HAN))))
    kinds = np.append(_kinds(), np.uint8(CHARACTER))
    folded = kinds[np.minimum(points, _TABLE)].astype(np.uint32) << 24 | points
    ends = np.cumsum(lengths)
    entries = np.full(len(lengths), NOTHING << 24, np.uint32)
    entries[lengths == 1] = folded[ends[lengths == 1] - 1]
    several: list[int] = []
    for number in np.flatnonzero(lengths > 1):
        entries[number] = SEVERAL << 24 | len(several)
        several += [lengths[number], *folded[ends[number] - lengths[number] : ends[number]]]
    return _FoldTable(np.append(np.uint32(0), entries), np.array(several, np.uint32))


def _fold(characters: str) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Fold each character alone (NUL separates them); return the code points in a row, and their number for each."""
    marks = np.fromiter(map(unicodedata.combining, map(chr, range(_TABLE))), np.uint8, _TABLE) > 0
    decomposed = code_points(unicodedata.normalize("NFKD", "\0".join(characters)))
    bare = decomposed[~marks[np.minimum(decomposed, _TABLE - 1)]].tobytes().decode("utf-32-le", "surrogatepass")
    points = code_points(bare.casefold() + "\0")
    points = points[~marks[np.minimum(points, _TABLE - 1)]]
    lengths = np.diff(np.flatnonzero(points == 0), prepend=-1) - 1
    return points[points != 0], lengths


def _kinds() -> NDArray[np.uint8]:
    """Return the kind of every code point below `_TABLE`, before folding."""
    categories = "".join(map(unicodedata.category, map(chr, range(_TABLE)))).encode()
    pairs = np.frombuffer(categories, np.uint8).reshape(-1, 2)
    kinds = np.full(_TABLE, BREAK, np.uint8)
    kinds[np.isin(pairs[:, 0], np.frombuffer(b"LMN", np.uint8))] = LETTER
    kinds[(pairs == np.frombuffer(b"Cf", np.uint8)).all(axis=1)] = NOTHING
    for first, end in _UNSPACED:
        within = kinds[first:end]
        within[within == LETTER] = CHARACTER
    for characters, kind in ((_IGNORED, NOTHING), (_HYPHENS, HYPHEN), (_NEWLINES, NEWLINE)):
        kinds[[ord(character) for character in characters]] = kind
    return kinds


@jit
def _read(points: NDArray[np.uint32], limits: NDArray[np.int64], folds: _FoldTable) -> Words:
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
def _read_text(points: NDArray[np.uint32], folds: _FoldTable, words: Words, n: int) -> int:
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
def _entry_beyond(point: np.uint32, folds: _FoldTable) -> np.uint32:
    """Look up a code point from `_TABLE` on: Han, a tag or variation selector, or a gap."""
    if point >= np.uint32(_COMPATIBILITY_HAN[0]) and point < np.uint32(_COMPATIBILITY_HAN[1]):
        return np.uint32(folds.entries[point - np.uint32(_COMPATIBILITY_HAN[0]) + np.uint32(_TABLE)])
    if point < np.uint32(_LAST_HAN):
        return point | np.uint32(CHARACTER << 24)
    if point >= np.uint32(_SELECTORS[0]) and point < np.uint32(_SELECTORS[1]):
        return np.uint32(NOTHING << 24)
    return np.uint32(BREAK << 24)


@jit
def _max_words(points: NDArray[np.uint32], folds: _FoldTable) -> np.int64:
    """Bound the number of words: one a code point, more for those that fold to several."""
    room = np.int64(len(points) + 1)
    for point in points:
        if point >= np.uint32(0x80) and point < np.uint32(_TABLE):
            entry = folds.entries[point]
            if entry >> np.uint32(24) == SEVERAL:
                room += np.int64(folds.several[entry & np.uint32(0xFFFFFF)])
    return room
