"""The words of texts as hashes with their places, equal for texts that differ in form alone, in one pass."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.code_points import code_points
from copydesk.classifier.compiled.hashing import scatter
from copydesk.classifier.compiled.jit import jit

BREAK, LETTER, CHARACTER, NOTHING, HYPHEN, NEWLINE, SEVERAL = range(7)
"""What a code point is: a gap between words, part of a word, a word of its own, nothing at all, a hyphen, the end of a
line, or several of these."""

_OUTSIDE, _INSIDE, _HYPHENATED, _BROKEN = range(4)
"""Where the reader stands: between words, in one, after a hyphen in one, on the line after that."""

_FACTOR = np.uint64(0x9DDFEA08EB382D69)
_EVEN = np.uint64(0xFFFFFFFFFFFFFFFE)

_TABLE = 0x20000
"""Code points looked up one by one; of those beyond only these can be part of a word or nothing at all."""
_COMPATIBILITY_HAN = (0x2F800, 0x2FA20)
_LAST_HAN = 0x323B0
_SELECTORS = (0xE0000, 0xE01F0)

_UNSPACED = (
    (0x3040, 0x3100),  # kana
    (0x31F0, 0x3200),
    (0x3400, 0xA000),  # Han, with what stands between its blocks
    (0xF900, 0xFB00),
    (0x0E00, 0x0F00),  # Thai, Lao
    (0x1000, 0x10A0),  # Myanmar
    (0x1780, 0x1800),  # Khmer
    (0xAA60, 0xAA80),
    (0x1B000, 0x1B170),
)
"""Scripts that set no spaces between words: each of their letters is a word here."""

_IGNORED = "'’‘‛ʼ`ʹ′\u180b\u180c\u180d\u034f" + "".join(map(chr, range(0xFE00, 0xFE10)))
"""Apostrophes, which syndication changes and drops, and marks that choose a glyph."""
_HYPHENS = "-‐"
_NEWLINES = "\n\r\u2028\x85"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some texts, one text after the other.

    Attributes:
        hashes: Shape (n_words,). The lowest bit tells a word (0) from a character of an unspaced script (1).
        starts: Shape (n_words,): where each begins, in characters of its own text.
        ends: Shape (n_words,): one past its last character.
        bounds: Shape (n_texts + 1,): text t holds the words `bounds[t]:bounds[t + 1]`.
    """

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    bounds: NDArray[np.int64]


def read_words(texts: Sequence[str]) -> Words:
    """Cut texts into words, whatever the texts hold, lone surrogates too.

    Two texts with the same NFKC form, or that differ in case, accents, apostrophes, soft hyphens or in which
    punctuation and white space parts their words, have the same hashes. A word that a hyphen breaks at a line's end
    is one word.
    """
    table, several = _fold_table()
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    limits = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    hashes, starts, ends, bounds = _read(code_points("".join(texts)), limits, table, several)
    return Words(hashes, starts, ends, bounds)


def text_digests(words: Words) -> NDArray[np.uint64]:
    """Return one number a text, shape (n_texts,), equal where all words are; 0 for a text without words."""
    return _digests(words.hashes, words.bounds)


@cache
def _fold_table() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the folded form of every code point below `_TABLE` and the pool of those that fold to several.

    An entry holds what the code point is in its top byte, below it the folded code point; for `SEVERAL` the place in
    the pool of their number, which their entries follow. The compatibility Han end the table. Folding decomposes
    (NFKD), drops combining marks and folds case, each code point by itself, so every normal form of a text agrees.
    """
    points, lengths = _folded("".join(map(chr, range(1, _TABLE))) + "".join(map(chr, range(*_COMPATIBILITY_HAN))))
    kinds = np.append(_kinds(), np.uint8(CHARACTER))
    entries = kinds[np.minimum(points, _TABLE)].astype(np.uint32) << 24 | points
    ends = np.cumsum(lengths)
    table = np.full(len(lengths), NOTHING << 24, np.uint32)
    table[lengths == 1] = entries[ends[lengths == 1] - 1]
    pool: list[int] = []
    for number in np.flatnonzero(lengths > 1):
        table[number] = SEVERAL << 24 | len(pool)
        pool += [lengths[number], *entries[ends[number] - lengths[number] : ends[number]]]
    return np.append(np.uint32(0), table), np.array(pool, np.uint32)


def _folded(characters: str) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Fold characters, each by itself (NUL parts them): the code points in one row, and how many each gave."""
    marks = np.fromiter(map(unicodedata.combining, map(chr, range(_TABLE))), np.uint8, _TABLE) > 0
    decomposed = code_points(unicodedata.normalize("NFKD", "\0".join(characters)))
    bare = decomposed[~marks[np.minimum(decomposed, _TABLE - 1)]].tobytes().decode("utf-32-le", "surrogatepass")
    points = code_points(bare.casefold() + "\0")
    points = points[~marks[np.minimum(points, _TABLE - 1)]]
    lengths = np.diff(np.flatnonzero(points == 0), prepend=-1) - 1
    return points[points != 0], lengths


