"""Estimates how good a page's body is: columns of the page as a whole, which the trees of `FormModel.quality` read."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Doubles, Floats, Integers
from copydesk.classifier.features import PageFeatures, columns
from copydesk.classifier.model.context import ALL_COLUMNS
from copydesk.classifier.model.hashed_linear import PAGE_TYPES
from copydesk.classifier.types import LABELS, Label

WORDS_OF = ("text", "furniture", "teaser")
"""Groups whose first-stage scores by words alone are averaged over the body."""

_BY_WORDS = tuple(ALL_COLUMNS.index(f"own {group} by words") for group in WORDS_OF)
BODY, TEASERS = LABELS.index(Label.BODY), LABELS.index(Label.TEASER)

QUALITY_COLUMNS = (
    "expected F1",
    "expected precision",
    "expected recall",
    "log characters of body",
    "log blocks of body",
    "share of body",
    "share of teasers",
    "expected share of teasers",
    "log blocks",
    "longest body block",
    "links of body",
    "sentences of body",
    "words of title in body",
    "likeliest headline",
    *(f"{group} of body by words" for group in WORDS_OF),
    *(f"page is {page_type}" for page_type in PAGE_TYPES),
)
"""Columns, in order."""


def quality_columns(
    page: PageFeatures,
    context: Floats,
    labels: Integers,
    probabilities: Doubles,
    headline_odds: Doubles,
    log_types: Floats,
) -> Floats:
    """Return the columns of QUALITY_COLUMNS, shape (1, n_columns).

    Expected precision and recall are those that the probabilities predict for the body, in characters. Sums are
    added in order: a vectorised sum would differ in the last digits from one processor to another.
    """
    is_body = labels == BODY
    characters = np.expm1(page.columns[:, columns.LOG_CHARS].astype(np.float64))
    total, in_body = max(_sum(characters), 1.0), max(_sum(characters[is_body]), 1e-9)
    hits, expected = _sum((characters * probabilities[:, BODY])[is_body]), _sum(characters * probabilities[:, BODY])
    body = page.columns[is_body].astype(np.float64)
    weights = characters[is_body]
    row = [
        2 * hits / (in_body + max(expected, 1e-9)),
        hits / in_body,
        hits / max(expected, 1e-9),
        np.log1p(in_body),
        np.log1p(len(weights)),
        in_body / total,
        _sum(characters[labels == TEASERS]) / total,
        _sum(characters * probabilities[:, TEASERS]) / total,
        np.log1p(len(characters)),
        body[:, columns.LOG_CHARS].max(initial=0.0),
        _sum(weights * body[:, columns.LINK_SHARE]) / in_body,
        _sum(weights * (body[:, columns.ENDS_SENTENCE] > 0.0)) / in_body,
        body[:, columns.TITLE_FOUND].max(initial=0.0),
        headline_odds.max(initial=-8.0),
        *(_sum(weights * context[is_body, column]) / in_body for column in _BY_WORDS),
        *log_types.tolist(),
    ]
    return np.array([row], np.float32)


def _sum(values: Doubles) -> float:
    return float(np.cumsum(values)[-1]) if len(values) else 0.0
