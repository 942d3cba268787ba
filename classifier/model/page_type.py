"""What a page is as a whole, an article or a forum or a shop's: a linear model over the TF-IDF of all its blocks."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.jit import jit
from copydesk.classifier.features.page_features import PageFeatures

BITS = 16
"""Tokens are hashed into two to this many columns."""

PAGE_TYPES = ("article", "service", "listing", "forum", "product", "documentation", "collection")
"""What a page may be, in the words of the WCXB corpus."""

_DAMPENED = 1.0 + np.log(np.arange(1, 257))
"""What so many occurrences of a term count, from one on; more count as the last."""


_N_TYPES = len(PAGE_TYPES)
_SQUARE = _N_TYPES


@dataclass(frozen=True, slots=True)
class PageTypes:
    """Weights of the model.

    Attributes:
        idf: Shape (2**BITS,): inverse page frequency of each column, 0 where it was too rare to learn.
        weights: Shape (2**BITS, len(PAGE_TYPES)).
        intercepts: Shape (len(PAGE_TYPES),).

    Raises:
        ValueError: An array has not the shape that compiled loops read.
    """

    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    _rows: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shapes = {
            "idf": (1 << BITS,),
            "weights": (1 << BITS, len(PAGE_TYPES)),
            "intercepts": (len(PAGE_TYPES),),
        }
        for name, shape in shapes.items():
            array: NDArray[np.float32] = getattr(self, name)
            if array.shape != shape or array.dtype != np.float32:
                raise ValueError(
                    f"{name} is {array.dtype} of shape {array.shape}, expected float32 of shape {shape}; train again"
                )
        idf = self.idf.astype(np.float64)
        rows = np.empty((1 << BITS, _N_TYPES + 1))  # all that a token adds, in one cache line
        rows[:, :_N_TYPES], rows[:, _SQUARE] = self.weights * idf[:, None], idf * idf
        object.__setattr__(self, "_rows", rows)

    def log_probabilities(self, page: PageFeatures) -> NDArray[np.float32]:
        """Return the log-probability of each of PAGE_TYPES."""
        odds = _odds(*page_counts(page), self._rows, self.intercepts)
        odds -= odds.max()
        logs: NDArray[np.float32] = (odds - np.log(np.exp(odds).sum())).astype(np.float32)
        return logs


def page_counts(page: PageFeatures) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Count the page's tokens: columns and how often each stands there, by field; and where each field ends."""
    last = page.ends[:, -1] if page.ends.shape[1] else np.zeros(len(page.ends), np.int64)
    return _page_counts(page.tokens, last)


@jit
def page_values(
    columns: NDArray[np.int32], counts: NDArray[np.int32], ends: NDArray[np.int64], idf: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the TF-IDF value of each entry of `page_counts`, terms dampened by their log; each field has length 1."""
    values = np.empty(len(columns))
    first = 0
    for last in ends:
        square = 0.0
        for k in range(first, last):
            values[k] = idf[columns[k]] * _DAMPENED[min(counts[k], len(_DAMPENED)) - 1]
            square += values[k] * values[k]
        norm = np.sqrt(square) if square > 0.0 else 1.0
        for k in range(first, last):
            values[k] /= norm
        first = last
    return values


@jit
def _page_counts(
    tokens: NDArray[np.uint32], lasts: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    mask = np.uint32((1 << BITS) - 1)
    places = np.full(1 << BITS, -1, np.int32)
    columns = np.empty(len(tokens), np.int32)
    counts = np.empty(len(tokens), np.int32)
    ends = np.empty(len(lasts), np.int64)
    n = begin = first = 0
    for part in range(len(lasts)):
        for t in range(first, lasts[part]):
            column = np.int64(tokens[t] & mask)
            place = places[column]
            if place < begin:  # not yet seen in this field
                places[column] = n
                columns[n] = column
                counts[n] = 1
                n += 1
            else:
                counts[place] += 1
        begin = ends[part] = n
        first = lasts[part]
    return columns[:n], counts[:n], ends


@jit
def _odds(
    columns: NDArray[np.int32],
    counts: NDArray[np.int32],
    ends: NDArray[np.int64],
    rows: NDArray[np.float64],
    intercepts: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Add up the weights of all tokens, each by its value as `page_values` has it."""
    odds = intercepts.astype(np.float64)
    first = 0
    for last in ends:
        _add_field(odds, columns[first:last], counts[first:last], rows)
        first = last
    return odds


@jit
def _add_field(
    odds: NDArray[np.float64], columns: NDArray[np.int32], counts: NDArray[np.int32], rows: NDArray[np.float64]
) -> None:
    """Add one field's weights; in seven variables that stay in registers, instead of the array."""
    square = a = b = c = d = e = f = g = 0.0
    for k in range(len(columns)):
        row = rows[columns[k]]
        term = _DAMPENED[min(counts[k], len(_DAMPENED)) - 1]
        square += term * term * row[_SQUARE]
        a += term * row[0]
        b += term * row[1]
        c += term * row[2]
        d += term * row[3]
        e += term * row[4]
        f += term * row[5]
        g += term * row[6]
    norm = np.sqrt(square) if square > 0.0 else 1.0
    for number, total in enumerate((a, b, c, d, e, f, g)):
        odds[number] += total / norm
