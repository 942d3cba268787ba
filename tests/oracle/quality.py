"""Fills the columns of a page's quality as `quality.c` does: NumPy, and sums compiled by numba."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from copydesk.classifier.arrays import Doubles, Floats, Integers
from copydesk.classifier.features import PageFeatures, columns
from copydesk.classifier.model.context import ALL_COLUMNS
from copydesk.classifier.model.quality import WORDS_OF
from copydesk.classifier.types import LABELS, Label
from tests.oracle.jit import jit

_BY_WORDS = tuple(ALL_COLUMNS.index(f"own {group} by words") for group in WORDS_OF)
BODY, TEASERS = LABELS.index(Label.BODY), LABELS.index(Label.TEASER)


class _Sums(NamedTuple):
    """Characters of a page's blocks, added up: of which blocks, and times what.

    Attributes:
        page, body, teasers: Of all blocks, and of those with these labels.
        hits: Of body, times the probability of body.
        expected, expected_teasers: Of all blocks, times the probability of body, and of teaser.
        links, sentences: Of body, times the share of links; and of those blocks that end a sentence.
        words: Shape (len(WORDS_OF),): of body, times the score by words alone.
    """

    page: float
    body: float
    teasers: float
    hits: float
    expected: float
    expected_teasers: float
    links: float
    sentences: float
    words: Doubles


def quality_columns(
    page: PageFeatures,
    context: Floats,
    labels: Integers,
    probabilities: Doubles,
    headline_odds: Doubles,
    log_types: Floats,
) -> Floats:
    """Return the columns of QUALITY_COLUMNS, shape (1, n_columns).

    Expected precision and recall are those that the probabilities predict for the body, in characters.
    """
    body = np.flatnonzero(labels == BODY)
    dense = page.columns
    characters = np.expm1(dense[:, columns.LOG_CHARS].astype(np.float64))
    sums = _Sums(*_sum_up(characters, labels, probabilities, dense, context))
    total, in_body, expected = max(sums.page, 1.0), max(sums.body, 1e-9), max(sums.expected, 1e-9)
    row = [
        2 * sums.hits / (in_body + expected),
        sums.hits / in_body,
        sums.hits / expected,
        np.log1p(in_body),
        np.log1p(len(body)),
        in_body / total,
        sums.teasers / total,
        sums.expected_teasers / total,
        np.log1p(len(characters)),
        dense[body, columns.LOG_CHARS].max(initial=0.0),
        sums.links / in_body,
        sums.sentences / in_body,
        dense[body, columns.TITLE_FOUND].max(initial=0.0),
        headline_odds.max(initial=-8.0),
        *(sums.words / in_body).tolist(),
        *log_types.tolist(),
    ]
    return np.array([row], np.float32)


@jit
def _sum_up(
    characters: Doubles, labels: Integers, probabilities: Doubles, dense: Floats, context: Floats
) -> tuple[float, float, float, float, float, float, float, float, Doubles]:
    """Add up what `_Sums` has, in page order: so every processor gives the same last digits."""
    page = body = teasers = hits = expected = expected_teasers = links = sentences = 0.0
    words = np.zeros(len(_BY_WORDS))
    for b in range(len(characters)):
        n = characters[b]
        page += n
        expected += n * probabilities[b, BODY]
        expected_teasers += n * probabilities[b, TEASERS]
        if labels[b] == BODY:
            body += n
            hits += n * probabilities[b, BODY]
            links += n * dense[b, columns.LINK_SHARE]
            sentences += n * (dense[b, columns.ENDS_SENTENCE] > 0.0)
            for k in range(len(_BY_WORDS)):
                words[k] += n * context[b, _BY_WORDS[k]]
        elif labels[b] == TEASERS:
            teasers += n
    return page, body, teasers, hits, expected, expected_teasers, links, sentences, words
