"""Runs both stages: from a page's features to the probabilities of labels, and to labels and kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from copydesk.classifier.arrays import Doubles, Floats, Integers
from copydesk.classifier.features import PageFeatures, columns
from copydesk.classifier.model import groups
from copydesk.classifier.model.chain import chain_probabilities
from copydesk.classifier.model.context import context_columns
from copydesk.classifier.model.hashed_linear import PAGE_TYPES, FirstStageScores, HashedLinear
from copydesk.classifier.model.quality import quality_columns
from copydesk.classifier.model.trees import Ensembles, Trees
from copydesk.classifier.types import KINDS, LABELS, Kind

BODY, BOILERPLATE, TEASERS = range(len(LABELS))
"""Columns of a table by label."""

TEASER_PRICE, TEASER_PRICE_IN_TEXT = 2.0, 1.5
"""What a word of a teaser in an article's body costs beside being wrong, in words; see `choose_labels`.

Chosen on cross-validated answers: a higher one keeps more bodies free of teasers (from HTML 84.5 % of the labelled
pages at 1, 87.8 % at 2, 88.2 % at 2.5; from text 68.5 % at 1, 70.8 % at 1.5, 72.0 % at 2) and costs other labels
(macro-F1 0.9339, 0.9336, 0.9332; from text 0.9011, 0.9004, 0.8997), and from text it costs bodies in languages without
examples.
"""

LEAST_BODY = 0.1
"""Probability of body below which a block never is body, so that a page of one message has none: a choice."""

UNDER_METADATA = (Kind.BYLINE, Kind.DATE)
"""Kinds that are told apart among what is metadata."""

_ARTICLE = PAGE_TYPES.index("article")


class _Scored(NamedTuple):
    """A form's ensembles, by the blocks that they score."""

    of_all: Ensembles
    of_body: Ensembles
    of_boilerplate: Ensembles
    of_metadata: Ensembles
    of_teasers: Ensembles
    of_page: Ensembles


@dataclass(frozen=True, slots=True)
class FormModel:
    """The weights for one form of input, plain text or HTML.

    Attributes:
        first_stage: Scores each block by itself, one class for each of GROUPS and of LINEAR_PARTS.
        page_types: Scores the page as a whole, one class for each of PAGE_TYPES.
        body: The second stage. All trees see the scores of the first stage at and around a block.
        teaser: Teasers among what is not body.
        metadata, comment: Metadata, and comments, among boilerplate.
        heading: Headings among teasers.
        parts: By kind: the headline among all blocks, each other part among what is body, byline and date among what is
            metadata.
        quality: The word F1 that is expected of the body, from the columns of QUALITY_COLUMNS.
        affinities: Shape (n_labels, n_labels): what a label says about the next block's, see `chain_probabilities`.

    Raises:
        ValueError: A linear model has another number of classes.
    """

    first_stage: HashedLinear
    page_types: HashedLinear
    body: Trees
    teaser: Trees
    metadata: Trees
    comment: Trees
    heading: Trees
    parts: Mapping[str, Trees]
    quality: Trees
    affinities: Doubles = field(repr=False)
    _scored: _Scored = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        first_stage = (*groups.GROUPS, *groups.LINEAR_PARTS)
        for name, classes in (("first_stage", first_stage), ("page_types", PAGE_TYPES)):
            found = len(getattr(self, name).intercepts)
            if found != len(classes):
                raise ValueError(f"{name} has {found} classes, expected {len(classes)}; train again")
        if self.affinities.shape != (len(LABELS), len(LABELS)) or not (self.affinities > 0).all():
            raise ValueError(f"affinities have the shape {self.affinities.shape}, expected 3 by 3 above 0; train again")
        scored = _Scored(
            of_all=Ensembles((self.body, self.teaser, self.parts[Kind.HEADLINE])),
            of_body=Ensembles([self.parts[part] for part in self.body_parts()]),
            of_boilerplate=Ensembles((self.metadata, self.comment)),
            of_metadata=Ensembles([self.parts[kind] for kind in UNDER_METADATA]),
            of_teasers=Ensembles((self.heading,)),
            of_page=Ensembles((self.quality,)),
        )
        object.__setattr__(self, "_scored", scored)

    def body_parts(self) -> list[str]:
        """Return the parts that have an ensemble of their own among what is body."""
        return [part for part in self.parts if part not in (Kind.HEADLINE, *UNDER_METADATA)]


@dataclass(frozen=True, slots=True, repr=False)
class Model:
    """A trained classifier; `digest` names the files that it came from."""

    text: FormModel
    html: FormModel
    digest: str

    def __repr__(self) -> str:
        return f"Model({self.digest[:12]!r})"

    def form(self, *, markup: bool) -> FormModel:
        """Return the weights for a page with or without markup."""
        return self.html if markup else self.text


@dataclass(frozen=True, slots=True)
class Predictions:
    """What the model says of a page's n blocks.

    Attributes:
        columns: Shape (n, len(ALL_COLUMNS)): what the trees saw.
        body_odds: Shape (n,): log-odds of body.
        teaser_odds: Shape (n,): log-odds of teaser among what is not body.
        probabilities: Shape (n, 3): in `LABELS` order, rows sum to 1.
        labels: Shape (n,): numbers in `LABELS`.
        kinds: Shape (n,): numbers in `KINDS`.
        headline_odds: Shape (n,): log-odds of headline.
        page_types: Shape (n_page_types,): the probability of each of `PAGE_TYPES`; they sum to 1.
        quality: Shape (1, n_quality_columns): what says how good the body is, see `quality_columns`.
    """

    columns: Floats
    body_odds: Doubles
    teaser_odds: Doubles
    probabilities: Doubles
    labels: Integers
    kinds: Integers
    headline_odds: Doubles
    page_types: Doubles
    quality: Floats


