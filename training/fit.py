"""Fits the two stages: a linear model over TF-IDF, then boosted trees over its scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import lightgbm
import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, SGDClassifier

from copydesk.classifier import Kind
from copydesk.classifier.model import LINEAR_PARTS, HashedLinear, Trees, hashed_linear
from copydesk.training.corpora import CODE_OF_KIND, GOLD_CODES
from copydesk.training.dataset import Table, inverse_frequency, rounded

ALPHA = 1e-6
"""Strength of the L2 penalty of the first stage."""
EPOCHS = 4
"""Passes over the training rows; averaged SGD averages the weights over all of them."""

TYPE_C = 10.0
TYPE_STEPS = 60
"""Inverse L2 strength of the page-type model, and the most iterations of its solver."""

PAGE_TYPES = hashed_linear.PAGE_TYPES

PAGE_TYPE_OF = {"news": "article"}
"""Page types that have other names in corpora than in PAGE_TYPES."""

ABSENT = -8.0
"""Log-odds of a class without training examples: probability 0.0003."""

WEAK_PART = 0.3
"""Weight in the first stage of a row whose part was guessed, see `weak_parts`; one that a person labelled has 1."""

LINEAR_CODES = tuple(CODE_OF_KIND[part] for part in LINEAR_PARTS)

WEAK = 0.5
WEAK_ELSEWHERE = 2.0
"""Weight of a row whose label comes from a reference body; a hand-labelled row has 1. For the trees that find body,
rows of pages that are no articles have the higher weight: no person labelled such pages, and articles are many."""

KNOWN_TITLE = 0.5
"""Weight in the trees that find the headline of a row of a page whose title is known, see `headlines`; a page with
labelled parts has 1."""

WRITTEN_PART = 0.3
"""Weight in the trees that find parts of a row of a page that was written for training; a row of a labelled page has 1.
From HTML, headlines have an F1 of 0.941 and 0.935 at 0.3 and 1, standfirsts 0.784 and 0.769."""

TAUGHT = 0.3
"""Weight in the trees of a row whose label the model of the other form gave, see `align.teach`. Cross-validated."""

KIND_TREES = 60
"""Trees of one ensemble of the second stage for the groups under a label."""

BOOSTING: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.07,
    "num_leaves": 31,
    "feature_fraction": 0.5,
    "min_data_in_leaf": 30,
    "lambda_l2": 1.0,
    "max_bin": 127,
    "seed": 0,
    "deterministic": True,
    "force_col_wise": True,
    "feature_pre_filter": False,
    "num_threads": 1,
    "verbose": -1,
    "num_iterations": KIND_TREES,
}
GROUP_BOOSTING: Mapping[str, Any] = {**BOOSTING, "num_leaves": 16, "learning_rate": 0.1}
LABEL_BOOSTING: Mapping[str, Mapping[str, Any]] = {
    "html": {**BOOSTING, "num_leaves": 24, "learning_rate": 0.09, "num_iterations": 180, "seed": 2},
    "text": {**BOOSTING, "num_leaves": 20, "learning_rate": 0.12, "num_iterations": 130, "seed": 2},
}
PART_BOOSTING: Mapping[str, Mapping[str, Any]] = {
    "html": {**BOOSTING, "learning_rate": 0.12, "num_leaves": 8, "min_data_in_leaf": 10, "num_iterations": 80},
    "text": {**BOOSTING, "learning_rate": 0.1, "num_leaves": 16, "min_data_in_leaf": 20, "num_iterations": 100},
}
"""LightGBM's parameters: GROUP_BOOSTING for groups, LABEL_BOOSTING for body and teaser, PART_BOOSTING for parts.
Chosen by cross-validation split by site; one thread and a seed make runs repeatable. Column by column it takes a third
less time than row by row, and makes the same trees. Another seed moves macro-F1 by up to 0.002, and 1 to 3 of 83 pages
that were written to be hard: of three, the one was taken that gets most of them right.
From text larger trees find headlines better (average precision 0.82 and 0.73), from HTML they find captions better
(0.92 and 0.91) and standfirsts worse (0.87 and 0.88).
"""

CHAIN = {"html": 0.0, "text": 0.2}
"""How far a block's label depends on its neighbours', by form: 0 not at all, 1 as often as labels follow each other.

