"""Boosted trees as plain arrays: scores, and which column moved a score by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.jit import jit

MOST_LEAVES = 64
"""Leaves that a tree may have: each is a bit of one machine word."""

ROWS = 80
"""Rows that are scored together: the fastest in trials of 48 to 128 with 187 columns and 150 trees. 64 and 128, where
columns lie a power of two apart, took a fifth and two fifths longer, the others up to a seventh."""

STEP = 16
"""Rows of the last part are scored in steps of so many: full vectors of any processor."""

MOST_TURNED = 100 * ROWS
"""Rows that are held turned at a time: few enough that a page of any length takes little memory beside its columns."""

Word = np.unsignedinteger[Any]
"""32 or 64 bits, one a leaf."""

_DE_BRUIJN: Mapping[int, tuple[Word, Word]] = {
    32: (np.uint32(0x077CB531), np.uint32(27)),
    64: (np.uint64(0x03F79D71B4CB0A89), np.uint64(58)),
}
"""By bits in a word: a factor and a shift that send each power of two to a place of its own (Leiserson, Prokop,
Randall 1998, "Using de Bruijn sequences to index a 1 in a computer word")."""


@dataclass(frozen=True, slots=True)
class _Questions:
    """The same trees as flat lists of questions, see `Trees.scores`; word is 32 or 64, the bits of a mask.

    Attributes:
        used: The columns that any question asks about.
        columns: Shape (n_trees, word): the column that a question of the tree asks about.
        thresholds: Shape (n_trees, word); infinite behind the tree's last question.
        masks: Shape (n_trees, word): a bit a leaf, from the left; unset where the answer "above" rules it out.
        counts: Shape (n_trees,): questions in use, at most word - 1.
        leaves: Shape (n_trees, word): each leaf's share, at the place where factor and shift send its bit.
        factor: See `_DE_BRUIJN`.
        shift: See `_DE_BRUIJN`.
    """

    used: NDArray[np.int16]
    columns: NDArray[np.int32]
    thresholds: NDArray[np.float32]
    masks: NDArray[Word]
    counts: NDArray[np.int64]
    leaves: NDArray[np.float64]
    factor: Word
    shift: Word


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

    Raises:
        ValueError: The arrays do not fit each other, or do not make trees, or one has more than
            `MOST_LEAVES` leaves.
    """

    roots: NDArray[np.int32]
    columns: NDArray[np.int16]
    thresholds: NDArray[np.float32]
    lefts: NDArray[np.int32]
    values: NDArray[np.float64]
    baseline: float
    questions: _Questions = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check(self)
        object.__setattr__(self, "questions", _questions(self))

    def scores(self, columns: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the log-odds of yes for each row, shape (n,).

        Every question of a tree is asked of many rows at once, without a branch. The answer "above" rules
        out the leaves to the left of it; the leftmost leaf that remains is where a walk would have ended.

        Source: Lucchese et al. 2015, "QuickScorer"; asked in the order of trees, so that sums keep theirs.
        """
        return scores_of(columns, self)[0]

    def contributions(self, row: NDArray[np.float32]) -> tuple[float, NDArray[np.float64]]:
        """Split one row's score: what it starts from, and what each column added, shape (n_columns,).

        Each step down a tree moves the mean of the training blocks below; the move goes to the column
        asked about (Saabas 2014, "Interpreting random forests"). The parts sum to the score.
        """
        return _contributions(row, self.roots, self.columns, self.thresholds, self.lefts, self.values, self.baseline)


def scores_of(columns: NDArray[np.float32], *ensembles: Trees) -> tuple[NDArray[np.float64], ...]:
    """Return each ensemble's log-odds for each row, as `Trees.scores` does; the columns are turned once for all."""
    found = tuple(np.full(len(columns), trees.baseline) for trees in ensembles)
    asked_about = np.zeros(columns.shape[1], np.bool_)
    for trees in ensembles:
        asked_about[trees.questions.used] = True
    used = np.flatnonzero(asked_about)
    for first in range(0, len(columns), MOST_TURNED):
        turned = _turn(columns[first : first + MOST_TURNED], used)
        for out, trees in zip(found, ensembles, strict=True):
            asked = trees.questions
            _add_scores(
                out[first : first + MOST_TURNED],
                turned,
                asked.columns,
                asked.thresholds,
                asked.masks,
                asked.counts,
                asked.leaves,
                asked.factor,
                asked.shift,
            )
    return found


def _check(trees: Trees) -> None:
    """Refuse arrays that compiled loops would misread."""
    for name, kind in (("roots", "i4"), ("columns", "i2"), ("thresholds", "f4"), ("lefts", "i4"), ("values", "f8")):
        array: NDArray[Any] = getattr(trees, name)
        wanted = len(trees.roots if name == "roots" else trees.columns)
        if array.dtype != np.dtype(kind) or array.shape != (wanted,):
            raise ValueError(
                f"{name} is {array.dtype} of shape {array.shape}, expected {np.dtype(kind)} of shape ({wanted},); "
                "train again"
            )
    asking = np.flatnonzero(trees.columns >= 0)
    lefts = trees.lefts[asking]
    reached = np.sort(np.concatenate([trees.roots, lefts, lefts + 1]))
    if not np.array_equal(reached, np.arange(len(trees.columns))) or not (lefts > asking).all():
        raise ValueError(
            f"{len(trees.roots)} roots and {len(asking)} nodes with children do not make trees of "
            f"{len(trees.columns)} nodes, expected each node to be a root or the child of one node before it; "
            "train again"
        )


def _questions(trees: Trees) -> _Questions:
    """Number each tree's leaves from the left; a question is numbered by the leaf that its right side begins after."""
    tree, before, below = _places(trees)
    most = max(below[root] for root in trees.roots) if len(trees.roots) else 1
    if most > MOST_LEAVES:
        raise ValueError(f"a tree has {most} leaves, expected at most {MOST_LEAVES}; train again with fewer")
    word = 32 if most <= 32 else 64
    shape = len(trees.roots), word
    columns = np.zeros(shape, np.int32)
    thresholds = np.full(shape, np.inf, np.float32)
    masks = np.full(shape, np.iinfo(np.uint64).max, np.uint64)
    asking = np.flatnonzero(trees.columns >= 0)
    rights = before[trees.lefts[asking] + 1]
    at = tree[asking], rights - 1
    columns[at] = trees.columns[asking]
    thresholds[at] = trees.thresholds[asking]
    masks[at] = ~(_bits(rights) ^ _bits(before[asking]))
    factor, shift = _DE_BRUIJN[word]
    places = np.array([(int(factor) << bit) % (1 << word) >> int(shift) for bit in range(word)])
    leaves = np.zeros(shape)
    ends = np.flatnonzero(trees.columns < 0)
    leaves[tree[ends], places[before[ends]]] = trees.values[ends]
    narrow: NDArray[Word] = masks.astype(np.uint32) if word == 32 else masks
    used = np.unique(trees.columns[asking])
    return _Questions(used, columns, thresholds, narrow, below[trees.roots] - 1, leaves, factor, shift)


def _bits(count: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return words whose lowest bits, so many and fewer than 64, are set."""
    return (np.uint64(1) << count.astype(np.uint64)) - np.uint64(1)


def _places(trees: Trees) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return each node's tree, how many of the tree's leaves are to the left of it, and how many are below it."""
    lefts = trees.lefts.tolist()
    asking = np.flatnonzero(trees.columns >= 0).tolist()
    below = [1] * len(lefts)
    for node in reversed(asking):
        below[node] = below[lefts[node]] + below[lefts[node] + 1]
    tree, before = [0] * len(lefts), [0] * len(lefts)
    for number, root in enumerate(trees.roots.tolist()):
        tree[root] = number
    for node in asking:
        left = lefts[node]
        tree[left] = tree[left + 1] = tree[node]
        before[left], before[left + 1] = before[node], before[node] + below[left]
    return np.array(tree, np.int64), np.array(before, np.int64), np.array(below, np.int64)


@jit
def _turn(rows: NDArray[np.float32], used: NDArray[np.int64]) -> NDArray[np.float32]:
    """Turn each part of ROWS rows into columns, those that are used: shape (n_parts, n_columns, ROWS).

    What stands in other columns or behind the last row is never looked at.
    """
    n, width = rows.shape
    turned = np.empty((-(-n // ROWS), width, ROWS), np.float32)
    for row in range(n):
        part = turned[row // ROWS]
        for column in used:
            part[column, row % ROWS] = rows[row, column]
    return turned


@jit
def _add_scores(
    out: NDArray[np.float64],
    turned: NDArray[np.float32],
    columns: NDArray[np.int32],
    thresholds: NDArray[np.float32],
    masks: NDArray[Word],
    counts: NDArray[np.int64],
    leaves: NDArray[np.float64],
    factor: Word,
    shift: Word,
) -> None:
    one = masks.dtype.type(1)
    left = np.empty(ROWS, masks.dtype)
    for part in range(len(turned)):
        values, scores = turned[part], out[part * ROWS : (part + 1) * ROWS]
        rows = (len(scores) + STEP - 1) // STEP * STEP
        for tree in range(len(counts)):
            _rule_out(left, values, columns[tree], thresholds[tree], masks[tree], counts[tree], rows)
            for r in range(rows):  # a loop of its own: it runs on many rows at once, the one below on one
                left[r] = masks.dtype.type((left[r] & (~left[r] + one)) * factor) >> shift
            shares = leaves[tree]
            for r in range(len(scores)):
                scores[r] += shares[left[r]]


@jit
def _rule_out(
    left: NDArray[Word],
    turned: NDArray[np.float32],
    columns: NDArray[np.int32],
    thresholds: NDArray[np.float32],
    masks: NDArray[Word],
    count: int,
    rows: int,
) -> None:
    """Ask one tree's questions, four at a time, of so many rows; the bits that stay are the leaves that are left."""
    every = masks.dtype.type(0xFFFFFFFFFFFFFFFF)
    left[:] = every
    for k in range(0, count, 4):
        a, b, c, d = turned[columns[k]], turned[columns[k + 1]], turned[columns[k + 2]], turned[columns[k + 3]]
        bounds = thresholds[k], thresholds[k + 1], thresholds[k + 2], thresholds[k + 3]
        rest = masks[k], masks[k + 1], masks[k + 2], masks[k + 3]
        for r in range(rows):
            stays = (rest[0] if a[r] > bounds[0] else every) & (rest[1] if b[r] > bounds[1] else every)
            left[r] &= stays & (rest[2] if c[r] > bounds[2] else every) & (rest[3] if d[r] > bounds[3] else every)


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
