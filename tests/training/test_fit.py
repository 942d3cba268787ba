"""The two stages on toy tables: they learn what is there to learn, and save what LightGBM and SGD computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray

from copydesk.classifier.model import HashedLinear, Trees
from copydesk.training.corpora import GOLD_CODES
from copydesk.training.dataset import Table
from copydesk.training.fit import (
    BOOSTING,
    bin_columns,
    calibrate,
    calibrated,
    fit_affinities,
    fit_linear,
    fit_question,
    plain_trees,
    some_rows,
)
from tests.support.small_model import grow

E, B, T = (GOLD_CODES.index(code) for code in "EBT")


def toy(*groups: tuple[str, bool, Sequence[int]], rows: int = 30) -> Table:
    """A table of groups of equal rows: code, whether a person gave it, columns (each in all three fields)."""
    codes = [code for code, _, _ in groups for _ in range(rows)]
    gold = [by_hand for _, by_hand, _ in groups for _ in range(rows)]
    columns = [columns for _, _, columns in groups for _ in range(rows)]
    ends = np.cumsum([len(row) for row in columns]).astype(np.int64)
    n = len(codes)
    return Table(
        pages=(),
        features=[],
        row_ends=np.array([n], np.int64),
        columns=np.array([column for row in columns for column in row], np.int32),
        field_ends=np.repeat(ends[:, None], 3, axis=1),
        codes=np.array(codes),
        parts=np.array(codes),
        has_parts=np.array(gold),
        has_headline=np.array(gold),
        gold=np.array(gold),
        weights=np.ones(n),
        learnt=np.ones(n, np.bool_),
        synthetic=np.zeros(n, np.bool_),
        folds=np.zeros(n, np.int64),
    )


def fitted(table: Table) -> tuple[HashedLinear, NDArray[np.float64]]:
    """Fit on all rows; also the scores of all rows, shape (n_rows, 6)."""
    rows = np.arange(len(table.codes))
    linear = fit_linear(table, rows)
    return linear, table.matrix(rows, linear.idf) @ linear.weights + linear.intercepts


def learnable(n: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Rows of five columns whose answer is whether the second is above a half or the fourth below a tenth."""
    columns = np.random.default_rng(seed).random((n, 5)).astype(np.float32)
    return columns, (columns[:, 1] > 0.5) | (columns[:, 3] < 0.1)


def test_linear_stage_tells_toy_classes_apart() -> None:
    table = toy(("E", True, [1, 2, 7]), ("B", True, [3, 4, 7]), ("T", True, [5, 6, 7]))
    _, scores = fitted(table)
    assert [GOLD_CODES[best] for best in scores.argmax(axis=1)] == list(table.codes)
    for column in (E, B, T):
        own = table.codes == GOLD_CODES[column]
        assert scores[own, column].min() > 0 > scores[~own, column].max()


def test_linear_stage_of_two_classes_keeps_their_sides() -> None:
    table = toy(("E", True, [1, 2]), ("B", True, [3, 4]))
    _, scores = fitted(table)
    assert scores[:30, E].min() > 0 > scores[:30, B].max()
    assert scores[30:, B].min() > 0 > scores[30:, E].max()


def test_codes_that_nobody_gave_are_never_the_answer() -> None:
    linear, scores = fitted(toy(("E", True, [1, 2]), ("B", True, [3, 4])))
    absent = [GOLD_CODES.index(code) for code in "MCTH"]
    assert (scores[:, absent] == -8).all()
    assert not linear.weights[:, absent].any()


def test_columns_too_rare_to_learn_have_no_weights() -> None:
    table = toy(("E", True, [1, 2]), ("B", True, [3, 4]))
    linear, _ = fitted(table)
    assert set(np.flatnonzero(linear.weights.any(axis=1))) == {1, 2, 3, 4}