Chosen on cross-validated answers. The trees see the blocks around already; from text a little more agreement helps
(macro-F1 0.8970 at 0.1, 0.9013 at 0.2; 97.2 % and 97.4 % of the pairs of syndicated pages are found) and costs bodies
that are free of teasers (75.7 % and 75.0 % of the pages). From HTML it costs more of those (87.5 % of the pages at 0,
and 85.7 % at 0.1) and gains macro-F1 by 0.001.
"""

LEAN = {
    "html": {Kind.HEADLINE: -1.5, Kind.STANDFIRST: 0.8, Kind.CAPTION: 1.2},
    "text": {Kind.STANDFIRST: 1.5, Kind.CAPTION: 1.5},
}
"""Log-odds that are added to those of a part, by form: for the rarest parts a chance of one in three to one in six is
enough for the best F1, and a headline, which is body whatever else its block looks like, has to be sure."""


def fit_linear(table: Table, rows: NDArray[np.int64]) -> HashedLinear:
    """Fit the first stage: one-vs-rest logistic regressions over hashed TF-IDF, by averaged SGD.

    Rows that are only known not to be body first get the most probable other code, by a model of the labelled rows.
    """
    idf = table.idf(rows)
    codes = table.codes[rows]
    unsure = codes == "?"
    matrix = table.matrix(rows, idf)
    if unsure.any():
        sure = np.flatnonzero(~unsure & table.gold[rows])
        if len(np.unique(codes[sure])) < 2:
            codes = np.where(unsure, "B", codes)
        else:
            first = _sgd(matrix[sure], codes[sure], table.weights[rows[sure]])
            scores = _scores_by_code(first, matrix[np.flatnonzero(unsure)])
            scores[:, GOLD_CODES.index("E")] = -np.inf
            codes = codes.copy()
            codes[unsure] = np.array(GOLD_CODES)[scores.argmax(axis=1)]
    weights = table.weights[rows] * np.where(table.gold[rows], 1.0, WEAK)
    model = _sgd(matrix, codes, weights)
    coefficients, intercepts = by_class(model.coef_, model.intercept_, model.classes_, GOLD_CODES)
    more, more_intercepts = _fit_parts(matrix, table, rows)
    coefficients = np.concatenate([coefficients, more])
    coefficients[:, idf == 0] = 0.0
    return HashedLinear(idf, rounded(coefficients.T), np.concatenate([intercepts, more_intercepts]))


def _fit_parts(matrix: Any, table: Table, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fit a regression for each of LINEAR_PARTS, on the rows whose part is known."""
    known = np.flatnonzero(table.parts[rows] != "")
    parts = table.parts[rows[known]]
    codes = np.where(np.isin(parts, LINEAR_CODES), parts, "O")
    if len(np.unique(codes)) < 2:
        shape = len(LINEAR_CODES), matrix.shape[1]
        return np.zeros(shape, np.float32), np.full(len(LINEAR_CODES), ABSENT, np.float32)
    weights = table.weights[rows[known]] * np.where(table.has_parts[rows[known]], 1.0, WEAK_PART)
    model = _sgd(matrix[known], codes, weights)
    order = (*LINEAR_CODES, "O")
    coefficients, intercepts = by_class(model.coef_, model.intercept_, model.classes_, order)
    return coefficients[:-1], intercepts[:-1]


