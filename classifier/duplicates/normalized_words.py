"""Turns texts into hashed words, equal for texts that differ only in case, accents, punctuation, white space or the
script of their digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled import code_points
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.duplicates.fact_words import kind_table

BREAK, LETTER, CHARACTER, NOTHING, HYPHEN, NEWLINE, SEVERAL = range(7)
"""Kinds of code points: a gap between words, part of a word, a word by itself, skipped, a hyphen, the end of a line, or
one that folds to several of these."""

MULTIPLIER = np.uint64(0x9DDFEA08EB382D69)
"""Combines the parts of a word or a shingle into one hash (the constant of CityHash)."""

_TABLE = 0x20000
"""Size of the table of code points; of those beyond it, only Han and selectors are not gaps (`entry_beyond` in C)."""
_COMPATIBILITY_HAN = (0x2F800, 0x2FA20)

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


_MOST_WORDS = core_function("cd_most_words", "u32* i64 u32* u32*", "i64")
_READ = core_function("cd_read_words", "u32* i64* i64 u32* u32* u8* u64* i32* i32* u8* i64*", "i64")
_DIGESTS = core_function("cd_text_digests", "u64* i64* i64 u64*")


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


class FoldTable(NamedTuple):
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
    hyphens, the script of digits (١٥ and 15), or the punctuation and white space between words. A word that a hyphen
    breaks at the end of a line is one word.
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    limits = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    points = code_points("".join(texts))
    table = fold_table()
    room = _MOST_WORDS(points, len(points), *table)
    hashes, starts, ends = np.empty(room, np.uint64), np.empty(room, np.int32), np.empty(room, np.int32)
    marks, bounds = np.empty(room, np.uint8), np.empty(len(limits), np.int64)
    n = _READ(points, limits, len(texts), *table, kind_table(), hashes, starts, ends, marks, bounds)
    return Words(hashes[:n].copy(), starts[:n].copy(), ends[:n].copy(), marks[:n].copy(), bounds)


def text_digests(words: Words) -> NDArray[np.uint64]:
    """Return one number a text, shape (n_texts,), equal where all words are equal; 0 for a text without words."""
    digests = np.empty(len(words.bounds) - 1, np.uint64)
    _DIGESTS(words.hashes, words.bounds, len(digests), digests)
    return digests


@cache
def fold_table() -> FoldTable:
    """Fold all code points: decompose (NFKD), drop combining marks, fold case, write digits of all scripts as 0 to 9.

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
    return FoldTable(np.append(np.uint32(0), entries), np.array(several, np.uint32))


def _fold(characters: str) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Fold each character alone (NUL separates them); return the code points in a row, and their number for each."""
    marks = np.fromiter(map(unicodedata.combining, map(chr, range(_TABLE))), np.uint8, _TABLE) > 0
    decomposed = code_points(unicodedata.normalize("NFKD", "\0".join(characters)))
    bare = decomposed[~marks[np.minimum(decomposed, _TABLE - 1)]].tobytes().decode("utf-32-le", "surrogatepass")
    points = code_points(re.sub(r"\d", lambda digit: str(int(digit[0])), bare.casefold()) + "\0")
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