def run_first_stage(page: PageFeatures, form: FormModel) -> FirstStageScores:
    """Score each block by itself."""
    return form.first_stage.score_blocks(page)


def run_second_stage(page: PageFeatures, scores: FirstStageScores, form: FormModel) -> Predictions:
    """Predict each block from the first stage's scores at and around it."""
    log_types = form.page_types.log_probabilities(page)
    context = context_columns(page, scores, log_types)
    body_odds, teaser_odds, headline_odds = form._scored.of_all.scores(context)
    probabilities = label_probabilities(body_odds, teaser_odds)
    words = np.maximum(1.0, np.rint(np.expm1(page.columns[:, columns.LOG_WORDS].astype(np.float64))))
    types = np.exp(log_types.astype(np.float64))
    agreed = chain_probabilities(probabilities, form.affinities)
    price = TEASER_PRICE if len(page.parents) else TEASER_PRICE_IN_TEXT
    labels = choose_labels(agreed, words, price * float(types[_ARTICLE]))
    labels[headline_odds > 0.0] = BODY
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


def expected_f1(predictions: Predictions, form: FormModel) -> float:
    """Return the word F1 that is expected of the body, in [0, 1]; 0 without a body."""
    if not (predictions.labels == BODY).any():
        return 0.0
    return float(1.0 / (1.0 + np.exp(-form._scored.of_page.scores(predictions.quality)[0, 0])))


def label_probabilities(body_odds: Doubles, teaser_odds: Doubles) -> Doubles:
    """Return probabilities in `LABELS` order, shape (n, 3), from the log-odds of the two questions."""
    body = 1.0 / (1.0 + np.exp(-body_odds))
    teaser = 1.0 / (1.0 + np.exp(-teaser_odds))
    probabilities = np.empty((len(body), len(LABELS)))
    probabilities[:, BODY] = body
    probabilities[:, BOILERPLATE] = (1.0 - body) * (1.0 - teaser)
    probabilities[:, TEASERS] = (1.0 - body) * teaser
    return probabilities


def choose_labels(probabilities: Doubles, words: Doubles, price: float) -> Integers:
    """Return a label number for each block, so that the body as a whole has the highest expected word F1.

    Where the best choice of blocks reaches an expected F1 of f, a block belongs to it from the probability f / 2 on
    (Lipton, Elkan and Naryanaswamy 2014): on an easy page 0.5, on a hard one less, as there too little is lost by a
    wrong block to leave out a right one. A block that is not body gets the likelier of the other two labels.

    Args:
        probabilities: Shape (n, 3).
        words: Shape (n,): each block's number of words, at least 1.
        price: What a word of a teaser in the body costs beside being wrong, in words; such pages annoy readers most.
    """
    gains = probabilities[:, BODY] - price * probabilities[:, TEASERS]
    gains[probabilities[:, BODY] < LEAST_BODY] = -1.0
    order = np.argsort(-gains, kind="stable")
    hits, chosen = np.cumsum((words * gains)[order]), np.cumsum(words[order])
    expected = np.cumsum(words * probabilities[:, BODY])
    best = (2.0 * hits / (chosen + expected[-1])).max() if len(order) else 0.0
    rest = np.where(probabilities[:, TEASERS] > probabilities[:, BOILERPLATE], TEASERS, BOILERPLATE)
    return np.where((gains >= best / 2.0) & (gains > 0.0), BODY, rest)


def _kinds(columns: Floats, labels: Integers, headline_odds: Doubles, form: FormModel) -> Integers:
    """Return a kind number for each block: further trees tell the kinds under each label apart."""
    found = np.empty(len(labels), np.int64)
    body, rest, teasers = (np.flatnonzero(labels == label) for label in (BODY, BOILERPLATE, TEASERS))
    odds = form._scored.of_body.scores(columns, body)
    found[body] = _likeliest(Kind.TEXT, (Kind.HEADLINE, *form.body_parts()), (headline_odds[body], *odds))
    odds = form._scored.of_boilerplate.scores(columns, rest)
    found[rest] = _likeliest(Kind.FURNITURE, (Kind.METADATA, Kind.COMMENT), odds)
    rest = np.flatnonzero(found == KINDS.index(Kind.METADATA))
    odds = form._scored.of_metadata.scores(columns, rest)
    found[rest] = _likeliest(Kind.METADATA, UNDER_METADATA, odds)
    odds = form._scored.of_teasers.scores(columns, teasers)
    found[teasers] = _likeliest(Kind.TEASER, (Kind.TEASER_HEADING,), odds)
    return found


def _likeliest(otherwise: Kind, kinds: Sequence[str], odds: Sequence[Doubles] | Doubles) -> Integers:
    """Return each block's kind with the highest log-odds, as its number, `otherwise` where all are below 0."""
    table = np.array(odds)
    numbers = np.array([KINDS.index(Kind(kind)) for kind in kinds])
    return np.where(table.max(axis=0) > 0.0, numbers[table.argmax(axis=0)], KINDS.index(otherwise))
