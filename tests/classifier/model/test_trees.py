"""Trees as arrays score as the drawn trees do, and their scores split exactly into contributions."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from copydesk.classifier.model.trees import BITS_128, BITS_256, BITS_512, MAX_LEAVES, PIECE, ROWS, Ensembles
from tests.support.small_model import Tree, grow

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


def walk_all(drawn: list[Tree], row: list[float], baseline: float) -> float:
    """Add up in the order of the trees, so that not even the last bit may differ."""
    score = baseline
    for tree in drawn:
        score += walk(tree, row)
    return score


def draw(rng: random.Random, n_leaves: int) -> Tree:
    """A tree of any form with so many leaves, whose thresholds lie among the values of `draw_rows`."""
    if n_leaves == 1:
        return rng.uniform(-3, 3)
    left = rng.randint(1, n_leaves - 1)
    return rng.randrange(WIDTH), rng.randint(-8, 8) / 2, draw(rng, left), draw(rng, n_leaves - left)


def draw_rows(rng: random.Random, n_rows: int) -> list[list[float]]:
    return [[rng.randint(-9, 9) / 2 for _ in range(WIDTH)] for _ in range(n_rows)]


def chain(n_leaves: int) -> Tree:
    """A tree as deep as its leaves let it be: leaf k holds k, for values above k - 1 and up to k."""
    tree: Tree = float(n_leaves - 1)
    for k in reversed(range(n_leaves - 1)):
        tree = 0, float(k), float(k), tree
    return tree


def table(rows: list[list[float]]) -> NDArray[np.float32]:
    return np.array(rows, np.float32).reshape(-1, WIDTH)


def test_vectors_of_every_width_give_the_same_bits() -> None:
    rng = random.Random(3)
    ensembles = Ensembles([grow(*(draw(rng, 1 + n) for n in range(MAX_LEAVES)), baseline=0.1)])
    rows = table(draw_rows(rng, 3 * ROWS + 1))
    rows[::7, 1] = np.nan
    narrow = ensembles.scores(rows, width=BITS_128).tobytes()
    assert ensembles.scores(rows, width=BITS_256).tobytes() == narrow
    assert ensembles.scores(rows, width=BITS_512).tobytes() == narrow


def test_a_table_with_fewer_columns_than_the_trees_read_is_refused() -> None:
    with pytest.raises(ValueError, match="the table has 3 columns, the trees read 4"):
        grow((3, 0.0, 1.0, 2.0)).scores(np.zeros((2, 3), np.float32))


@settings(max_examples=80, deadline=None)
@given(ensembles, tables, halves)
def test_scores_equal_a_walk_down_every_tree(drawn: list[Tree], rows: list[list[float]], baseline: float) -> None:
    found = grow(*drawn, baseline=baseline).scores(table(rows))
    assert found.tolist() == [walk_all(drawn, row, baseline) for row in rows]


@pytest.mark.parametrize("n_leaves", [1, 2, 3, 8, 9, 16, 17, 20, 24, 31, MAX_LEAVES])
def test_trees_of_any_size_score_as_a_walk_does(n_leaves: int) -> None:
    rng = random.Random(n_leaves)
    drawn = [draw(rng, n_leaves), draw(rng, max(1, n_leaves // 2)), draw(rng, n_leaves)]
    rows = draw_rows(rng, 40)
    assert grow(*drawn, baseline=0.1).scores(table(rows)).tolist() == [walk_all(drawn, row, 0.1) for row in rows]


@pytest.mark.parametrize("n_leaves", [8, 16, MAX_LEAVES])
def test_every_leaf_is_reached(n_leaves: int) -> None:
    rows = np.arange(n_leaves, dtype=np.float32).reshape(-1, 1)
    assert grow(chain(n_leaves)).scores(rows).tolist() == list(range(n_leaves))


@pytest.mark.parametrize("n_rows", [0, 1, PIECE - 1, PIECE, PIECE + 1, ROWS - 1, ROWS, ROWS + 1, 2 * ROWS + 1])
def test_rows_scored_together_or_in_parts_score_alike(n_rows: int) -> None:
    rng = random.Random(n_rows)
    drawn = [draw(rng, 20) for _ in range(3)]
    rows = draw_rows(rng, n_rows)
    assert grow(*drawn).scores(table(rows)).tolist() == [walk_all(drawn, row, 0.0) for row in rows]


@pytest.mark.parametrize("n_rows", [0, 1, ROWS, ROWS + 1, 1001])
def test_ensembles_scored_together_score_as_each_alone(n_rows: int) -> None:
    rng = random.Random(n_rows)
    grown = [grow(draw(rng, 5), baseline=0.5), grow(draw(rng, 30), draw(rng, 3))]
    rows = table(draw_rows(rng, n_rows))
    together = Ensembles(grown).scores(rows)
    for trees, found in zip(grown, together, strict=True):
        alone = [trees.scores(part).tolist() for part in np.split(rows, range(7, n_rows, 1000))]
        assert found.tolist() == [score for scores in alone for score in scores]


@settings(max_examples=80, deadline=None)
@given(ensembles, tables, halves)
def test_start_and_contributions_sum_to_the_score(drawn: list[Tree], rows: list[list[float]], baseline: float) -> None:
    grown = grow(*drawn, baseline=baseline)
    for row, score in zip(table(rows), grown.scores(table(rows)), strict=True):
        start, contributions = grown.contributions(row)
        assert contributions.shape == (WIDTH,)
        assert start + contributions.sum() == pytest.approx(score, abs=1e-12)


def test_a_move_goes_to_the_column_that_the_node_tests() -> None:
    grown = grow((1, 0.0, -1.0, (2, 5.0, 2.0, 4.0)))
    start, contributions = grown.contributions(np.array([9.0, 1.0, 1.0], np.float32))
    assert start == 1.0  # the mean of -1 and of the mean of 2 and 4
    assert contributions.tolist() == [0.0, 2.0, -1.0]


def test_a_row_without_a_column_that_is_tested_is_refused() -> None:
    with pytest.raises(ValueError, match="the row has 1 columns, expected at least 2"):
        grow((1, 0.0, -1.0, 2.0)).contributions(np.zeros(1, np.float32))


@pytest.mark.parametrize(("value", "wanted"), [(0.5 - 2**-20, -1.0), (0.5, -1.0), (0.5 + 2**-20, 1.0)])
def test_a_value_at_the_threshold_goes_left(value: float, wanted: float) -> None:
    assert grow((0, 0.5, -1.0, 1.0)).scores(np.array([[value]], np.float32)).tolist() == [wanted]


def test_a_tree_with_more_leaves_than_a_word_has_bits_is_refused() -> None:
    grow(chain(MAX_LEAVES))
    with pytest.raises(ValueError, match=f"a tree has {MAX_LEAVES + 1} leaves, expected at most {MAX_LEAVES}"):
        grow(0.0, chain(MAX_LEAVES + 1))


THREE = grow(
    1.0, (0, 0.0, -1.0, (1, 1.0, 2.0, 3.0))
)  # nodes: a leaf; then two that test a column and their three leaves


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("lefts", [0, 2, 0, 2, 0, 0]),  # two nodes with the same children
        ("lefts", [0, 2, 0, 1, 0, 0]),  # back to the node that led here
        ("lefts", [0, 2, 0, 3, 0, 0]),  # to itself
        ("lefts", [0, 2, 0, 5, 0, 0]),  # out of the table
        ("lefts", [0, 2, 0, -2, 0, 0]),
        ("roots", [0, 6]),
        ("roots", [0, -1]),
        ("roots", [1, 1]),
        ("roots", [1]),  # a node that no tree holds
    ],
)
def test_nodes_that_make_no_trees_are_refused(name: str, wrong: list[int]) -> None:
    changes: dict[str, Any] = {name: np.array(wrong, np.int32)}
    with pytest.raises(ValueError, match="do not make trees of 6 nodes, expected each node to be a root or the child"):
        replace(THREE, **changes)


@pytest.mark.parametrize(
    ("name", "wrong", "found"),
    [
        ("roots", np.zeros((1, 1), np.int32), r"roots is int32 of shape \(1, 1\), expected int32 of shape \(1,\)"),
        ("columns", np.zeros(6, np.float64), r"columns is float64 of shape \(6,\), expected int16"),
        ("thresholds", np.zeros(5, np.float32), r"thresholds is float32 of shape \(5,\), expected float32 of shape"),
        ("values", np.zeros(7), r"values is float64 of shape \(7,\), expected float64 of shape \(6,\)"),
    ],
)
def test_arrays_of_another_type_or_length_are_refused(name: str, wrong: NDArray[Any], found: str) -> None:
    changes: dict[str, Any] = {name: wrong}
    with pytest.raises(ValueError, match=found):
        replace(THREE, **changes)
