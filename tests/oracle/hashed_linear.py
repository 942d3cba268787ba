"""Scores blocks and pages by linear models as `hashed_linear.c` does, compiled by numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Floats, Integers
from copydesk.classifier.features import PageFeatures
from copydesk.classifier.model import groups
from copydesk.classifier.model.hashed_linear import BLOCK_BITS, HashedLinear
from tests.oracle.jit import jit

MAX_CLASSES = 15
_N_GROUPS = len(groups.GROUPS)

_DAMPENED = 1.0 + np.log(np.arange(1, 257))
"""Weight of a term by its count on the page, starting at a count of 1; counts above 256 weigh as 256."""


def score_blocks(linear: HashedLinear, page: PageFeatures) -> tuple[Floats, Floats]:
    """Return each block's scores, and what each field adds to them."""
    return _block_scores(page.tokens, page.ends, rows_of(linear), linear.intercepts)


def log_probabilities(linear: HashedLinear, page: PageFeatures) -> Floats:
    """Return the log-probability of each class for the page as a whole."""
    odds = _page_scores(count_terms(page, len(linear.idf)), rows_of(linear), linear.intercepts)
    odds -= odds.max()
    logs: Floats = (odds - np.log(np.exp(odds).sum())).astype(np.float32)
    return logs


def rows_of(linear: HashedLinear) -> Floats:
    """Return all that a token adds, by its column: weights times idf, and in the last lane the squared idf."""
    size, n_classes = linear.weights.shape
    rows = np.zeros((size, 8 if n_classes < 8 else 16), np.float32)
    idf, weights = linear.idf.astype(np.float32), linear.weights.astype(np.float32)
    rows[:, :n_classes], rows[:, -1] = weights * idf[:, None], idf * idf
    return rows


TermCounts = tuple[NDArray[np.int32], NDArray[np.int32], Integers]
"""Columns that occur on a page, by field; how often each does; and where each field ends."""


@jit
def hashed_rows(page: PageFeatures) -> tuple[NDArray[np.int32], Integers]:
    """Return the page's columns block by block, and shape (n_blocks, n_fields): where each field of a block ends."""
    tokens, ends = page.tokens, page.ends
    parts, n = ends.shape
    columns = np.empty(len(tokens), np.int32)
    field_ends = np.empty((n, parts), np.int64)
    at = 0
    for b in range(n):
        for part in range(parts):
            begin = ends[part, b - 1] if b > 0 else (ends[part - 1, n - 1] if part > 0 else 0)
            for t in range(begin, ends[part, b]):
                columns[at] = np.int64(tokens[t] & np.uint32((1 << BLOCK_BITS) - 1))
                at += 1
            field_ends[b, part] = at
    return columns, field_ends


