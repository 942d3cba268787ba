"""Both stages together: from a page's features to probabilities over labels, and to kinds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.context import context_columns
from classifier.features import PageFeatures
from classifier.linear import Linear
from classifier.trees import Trees
from classifier.types import KINDS

TEXT, METADATA, COMMENT, FURNITURE, TEASER, HEADING = range(len(KINDS))


BODY_LEAST = 0.5
BODY_LEAST_BESIDE_TEASER = 0.75
BODY_LEAST_ON_LIST = 0.3
LIST_SHARE = 0.35
"""Probabilities of body that make a block body, and the share of a page's likely body that makes it a list; chosen on
cross-validated answers: of the hand-labelled HTML pages 0.82 instead of 0.78 have no teaser in their body."""


@dataclass(frozen=True, slots=True)
class FormModel:
    """The weights for one form of input, plain text or HTML.

    `linear` judges each block by itself; the trees see its answers around each block. `body` asks for body;
    `teaser` asks, among what is not body, for teasers; `metadata` and `comment` ask among boilerplate,
    `heading` among teasers.
    """

    linear: Linear
    body: Trees
    teaser: Trees
    metadata: Trees
    comment: Trees
    heading: Trees


@dataclass(frozen=True, slots=True)
class Model:
    """A trained classifier; `digest` names the file that it came from."""

    text: FormModel
    html: FormModel
    digest: str

    def form(self, *, markup: bool) -> FormModel:
        """Return the weights for a page with or without markup."""
        return self.html if markup else self.text


@dataclass(frozen=True, slots=True)
class Judged:
    """What the model says of a page's n blocks.

    Attributes:
        scores: Shape (n, 6): the first stage's log-odds.
        columns: Shape (n, len(ALL_COLUMNS)): what the trees saw.
        body_odds: Shape (n,): log-odds of body.
        teaser_odds: Shape (n,): log-odds of teaser among what is not body.
        probabilities: Shape (n, 3): in `LABELS` order, rows sum to 1.
        labels: Shape (n,): numbers in `LABELS`.
        kinds: Shape (n,): numbers in `KINDS`.
    """

    scores: NDArray[np.float32]
    columns: NDArray[np.float32]
    body_odds: NDArray[np.float64]
    teaser_odds: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    labels: NDArray[np.int64]
    kinds: NDArray[np.int64]


def first_stage(page: PageFeatures, form: FormModel) -> NDArray[np.float32]:
    """Judge each block by itself: log-odds of each kind, shape (n, 6)."""
    return form.linear.scores(page)


def context_stage(page: PageFeatures, scores: NDArray[np.float32], form: FormModel) -> Judged:
    """Judge each block by its company: what the first stage says around it."""
    columns = context_columns(page, scores)
    body_odds = form.body.scores(columns)
    teaser_odds = form.teaser.scores(columns)
    probabilities = label_probabilities(body_odds, teaser_odds)
    labels = choose_labels(probabilities, np.expm1(page.columns[:, 0].astype(np.float64)))
    return Judged(scores, columns, body_odds, teaser_odds, probabilities, labels, _kinds(columns, labels, form))


def label_probabilities(body_odds: NDArray[np.float64], teaser_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities in `LABELS` order, shape (n, 3), from the log-odds of the two questions."""
    body = 1.0 / (1.0 + np.exp(-body_odds))
    teaser = 1.0 / (1.0 + np.exp(-teaser_odds))
    return np.stack([body, (1.0 - body) * (1.0 - teaser), (1.0 - body) * teaser], axis=1)


def choose_labels(probabilities: NDArray[np.float64], chars: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a label number a block: body where that is likely enough, else the likelier of the other two.

    Body needs a probability of `BODY_LEAST`. Where the block, if not body, would rather be a teaser, it needs
    `BODY_LEAST_BESIDE_TEASER`: a teaser in the body costs its reader more than a lost line. That holds on a
    page of one story only: where much of the likely body reads that way, the page is a list, its entries are
    what it says, and they need `BODY_LEAST_ON_LIST`.

    Args:
        probabilities: Shape (n, 3).
        chars: Shape (n,): the blocks' lengths.
    """
    body = probabilities[:, 0] >= BODY_LEAST
    like_teaser = probabilities[:, 2] > probabilities[:, 1]
    if (chars * (body & like_teaser)).sum() <= LIST_SHARE * (chars * body).sum():
        body &= ~like_teaser | (probabilities[:, 0] >= BODY_LEAST_BESIDE_TEASER)
    else:
        body = probabilities[:, 0] >= BODY_LEAST_ON_LIST
    return np.where(body, 0, np.where(like_teaser, 2, 1))


def _kinds(columns: NDArray[np.float32], labels: NDArray[np.int64], form: FormModel) -> NDArray[np.int64]:
    kinds = np.zeros(len(labels), np.int64)
    furniture = np.flatnonzero(labels == 1)
    teasers = np.flatnonzero(labels == 2)
    seen = columns[furniture]
    metadata, comment = form.metadata.scores(seen), form.comment.scores(seen)
    rarer = np.where(comment > metadata, COMMENT, METADATA)
    kinds[furniture] = np.where(np.maximum(metadata, comment) > 0.0, rarer, FURNITURE)
    kinds[teasers] = np.where(form.heading.scores(columns[teasers]) > 0.0, HEADING, TEASER)
    return kinds
