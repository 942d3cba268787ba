"""The first stage: a linear model over TF-IDF, one score a kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.features import PageFeatures
from classifier.jit import jit

BITS = 18
"""Tokens are hashed into two to this many columns."""


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights of the first stage.

    Attributes:
        idf: Shape (2**BITS,): inverse document frequency of each column, 0 where it was too rare to learn.
        weights: Shape (2**BITS, n_kinds).
        intercepts: Shape (n_kinds,).
    """

    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]

    def scores(self, page: PageFeatures) -> NDArray[np.float32]:
        """Return each kind's log-odds against the others, shape (n_blocks, n_kinds)."""
        return _scores(page.tokens, page.ends, self.idf, self.weights, self.intercepts)


def hashed_rows(page: PageFeatures) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the page's columns block by block, and shape (n_blocks, n_fields): where each field of a block ends."""
    return _hashed_rows(page.tokens, page.ends, (1 << BITS) - 1)


@jit
def tfidf_values(
    columns: NDArray[np.int32], field_ends: NDArray[np.int64], idf: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the TF-IDF value of each entry of `hashed_rows`.

    Each field (words, shape, markup) of a block has unit length by itself, so none drowns another. An
    entry is one occurrence: a column that occurs twice has two entries, and its term frequency is their sum.
    """
    values = np.empty(len(columns), np.float32)
    first = 0
    for b in range(len(field_ends)):
        for field in range(field_ends.shape[1]):
            last = field_ends[b, field]
            square = 0.0
            for k in range(first, last):
                value = np.float64(idf[columns[k]])
                square += value * value
            norm = np.sqrt(square) if square > 0.0 else 1.0
            for k in range(first, last):
                values[k] = idf[columns[k]] / norm
            first = last
    return values


@jit
def _scores(
    tokens: NDArray[np.uint32],
    ends: NDArray[np.int64],
    idf: NDArray[np.float32],
    weights: NDArray[np.float32],
    intercepts: NDArray[np.float32],
) -> NDArray[np.float32]:
    n = ends.shape[1]
    kinds = len(intercepts)
    out = np.empty((n, kinds), np.float32)
    mask = np.uint32(len(idf) - 1)
    sums = np.zeros(kinds)
    total = np.zeros(kinds)
    for b in range(n):
        total[:] = 0.0
        for field in range(3):
            begin = ends[field, b - 1] if b > 0 else (ends[field - 1, n - 1] if field > 0 else 0)
            square = 0.0
            sums[:] = 0.0
            for t in range(begin, ends[field, b]):
                column = np.int64(tokens[t] & mask)
                value = np.float64(idf[column])
                if value > 0.0:
                    square += value * value
                    for k in range(kinds):
                        sums[k] += value * weights[column, k]
            if square > 0.0:
                norm = np.sqrt(square)
                for k in range(kinds):
                    total[k] += sums[k] / norm
        for k in range(kinds):
            out[b, k] = total[k] + intercepts[k]
    return out


@jit
def _hashed_rows(
    tokens: NDArray[np.uint32], ends: NDArray[np.int64], mask: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    n = ends.shape[1]
    columns = np.empty(len(tokens), np.int32)
    field_ends = np.empty((n, 3), np.int64)
    at = 0
    for b in range(n):
        for field in range(3):
            begin = ends[field, b - 1] if b > 0 else (ends[field - 1, n - 1] if field > 0 else 0)
            for t in range(begin, ends[field, b]):
                columns[at] = np.int64(tokens[t] & np.uint32(mask))
                at += 1
            field_ends[b, field] = at
    return columns, field_ends
