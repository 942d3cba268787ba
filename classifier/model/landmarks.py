"""What stands around a block beyond its next neighbours: landmarks, the heading above, the rhythm of a list."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.jit import jit
from copydesk.classifier.features.layout import COLUMNS
from copydesk.classifier.types import KINDS

FAR = 60
"""Blocks beyond which a landmark is equally far."""

LANDMARK_CHARS = np.log1p(100.0)
"""Log of the characters that a text block needs to be a landmark; any block of another kind is one."""

LAGS = (1, 2, 3, 4)
"""Blocks ahead with which a block is compared: a list of headlines and summaries repeats itself after two."""

RHYTHM_REACH = 3
"""Blocks before and after a block over which its list's rhythm is averaged."""

HEADING_CHARS = np.log1p(80.0)
"""Log of the characters below which a line of plain text that ends no sentence passes for a heading."""

_KINDS = tuple(str(kind) for kind in KINDS)
_N_KINDS = len(_KINDS)
_RHYTHM = ("log_chars", "text", "teaser")
_LOG_CHARS, _LOG_WORDS = COLUMNS.index("log_chars"), COLUMNS.index("log_words")
_ENDS_SENTENCE, _HEADING = COLUMNS.index("ends_sentence"), COLUMNS.index("heading")
_LEAST_HEADING, _MOST_HEADING_WORDS = np.log1p(3.5), np.log1p(8.0)
_TEXT, _TEASER = 0, 4

SURROUNDINGS = (
    *(f"blocks since {kind}" for kind in _KINDS),
    *(f"blocks until {kind}" for kind in _KINDS),
    "blocks since heading",
    *(f"{kind} of heading above" for kind in _KINDS),
    "log_chars of heading above",
    *(f"{what} changes over {lag}" for lag in LAGS for what in _RHYTHM),
    "share of text before",
    "log text before",
    "log text after",
    "own text above neighbours",
    "own margin",
    "own kind",
    "kind before",
    "kind after",
)
"""Columns, in order."""


@jit
def fill_surroundings(
    out: NDArray[np.float32],
    at: int,
    scores: NDArray[np.float32],
    shares: NDArray[np.float64],
    columns: NDArray[np.float32],
    has_tree: bool,
) -> None:
    """Fill the columns of SURROUNDINGS from `at` on.

    Args:
        scores: Shape (n, n_kinds): the first stage's log-odds.
        shares: Shape (n, n_kinds): the same, each row as parts of one.
        columns: Shape (n, len(COLUMNS)).
        has_tree: Whether the page has markup, which says what a heading is.
    """
    strongest = np.empty(len(scores), np.int64)
    for b in range(len(scores)):
        strongest[b] = scores[b].argmax()
    _fill_landmarks(out, at, strongest, columns)
    at += 2 * _N_KINDS
    _fill_heading(out, at, scores, columns, has_tree)
    at += 2 + _N_KINDS
    for lag in LAGS:
        at = _fill_rhythm(out, at, shares, columns, lag)
    _fill_text_around(out, at, shares, columns)
    _fill_margin(out, at + 3, scores, strongest)


@jit
def _fill_landmarks(
    out: NDArray[np.float32], at: int, strongest: NDArray[np.int64], columns: NDArray[np.float32]
) -> None:
    """Count the blocks since and until the nearest one of each kind."""
    n = len(strongest)
    since = np.full(_N_KINDS, FAR)
    until = np.full(_N_KINDS, FAR)
    for i in range(n):
        for k in range(_N_KINDS):
            out[i, at + k] = since[k]
            out[n - 1 - i, at + _N_KINDS + k] = until[k]
        for k in range(_N_KINDS):
            since[k] = min(since[k] + 1, FAR)
            until[k] = min(until[k] + 1, FAR)
        if strongest[i] != _TEXT or columns[i, _LOG_CHARS] > LANDMARK_CHARS:
            since[strongest[i]] = 1
        j = n - 1 - i
        if strongest[j] != _TEXT or columns[j, _LOG_CHARS] > LANDMARK_CHARS:
            until[strongest[j]] = 1


