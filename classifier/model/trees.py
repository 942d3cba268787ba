"""Scores blocks with boosted trees, stored as plain arrays, and computes how much each column moved a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Floats, Integers
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.model.c_struct import CStruct

MAX_LEAVES = 32
"""Leaves of one tree: each is a bit of one number."""

ROWS, PIECE = 32, 8
"""Rows that the C code scores together, and neighbours among them that it copies together, as in model.h."""

BITS_128, BITS_256, BITS_512 = range(3)
"""Widths of vectors, as in core.h: those of every processor, AVX2, AVX-512."""

_AT_ONCE = 128 * ROWS
"""Rows that are turned into columns at a time, so that a large table needs little more memory."""

_score_trees = core_function("cd_score_trees", "u8* f32* i64 i64 f64*", "memory")
_tree_places = core_function("cd_tree_places", "i32* i64 i16* i32* i64 i64* i64* i64*")
_contributions = core_function("cd_contributions", "f32* i32* i64 i16* f32* i32* f64* f64*")


class _Tests(NamedTuple):
    """The trees of some ensembles as flat lists of tests, see `Ensembles.scores`.

    Attributes:
        columns: Shape (n_tests,): the column that a test reads.
        thresholds: Shape (n_tests,).
        masks: Shape (n_tests,): a bit for each leaf, from the left; set where a value above the threshold rules it out.
        leaves: Shape (n_tests + n_trees,): each leaf's share; a tree has one leaf more than tests.
        counts: Shape (n_trees,): tests of each tree.
    """

    columns: NDArray[np.int32]
    thresholds: Floats
    masks: NDArray[np.uint32]
    leaves: Doubles
    counts: Integers


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

    def __post_init__(self) -> None:
        _check(self)
        object.__setattr__(self, "_tests", _flat_tests(self))

    def __repr__(self) -> str:
        return f"Trees({len(self.roots)} trees, {len(self.columns)} nodes)"

    def scores(self, columns: Floats) -> Doubles:
        """Return the log-odds of yes for each row, shape (n,)."""
        alone: Doubles = Ensembles((self,)).scores(columns)[0]
        return alone

    def contributions(self, row: Floats) -> tuple[float, Doubles]:
        """Split one row's score: what it starts from, and what each column added, shape (n_columns,).

        Each step down a tree moves the mean of the training blocks below; the move goes to the column
        that the node tests (Saabas 2014, "Interpreting random forests"). The parts sum to the score.

        Raises:
            ValueError: The row is shorter than the columns that the trees read.
        """
        needed = int(self.columns.max(initial=-1)) + 1
        if len(row) < needed:
            raise ValueError(f"the row has {len(row)} columns, expected at least {needed}")
        start = float(np.cumsum([self.baseline, *self.values[self.roots]])[-1])  # in order, unlike np.sum
        out = np.zeros(len(row))
        row = np.ascontiguousarray(row)
        _contributions(row, self.roots, len(self.roots), self.columns, self.thresholds, self.lefts, self.values, out)
        return start, out


class Ensembles:
    """Several ensembles that are scored together, which takes less time than one after the other.

    Attributes:
        struct: What C reads of them.
        n_columns: Columns that a table needs at least to be scored.
    """

    def __init__(self, ensembles: Sequence[Trees]) -> None:
        """Take the ensembles."""
        tests = _Tests(*map(np.concatenate, zip(*(trees._tests for trees in ensembles), strict=True)))
        ends = np.cumsum([len(trees.roots) for trees in ensembles])
        baselines = np.array([trees.baseline for trees in ensembles])
        firsts = np.cumsum([0, *tests.counts.tolist()])
        used, places = np.unique(tests.columns, return_inverse=True)
        read = used, places.astype(np.int32), tests.thresholds, tests.masks, tests.leaves
        self.n_columns = int(tests.columns.max(initial=-1)) + 1
        self.struct = CStruct("ensembles", *read, firsts, ends, baselines, len(ensembles), len(used))
        self._n_ensembles = len(ensembles)

    def scores(self, columns: Floats, *, width: int = BITS_512) -> Doubles:
        """Return each ensemble's log-odds of yes for each row, shape (n_ensembles, n_rows).

        Every test of a tree runs on many rows at once, without a branch. A value above the threshold rules
        out the leaves to the left of it; the leftmost leaf that remains is where a walk would have ended.

        Args:
            columns: Shape (n, n_columns).
            width: How wide vectors may be, of those that the processor has; the bits are the same.

        Raises:
            ValueError: The trees read more columns than there are.

        Source: Lucchese et al. 2015, "QuickScorer"; here tree by tree, so that sums keep their order.
        """
        if columns.shape[1] < self.n_columns:
            raise ValueError(f"the table has {columns.shape[1]} columns, the trees read {self.n_columns}; train again")
        found = [np.empty((self._n_ensembles, 0))]
        for first in range(0, len(columns), _AT_ONCE):
            part = columns[first : first + _AT_ONCE]
            table = np.ascontiguousarray(part[:, : self.n_columns].T, np.float32)
            out = np.empty((self._n_ensembles, len(part)))
            _score_trees(self.struct.memory, table, len(part), width, out)
            found.append(out)
        return np.concatenate(found, axis=1)


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
    n_leaves = below[trees.roots]
    most = int(n_leaves.max(initial=1))
    if most > MAX_LEAVES:
        raise ValueError(f"a tree has {most} leaves, expected at most {MAX_LEAVES}; train again with fewer")
    firsts = np.cumsum(n_leaves) - n_leaves  # each tree's first leaf
    inner, ends = np.flatnonzero(trees.columns >= 0), np.flatnonzero(trees.columns < 0)
    rights = before[trees.lefts[inner] + 1]
    in_order = inner[np.argsort(firsts[tree[inner]] + rights)]
    ruled_out = (1 << before[trees.lefts[in_order] + 1]) - (1 << before[in_order])
    return _Tests(
        columns=trees.columns[in_order].astype(np.int32),
        thresholds=trees.thresholds[in_order],
        masks=ruled_out.astype(np.uint32),
        leaves=trees.values[ends[np.argsort(firsts[tree[ends]] + before[ends])]],
        counts=n_leaves - 1,
    )


def _places(trees: Trees) -> tuple[Integers, Integers, Integers]:
    """Return each node's tree, how many of the tree's leaves are to the left of it, and how many are below it."""
    n = len(trees.columns)
    tree, before, below = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    _tree_places(trees.roots, len(trees.roots), trees.columns, trees.lefts, n, tree, before, below)
    return tree, before, below
