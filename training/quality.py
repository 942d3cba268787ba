"""Fits the estimate of a body's quality, and scores it: the word F1 that is expected of a page's body."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.model import Trees
from copydesk.training.corpora import TrainingPage
from copydesk.training.evaluate import PageResult, calibration_error, page_score, reliability
from copydesk.training.fit import BOOSTING, bin_columns, fit_question

QUALITY_BOOSTING: Mapping[str, Any] = {
    **BOOSTING,
    "objective": "cross_entropy",
    "learning_rate": 0.08,
    "num_leaves": 6,
    "min_data_in_leaf": 20,
    "num_iterations": 80,
}
"""LightGBM's parameters: the target is an F1 in [0, 1], and there is one row a page."""

NO_ARTICLE_WEIGHT, ALONE_WEIGHT = 0.15, 0.05
"""Weights of pages that are made without an article, and of an article alone, see `no_article`; a real page has 1. The
higher the first, the more pages without an article have a low confidence, and the lower is that of real pages: from
HTML 95.9 % and 96.7 % are below 0.3 at 0.15 and 0.2, at a calibration error of 0.029 and 0.032."""

WORD = re.compile(r"\w+")


def word_f1(found: str, reference: str) -> float:
    """Return the F1 of the words of two texts, counted with repetition; 1 where both are empty."""
    said, true = (Counter(WORD.findall(text.lower())) for text in (found, reference))
    if not said or not true:
        return float(not said and not true)
    return 2 * (said & true).total() / (said.total() + true.total())


def reference_body(origin: TrainingPage) -> str:
    """Return a page's body by its reference, empty without one; the reference of Fundus begins with the title."""
    reference = origin.reference or ""
    return reference.partition("\n")[2] if origin.corpus == "fundus" else reference


def body_f1(result: PageResult) -> float | None:
    """Return the word F1 of a page's body against its reference, else against its hand labels; None without either."""
    if reference := reference_body(result.origin):
        return word_f1(result.article.body, reference)
    return page_score(result).body_f1 if result.codes is not None else None


def fit_quality(rows: NDArray[np.float32], targets: NDArray[np.float64], weights: NDArray[np.float64]) -> Trees:
    """Fit trees whose score is the log-odds of the expected F1."""
    return fit_question(lambda: bin_columns([rows]), targets, weights, QUALITY_BOOSTING)


def quality_error(results: Sequence[PageResult]) -> float:
    """Return the expected calibration error of the confidence, over the pages whose F1 is known.

    The gap between the mean confidence and the mean F1, in bins of equal width of the confidence.
    """
    pairs = [(result.article.confidence, f1) for result in results if (f1 := body_f1(result)) is not None]
    table = np.array(pairs, np.float64).reshape(-1, 2)
    return calibration_error(reliability(table[:, 0], table[:, 1]))
