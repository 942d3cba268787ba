"""Runs the second stage as `two_stage.c` does, with NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Floats, Integers
from copydesk.classifier.features import PageFeatures, columns
from copydesk.classifier.model import PAGE_TYPES, FirstStageScores, FormModel, Predictions, Trees
from copydesk.classifier.model.two_stage import (
    BODY,
    BOILERPLATE,
    TEASERS,
    UNDER_METADATA,
)
from copydesk.classifier.types import KINDS, LABELS, Kind
from tests.oracle import trees
from tests.oracle.chain import chain_probabilities
from tests.oracle.context import context_columns
from tests.oracle.hashed_linear import log_probabilities
from tests.oracle.quality import quality_columns

TEASER_PRICE = 2.0
LEAST_BODY = 0.1
LEAST_OF_SUREST = 0.5
LEAST_LAST_SENTENCE, MOST_TEASER = 0.25, 0.15
LEAST_BEYOND_TEASER = 0.5
_ARTICLE = PAGE_TYPES.index("article")


def run_second_stage(page: PageFeatures, scores: FirstStageScores, form: FormModel) -> Predictions:
    """Predict each block from the first stage's scores at and around it."""
    log_types = log_probabilities(form.page_types, page)
    context = context_columns(page, scores, log_types)
    body_odds, teaser_odds, headline_odds = _scores((form.body, form.teaser, form.parts[Kind.HEADLINE]), context)
    probabilities = label_probabilities(body_odds, teaser_odds)
    words = np.maximum(1.0, np.rint(np.expm1(page.columns[:, columns.LOG_WORDS].astype(np.float64))))
    types = np.exp(log_types.astype(np.float64))
    plain = len(page.spans) == 0
    least = 0.0 if plain else LEAST_OF_SUREST
    agreed = chain_probabilities(probabilities, form.affinities)
    labels = choose_labels(agreed, words, TEASER_PRICE * float(types[_ARTICLE]), least)
    labels[headline_odds > 0.0] = BODY
    if agreed[:, BODY].max(initial=0.0) >= least:
        add_sentences(labels, probabilities, page.columns[:, columns.ENDS_SENTENCE] == 1.0, plain=plain)
    return Predictions(
        columns=context,
        body_odds=body_odds,
        teaser_odds=teaser_odds,
        probabilities=probabilities,
        labels=labels,
        kinds=_kinds(context, labels, headline_odds, form),
        headline_odds=headline_odds,
        page_types=types / types.sum(),
        quality=quality_columns(page, context, labels, probabilities, headline_odds, log_types),
    )


def label_probabilities(body_odds: Doubles, teaser_odds: Doubles) -> Doubles:
    """Return probabilities in `LABELS` order, shape (n, 3), from the log-odds of the two questions."""
    body = 1.0 / (1.0 + np.exp(-body_odds))
    teaser = 1.0 / (1.0 + np.exp(-teaser_odds))
    probabilities = np.empty((len(body), len(LABELS)))
    probabilities[:, BODY] = body
    probabilities[:, BOILERPLATE] = (1.0 - body) * (1.0 - teaser)
    probabilities[:, TEASERS] = (1.0 - body) * teaser
    return probabilities


def choose_labels(probabilities: Doubles, words: Doubles, price: float, least: float = LEAST_OF_SUREST) -> Integers:
    """Return a label number for each block, so that the body as a whole has the highest expected word F1.

    Where the best choice of blocks reaches an expected F1 of f, a block belongs to it from the probability f / 2 on
    (Lipton, Elkan and Naryanaswamy 2014): on an easy page 0.5, on a hard one less, as there too little is lost by a
    wrong block to leave out a right one. A block that is not body gets the likelier of the other two labels.
    Where no block has the probability `least`, none is body.

    Args:
        probabilities: Shape (n, 3).
        words: Shape (n,): each block's number of words, at least 1.
        price: What a word of a teaser in the body costs beside being wrong, in words; such pages annoy readers most.
        least: Probability of body that some block has to have.
    """
    gains = probabilities[:, BODY] - price * probabilities[:, TEASERS]
    gains[probabilities[:, BODY] < LEAST_BODY] = -1.0
    order = np.argsort(-gains, kind="stable")
    hits, chosen = np.cumsum((words * gains)[order]), np.cumsum(words[order])
    expected = np.cumsum(words * probabilities[:, BODY])
    best = (2.0 * hits / (chosen + expected[-1])).max() if len(order) else 0.0
    rest = np.where(probabilities[:, TEASERS] > probabilities[:, BOILERPLATE], TEASERS, BOILERPLATE)
    has_body = probabilities[:, BODY].max(initial=0.0) >= least
    return np.where(has_body & (gains >= best / 2.0) & (gains > 0.0), BODY, rest)


def add_sentences(labels: Integers, probabilities: Doubles, ends_sentence: NDArray[np.bool_], *, plain: bool) -> None:
    """Make whole sentences right below the body a part of it, one after the other; in text below a teaser, too."""
    body, teaser = probabilities[:, BODY], probabilities[:, TEASERS]
    below = (body >= LEAST_LAST_SENTENCE) & (teaser <= MOST_TEASER)
    beyond = plain & (body >= LEAST_BEYOND_TEASER)
    for block in np.flatnonzero(ends_sentence & (below | beyond)).tolist():
        above = labels[max(0, block - 2) : block].tolist()
        if (below[block] and above[-1:] == [BODY]) or (beyond[block] and above == [BODY, TEASERS]):
            labels[block] = BODY


def _kinds(columns: Floats, labels: Integers, headline_odds: Doubles, form: FormModel) -> Integers:
    """Return a kind number for each block: further trees tell the kinds under each label apart."""
    found = np.empty(len(labels), np.int64)
    body, rest, teasers = (np.flatnonzero(labels == label) for label in (BODY, BOILERPLATE, TEASERS))
    odds = _scores([form.parts[part] for part in form.body_parts()], columns[body])
    found[body] = _likeliest(Kind.TEXT, (Kind.HEADLINE, *form.body_parts()), (headline_odds[body], *odds))
    odds = _scores((form.metadata, form.comment), columns[rest])
    found[rest] = _likeliest(Kind.FURNITURE, (Kind.METADATA, Kind.COMMENT), odds)
    rest = np.flatnonzero(found == KINDS.index(Kind.METADATA))
    odds = _scores([form.parts[kind] for kind in UNDER_METADATA], columns[rest])
    found[rest] = _likeliest(Kind.METADATA, UNDER_METADATA, odds)
    odds = _scores((form.heading,), columns[teasers])
    found[teasers] = _likeliest(Kind.TEASER, (Kind.TEASER_HEADING,), odds)
    return found


def _likeliest(otherwise: Kind, kinds: Sequence[str], odds: Sequence[Doubles] | Doubles) -> Integers:
    """Return each block's kind with the highest log-odds, as its number, `otherwise` where all are below 0."""
    table = np.array(odds)
    numbers = np.array([KINDS.index(Kind(kind)) for kind in kinds])
    return np.where(table.max(axis=0) > 0.0, numbers[table.argmax(axis=0)], KINDS.index(otherwise))


def _scores(ensembles: Sequence[Trees], table: Floats) -> list[Doubles]:
    return [trees.scores(ensemble, table) for ensemble in ensembles]