def _kinds() -> NDArray[np.uint8]:
    """Return what every code point below `_TABLE` is, seen by itself."""
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
def _read(
    points: NDArray[np.uint32], limits: NDArray[np.int64], table: NDArray[np.uint32], several: NDArray[np.uint32]
) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Hash the words of texts that stand in one row of code points, parted at `limits`."""
    room = _most_words(points, table, several)
    hashes, starts, ends = np.empty(room, np.uint64), np.empty(room, np.int32), np.empty(room, np.int32)
    bounds = np.zeros(len(limits), np.int64)
    n = 0
    for t in range(len(limits) - 1):
        n = _read_text(points[limits[t] : limits[t + 1]], table, several, hashes, starts, ends, n)
        bounds[t + 1] = n
    return hashes[:n].copy(), starts[:n].copy(), ends[:n].copy(), bounds


@jit
def _read_text(
    points: NDArray[np.uint32],
    table: NDArray[np.uint32],
    several: NDArray[np.uint32],
    hashes: NDArray[np.uint64],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    n: int,
) -> int:
    """Append one text's words and return how many words there are now."""
    h = np.uint64(0)
    state = _OUTSIDE
    start = last = 0
    for i in range(len(points)):
        point = points[i]
        entry = table[point] if point < np.uint32(_TABLE) else _beyond(point, table)
        kind = entry >> np.uint32(24)
        if kind == LETTER and state <= _INSIDE:  # nearly every character is this or a break; the rest is below
            if state == _OUTSIDE:
                state, start, h = _INSIDE, i, np.uint64(0)
            h = (h ^ np.uint64(entry)) * _FACTOR
            last = i
            continue
        if kind == BREAK:
            if state != _OUTSIDE:
                hashes[n], starts[n], ends[n] = scatter(h) & _EVEN, start, last + 1
                n += 1
            state = _OUTSIDE
            continue
        place = np.int64(entry & np.uint32(0xFFFFFF))
        for part in range(np.int64(several[place]) if kind == SEVERAL else 1):
            if kind >= SEVERAL:
                entry = several[place + 1 + part]
            what = entry >> np.uint32(24)
            if what == NOTHING:
                continue
            if what == HYPHEN and state == _INSIDE:
                state = _HYPHENATED
            elif what == NEWLINE and state >= _HYPHENATED:
                state = _BROKEN
            elif what == LETTER and state in (_INSIDE, _BROKEN):
                h = (h ^ np.uint64(entry)) * _FACTOR
                state = _INSIDE
                last = i
            else:
                if state != _OUTSIDE:
                    hashes[n], starts[n], ends[n] = scatter(h) & _EVEN, start, last + 1
                    n += 1
                state = _OUTSIDE
                if what == LETTER:
                    state, h = _INSIDE, np.uint64(entry) * _FACTOR
                    start = last = i
                elif what == CHARACTER:
                    hashes[n], starts[n], ends[n] = scatter(np.uint64(entry)) | np.uint64(1), i, i + 1
                    n += 1
    if state != _OUTSIDE:
        hashes[n], starts[n], ends[n] = scatter(h) & _EVEN, start, last + 1
        n += 1
    return n


@jit
def _beyond(point: np.uint32, table: NDArray[np.uint32]) -> np.uint32:
    """Look up a code point from `_TABLE` on: Han, a tag or variation selector, or a gap."""
    if point >= np.uint32(_COMPATIBILITY_HAN[0]) and point < np.uint32(_COMPATIBILITY_HAN[1]):
        return np.uint32(table[point - np.uint32(_COMPATIBILITY_HAN[0]) + np.uint32(_TABLE)])
    if point < np.uint32(_LAST_HAN):
        return point | np.uint32(CHARACTER << 24)
    if point >= np.uint32(_SELECTORS[0]) and point < np.uint32(_SELECTORS[1]):
        return np.uint32(NOTHING << 24)
    return np.uint32(BREAK << 24)


@jit
def _most_words(points: NDArray[np.uint32], table: NDArray[np.uint32], several: NDArray[np.uint32]) -> np.int64:
    room = np.int64(len(points) + 1)
    for point in points:
        if point >= np.uint32(0x80) and point < np.uint32(_TABLE):
            entry = table[point]
            if entry >> np.uint32(24) == SEVERAL:
                room += np.int64(several[entry & np.uint32(0xFFFFFF)])
    return room


@jit
def _digests(hashes: NDArray[np.uint64], bounds: NDArray[np.int64]) -> NDArray[np.uint64]:
    digests = np.zeros(len(bounds) - 1, np.uint64)
    for t in range(len(digests)):
        h = np.uint64(0)
        for i in range(bounds[t], bounds[t + 1]):
            h = scatter(h ^ hashes[i])
        digests[t] = h
    return digests