def fit_page_types(table: Table, rows: NDArray[np.int64]) -> HashedLinear:
    """Fit the page-type model on the pages that `rows` belong to and whose type is known: logistic regression."""
    types = np.array([PAGE_TYPE_OF.get(page.origin.page_type, page.origin.page_type) for page in table.pages], object)
    seen = np.zeros(len(types), np.bool_)
    seen[np.searchsorted(table.row_ends, rows, side="right")] = True
    known = [i for i, page in enumerate(table.pages) if seen[i] and not page.synthetic and types[i] in PAGE_TYPES]
    counted = [hashed_linear.count_terms(table.features[i], 1 << hashed_linear.PAGE_BITS) for i in known]
    counts = np.zeros(1 << hashed_linear.PAGE_BITS, np.int64)
    for columns, _, _ in counted:
        counts[np.unique(columns)] += 1
    idf = inverse_frequency(counts, len(counted))
    present = sorted(set(types[known]))
    if len(present) < 2:
        offsets = np.array([0.0 if name in present or not present else ABSENT for name in PAGE_TYPES], np.float32)
        return HashedLinear(idf, np.zeros((len(idf), len(PAGE_TYPES)), np.float32), offsets)
    values = np.concatenate([hashed_linear.page_values(terms, idf) for terms in counted])
    columns = np.concatenate([columns for columns, _, _ in counted])
    ends = np.cumsum([0, *(len(columns) for columns, _, _ in counted)])
    matrix = sparse.csr_matrix((values, columns, ends), shape=(len(known), len(idf)))
    matrix.sum_duplicates()
    model = LogisticRegression(C=TYPE_C, max_iter=TYPE_STEPS, tol=1e-3).fit(matrix, types[known].astype(str))
    weights, intercepts = by_class(model.coef_, model.intercept_, model.classes_, PAGE_TYPES)
    return HashedLinear(idf, rounded(weights.T), intercepts)


