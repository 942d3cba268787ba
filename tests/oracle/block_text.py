"""Hashes each block's words, pairs of words and sub-words, and counts its characters, in one pass over the page."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import CodePoints, Hashes, Integers
from copydesk.classifier.compiled import DIGIT, IDEOGRAPH, LETTER, SPACE, character_tables
from copydesk.classifier.features import counts
from copydesk.classifier.features.block_text import HEAD_CHARS, TAIL_CHARS
from tests.oracle.hashing import mix
from tests.oracle.jit import jit

_WORD, _PAIR, _PART, _ENDING = 1, 2, 3, 4
"""Salts of the hashes, one for each sort of token."""

_FNV_PRIME = np.uint64(0x100000001B3)


class BlockWords(NamedTuple):
    """The hashes of n blocks, one block's after the other's, and shape (n,): where each block's end.

    `tokens` hash words, pairs of words and sub-words; `words` the words alone, for comparing blocks with each other.
    `counts` has the shape (n, N_COUNTS); those of links and images are 0.
    """

    tokens: Hashes
    token_ends: Integers
    words: Hashes
    word_ends: Integers
    counts: Integers


class _Characters(NamedTuple):
    """A page's code points, and the tables of `compiled.code_points`."""

    points: CodePoints
    classes: NDArray[np.uint8]
    lower: CodePoints


class _Output(NamedTuple):
    """Output buffers for the hashes of a page; `filled` has how many tokens and how many words are written so far."""

    tokens: Hashes
    words: Hashes
    filled: Integers


class _Word(NamedTuple):
    """A word that has been read: its hash and length, LETTER or DIGIT or 0, the word before, its last three letters."""

    hash: np.uint64
    length: int
    kind: int
    previous: np.uint64
    gram: np.uint64


def read_blocks(points: CodePoints, starts: Integers, ends: Integers) -> BlockWords:
    """Hash and count the blocks of a page, which are given by where each starts and ends in the code points."""
    return BlockWords(*_read_blocks(_Characters(points, *character_tables()), starts, ends))


@jit
def _read_blocks(
    text: _Characters, starts: Integers, ends: Integers
) -> tuple[Hashes, Integers, Hashes, Integers, Integers]:
    n = len(starts)
    room = 0
    for b in range(n):
        room += min(ends[b] - starts[b], HEAD_CHARS + TAIL_CHARS) + 1
    out = _Output(np.empty(3 * room, np.uint64), np.empty(room, np.uint64), np.zeros(2, np.int64))
    token_ends = np.empty(n, np.int64)
    word_ends = np.empty(n, np.int64)
    table = np.zeros((n, counts.N_COUNTS), np.int64)
    for b in range(n):
        _read_block(text, starts[b], ends[b], out, table[b])
        token_ends[b], word_ends[b] = out.filled[0], out.filled[1]
    return out.tokens[: out.filled[0]], token_ends, out.words[: out.filled[1]], word_ends, table


@jit
def _read_block(text: _Characters, start: int, end: int, out: _Output, row: Integers) -> None:
    """Write one block's hashes, and fill its row of counts."""
    points, classes, lower = text
    tokens, words = out.tokens, out.words
    at, word_at = out.filled[0], out.filled[1]
    h = previous = first_word = g1 = g2 = g3 = lead = np.uint64(0)
    length = kind = 0
    capital_start = False
    i = start
    while i <= end:
        if i == start + HEAD_CHARS:
            i = max(i, end - TAIL_CHARS)
        code = points[i] if i < end else np.uint32(32)
        cls = classes[code] if code < 0x10000 else (IDEOGRAPH if code >= 0x20000 else 0)
        inside = (cls in (LETTER, DIGIT)) and (kind in (0, cls))
        if not inside and length > 0:
            at, h = _end_word(tokens, words, at, word_at, _Word(h, length, kind, previous, _gram(g1, g2, g3)))
            word_at += 1
            if first_word == 0:
                first_word = tokens[at - 1] if kind == DIGIT else h
            previous = h
            lead = _extend_lead(row, lead, h)
            _count_word(row, capital_start, length)
            h = np.uint64(0)
            length = kind = 0
            inside = cls in (LETTER, DIGIT)
        if inside:
            small = np.uint64(lower[code]) if code < 0x10000 else np.uint64(code)
            if length == 0:
                kind = cls
                capital_start = cls == LETTER and small != code
            h = (h ^ small) * _FNV_PRIME + np.uint64(1)
            length += 1
            if cls == LETTER:
                if length >= 5:
                    tokens[at] = mix(_gram(g1, g2, g3) * _FNV_PRIME + small, np.uint64(_PART))
                    at += 1
                row[counts.CAPITALS] += small != code
                g3, g2, g1 = g2, g1, small
            row[counts.LETTERS if cls == LETTER else counts.DIGITS] += 1
        elif i < end and cls == IDEOGRAPH:
            at, previous = _end_word(tokens, words, at, word_at, _Word(np.uint64(code), 1, 0, previous, g1))
            word_at += 1
            first_word = previous if first_word == 0 else first_word
            lead = _extend_lead(row, lead, previous)
            row[counts.WORDS] += 1
            row[counts.LETTERS] += 1
        elif i < end and cls != SPACE:
            if (code == 58 or code == 0xFF1A) and row[counts.WORDS] <= counts.LEAD_WORDS and row[counts.LEAD] == 0:
                row[counts.LEAD] = lead & np.uint64(0x7FFFFFFF)
            _count_mark(row, code, points[i + 1] if i + 1 < end else np.uint32(32))
        i += 1
    _count_ends(row, points[start:end], first_word, previous)
    out.filled[0], out.filled[1] = at, word_at


