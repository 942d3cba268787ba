"""The words, sub-words and shape of each block, hashed, in one pass over a page's code points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.code_points import DIGIT, IDEOGRAPH, LETTER, SPACE
from copydesk.classifier.compiled.hashing import mix
from copydesk.classifier.compiled.jit import jit

HEAD_CHARS = 700
"""Characters read at a block's start."""
TAIL_CHARS = 300
"""Characters read at its end; blocks longer than both together are prose whatever stands between."""

MAX_TOKENS = 3 * (HEAD_CHARS + TAIL_CHARS)
"""Most tokens a block can give: each character ends at most a word, a pair of words and a sub-word."""

STATS = (
    "chars words letters capitals digits sentences commas last_char first_char ellipsis first_word last_word "
    "title_words quotes bars longest_word"
).split()
"""Columns of the counts that `read_blocks` returns."""

_WORD, _PAIR, _PART, _PREFIX = 1, 2, 3, 4


@jit
def read_blocks(
    points: NDArray[np.uint32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    classes: NDArray[np.uint8],
    lower: NDArray[np.uint32],
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """Hash every block's words, pairs of words and sub-words, and count its shape.

    Returns:
        tokens: All blocks' hashes, one after the other.
        token_ends: Shape (n_blocks,), where each block's tokens end.
        words: The hashes of the plain words alone, for comparing blocks with each other.
        word_ends: Shape (n_blocks,).
        stats: Shape (n_blocks, len(STATS)).
    """
    n = len(starts)
    room = 0
    for b in range(n):
        room += min(ends[b] - starts[b], HEAD_CHARS + TAIL_CHARS) + 1
    tokens = np.empty(3 * room, np.uint64)
    words = np.empty(room, np.uint64)
    token_ends = np.empty(n, np.int64)
    word_ends = np.empty(n, np.int64)
    stats = np.zeros((n, 16), np.int64)
    at = 0
    word_at = 0
    for b in range(n):
        at, word_at = _read_block(points, starts[b], ends[b], classes, lower, tokens, at, words, word_at, stats[b])
        token_ends[b] = at
        word_ends[b] = word_at
    return tokens[:at], token_ends, words[:word_at], word_ends, stats


@jit
def _read_block(
    points: NDArray[np.uint32],
    start: int,
    end: int,
    classes: NDArray[np.uint8],
    lower: NDArray[np.uint32],
    tokens: NDArray[np.uint64],
    at: int,
    words: NDArray[np.uint64],
    word_at: int,
    s: NDArray[np.int64],
) -> tuple[int, int]:
    """Read one block; returns where its tokens and its words end."""
    skip_from, skip_to = _middle(start, end)
    h = previous = first_word = g1 = g2 = g3 = np.uint64(0)
    length = kind = 0
    capital_start = False
    i = start
    while i <= end:
        if i == skip_from and skip_from < skip_to:
            i = skip_to
        code = points[i] if i < end else np.uint32(32)
        cls = classes[code] if code < 0x10000 else (IDEOGRAPH if code >= 0x20000 else 0)
        inside = (cls in (LETTER, DIGIT)) and (kind in (0, cls))
        if not inside and length > 0:
            at, h = _end_word(tokens, at, words, word_at, h, kind, length, previous, _gram(g1, g2, g3))
            word_at += 1
            if first_word == 0:
                first_word = tokens[at - 1] if kind == DIGIT else h
            previous = h
            _count_word(s, capital_start, length)
            h = np.uint64(0)
            length = kind = 0
            inside = cls in (LETTER, DIGIT)
        if inside:
            small = np.uint64(lower[code]) if code < 0x10000 else np.uint64(code)
            if length == 0:
                kind = cls
                capital_start = cls == LETTER and small != code
            h = (h ^ small) * np.uint64(0x100000001B3) + np.uint64(1)
            length += 1
            if cls == LETTER:
                if length >= 5:
                    tokens[at] = mix(_gram(g1, g2, g3) * np.uint64(0x100000001B3) + small, np.uint64(_PART))
                    at += 1
                s[2] += 1
                s[3] += small != code
                g3, g2, g1 = g2, g1, small
            else:
                s[4] += 1
        elif i < end and cls == IDEOGRAPH:
            at, previous = _end_word(tokens, at, words, word_at, np.uint64(code), 0, 1, previous, g1)
            word_at += 1
            first_word = previous if first_word == 0 else first_word
            s[1:3] += 1
        elif i < end and cls != SPACE:
            _count_mark(s, code, points[i + 1] if i + 1 < end else np.uint32(32))
        i += 1
    _count_ends(s, points, start, end, first_word, previous)
    return at, word_at


@jit
def _middle(start: int, end: int) -> tuple[int, int]:
    """Return where what is not read of a long block begins and ends; both are the end of a short one."""
    if end - start > HEAD_CHARS + TAIL_CHARS:
        return start + HEAD_CHARS, end - TAIL_CHARS
    return end, end


@jit
def _count_word(s: NDArray[np.int64], capital_start: bool, length: int) -> None:
    s[1] += 1
    s[12] += capital_start
    s[15] = max(s[15], length)


@jit
def _gram(g1: np.uint64, g2: np.uint64, g3: np.uint64) -> np.uint64:
    """Put the last three letters into one number."""
    return (g3 << np.uint64(42)) ^ (g2 << np.uint64(21)) ^ g1


@jit
def _end_word(
    tokens: NDArray[np.uint64],
    at: int,
    words: NDArray[np.uint64],
    word_at: int,
    h: np.uint64,
    kind: int,
    length: int,
    previous: np.uint64,
    gram: np.uint64,
) -> tuple[int, np.uint64]:
    """Write a word, its pair with the one before, and its last letters; returns where to go on, and its hash.

    Numbers of one length are one word.
    """
    if kind == DIGIT:
        h = np.uint64(7_000 + min(length, 12))
    tokens[at] = mix(h, np.uint64(_WORD))
    words[word_at] = tokens[at]
    tokens[at + 1] = mix(h * np.uint64(31) + previous, np.uint64(_PAIR))
    at += 2
    if kind == LETTER and length >= 3:
        tokens[at] = mix(gram, np.uint64(_PREFIX))
        at += 1
    return at, h


@jit
def _count_mark(s: NDArray[np.int64], code: np.uint32, after: np.uint32) -> None:
    """Count a sentence's end, a comma, a quote or a bar."""
    if code == 46 or code == 33 or code == 63 or code == 0x3002 or code == 0xFF01 or code == 0xFF1F:
        s[5] += code >= 0x3000 or after == 32 or after == 10 or after == 34 or after == 0x201D
    s[6] += code == 44 or code == 0x3001 or code == 0xFF0C
    s[13] += code == 34 or code == 0x201C or code == 0x201D or code == 0xAB or code == 0x201E
    s[14] += code == 124 or code == 0xB7 or code == 0x2022 or code == 47 or code == 62 or code == 0xBB


@jit
def _count_ends(
    s: NDArray[np.int64],
    points: NDArray[np.uint32],
    start: int,
    end: int,
    first_word: np.uint64,
    last_word: np.uint64,
) -> None:
    """Note a block's length, how it begins and how it ends."""
    s[0] = end - start
    s[7] = points[end - 1]
    s[8] = points[start]
    dots = end - start >= 3 and points[end - 1] == 46 and points[end - 2] == 46 and points[end - 3] == 46
    s[9] = dots or points[end - 1] == 0x2026
    s[10] = first_word & np.uint64(0x7FFFFFFF)
    s[11] = last_word & np.uint64(0x7FFFFFFF)