@jit
def tfidf_values(columns: NDArray[np.int32], field_ends: Integers, idf: Floats) -> Floats:
    """Return the TF-IDF value of each entry of `hashed_rows`.

    Each field (words, shape, markup) of a block has unit length, so no field outweighs the others. An
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
def count_terms(page: PageFeatures, n_columns: int) -> TermCounts:
    """Count how often each column occurs on a page, field by field, up to the highest count that matters."""
    tokens, (parts, n_blocks) = page.tokens, page.ends.shape
    mask = np.uint32(n_columns - 1)
    table = np.zeros(n_columns, np.uint16)  # the counts of one field
    columns = np.empty(len(tokens) + 1, np.int32)
    counts = np.empty(len(tokens), np.int32)
    ends = np.empty(parts, np.int64)
    n = begin = first = 0
    for part in range(parts):
        last = page.ends[part, n_blocks - 1] if n_blocks > 0 else 0
        for t in range(first, last):
            column = np.int64(tokens[t] & mask)
            columns[n] = column  # overwritten by the next token if this column is not new
            n += table[column] == 0
            table[column] += table[column] < len(_DAMPENED)
        for k in range(begin, n):
            counts[k] = table[columns[k]]
            table[columns[k]] = 0
        begin = ends[part] = n
        first = last
    return columns[:n], counts[:n], ends


@jit
def page_values(terms: TermCounts, idf: Floats) -> Doubles:
    """Return the TF-IDF value of each term, its count dampened by a logarithm; each field has unit length."""
    columns, counts, ends = terms
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
def _block_scores(
    tokens: NDArray[np.uint32], ends: Integers, rows: Floats, intercepts: Floats
) -> tuple[Floats, Floats]:
    parts, n = ends.shape
    n_classes, n_groups = len(intercepts), min(len(intercepts), _N_GROUPS)
    own = np.empty((n, n_classes), np.float32)
    by_field = np.zeros((n, parts * n_groups), np.float32)
    sums = np.empty(rows.shape[1], np.float32)
    total = np.empty(n_classes)
    squares = np.empty(parts)
    begins = np.zeros(parts, np.int64)
    for part in range(1, parts if n > 0 else 0):
        begins[part] = ends[part - 1, n - 1]
    for b in range(n):
        total[:] = 0.0
        for part in range(parts):
            squares[part] = _sum_of_squares(tokens[begins[part] : ends[part, b]], rows)
        for part in range(parts):
            if squares[part] > 0.0:
                _sum_up(sums, tokens[begins[part] : ends[part, b]], rows)
                norm = np.sqrt(squares[part])
                for k in range(n_groups):
                    by_field[b, part * n_groups + k] = sums[k] / norm
                for k in range(n_classes):
                    total[k] += sums[k] / norm
            begins[part] = ends[part, b]
        for k in range(n_classes):
            own[b, k] = total[k] + intercepts[k]
    return own, by_field


@jit
def _sum_of_squares(tokens: NDArray[np.uint32], rows: Floats) -> np.float32:
    """Sum up the squared idf of some tokens.

    Most of the time goes into waiting for memory. Here it fetches many rows at once, as one number of each is enough;
    then they are in the cache for `_sum_up`.
    """
    mask = np.uint32(len(rows) - 1)
    total = np.float32(0.0)
    for token in tokens:
        total += rows[token & mask, -1]
    return total


@jit
def _sum_up(sums: Floats, tokens: NDArray[np.uint32], rows: Floats) -> None:
    """Sum up the weights of some tokens, each times its idf, and the squares of the idfs, into `sums`.

    Eight tokens at a time, one after the other: so the compiler adds all lanes of a row at once.
    """
    mask = np.uint32(len(rows) - 1)
    lanes, whole = rows.shape[1], len(tokens) // 8 * 8
    sums[:] = 0.0
    for t in range(0, whole, 8):
        a, b, c, d = tokens[t] & mask, tokens[t + 1] & mask, tokens[t + 2] & mask, tokens[t + 3] & mask
        e, f, g, h = tokens[t + 4] & mask, tokens[t + 5] & mask, tokens[t + 6] & mask, tokens[t + 7] & mask
        for k in range(lanes):
            half = sums[k] + rows[a, k] + rows[b, k] + rows[c, k] + rows[d, k]
            sums[k] = half + rows[e, k] + rows[f, k] + rows[g, k] + rows[h, k]
    for t in range(whole, len(tokens)):
        row = rows[tokens[t] & mask]
        for k in range(lanes):
            sums[k] += row[k]


@jit
def _page_scores(terms: TermCounts, rows: Floats, intercepts: Floats) -> Doubles:
    """Add up the weights of all terms, each times its value as in `page_values`."""
    columns, counts, ends = terms
    odds = np.zeros(MAX_CLASSES)
    odds[: len(intercepts)] = intercepts
    first = 0
    for last in ends:
        _add_field(odds, columns[first:last], counts[first:last], rows)
        first = last
    return odds[: len(intercepts)]


@jit
def _add_field(odds: Doubles, columns: NDArray[np.int32], counts: NDArray[np.int32], rows: Floats) -> None:
    """Add one field's weights; in seven variables that stay in registers, instead of the array.

    The squares come first, as in `_sum_of_squares`.
    """
    square = a = b = c = d = e = f = g = 0.0
    for k in range(len(columns)):
        term = _DAMPENED[min(counts[k], len(_DAMPENED)) - 1]
        square += term * term * rows[columns[k], -1]
    for k in range(len(columns)):
        row = rows[columns[k]]
        term = _DAMPENED[min(counts[k], len(_DAMPENED)) - 1]
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
