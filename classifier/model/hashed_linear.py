"""The first stage: a linear model over TF-IDF, one score a kind."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.jit import jit
from copydesk.classifier.features.page_features import PageFeatures

BITS = 18
"""Tokens are hashed into two to this many columns."""


_N_KINDS = 6
_LANES = 8
_SQUARE = _N_KINDS


@dataclass(frozen=True, slots=True)
class Answers:
    """What the first stage says of a page's n blocks, each by itself.

    Attributes:
        own: Shape (n, n_kinds): each kind's log-odds against the others.
        by_field: Shape (n, n_fields * n_kinds): what each field adds to them.
    """

    own: NDArray[np.float32]
    by_field: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights of the first stage.

    Attributes:
        idf: Shape (2**BITS,): inverse document frequency of each column, 0 where it was too rare to learn.
        weights: Shape (2**BITS, n_kinds).
        intercepts: Shape (n_kinds,).

    Raises:
        ValueError: An array has not the shape that compiled loops read.
    """

    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    _rows: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shapes = {"idf": (1 << BITS,), "weights": (1 << BITS, _N_KINDS), "intercepts": (_N_KINDS,)}
        for name, shape in shapes.items():
            array: NDArray[np.float32] = getattr(self, name)
            if array.shape != shape or array.dtype != np.float32:
                raise ValueError(
                    f"{name} is {array.dtype} of shape {array.shape}, expected float32 of shape {shape}; train again"
                )
        idf = self.idf.astype(np.float64)
        rows = np.zeros((1 << BITS, _LANES))  # all that a token adds, in one cache line
        rows[:, :_N_KINDS], rows[:, _SQUARE] = self.weights * idf[:, None], idf * idf
        object.__setattr__(self, "_rows", rows)

    def answers(self, page: PageFeatures) -> Answers:
        """Judge each block by itself."""
        return Answers(*_judge(page.tokens, page.ends, self._rows, self.intercepts))


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
        for part in range(field_ends.shape[1]):
            last = field_ends[b, part]
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
def _judge(
    tokens: NDArray[np.uint32], ends: NDArray[np.int64], rows: NDArray[np.float64], intercepts: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    parts, n = ends.shape
    kinds = len(intercepts)
    own = np.empty((n, kinds), np.float32)
    by_field = np.zeros((n, parts * kinds), np.float32)
    sums = np.empty(kinds)
    total = np.empty(kinds)
    for b in range(n):
        total[:] = 0.0
        for part in range(parts):
            begin = ends[part, b - 1] if b > 0 else (ends[part - 1, n - 1] if part > 0 else 0)
            square = _sum_up(sums, tokens, begin, int(ends[part, b]), rows)
            if square > 0.0:
                norm = np.sqrt(square)
                for k in range(kinds):
                    by_field[b, part * kinds + k] = sums[k] / norm
                    total[k] += sums[k] / norm
        for k in range(kinds):
            own[b, k] = total[k] + intercepts[k]
    return own, by_field


@jit
def _sum_up(
    sums: NDArray[np.float64],
    tokens: NDArray[np.uint32],
    begin: int,
    end: int,
    rows: NDArray[np.float64],
) -> float:
    """Sum up the weights of some tokens, each by its idf; returns the squared length of the vector of idfs.

    Six variables instead of an array: they stay in registers, which takes a third off the time.
    """
    mask = np.uint32(len(rows) - 1)
    square = text = metadata = comment = furniture = teaser = heading = 0.0
    for t in range(begin, end):
        row = rows[np.int64(tokens[t] & mask)]
        square += row[_SQUARE]
        text += row[0]
        metadata += row[1]
        comment += row[2]
        furniture += row[3]
        teaser += row[4]
        heading += row[5]
    sums[0], sums[1], sums[2], sums[3], sums[4], sums[5] = text, metadata, comment, furniture, teaser, heading
    return square


@jit
def _hashed_rows(
    tokens: NDArray[np.uint32], ends: NDArray[np.int64], mask: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    n = ends.shape[1]
    columns = np.empty(len(tokens), np.int32)
    field_ends = np.empty((n, 3), np.int64)
    at = 0
    for b in range(n):
        for part in range(3):
            begin = ends[part, b - 1] if b > 0 else (ends[part - 1, n - 1] if part > 0 else 0)
            for t in range(begin, ends[part, b]):
                columns[at] = np.int64(tokens[t] & np.uint32(mask))
                at += 1
            field_ends[b, part] = at
    return columns, field_ends