@jit
def _fill_heading(
    out: NDArray[np.float32], at: int, scores: NDArray[np.float32], columns: NDArray[np.float32], has_tree: bool
) -> None:
    """Say what the first stage thinks of the nearest heading above, and how far up it is."""
    above = -1
    for b in range(len(scores)):
        if above >= 0:
            out[b, at] = min(b - above, FAR)
            for k in range(_N_KINDS):
                out[b, at + 1 + k] = scores[above, k]
            out[b, at + 1 + _N_KINDS] = columns[above, _LOG_CHARS]
        else:
            for k in range(2 + _N_KINDS):
                out[b, at + k] = -9.0
        c = columns[b]
        short = _LEAST_HEADING < c[_LOG_CHARS] < HEADING_CHARS and c[_LOG_WORDS] < _MOST_HEADING_WORDS
        if c[_HEADING] > 0.0 or (not has_tree and short and c[_ENDS_SENTENCE] == 0.0):
            above = b


@jit
def _fill_rhythm(
    out: NDArray[np.float32], at: int, shares: NDArray[np.float64], columns: NDArray[np.float32], lag: int
) -> int:
    """Average how much blocks around differ from those `lag` further on; returns where to go on."""
    n = len(shares)
    pairs = max(0, n - lag)
    sums = np.zeros((pairs + 1, 3))
    for b in range(pairs):
        sums[b + 1, 0] = sums[b, 0] + abs(columns[b, _LOG_CHARS] - columns[b + lag, _LOG_CHARS])
        sums[b + 1, 1] = sums[b, 1] + abs(shares[b, _TEXT] - shares[b + lag, _TEXT])
        sums[b + 1, 2] = sums[b, 2] + abs(shares[b, _TEASER] - shares[b + lag, _TEASER])
    for b in range(n):
        first = min(pairs, max(0, b - RHYTHM_REACH - lag))
        last = min(pairs, b + 1 + RHYTHM_REACH)
        for k in range(3):
            out[b, at + k] = (sums[last, k] - sums[first, k]) / max(1, last - first)
    return at + 3


@jit
def _fill_text_around(
    out: NDArray[np.float32], at: int, shares: NDArray[np.float64], columns: NDArray[np.float32]
) -> None:
    """Say how many characters of text are likely before and after."""
    n = len(shares)
    sums = np.zeros(n + 1)
    for b in range(n):
        sums[b + 1] = sums[b] + np.expm1(columns[b, _LOG_CHARS]) * shares[b, _TEXT]
    for b in range(n):
        out[b, at] = sums[b] / max(sums[n], 1e-9)
        out[b, at + 1] = np.log1p(sums[b])
        out[b, at + 2] = np.log1p(max(0.0, sums[n] - sums[b + 1]))


@jit
def _fill_margin(out: NDArray[np.float32], at: int, scores: NDArray[np.float32], strongest: NDArray[np.int64]) -> None:
    """Say how sure the first stage is of a block, and which kind it and its neighbours are most like."""
    n = len(scores)
    for b in range(n):
        total, count = 0.0, 0
        for o in range(max(0, b - 2), min(n, b + 3)):
            if o != b:
                total += scores[o, _TEXT]
                count += 1
        out[b, at] = scores[b, _TEXT] - total / count if count else 0.0
        second = -np.inf
        for k in range(_N_KINDS):
            if k != strongest[b]:
                second = max(second, scores[b, k])
        out[b, at + 1] = scores[b, strongest[b]] - second
        out[b, at + 2] = strongest[b]
        out[b, at + 3] = strongest[b - 1] if b > 0 else -1.0
        out[b, at + 4] = strongest[b + 1] if b + 1 < n else -1.0
