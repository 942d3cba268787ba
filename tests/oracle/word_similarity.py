"""Compares the words of blocks as `word_similarity.c` does, compiled by numba."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from copydesk.classifier.arrays import Doubles, Floats, Hashes, Integers
from copydesk.classifier.model import groups
from tests.oracle.jit import jit

SIMILARITY_BITS = 11
_LIKE_BODY, _LIKE_BEFORE, _LIKE_AFTER, _RARITY = range(4)


class _Vectors(NamedTuple):
    """Tables of word weights, indexed by a word's hash: of one block, of the body, and of the block before."""

    own: Doubles
    body: Doubles
    before: Doubles


@jit
def fill_similarity(out: Floats, at: int, shares: Doubles, words: Hashes, word_ends: Integers) -> None:
    """Fill the columns of SIMILARITY_COLUMNS from `at` on; words are weighted by the log of their rarity on the page.

    `shares`, shape (n, n_groups), are the first stage's odds, each row scaled to sum to 1.
    """
    places = (words & np.uint64((1 << SIMILARITY_BITS) - 1)).astype(np.int64)
    rarity = _rarity(places, word_ends)
    body = _body_words(places, word_ends, shares, rarity)
    norm = 0.0
    for place in range(len(body)):
        norm += body[place] * body[place]
    own, before = np.zeros(len(body)), np.zeros(len(body))
    before_norm = 0.0
    for b in range(len(word_ends)):
        begin = word_ends[b - 1] if b > 0 else np.int64(0)
        block = places[begin : word_ends[b]]
        for place in block:
            own[place] += rarity[place]
        own_norm, dot, change, dot_before = _compare(block, _Vectors(own, body, before), shares[b, groups.TEXT])
        if own_norm > 0.0:
            out[b, at + _LIKE_BODY] = dot / np.sqrt(own_norm * max(norm - change, 1e-9))
            if b > 0 and before_norm > 0.0:
                out[b, at + _LIKE_BEFORE] = dot_before / np.sqrt(own_norm * before_norm)
                out[b - 1, at + _LIKE_AFTER] = out[b, at + _LIKE_BEFORE]
        for place in places[word_ends[b - 2] if b > 1 else np.int64(0) : begin]:
            before[place] = 0.0
        for place in block:
            before[place] = own[place]
        for place in block:
            own[place] = 0.0
        before_norm = own_norm
        out[b, at + _RARITY] = own_norm


@jit
def _rarity(places: Integers, word_ends: Integers) -> Doubles:
    """Return how rare each place of the table is among the page's blocks."""
    n = len(word_ends)
    blocks_with = np.zeros(1 << SIMILARITY_BITS)
    seen = np.full(1 << SIMILARITY_BITS, -1, np.int64)
    for b in range(n):
        for place in places[word_ends[b - 1] if b > 0 else np.int64(0) : word_ends[b]]:
            if seen[place] != b:
                seen[place] = b
                blocks_with[place] += 1.0
    rarity = np.empty(len(blocks_with))
    for place in range(len(blocks_with)):
        rarity[place] = np.log((1.0 + n) / (1.0 + blocks_with[place])) + 0.1
    return rarity


@jit
def _body_words(places: Integers, word_ends: Integers, shares: Doubles, rarity: Doubles) -> Doubles:
    """Sum up the page's words, each block's times its share of text."""
    body = np.zeros(len(rarity))
    for b in range(len(word_ends)):
        for place in places[word_ends[b - 1] if b > 0 else np.int64(0) : word_ends[b]]:
            body[place] += shares[b, groups.TEXT] * rarity[place]
    return body


@jit
def _compare(block: Integers, vectors: _Vectors, share: float) -> tuple[float, float, float, float]:
    """Compare the words of one block with those of the rest of the body and of the block before.

    A word may occur twice: entries that have been read are negated.

    Returns:
        The block's squared length, its dot product with the rest of the body, by how much the body's squared
        length shrinks without the block, and the block's dot product with the one before.
    """
    own, body, before = vectors
    own_norm = dot = change = dot_before = 0.0
    for place in block:
        value = own[place]
        if value > 0.0:
            left = body[place] - share * value
            own_norm += value * value
            dot += value * max(left, 0.0)
            change += body[place] * body[place] - left * left
            dot_before += value * before[place]
            own[place] = -value
    for place in block:
        own[place] = abs(own[place])
    return own_norm, dot, change, dot_before
