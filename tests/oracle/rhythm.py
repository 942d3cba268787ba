"""Fills the columns of rhythm as `rhythm.c` does, compiled by numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Floats
from copydesk.classifier.features import columns
from copydesk.classifier.model.context import PERIODS, SPANS
from tests.oracle.jit import jit

REACH, _N_ENDINGS = 8, 3


@jit
def fill_rhythm(out: Floats, at: int, dense: Floats) -> None:
    """Fill the columns of RHYTHM_COLUMNS from `at` on; a change of length is in log characters, -1 without a pair."""
    n = len(dense)
    sums = _changes(dense)
    for k, period in enumerate(PERIODS):
        for b in range(n):
            first, last = max(0, b - REACH), min(n, b + REACH + 1) - period
            out[b, at + k] = (sums[k, last] - sums[k, first]) / (last - first) if last > first else -1.0
    at += len(PERIODS)
    ends, is_cut = dense[:, columns.ENDS_SENTENCE] == 1.0, dense[:, columns.ELLIPSIS] > 0.0
    lengths = dense[:, columns.LOG_CHARS].astype(np.float64)
    for span in SPANS:
        for side in (-1, 1):
            for b in range(n):
                first, last = (max(0, b - span), b) if side < 0 else (b + 1, min(n, b + 1 + span))
                _fill_endings(out[b], at, ends[first:last], is_cut[first:last], lengths[first:last])
            at += _N_ENDINGS


@jit
def _changes(dense: Floats) -> Doubles:
    """Return running sums of the change of length from each block to the one a period later, a row for each period."""
    n = len(dense)
    sums = np.zeros((len(PERIODS), n + 1))
    for k, period in enumerate(PERIODS):
        for b in range(n):
            later = dense[min(b + period, n - 1), columns.LOG_CHARS]
            sums[k, b + 1] = sums[k, b] + abs(np.float64(later) - np.float64(dense[b, columns.LOG_CHARS]))
    return sums


@jit
def _fill_endings(row: Floats, at: int, ends: NDArray[np.bool_], is_cut: NDArray[np.bool_], lengths: Doubles) -> None:
    """Fill the share of some blocks that end a sentence, or are cut off, and the longest's length; -1 for none."""
    sentences = cut_off = 0.0
    longest = np.float64(-1.0)
    size = len(lengths)
    for o in range(size):
        sentences += ends[o]
        cut_off += is_cut[o]
        longest = max(longest, lengths[o])
    row[at] = sentences / size if size > 0 else -1.0
    row[at + 1] = cut_off / size if size > 0 else -1.0
    row[at + 2] = longest
