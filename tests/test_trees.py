"""Trees as arrays answer as the drawn trees do, and their scores split exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.small_model import Tree, grow

WIDTH = 4
leaves = st.floats(-3, 3, width=16)
halves = st.integers(-4, 4).map(lambda x: x / 2)
trees = st.recursive(leaves, lambda t: st.tuples(st.integers(0, WIDTH - 1), halves, t, t), max_leaves=8)
ensembles = st.lists(trees, max_size=5)
tables = st.lists(st.lists(halves, min_size=WIDTH, max_size=WIDTH), max_size=6)


def walk(tree: Tree, row: list[float]) -> float:
    while isinstance(tree, tuple):
        column, threshold, left, right = tree
        tree = left if row[column] <= threshold else right
    return tree


def table(rows: list[list[float]]) -> NDArray[np.float32]:
    return np.array(rows, np.float32).reshape(-1, WIDTH)


@settings(max_examples=80, deadline=None)
@given(ensembles, tables, halves)
def test_scores_equal_a_walk_down_every_tree(drawn: list[Tree], rows: list[list[float]], baseline: float) -> None:
    found = grow(*drawn, baseline=baseline).scores(table(rows))
    wanted = [baseline + sum(walk(tree, row) for tree in drawn) for row in rows]
    assert found.tolist() == pytest.approx(wanted, abs=1e-12)


@settings(max_examples=80, deadline=None)
@given(ensembles, tables, halves)
def test_start_and_contributions_sum_to_the_score(drawn: list[Tree], rows: list[list[float]], baseline: float) -> None:
    grown = grow(*drawn, baseline=baseline)
    for row, score in zip(table(rows), grown.scores(table(rows)), strict=True):
        start, contributions = grown.contributions(row)
        assert contributions.shape == (WIDTH,)
        assert start + contributions.sum() == pytest.approx(score, abs=1e-12)


def test_a_move_goes_to_the_column_asked_about() -> None:
    grown = grow((1, 0.0, -1.0, (2, 5.0, 2.0, 4.0)))
    start, contributions = grown.contributions(np.array([9.0, 1.0, 1.0], np.float32))
    assert start == 1.0  # the mean of -1 and of the mean of 2 and 4
    assert contributions.tolist() == [0.0, 2.0, -1.0]


@pytest.mark.parametrize(("value", "wanted"), [(0.5 - 2**-20, -1.0), (0.5, -1.0), (0.5 + 2**-20, 1.0)])
def test_a_value_at_the_threshold_goes_left(value: float, wanted: float) -> None:
    assert grow((0, 0.5, -1.0, 1.0)).scores(np.array([[value]], np.float32)).tolist() == [wanted]