@pytest.mark.parametrize("others", [[("B", True, [3, 4])], [("T", True, [3, 4]), ("B", True, [5, 6])], []])
def test_a_block_known_not_to_be_body_is_never_learnt_as_body(others: list[tuple[str, bool, list[int]]]) -> None:
    table = toy(("E", True, [1, 2]), *others, ("?", False, [1, 2, 9]))  # all but the last column speak for body
    linear, _ = fitted(table)
    assert linear.weights[9, E] < 0
    assert linear.weights[9].max() > 0


def test_a_block_known_not_to_be_body_is_learnt_as_what_it_is_most_like() -> None:
    table = toy(("E", True, [1, 2]), ("T", True, [3, 4]), ("B", True, [5, 6]), ("?", False, [3, 4, 9]))
    linear, _ = fitted(table)
    assert linear.weights[9].argmax() == T


def test_references_alone_teach_body_against_furniture() -> None:
    table = toy(("E", False, [1, 2]), ("?", False, [3, 4]))
    _, scores = fitted(table)
    assert (scores[:30].argmax(axis=1) == E).all()
    assert (scores[30:].argmax(axis=1) == B).all()


def ask(
    columns: NDArray[np.float32], answers: NDArray[np.bool_], weights: NDArray[np.float64], boosting: Mapping[str, Any]
) -> Trees:
    """Ask about all rows."""
    return fit_question(lambda: bin_columns([columns]), answers, weights, boosting)


def test_a_question_about_some_rows_learns_from_these_alone() -> None:
    columns, answers = learnable(900, 0)
    columns = np.round(columns * 20)  # fewer values than bins, so that some rows have the same bins as all
    some, boosting = np.flatnonzero(np.arange(900) % 3 > 0), {**BOOSTING, "num_iterations": 20}
    asked = answers[some].copy()
    trees = fit_question(lambda: some_rows(bin_columns([columns]), some), asked, np.ones(len(some)), boosting)
    assert list(trees.scores(columns)) == list(ask(columns[some], asked, np.ones(len(some)), boosting).scores(columns))
    assert list(trees.scores(columns)) != list(ask(columns, answers, np.ones(900), boosting).scores(columns))


def test_columns_in_turn_make_the_trees_of_rows_in_turn() -> None:
    columns, answers = learnable(900, 3)
    by_rows = {**BOOSTING, "force_col_wise": False, "force_row_wise": True}
    one, other = (ask(columns, answers, np.ones(900), boosting).scores(columns) for boosting in (BOOSTING, by_rows))
    assert list(one) == list(other)


def test_question_is_answered_right_on_rows_not_seen() -> None:
    trees = ask(*learnable(1500, 0), np.ones(1500), {**BOOSTING, "num_iterations": 60})
    columns, answers = learnable(300, 1)
    clear = (np.abs(columns[:, 1] - 0.5) > 0.03) & (np.abs(columns[:, 3] - 0.1) > 0.03)
    assert clear.sum() > 200
    assert ((trees.scores(columns) > 0) == answers)[clear].all()


def test_weights_decide_between_contradicting_rows() -> None:
    columns, answers = np.zeros((200, 2), np.float32), np.arange(200) < 100
    trees = ask(columns, answers, np.where(answers, 1.0, 0.2), {**BOOSTING, "num_iterations": 5})
    assert trees.scores(columns)[0] > 0
    trees = ask(columns, answers, np.where(answers, 0.2, 1.0), {**BOOSTING, "num_iterations": 5})
    assert trees.scores(columns)[0] < 0


@pytest.mark.parametrize(("n", "n_trees"), [(1500, 40), (90, 3), (20, 3)])
def test_plain_trees_score_as_lightgbm_does(n: int, n_trees: int) -> None:
    columns, answers = learnable(n, 5)
    columns[::3, 1] = 0.0
    parameters = {key: value for key, value in BOOSTING.items() if key != "num_iterations"}
    booster = lightgbm.train(parameters, lightgbm.Dataset(columns, answers.astype(np.int8)), n_trees)
    trees = plain_trees(booster.dump_model()["tree_info"])
    fresh = np.concatenate([columns, learnable(200, 6)[0] * 3 - 1]).astype(np.float32)
    np.testing.assert_allclose(trees.scores(fresh), booster.predict(fresh, raw_score=True), rtol=0, atol=1e-9)


