"""Scores rows by trees with a walk down each, compiled by numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Floats
from copydesk.classifier.model import Trees
from tests.oracle.jit import jit


def scores(trees: Trees, table: Floats) -> Doubles:
    """Return the log-odds of yes for each row."""
    return _walk(
        np.ascontiguousarray(table),
        trees.roots,
        trees.columns,
        trees.thresholds,
        trees.lefts,
        trees.values,
        trees.baseline,
    )


@jit
def _walk(
    table: Floats,
    roots: NDArray[np.int32],
    columns: NDArray[np.int16],
    thresholds: Floats,
    lefts: NDArray[np.int32],
    values: Doubles,
    baseline: float,
) -> Doubles:
    out = np.full(len(table), baseline)
    for r in range(len(table)):
        for root in roots:
            node = root
            while columns[node] >= 0:
                node = lefts[node] + (table[r, columns[node]] > thresholds[node])
            out[r] += values[node]
    return out
