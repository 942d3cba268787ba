"""Fills the columns of an article's parts as `part_context.c` does, compiled by numba."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Doubles, Floats
from copydesk.classifier.features import columns
from copydesk.classifier.model.groups import LINEAR_PARTS
from tests.oracle.jit import jit

FAR, SOME_MATCH = 60, 0.5
_N_PARTS = len(LINEAR_PARTS)
_HEADLINE = LINEAR_PARTS.index("headline")

_STANDFIRST = LINEAR_PARTS.index("standfirst")
_SHAPE = (columns.TITLE_MATCH, columns.HEADING, columns.IMAGES, columns.IN_FIGURE)


@jit
def fill_parts(out: Floats, at: int, parts: Floats, dense: Floats, text_before: Doubles) -> None:
    """Fill the columns of PART_COLUMNS from `at` on.

    Args:
        parts: Shape (n, n_parts): the first stage's log-odds of each of LINEAR_PARTS, clipped.
        text_before: Shape (n + 1,): characters of text that are expected before each block.
    """
    n = len(parts)
    headline = int(parts[:, _HEADLINE].argmax())
    best = np.float64(dense[:, columns.TITLE_MATCH].max())
    heading, best_before, matches = -9.0, 0.0, 0.0
    for b in range(n):
        _fill_neighbours(out[b], at, parts, dense, b)
        after = at + 3 * _N_PARTS + 2 * len(_SHAPE)
        between = text_before[b] - text_before[headline + 1] if b > headline else text_before[headline] - text_before[b]
        sign = 1.0 if b > headline else -1.0
        out[b, after] = max(-FAR, min(FAR, b - headline))
        out[b, after + 1] = sign * np.log1p(max(between, 0.0))
        out[b, after + 2] = parts[b, _HEADLINE] - parts[headline, _HEADLINE]
        match = np.float64(dense[b, columns.TITLE_MATCH])
        for k, value in enumerate((matches, match - best_before, match - best, heading)):
            out[b, after + 3 + k] = value
        matches = min(matches + 1.0 * (match > SOME_MATCH), 9.0)
        best_before = max(best_before, match)
        if dense[b, columns.HEADING] > 0.0:
            heading = np.float64(parts[b, _STANDFIRST])


@jit
def _fill_neighbours(row: Floats, at: int, parts: Floats, dense: Floats, b: int) -> None:
    """Fill a block's own scores, then those and the shape of the block before and of the one after."""
    n = len(parts)
    for k in range(_N_PARTS):
        row[at + k] = parts[b, k]
    at += _N_PARTS
    for o in (b - 1, b + 1):
        for k in range(_N_PARTS):
            row[at + k] = parts[o, k] if 0 <= o < n else np.float32(-9.0)
        at += _N_PARTS
    for o in (b - 1, b + 1):
        for k in range(len(_SHAPE)):
            row[at + k] = dense[o, _SHAPE[k]] if 0 <= o < n else np.float32(-1.0)
        at += len(_SHAPE)
