"""Hashes each block's words, pairs of words and sub-words, and counts its characters, in one pass over the page."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import CodePoints, Hashes, Integers
from copydesk.classifier.compiled import code_points
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.features import counts
from copydesk.classifier.features.tables import tables

HEAD_CHARS = 700
"""Characters read at a block's start."""
TAIL_CHARS = 300
"""Characters read at its end. A block longer than both together is prose, so its middle is skipped to save time."""

MAX_TOKENS = 2
"""Tokens per character that are read, at most: a word of one letter has two."""

_read_blocks = core_function("cd_read_blocks", "u32* i64 i64* i64* i64 u8* u32* i64* u64* i64* i64*", "i64")


class BlockWords(NamedTuple):
    """The hashes of n blocks, one block's after the other's, and shape (n,): where each block's end.

    `tokens` are the lower 32 bits of the hashes of words, pairs of words and sub-words; `words` hash the words alone,
    for comparing blocks with each other. `counts` has the shape (n, N_COUNTS); those of links and images are 0.
    """

    tokens: NDArray[np.uint32]
    token_ends: Integers
    words: Hashes
    word_ends: Integers
    counts: Integers


def read_blocks(points: CodePoints, starts: Integers, ends: Integers) -> BlockWords:
    """Hash and count the blocks of a page.

    Args:
        points: The page's code points.
        starts: Shape (n,): where each block starts in them, not before the end of the block before.
        ends: Shape (n,).

    Raises:
        ValueError: A block is not within the code points, or begins before the one before it ends.
    """
    n, room = len(starts), len(points)
    tokens, words = np.empty(MAX_TOKENS * room, np.uint32), np.empty(room, np.uint64)
    token_ends, word_ends = np.empty(n, np.int64), np.empty(n, np.int64)
    table = np.empty((n, counts.N_COUNTS), np.int64)
    if _read_blocks(points, room, starts, ends, n, tables(), tokens, token_ends, words, word_ends, table) < 0:
        raise ValueError(f"found blocks that overlap or lie outside the text of {room} characters")
    n_tokens, n_words = (token_ends[-1], word_ends[-1]) if n else (0, 0)
    return BlockWords(tokens[:n_tokens], token_ends, words[:n_words], word_ends, table)


def read_text(text: str) -> BlockWords:
    """Hash and count a whole text as one block."""
    points = code_points(text)
    return read_blocks(points, np.zeros(1, np.int64), np.array([len(points)], np.int64))
