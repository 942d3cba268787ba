"""The two stages fitted on a table: a linear model over TF-IDF, then boosted trees over its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, SGDClassifier

from classifier.context import context_columns
from classifier.linear import Linear
from classifier.trees import Trees
from training.corpora import GOLD_CODES
from training.table import Table

ALPHA = 1e-6
"""L2 strength of the first stage."""
EPOCHS = 4
"""Passes over the training rows; the weights are averaged over all of them."""

WEAK = 0.5
"""Weight of a row known from a reference body, against 1 for a row that a person labelled."""

TREES = 150
KIND_TREES = 60
"""Trees a question gets in the second stage."""

BOOSTING: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 31,
    "feature_fraction": 0.5,
    "min_data_in_leaf": 30,
    "lambda_l2": 1.0,
    "max_bin": 127,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}
"""How they are grown; chosen by cross-validation split by site."""


def fit_linear(table: Table, rows: NDArray[np.int64]) -> Linear:
    """Fit the first stage on rows; those known only not to be body get the likeliest other code first.

    One-against-the-rest logistic regressions over hashed TF-IDF, by averaged stochastic gradient descent.
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
    present = [GOLD_CODES.index(code) for code in model.classes_]
    coefficients = np.zeros((matrix.shape[1], len(GOLD_CODES)), np.float32)
    intercepts = np.full(len(GOLD_CODES), -8.0, np.float32)
    coefficients[:, present] = _per_class(model.coef_).T
    intercepts[present] = _per_class(model.intercept_[:, None])[:, 0]
    coefficients[idf == 0] = 0.0
    return Linear(idf, coefficients.astype(np.float16).astype(np.float32), intercepts)


def _sgd(matrix: object, codes: NDArray[np.str_], weights: NDArray[np.float64]) -> SGDClassifier:
    model = SGDClassifier(loss="log_loss", alpha=ALPHA, max_iter=EPOCHS, tol=None, average=True, random_state=0)
    return model.fit(matrix, codes, sample_weight=weights)


def _per_class(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one row a class also where scikit-learn keeps one row for two classes."""
    return np.concatenate([-weights, weights]) if len(weights) == 1 else weights


def _scores_by_code(model: SGDClassifier, matrix: object) -> NDArray[np.float64]:
    found = model.decision_function(matrix)
    if found.ndim == 1:
        found = np.stack([-found, found], axis=1)
    scores = np.full((len(found), len(GOLD_CODES)), -np.inf)
    scores[:, [GOLD_CODES.index(code) for code in model.classes_]] = found
    return scores


def context_matrix(table: Table, scores: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the second stage's columns for all rows, from the first stage's scores a page."""
    return np.concatenate([context_columns(f, s) for f, s in zip(table.features, scores, strict=True)])


def fit_question(
    columns: NDArray[np.float32],
    answers: NDArray[np.bool_],
    weights: NDArray[np.float64],
    *,
    n_trees: int = TREES,
) -> Trees:
    """Fit boosted trees to a yes-or-no question; a question with one answer only gets no trees."""
    if answers.all() or not answers.any():
        return _constant(8.0 if len(answers) and answers.all() else -8.0)
    data = lightgbm.Dataset(columns, answers.astype(np.int8), weight=weights)
    booster = lightgbm.train(dict(BOOSTING), data, num_boost_round=n_trees)
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


def _constant(odds: float) -> Trees:
    none = np.empty(0, np.int32)
    return Trees(none, none.astype(np.int16), np.empty(0, np.float32), none, np.empty(0), odds)


def calibrate(odds: NDArray[np.float64], answers: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and shift that make log-odds true ones (Platt 1999, on log-odds), each row equal."""
    if answers.all() or not answers.any():
        return 1.0, 0.0
    model = LogisticRegression(C=1e6).fit(odds[:, None], answers)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def calibrated(trees: Trees, slope: float, shift: float) -> Trees:
    """Return trees whose scores are slope times the old ones plus shift."""
    return replace(trees, values=trees.values * slope, baseline=trees.baseline * slope + shift)