@pytest.mark.parametrize("threshold", [0.1, 0.3, -0.1, 0.7, 1e-12, 0.5])
def test_values_beside_a_threshold_go_the_way_that_it_says(threshold: float) -> None:
    leaves = {"left_child": {"leaf_value": -1.0}, "right_child": {"leaf_value": 1.0}}
    trees = plain_trees([{"tree_structure": {"split_feature": 0, "threshold": threshold, **leaves}}])
    near = np.float32(threshold)
    rows = np.array([np.nextafter(near, np.float32(-9)), near, np.nextafter(near, np.float32(9))], np.float32)
    expected = [-1.0 if float(value) <= threshold else 1.0 for value in rows]
    assert list(trees.scores(rows[:, None])) == expected


def test_plain_trees_hold_the_mean_of_what_is_below_each_node() -> None:
    columns, answers = learnable(600, 5)
    trees = ask(columns, answers, np.ones(600), {**BOOSTING, "num_iterations": 1})
    start, parts = trees.contributions(columns[0])
    assert start == pytest.approx(trees.scores(columns).mean(), abs=1e-9)
    assert start + parts.sum() == pytest.approx(trees.scores(columns[:1])[0], abs=1e-12)


@pytest.mark.parametrize(
    ("answers", "score"), [(np.ones(50, np.bool_), 8.0), (np.zeros(50, np.bool_), -8.0), (np.zeros(0, np.bool_), -8.0)]
)
def test_a_question_with_one_answer_only_has_that_answer(answers: NDArray[np.bool_], score: float) -> None:
    trees = fit_question(lambda: bin_columns([np.zeros((len(answers), 3), np.float32)]), answers, np.ones(len(answers)))
    assert list(trees.scores(np.zeros((2, 3), np.float32))) == [score, score]
    assert len(trees.roots) == 0


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.5, 1.0), (2.0, -0.5)])
def test_calibration_finds_the_slope_and_shift_that_are_there(slope: float, shift: float) -> None:
    rng = np.random.default_rng(11)
    odds = rng.normal(scale=1.5, size=40_000)
    answers = rng.random(40_000) < 1 / (1 + np.exp(-(slope * odds + shift)))
    assert calibrate(odds, answers) == pytest.approx((slope, shift), abs=0.06)


@pytest.mark.parametrize("answers", [np.ones(9, np.bool_), np.zeros(9, np.bool_), np.zeros(0, np.bool_)])
def test_calibration_of_one_answer_changes_nothing(answers: NDArray[np.bool_]) -> None:
    assert calibrate(np.zeros(len(answers)), answers) == (1.0, 0.0)


def test_calibrated_trees_score_slope_times_score_plus_shift() -> None:
    trees = grow((0, 0.5, -1.0, 3.0), 0.25, baseline=0.5)
    rows = np.array([[0.0], [1.0]], np.float32)
    assert list(trees.scores(rows)) == [-0.25, 3.75]
    assert list(calibrated(trees, 2.0, -1.0).scores(rows)) == [-1.5, 6.5]


def test_affinities_say_which_labels_follow_each_other() -> None:
    pages = [np.array(list("BBBEEEETTT?")), np.array(["", "E", "E", "M"])]
    found = fit_affinities(pages, 1.0)
    assert (np.diagonal(found) > 1.0).all()
    assert found[0, 1] < 1.0  # furniture seldom follows a paragraph
    assert fit_affinities(pages, 0.5) == pytest.approx(np.sqrt(found))
    assert (fit_affinities(pages, 0.0) == 1.0).all()
    assert np.isfinite(fit_affinities([], 1.0)).all()
