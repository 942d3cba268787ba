"""Scores blocks with boosted trees, stored as plain arrays, and computes how much each column moved a score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Floats, Hashes, Integers
from copydesk.classifier.compiled import jit

MAX_LEAVES = 64
"""Leaves of one tree: each is a bit of one machine word."""

ROWS = 80
"""Rows that are scored together: the fastest in trials of 48 to 128 with 187 columns and 150 trees. With 64 and 128,
where columns lie a power of two apart, scoring took 20 % and 40 % longer, with the others up to 14 %."""

STEP = 16
"""Rows of the last part are padded to a multiple of this, which fills the vectors of any processor."""

MAX_TRANSPOSED = 100 * ROWS
"""Rows that are transposed at a time, so that a page of any length takes little memory beside its columns."""

Word = np.unsignedinteger[Any]
"""32 or 64 bits, one for each leaf of a tree."""

_DE_BRUIJN: Mapping[int, tuple[Word, Word]] = {
    32: (np.uint32(0x077CB531), np.uint32(27)),
    64: (np.uint64(0x03F79D71B4CB0A89), np.uint64(58)),
}
"""For words of 32 and 64 bits: a factor and a shift that map each power of two to a different index.

Source: Leiserson, Prokop, Randall 1998, "Using de Bruijn sequences to index a 1 in a computer word".
"""


class _Tests(NamedTuple):
    """The same trees as flat lists of tests, see `Trees.scores`; word is 32 or 64, the bits of a mask.

    Attributes:
        columns: Shape (n_trees, word): the column that a test reads.
        thresholds: Shape (n_trees, word); infinite behind the tree's last test.
        masks: Shape (n_trees, word): a bit for each leaf, from the left; unset where a value above rules it out.
        counts: Shape (n_trees,): tests in use, at most word - 1.
        leaves: Shape (n_trees, word): each leaf's share, at the place where factor and shift send its bit.
        factor: See `_DE_BRUIJN`.
        shift: See `_DE_BRUIJN`.
    """

    columns: NDArray[np.int32]
    thresholds: Floats
    masks: NDArray[Word]
    counts: Integers
    leaves: Doubles
    factor: Word
    shift: Word


@dataclass(frozen=True, slots=True, repr=False)
class Trees:
    """A boosted ensemble for one yes-or-no question; its scores are log-odds, already calibrated.

    Nodes of all trees are in one table, a tree's root first, the two children of a node side by side.

    Attributes:
        roots: Shape (n_trees,): node number of each root.
        columns: Shape (n_nodes,): the column that a node tests, -1 at a leaf.
        thresholds: Shape (n_nodes,): a value above it goes right, any other left.
        lefts: Shape (n_nodes,): node number of the left child, the right one follows it; 0 at a leaf.
        values: Shape (n_nodes,): at a leaf its share of the score; inside, the mean over the training
            blocks below it.
        baseline: What the score starts from.

    Raises:
        ValueError: The arrays do not fit each other, or do not make trees, or one has more than
            `MAX_LEAVES` leaves.
    """

    roots: NDArray[np.int32]
    columns: NDArray[np.int16]
    thresholds: Floats
    lefts: NDArray[np.int32]
    values: Doubles
    baseline: float
    _tests: _Tests = field(init=False, compare=False)
    _used: NDArray[np.int16] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _check(self)
        object.__setattr__(self, "_tests", _flat_tests(self))
        object.__setattr__(self, "_used", np.unique(self.columns[self.columns >= 0]))

    def __repr__(self) -> str:
        return f"Trees({len(self.roots)} trees, {len(self.columns)} nodes)"

    def scores(self, columns: Floats) -> Doubles:
        """Return the log-odds of yes for each row, shape (n,).

        Every test of a tree runs on many rows at once, without a branch. A value above the threshold rules
        out the leaves to the left of it; the leftmost leaf that remains is where a walk would have ended.

        Source: Lucchese et al. 2015, "QuickScorer"; here tree by tree, so that sums keep their order.
        """
        return score_ensembles(columns, self)[0]

    def contributions(self, row: Floats) -> tuple[float, Doubles]:
        """Split one row's score: what it starts from, and what each column added, shape (n_columns,).

        Each step down a tree moves the mean of the training blocks below; the move goes to the column
        that the node tests (Saabas 2014, "Interpreting random forests"). The parts sum to the score.
        """
        start = float(np.cumsum([self.baseline, *self.values[self.roots]])[-1])  # in order, unlike np.sum
        return start, _contributions(row, self.roots, self.columns, self.thresholds, self.lefts, self.values)


def score_ensembles(columns: Floats, *ensembles: Trees, rows: Integers | None = None) -> tuple[Doubles, ...]:
    """Return each ensemble's log-odds for each row, as `Trees.scores` does; the columns are transposed once for all.

    Args:
        rows: Numbers of the rows to score; all if it is left out.
    """
    if rows is None:
        rows = np.arange(len(columns))
    found = tuple(np.full(len(rows), trees.baseline) for trees in ensembles)
    is_used = np.zeros(columns.shape[1], np.bool_)
    for trees in ensembles:
        is_used[trees._used] = True
    used = np.flatnonzero(is_used)
    for first in range(0, len(rows), MAX_TRANSPOSED):
        transposed = _transpose(columns, rows[first : first + MAX_TRANSPOSED], used)
        for out, trees in zip(found, ensembles, strict=True):
            _add_scores(out[first : first + MAX_TRANSPOSED], transposed, trees._tests)
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
    inner = np.flatnonzero(trees.columns >= 0)
    lefts = trees.lefts[inner]
    reached = np.sort(np.concatenate([trees.roots, lefts, lefts + 1]))
    if not np.array_equal(reached, np.arange(len(trees.columns))) or not (lefts > inner).all():
        raise ValueError(
            f"{len(trees.roots)} roots and {len(inner)} nodes with children do not make trees of "
            f"{len(trees.columns)} nodes, expected each node to be a root or the child of one node before it; "
            "train again"
        )


def _flat_tests(trees: Trees) -> _Tests:
    """List each tree's tests in the order of its leaves: a test has the number of the last leaf to its left."""
    tree, before, below = _places(trees)
    most = max(below[root] for root in trees.roots) if len(trees.roots) else 1
    if most > MAX_LEAVES:
        raise ValueError(f"a tree has {most} leaves, expected at most {MAX_LEAVES}; train again with fewer")
    word = 32 if most <= 32 else 64
    shape = len(trees.roots), word
    columns = np.zeros(shape, np.int32)
    thresholds = np.full(shape, np.inf, np.float32)
    masks = np.full(shape, np.iinfo(np.uint64).max, np.uint64)
    inner = np.flatnonzero(trees.columns >= 0)
    rights = before[trees.lefts[inner] + 1]
    at = tree[inner], rights - 1
    columns[at] = trees.columns[inner]
    thresholds[at] = trees.thresholds[inner]
    masks[at] = ~(_bits(rights) ^ _bits(before[inner]))
    factor, shift = _DE_BRUIJN[word]
    places = np.array([(int(factor) << bit) % (1 << word) >> int(shift) for bit in range(word)])
    leaves = np.zeros(shape)
    ends = np.flatnonzero(trees.columns < 0)
    leaves[tree[ends], places[before[ends]]] = trees.values[ends]
    narrow: NDArray[Word] = masks.astype(np.uint32) if word == 32 else masks
    return _Tests(columns, thresholds, narrow, below[trees.roots] - 1, leaves, factor, shift)