def by_class(
    coefficients: NDArray[np.float64], intercepts: NDArray[np.float64], present: NDArray[np.str_], order: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights and intercepts with a row per class of `order`, also if it is absent from the training data."""
    if len(coefficients) == 1:  # scikit-learn has one row for two classes
        coefficients = np.concatenate([-coefficients, coefficients])
        intercepts = np.concatenate([-intercepts, intercepts])
    rows = [order.index(name) for name in present]
    weights = np.zeros((len(order), coefficients.shape[1]), np.float32)
    offsets = np.full(len(order), ABSENT, np.float32)
    weights[rows], offsets[rows] = coefficients, intercepts
    return weights, offsets


def _sgd(matrix: object, codes: NDArray[np.str_], weights: NDArray[np.float64]) -> SGDClassifier:
    model = SGDClassifier(loss="log_loss", alpha=ALPHA, max_iter=EPOCHS, tol=None, average=True, random_state=0)
    return model.fit(matrix, codes, sample_weight=weights)


def _scores_by_code(model: SGDClassifier, matrix: object) -> NDArray[np.float64]:
    found = model.decision_function(matrix)
    if found.ndim == 1:
        found = np.stack([-found, found], axis=1)
    scores = np.full((len(found), len(GOLD_CODES)), -np.inf)
    scores[:, [GOLD_CODES.index(code) for code in model.classes_]] = found
    return scores


def bin_columns(runs: Sequence[NDArray[np.float32]]) -> lightgbm.Dataset:
    """Sort the values of each column into bins.

    Args:
        runs: Rows in order, in one array or several.
    """
    n_rows = sum(map(len, runs))
    return lightgbm.Dataset(list(runs), np.zeros(n_rows), params=dict(BOOSTING)).construct()


def some_rows(binned: lightgbm.Dataset, rows: NDArray[np.int64]) -> lightgbm.Dataset:
    """Return some rows, in order, in the bins of all."""
    return binned.subset(rows.tolist()).construct()


def fit_question(
    bins: Callable[[], lightgbm.Dataset],
    answers: NDArray[Any],
    weights: NDArray[np.float64],
    boosting: Mapping[str, Any] = BOOSTING,
) -> Trees:
    """Fit boosted trees to a target in [0, 1]; one that is the same for all rows gets a constant and no trees.

    Args:
        bins: Returns the rows that it is about, from `bin_columns` or `some_rows`; called if there are trees to fit.
        answers: The target of each row.
        weights: The weight of each row.
        boosting: LightGBM's parameters; those that say how to bin are as in BOOSTING.
    """
    if not len(answers) or (answers == answers[0]).all():
        share = float(answers.mean()) if len(answers) else 0.0
        return constant(min(8.0, max(-8.0, math.log((share + 1e-9) / (1 - share + 1e-9)))))
    data = bins().set_label(answers.astype(np.float64)).set_weight(weights)
    parameters = dict(boosting)
    booster = lightgbm.train(parameters, data, num_boost_round=parameters.pop("num_iterations"))
    return plain_trees(booster.dump_model()["tree_info"])


def plain_trees(grown: Sequence[Mapping[str, Any]]) -> Trees:
    """Turn LightGBM's dumped trees into arrays; inner values become means over the training rows below.

    Thresholds are rounded down to 32 bits, which sends every 32-bit value the same way.
    """
    nodes: list[tuple[int, float, int, float]] = []
    roots = []
    for tree in grown:
        roots.append(len(nodes))
        nodes += _flatten(tree["tree_structure"], len(nodes))
    columns, thresholds, lefts, values = zip(*nodes, strict=True)
    return Trees(
        roots=np.array(roots, np.int32),
        columns=np.array(columns, np.int16),
        thresholds=_rounded_down(np.array(thresholds, np.float64)),
        lefts=np.array(lefts, np.int32),
        values=np.array(values, np.float64),
        baseline=0.0,
    )


def _rounded_down(values: NDArray[np.float64]) -> NDArray[np.float32]:
    near = values.astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)


def _flatten(root: Mapping[str, Any], first: int) -> list[tuple[int, float, int, float]]:
    """List a tree's nodes, parents before children and siblings side by side: column, threshold, left, value."""
    order = [root]
    for node in order:
        if "left_child" in node:
            order += [node["left_child"], node["right_child"]]
    number = {id(node): first + i for i, node in enumerate(order)}
    means: dict[int, float] = {}
    counts: dict[int, int] = {}
    for node in reversed(order):
        if "left_child" not in node:
            counts[id(node)], means[id(node)] = int(node.get("leaf_count", 1)), float(node["leaf_value"])
            continue
        left, right = id(node["left_child"]), id(node["right_child"])
        counts[id(node)] = counts[left] + counts[right]
        means[id(node)] = (counts[left] * means[left] + counts[right] * means[right]) / counts[id(node)]
    return [
        (
            node.get("split_feature", -1),
            node.get("threshold", 0.0),
            number[id(node["left_child"])] if "left_child" in node else 0,
            means[id(node)],
        )
        for node in order
    ]


def constant(odds: float) -> Trees:
    """Return no trees, with these log-odds for every row."""
    none = np.empty(0, np.int32)
    return Trees(none, none.astype(np.int16), np.empty(0, np.float32), none, np.empty(0), odds)


def calibrate(odds: NDArray[np.float64], answers: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the slope and shift that calibrate log-odds (Platt 1999, on log-odds), each row equal."""
    if answers.all() or not answers.any():
        return 1.0, 0.0
    model = LogisticRegression(C=1e6).fit(odds[:, None], answers)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def calibrated(trees: Trees, slope: float, shift: float) -> Trees:
    """Return trees whose scores are slope times the old ones plus shift."""
    return replace(trees, values=trees.values * slope, baseline=trees.baseline * slope + shift)


def fit_affinities(codes: Sequence[NDArray[np.str_]], strength: float) -> NDArray[np.float64]:
    """Return how much likelier each label is after another than by chance, to the power of `strength`; shape (3, 3).

    Args:
        codes: For each page its blocks' codes in order; those of unknown labels are passed over.
        strength: See CHAIN.
    """
    follows, found = np.ones((3, 3)), np.ones(3)
    for page in codes:
        labels = np.select([page == "E", np.isin(page, ["M", "C", "B"]), np.isin(page, ["T", "H"])], [0, 1, 2], -1)
        labels = labels[labels >= 0]
        np.add.at(follows, (labels[:-1], labels[1:]), 1.0)
        np.add.at(found, labels, 1.0)
    by_chance = found / found.sum()
    result: NDArray[np.float64] = (follows / follows.sum(axis=1, keepdims=True) / by_chance) ** strength
    return result
