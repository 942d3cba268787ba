"""Scores blocks with boosted trees, stored as plain arrays, and computes how much each column moved a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

Word = np.unsignedinteger[Any]
"""32 or 64 bits, one for each leaf of a tree."""

_DE_BRUIJN: Mapping[int, tuple[int, int]] = {
    8: (0x1D, 5),
    16: (0x09AF, 12),
    32: (0x077CB531, 27),
    64: (0x03F79D71B4CB0A89, 58),
}
"""For words of so many bits: a factor and a shift that map each power of two to a different index.

Source: Leiserson, Prokop, Randall 1998, "Using de Bruijn sequences to index a 1 in a computer word".
"""


class _Tests(NamedTuple):
    """The trees of some ensembles as flat lists of tests, see `Ensembles.scores`.

    A tree has 8, 16, 32 or 64 places, more than it has tests, so that small trees take little memory.

    Attributes:
        columns: Shape (n_places,): the column that a test reads.
        thresholds: Shape (n_places,); infinite behind a tree's last test.
        masks: Shape (n_places,): a bit for each leaf, from the left; unset where a value above rules it out.
        leaves: Shape (n_places,): each leaf's share, at the place where factor and shift send its bit.
        starts: Shape (n_trees,): each tree's first place.
        counts: Shape (n_trees,): tests in use.
        factors, shifts: Shape (n_trees,): see `_DE_BRUIJN`.
        ends: Shape (n_ensembles,): where each ensemble's trees end.
    """

    columns: NDArray[np.int32]
    thresholds: Floats
    masks: NDArray[Word]
    leaves: Doubles
    starts: Integers
    counts: Integers
    factors: NDArray[Word]
    shifts: NDArray[Word]
    ends: Integers


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
        """
        start = float(np.cumsum([self.baseline, *self.values[self.roots]])[-1])  # in order, unlike np.sum
        return start, _contributions(row, self.roots, self.columns, self.thresholds, self.lefts, self.values)


class Ensembles:
    """Several ensembles that are scored together, which takes less time than one after the other."""

    def __init__(self, ensembles: Sequence[Trees]) -> None:
        self._tests = _joined([trees._tests for trees in ensembles])
        self._baselines = np.array([trees.baseline for trees in ensembles])
        self._used = np.unique(self._tests.columns[np.isfinite(self._tests.thresholds)]).astype(np.int64)

    def scores(self, columns: Floats, rows: Integers | None = None) -> Doubles:
        """Return each ensemble's log-odds of yes for each row, shape (n_ensembles, n_rows).

        Every test of a tree runs on many rows at once, without a branch. A value above the threshold rules
        out the leaves to the left of it; the leftmost leaf that remains is where a walk would have ended.

        Args:
            columns: Shape (n, n_columns).
            rows: Numbers of the rows to score; all if it is left out.

        Source: Lucchese et al. 2015, "QuickScorer"; here tree by tree, so that sums keep their order.
        """
        chosen = np.arange(len(columns)) if rows is None else rows
        out = np.empty((len(self._baselines), len(chosen)))
        out[:] = self._baselines[:, None]
        _add_scores(out, columns, chosen, self._used, self._tests)
        return out


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
    size = next(size for size in _DE_BRUIJN if size >= most)
    bits, (factor, shift) = max(size, 32), _DE_BRUIJN[size]
    places = np.array([(factor << bit) % (1 << size) >> shift for bit in range(size)])
    n_trees = len(trees.roots)
    shape = n_trees, size
    columns, thresholds = np.zeros(shape, np.int32), np.full(shape, np.inf, np.float32)
    masks, leaves = np.full(shape, np.iinfo(np.uint64).max, np.uint64), np.zeros(shape)
    inner = np.flatnonzero(trees.columns >= 0)
    rights = before[trees.lefts[inner] + 1]
    at = tree[inner], rights - 1
    columns[at] = trees.columns[inner]
    thresholds[at] = trees.thresholds[inner]
    masks[at] = ~(_bits(rights) ^ _bits(before[inner]))
    ends = np.flatnonzero(trees.columns < 0)
    leaves[tree[ends], places[before[ends]]] = trees.values[ends]
    word = np.dtype(f"u{bits // 8}").type
    return _Tests(
        columns=columns.ravel(),
        thresholds=thresholds.ravel(),
        masks=masks.ravel().astype(word),
        leaves=leaves.ravel(),
        starts=size * np.arange(n_trees),
        counts=n_leaves - 1,
        factors=np.full(n_trees, factor << bits - size, word),
        shifts=np.full(n_trees, shift + bits - size, word),
        ends=np.array([n_trees]),
    )