@jit
def _extend_lead(row: Integers, lead: np.uint64, word: np.uint64) -> np.uint64:
    """Return the hash of the block's first words with one more, which is not counted yet."""
    if row[counts.WORDS] < counts.LEAD_WORDS:
        lead = mix(word * np.uint64(31) + lead, np.uint64(_PAIR))
    if row[counts.WORDS] < 2:
        row[counts.FIRST_PAIR] = lead & np.uint64(0x7FFFFFFF)
    return lead


@jit
def _count_word(row: Integers, capital_start: bool, length: int) -> None:
    row[counts.WORDS] += 1
    row[counts.TITLE_WORDS] += capital_start
    row[counts.LONGEST_WORD] = max(row[counts.LONGEST_WORD], length)


@jit
def _gram(g1: np.uint64, g2: np.uint64, g3: np.uint64) -> np.uint64:
    """Put the last three letters into one number."""
    return (g3 << np.uint64(42)) ^ (g2 << np.uint64(21)) ^ g1


@jit
def _end_word(tokens: Hashes, words: Hashes, at: int, word_at: int, word: _Word) -> tuple[int, np.uint64]:
    """Write a word, its pair with the word before, and its last letters; return the next free place, and its hash.

    All numbers with as many digits count as the same word.
    """
    h = np.uint64(7_000 + min(word.length, 12)) if word.kind == DIGIT else word.hash
    tokens[at] = mix(h, np.uint64(_WORD))
    words[word_at] = tokens[at]
    tokens[at + 1] = mix(h * np.uint64(31) + word.previous, np.uint64(_PAIR))
    at += 2
    if word.kind == LETTER and word.length >= 3:
        tokens[at] = mix(word.gram, np.uint64(_ENDING))
        at += 1
    return at, h


@jit
def _count_mark(row: Integers, code: np.uint32, after: np.uint32) -> None:
    """Count a sentence's end, a comma, a quote or a bar."""
    if code == 0x0964 or code == 0x1362 or code == 0x3002 or code == 0xFF01 or code == 0xFF1F:
        row[counts.SENTENCES] += 1
    if code == 46 or code == 33 or code == 63 or code == 0x061F or code == 0x06D4:
        row[counts.SENTENCES] += after == 32 or after == 10 or after == 34 or after == 0x201D
    row[counts.COMMAS] += code == 44 or code == 0x060C or code == 0x3001 or code == 0xFF0C
    row[counts.QUOTES] += code == 34 or code == 0x201C or code == 0x201D or code == 0xAB or code == 0x201E
    row[counts.BARS] += code == 124 or code == 0xB7 or code == 0x2022 or code == 47 or code == 62 or code == 0xBB


@jit
def _count_ends(row: Integers, block: CodePoints, first_word: np.uint64, last_word: np.uint64) -> None:
    """Note a block's length, and its first and last character and word."""
    n = len(block)
    row[counts.CHARS] = n
    row[counts.LAST_CHAR] = block[n - 1]
    row[counts.FIRST_CHAR] = block[0]
    dots = n >= 3 and block[n - 1] == 46 and block[n - 2] == 46 and block[n - 3] == 46
    row[counts.ELLIPSIS] = dots or block[n - 1] == 0x2026
    row[counts.FIRST_WORD] = first_word & np.uint64(0x7FFFFFFF)
    row[counts.LAST_WORD] = last_word & np.uint64(0x7FFFFFFF)