def _bits(count: Integers) -> Hashes:
    """Return words whose lowest bits are set, as many as the counts say, fewer than 64."""
    return (np.uint64(1) << count.astype(np.uint64)) - np.uint64(1)


def _places(trees: Trees) -> tuple[Integers, Integers, Integers]:
    """Return each node's tree, how many of the tree's leaves are to the left of it, and how many are below it."""
    lefts = trees.lefts.tolist()
    inner = np.flatnonzero(trees.columns >= 0).tolist()
    below = [1] * len(lefts)
    for node in reversed(inner):
        below[node] = below[lefts[node]] + below[lefts[node] + 1]
    tree, before = [0] * len(lefts), [0] * len(lefts)
    for number, root in enumerate(trees.roots.tolist()):
        tree[root] = number
    for node in inner:
        left = lefts[node]
        tree[left] = tree[left + 1] = tree[node]
        before[left], before[left + 1] = before[node], before[node] + below[left]
    return np.array(tree, np.int64), np.array(before, np.int64), np.array(below, np.int64)


@jit
def _transpose(columns: Floats, rows: Integers, used: Integers) -> Floats:
    """Transpose the columns of some rows that are used, ROWS rows at a time: shape (n_parts, n_columns, ROWS).

    Other columns, and places behind the last row, are left uninitialised; nothing reads them.
    """
    n, width = len(rows), columns.shape[1]
    transposed = np.empty((-(-n // ROWS), width, ROWS), np.float32)
    for row in range(n):
        part, source = transposed[row // ROWS], columns[rows[row]]
        for column in used:
            part[column, row % ROWS] = source[column]
    return transposed


@jit
def _add_scores(out: Doubles, transposed: Floats, tests: _Tests) -> None:
    one = tests.masks.dtype.type(1)
    left = np.empty(ROWS, tests.masks.dtype)
    for part in range(len(transposed)):
        values, scores = transposed[part], out[part * ROWS : (part + 1) * ROWS]
        rows = (len(scores) + STEP - 1) // STEP * STEP
        for tree in range(len(tests.counts)):
            _rule_out(left[:rows], values, tests, tree)
            for r in range(rows):  # a loop of its own: it runs on many rows at once, the one below on one
                left[r] = tests.masks.dtype.type((left[r] & (~left[r] + one)) * tests.factor) >> tests.shift
            shares = tests.leaves[tree]
            for r in range(len(scores)):
                scores[r] += shares[left[r]]


@jit
def _rule_out(left: NDArray[Word], values: Floats, tests: _Tests, tree: int) -> None:
    """Run one tree's tests, four at a time, on every row; the bits that stay are the leaves that remain."""
    columns, thresholds, masks = tests.columns[tree], tests.thresholds[tree], tests.masks[tree]
    every = masks.dtype.type(~masks.dtype.type(0))
    left[:] = every
    for k in range(0, tests.counts[tree], 4):
        a, b, c, d = values[columns[k]], values[columns[k + 1]], values[columns[k + 2]], values[columns[k + 3]]
        bounds = thresholds[k], thresholds[k + 1], thresholds[k + 2], thresholds[k + 3]
        rest = masks[k], masks[k + 1], masks[k + 2], masks[k + 3]
        for r in range(len(left)):
            stays = (rest[0] if a[r] > bounds[0] else every) & (rest[1] if b[r] > bounds[1] else every)
            left[r] &= stays & (rest[2] if c[r] > bounds[2] else every) & (rest[3] if d[r] > bounds[3] else every)


@jit
def _contributions(
    row: Floats,
    roots: NDArray[np.int32],
    columns: NDArray[np.int16],
    thresholds: Floats,
    lefts: NDArray[np.int32],
    values: Doubles,
) -> Doubles:
    out = np.zeros(len(row))
    for node in roots:
        while columns[node] >= 0:
            child = lefts[node] + (row[columns[node]] > thresholds[node])
            out[columns[node]] += values[child] - values[node]
            node = child
    return out