def _joined(parts: Sequence[_Tests]) -> _Tests:
    """Put the trees of several ensembles one after the other; all get masks of the widest word."""
    word = np.result_type(np.uint32, *(part.masks.dtype for part in parts))
    firsts = np.cumsum([0, *(len(part.columns) for part in parts)])
    wider = [8 * (word.itemsize - part.masks.itemsize) for part in parts]
    return _Tests(
        columns=np.concatenate([part.columns for part in parts]),
        thresholds=np.concatenate([part.thresholds for part in parts]),
        masks=np.concatenate([part.masks.astype(word) for part in parts]),
        leaves=np.concatenate([part.leaves for part in parts]),
        starts=np.concatenate([part.starts + first for part, first in zip(parts, firsts, strict=False)]),
        counts=np.concatenate([part.counts for part in parts]),
        factors=np.concatenate(
            [part.factors.astype(word) << word.type(more) for part, more in zip(parts, wider, strict=True)]
        ),
        shifts=np.concatenate(
            [part.shifts.astype(word) + word.type(more) for part, more in zip(parts, wider, strict=True)]
        ),
        ends=np.cumsum([len(part.counts) for part in parts]),
    )


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
def _add_scores(out: Doubles, table: Floats, rows: Integers, used: Integers, tests: _Tests) -> None:
    """Add the shares of the leaves that each row ends at, ROWS rows at a time.

    It is one function, and takes the arrays out of `tests` first: calls and tuples cost as much as a small tree does.
    """
    columns, thresholds, masks, leaves = tests.columns, tests.thresholds, tests.masks, tests.leaves
    starts, counts, factors, shifts, ends = tests.starts, tests.counts, tests.factors, tests.shifts, tests.ends
    one, every = masks.dtype.type(1), masks.dtype.type(~masks.dtype.type(0))
    left = np.empty(ROWS, masks.dtype)
    values = np.empty((table.shape[1], ROWS), np.float32)
    for first in range(0, len(rows), ROWS):
        n = min(ROWS, len(rows) - first)
        width = (n + STEP - 1) // STEP * STEP
        _transpose(values, table, rows[first : first + n], used)
        tree = 0
        for ensemble in range(len(ends)):
            while tree < ends[ensemble]:
                start = starts[tree]
                for r in range(width):
                    left[r] = every
                for k in range(start, start + counts[tree], 4):  # four tests at a time, on every row
                    a, b, c, d = columns[k], columns[k + 1], columns[k + 2], columns[k + 3]
                    bounds = thresholds[k], thresholds[k + 1], thresholds[k + 2], thresholds[k + 3]
                    rest = masks[k], masks[k + 1], masks[k + 2], masks[k + 3]
                    for r in range(width):
                        stays = rest[0] if values[a, r] > bounds[0] else every
                        stays &= rest[1] if values[b, r] > bounds[1] else every
                        stays &= rest[2] if values[c, r] > bounds[2] else every
                        left[r] &= stays & (rest[3] if values[d, r] > bounds[3] else every)
                factor, shift = factors[tree], shifts[tree]
                for r in range(width):  # a loop of its own: it runs on many rows at once, the one below on one
                    left[r] = masks.dtype.type((left[r] & (~left[r] + one)) * factor) >> shift
                for r in range(n):
                    out[ensemble, first + r] += leaves[start + np.int64(left[r])]
                tree += 1


@jit
def _transpose(values: Floats, table: Floats, rows: Integers, used: Integers) -> None:
    """Copy the columns that are used of at most ROWS rows; what is behind the last row is left as it is."""
    for r in range(len(rows)):
        source = table[rows[r]]
        for column in used:
            values[column, r] = source[column]


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
