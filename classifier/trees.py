"""Boosted trees as plain arrays: scores, and which column moved a score by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.jit import jit


@dataclass(frozen=True, slots=True)
class Trees:
    """A boosted ensemble for one yes-or-no question; its scores are log-odds, already calibrated.

    Nodes of all trees stand in one table, a tree's root first, the two children of a node side by side.

    Attributes:
        roots: Shape (n_trees,): node number of each root.
        columns: Shape (n_nodes,): the column a node asks about, -1 at a leaf.
        thresholds: Shape (n_nodes,): a value above it goes right, any other left.
        lefts: Shape (n_nodes,): node number of the left child, the right one follows it; 0 at a leaf.
        values: Shape (n_nodes,): at a leaf its share of the score; inside, the mean over the training
            blocks below it.
        baseline: What the score starts from.
    """

    roots: NDArray[np.int32]
    columns: NDArray[np.int16]
    thresholds: NDArray[np.float32]
    lefts: NDArray[np.int32]
    values: NDArray[np.float64]
    baseline: float

    def scores(self, columns: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the log-odds of yes for each row, shape (n,)."""
        return _scores(
            columns, self.roots, self.columns, self.thresholds, self.lefts, self.values, self.baseline
        )

    def contributions(self, row: NDArray[np.float32]) -> tuple[float, NDArray[np.float64]]:
        """Split one row's score: what it starts from, and what each column added, shape (n_columns,).

        Each step down a tree moves the mean of the training blocks below; the move goes to the column
        asked about (Saabas 2014, "Interpreting random forests"). The parts sum to the score.
        """
        return _contributions(
            row, self.roots, self.columns, self.thresholds, self.lefts, self.values, self.baseline
        )


@jit
def _scores(
    rows: NDArray[np.float32],
    roots: NDArray[np.int32],
    columns: NDArray[np.int16],
    thresholds: NDArray[np.float32],
    lefts: NDArray[np.int32],
    values: NDArray[np.float64],
    baseline: float,
) -> NDArray[np.float64]:
    out = np.full(len(rows), baseline)
    for tree in range(len(roots)):
        for r in range(len(rows)):
            node = np.int64(roots[tree])
            asked = columns[node]
            while asked >= 0:
                node = np.int64(lefts[node]) + np.int64(rows[r, asked] > thresholds[node])
                asked = columns[node]
            out[r] += values[node]
    return out


@jit
def _contributions(
    row: NDArray[np.float32],
    roots: NDArray[np.int32],
    columns: NDArray[np.int16],
    thresholds: NDArray[np.float32],
    lefts: NDArray[np.int32],
    values: NDArray[np.float64],
    baseline: float,
) -> tuple[float, NDArray[np.float64]]:
    out = np.zeros(len(row))
    start = baseline
    for tree in range(len(roots)):
        node = roots[tree]
        start += values[node]
        while columns[node] >= 0:
            asked = columns[node]
            child = lefts[node] + (row[asked] > thresholds[node])
            out[asked] += values[child] - values[node]
            node = child
    return start, out
