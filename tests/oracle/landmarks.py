"""Fills the columns of landmarks as `landmarks.c` does, compiled by numba."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Doubles, Floats, Integers
from copydesk.classifier.features import columns
from copydesk.classifier.model import groups
from copydesk.classifier.model.context import LAGS
from tests.oracle.jit import jit

FAR, RHYTHM_REACH = 60, 3
LANDMARK_CHARS, HEADING_CHARS = np.log1p(100.0), np.log1p(80.0)
_MIN_HEADING_CHARS, _MAX_HEADING_WORDS = np.log1p(3.5), np.log1p(8.0)

_N_GROUPS = len(groups.GROUPS)
_N_RHYTHM = 3


@jit
def fill_landmarks(out: Floats, at: int, scores: Floats, shares: Doubles, dense: Floats, has_tree: bool) -> None:
    """Fill the columns of LANDMARK_COLUMNS from `at` on.

    Args:
        scores: Shape (n, n_groups): the first stage's log-odds.
        shares: Shape (n, n_groups): the odds, each row scaled to sum to 1.
        has_tree: Whether the page has markup, which says what a heading is.
    """
    strongest = np.empty(len(scores), np.int64)
    for b in range(len(scores)):
        strongest[b] = scores[b].argmax()
    _fill_nearest(out, at, strongest, dense)
    at += 2 * _N_GROUPS
    _fill_heading(out, at, scores, dense, has_tree)
    at += 2 + _N_GROUPS
    for lag in LAGS:
        at = _fill_rhythm(out, at, shares, dense, lag)
    at = _fill_text_around(out, at, shares, dense)
    _fill_margin(out, at, scores, strongest)


@jit
def _fill_nearest(out: Floats, at: int, strongest: Integers, dense: Floats) -> None:
    """Count the blocks since and until the nearest landmark of each kind."""
    n = len(strongest)
    since = np.full(_N_GROUPS, FAR)
    until = np.full(_N_GROUPS, FAR)
    for i in range(n):
        j = n - 1 - i
        for k in range(_N_GROUPS):
            out[i, at + k] = since[k]
            out[j, at + _N_GROUPS + k] = until[k]
        for k in range(_N_GROUPS):
            since[k] = min(since[k] + 1, FAR)
            until[k] = min(until[k] + 1, FAR)
        if strongest[i] != groups.TEXT or dense[i, columns.LOG_CHARS] > LANDMARK_CHARS:
            since[strongest[i]] = 1
        if strongest[j] != groups.TEXT or dense[j, columns.LOG_CHARS] > LANDMARK_CHARS:
            until[strongest[j]] = 1


@jit
def _fill_heading(out: Floats, at: int, scores: Floats, dense: Floats, has_tree: bool) -> None:
    """Fill how far up the nearest heading is, and its scores and length; -9 where there is none."""
    above = -1
    for b in range(len(scores)):
        if above >= 0:
            out[b, at] = min(b - above, FAR)
            out[b, at + 1 : at + 1 + _N_GROUPS] = scores[above]
            out[b, at + 1 + _N_GROUPS] = dense[above, columns.LOG_CHARS]
        else:
            out[b, at : at + 2 + _N_GROUPS] = -9.0
        c = dense[b]
        short = _MIN_HEADING_CHARS < c[columns.LOG_CHARS] < HEADING_CHARS and c[columns.LOG_WORDS] < _MAX_HEADING_WORDS
        if c[columns.HEADING] > 0.0 or (not has_tree and short and c[columns.ENDS_SENTENCE] == 0.0):
            above = b


@jit
def _fill_rhythm(out: Floats, at: int, shares: Doubles, dense: Floats, lag: int) -> int:
    """Average how much blocks around differ from those `lag` further on; return the next free column."""
    n = len(shares)
    pairs = max(0, n - lag)
    sums = np.zeros((pairs + 1, _N_RHYTHM))
    for b in range(pairs):
        length = abs(dense[b, columns.LOG_CHARS] - dense[b + lag, columns.LOG_CHARS])
        text = abs(shares[b, groups.TEXT] - shares[b + lag, groups.TEXT])
        teaser = abs(shares[b, groups.TEASER] - shares[b + lag, groups.TEASER])
        for k, change in enumerate((np.float64(length), text, teaser)):
            sums[b + 1, k] = sums[b, k] + change
    for b in range(n):
        first = min(pairs, max(0, b - RHYTHM_REACH - lag))
        last = min(pairs, b + 1 + RHYTHM_REACH)
        for k in range(_N_RHYTHM):
            out[b, at + k] = (sums[last, k] - sums[first, k]) / max(1, last - first)
    return at + _N_RHYTHM


@jit
def _fill_text_around(out: Floats, at: int, shares: Doubles, dense: Floats) -> int:
    """Fill how many characters of text are expected before and after; return the next free column."""
    n = len(shares)
    sums = np.zeros(n + 1)
    for b in range(n):
        sums[b + 1] = sums[b] + np.expm1(dense[b, columns.LOG_CHARS]) * shares[b, groups.TEXT]
    for b in range(n):
        before, after = sums[b], max(0.0, sums[n] - sums[b + 1])
        for k, value in enumerate((before / max(sums[n], 1e-9), np.log1p(before), np.log1p(after))):
            out[b, at + k] = value
    return at + 3


@jit
def _fill_margin(out: Floats, at: int, scores: Floats, strongest: Integers) -> None:
    """Fill how sure the first stage is of a block, and the strongest kind of it and of its neighbours."""
    n = len(scores)
    for b in range(n):
        total, count = np.float64(0.0), 0
        for o in range(max(0, b - 2), min(n, b + 3)):
            if o != b:
                total += scores[o, groups.TEXT]
                count += 1
        second = -np.inf
        for k in range(_N_GROUPS):
            if k != strongest[b]:
                second = max(second, scores[b, k])
        for k, value in enumerate(
            (
                scores[b, groups.TEXT] - total / count if count else 0.0,
                float(scores[b, strongest[b]] - second),
                float(strongest[b]),
                float(strongest[b - 1]) if b > 0 else -1.0,
                float(strongest[b + 1]) if b + 1 < n else -1.0,
            )
        ):
            out[b, at + k] = value
