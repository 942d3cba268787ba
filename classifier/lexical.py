"""The words, sub-words and shape of each block, hashed, in one pass over a page's code points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.characters import DIGIT, IDEOGRAPH, LETTER, SPACE
from classifier.jit import jit

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
def mix(value: np.uint64, salt: np.uint64) -> np.uint64:
    """Scatter a value over 64 bits (the finalizer of SplitMix64, Steele, Lea, Flood 2014)."""
    z = value + salt * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


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
        start, end = starts[b], ends[b]
        skip_from, skip_to = end, end
        if end - start > HEAD_CHARS + TAIL_CHARS:
            skip_from, skip_to = start + HEAD_CHARS, end - TAIL_CHARS
        h = np.uint64(0)
        length = 0
        kind = 0
        previous = np.uint64(0)
        first_word = np.uint64(0)
        g1 = np.uint64(0)
        g2 = np.uint64(0)
        g3 = np.uint64(0)
        capital_start = False
        s = stats[b]
        s[0] = end - start
        i = start
        while i <= end:
            if i == skip_from and skip_from < skip_to:
                i = skip_to
            code = points[i] if i < end else np.uint32(32)
            cls = classes[code] if code < 0x10000 else (IDEOGRAPH if code >= 0x20000 else 0)
            inside = (cls in (LETTER, DIGIT)) and (kind in (0, cls))
            if not inside and length > 0:
                if kind == DIGIT:
                    h = np.uint64(7_000 + min(length, 12))
                tokens[at] = mix(h, np.uint64(_WORD))
                words[word_at] = tokens[at]
                tokens[at + 1] = mix(h * np.uint64(31) + previous, np.uint64(_PAIR))
                at += 2
                word_at += 1
                if kind == LETTER and length >= 3:
                    tokens[at] = mix((g3 << np.uint64(42)) ^ (g2 << np.uint64(21)) ^ g1, np.uint64(_PREFIX))
                    at += 1
                if first_word == 0:
                    first_word = tokens[at - 1] if kind == DIGIT else h
                previous = h
                s[1] += 1
                s[12] += capital_start
                s[15] = max(s[15], length)
                h = np.uint64(0)
                length = 0
                kind = 0
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
                        gram = (g3 << np.uint64(42)) ^ (g2 << np.uint64(21)) ^ g1
                        tokens[at] = mix(gram * np.uint64(0x100000001B3) + small, np.uint64(_PART))
                        at += 1
                    s[2] += 1
                    s[3] += small != code
                    g3, g2, g1 = g2, g1, small
                else:
                    s[4] += 1
            elif cls == IDEOGRAPH and i < end:
                tokens[at] = mix(np.uint64(code), np.uint64(_WORD))
                words[word_at] = tokens[at]
                tokens[at + 1] = mix(np.uint64(code) * np.uint64(31) + previous, np.uint64(_PAIR))
                at += 2
                word_at += 1
                previous = np.uint64(code)
                if first_word == 0:
                    first_word = previous
                s[1] += 1
                s[2] += 1
            elif i < end and cls != SPACE:
                if code == 46 or code == 33 or code == 63 or code == 0x3002 or code == 0xFF01 or code == 0xFF1F:
                    after = points[i + 1] if i + 1 < end else np.uint32(32)
                    s[5] += code >= 0x3000 or after == 32 or after == 10 or after == 34 or after == 0x201D
                s[6] += code == 44 or code == 0x3001 or code == 0xFF0C
                s[13] += code == 34 or code == 0x201C or code == 0x201D or code == 0xAB or code == 0x201E
                s[14] += code == 124 or code == 0xB7 or code == 0x2022 or code == 47 or code == 62 or code == 0xBB
            i += 1
        s[7] = points[end - 1]
        s[8] = points[start]
        dots = end - start >= 3 and points[end - 1] == 46 and points[end - 2] == 46 and points[end - 3] == 46
        s[9] = dots or points[end - 1] == 0x2026
        s[10] = first_word & np.uint64(0x7FFFFFFF)
        s[11] = previous & np.uint64(0x7FFFFFFF)
        token_ends[b] = at
        word_ends[b] = word_at
    return tokens[:at], token_ends, words[:word_at], word_ends, stats
