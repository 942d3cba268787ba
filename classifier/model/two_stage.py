"""Both stages together: from a page's features to probabilities over labels, and to kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.features.layout import COLUMNS
from copydesk.classifier.features.page_features import PageFeatures
from copydesk.classifier.model.context import context_columns
from copydesk.classifier.model.hashed_linear import Answers, Linear
from copydesk.classifier.model.page_type import PAGE_TYPES, PageTypes
from copydesk.classifier.model.trees import Trees, scores_of
from copydesk.classifier.types import KINDS

TEXT, METADATA, COMMENT, FURNITURE, TEASER, HEADING = range(len(KINDS))


ARTICLE_LEAST = 0.2
BODY_LEAST, BESIDE_TEASER, BESIDE_TEASER_IN_TEXT = 0.5, 0.85, 0.75
BODY_LEAST_ELSEWHERE, BESIDE_TEASER_ELSEWHERE = 0.4, 0.3
"""Probabilities: of an article that make a page one; and of body that make a block body, in an article and elsewhere,
of any block and of one that, if not body, would rather be a teaser. Chosen on cross-validated answers, see
`choose_labels`: a higher BESIDE_TEASER keeps more bodies free of teasers (84.0 % of pages from HTML at 0.75, 85.5 % at
0.85) and costs other labels (macro-F1 0.9325 and 0.9310; from text 0.890 and 0.882, so 0.75 has to do there)."""

NOTE_LEAST, NOTE_WORDS = 0.6, (6, 60)
"""Probability of body that a block of a note's length needs in an article with markup: invitations, authors' notes and
promotions have so many words. Chosen on cross-validated answers too: bodies gain precision, block labels lose some."""

ARTICLE = PAGE_TYPES.index("article")
LOG_WORDS = COLUMNS.index("log_words")


@dataclass(frozen=True, slots=True)
class FormModel:
    """The weights for one form of input, plain text or HTML.

    `linear` judges each block by itself, `page_types` the page as a whole; the trees see what they say, and what
    `linear` says around each block. `body` asks for body; `teaser` asks, among what is not body, for teasers;
    `metadata` and `comment` ask among boilerplate, `heading` among teasers.
    """

    linear: Linear
    page_types: PageTypes
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
        columns: Shape (n, len(ALL_COLUMNS)): what the trees saw.
        body_odds: Shape (n,): log-odds of body.
        teaser_odds: Shape (n,): log-odds of teaser among what is not body.
        probabilities: Shape (n, 3): in `LABELS` order, rows sum to 1.
        labels: Shape (n,): numbers in `LABELS`.
        kinds: Shape (n,): numbers in `KINDS`.
    """

    columns: NDArray[np.float32]
    body_odds: NDArray[np.float64]
    teaser_odds: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    labels: NDArray[np.int64]
    kinds: NDArray[np.int64]


def first_stage(page: PageFeatures, form: FormModel) -> Answers:
    """Judge each block by itself."""
    return form.linear.answers(page)


def context_stage(page: PageFeatures, answers: Answers, form: FormModel) -> Judged:
    """Judge each block by its company: what the first stage says around it."""
    page_types = form.page_types.log_probabilities(page)
    columns = context_columns(page, answers, page_types)
    body_odds, teaser_odds = scores_of(columns, form.body, form.teaser)
    probabilities = label_probabilities(body_odds, teaser_odds)
    has_tree = len(page.parents) > 0
    words = np.expm1(page.columns[:, LOG_WORDS])
    labels = choose_labels(probabilities, words, article=float(np.exp(page_types[ARTICLE])), has_tree=has_tree)
    return Judged(columns, body_odds, teaser_odds, probabilities, labels, _kinds(columns, labels, form))


def label_probabilities(body_odds: NDArray[np.float64], teaser_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities in `LABELS` order, shape (n, 3), from the log-odds of the two questions."""
    body = 1.0 / (1.0 + np.exp(-body_odds))
    teaser = 1.0 / (1.0 + np.exp(-teaser_odds))
    return np.stack([body, (1.0 - body) * (1.0 - teaser), (1.0 - body) * teaser], axis=1)


def choose_labels(
    probabilities: NDArray[np.float64], words: NDArray[np.floating[Any]], *, article: float, has_tree: bool
) -> NDArray[np.int64]:
    """Return a label number a block: body where that is likely enough, else the likelier of the other two.

    In an article, body needs a probability of `BODY_LEAST`, with markup `NOTE_LEAST` where it is as long as a
    note; where the block, if not body, would rather be a teaser, it needs `BESIDE_TEASER`: a teaser in the body
    costs its reader more than a lost line. On other pages, where entries of a list are what the page says, less is
    enough.

    Args:
        probabilities: Shape (n, 3).
        words: Shape (n,): each block's words.
        article: Probability that the page is an article.
        has_tree: Whether the page came with markup.
    """
    like_teaser = probabilities[:, 2] > probabilities[:, 1]
    if article < ARTICLE_LEAST:
        least = np.where(like_teaser, BESIDE_TEASER_ELSEWHERE, BODY_LEAST_ELSEWHERE)
    elif has_tree:
        note = (np.rint(words) >= NOTE_WORDS[0]) & (np.rint(words) <= NOTE_WORDS[1])
        least = np.where(like_teaser, BESIDE_TEASER, np.where(note, NOTE_LEAST, BODY_LEAST))
    else:
        least = np.where(like_teaser, BESIDE_TEASER_IN_TEXT, BODY_LEAST)
    body = probabilities[:, 0] >= least
    return np.where(body, 0, np.where(like_teaser, 2, 1))


def _kinds(columns: NDArray[np.float32], labels: NDArray[np.int64], form: FormModel) -> NDArray[np.int64]:
    kinds = np.zeros(len(labels), np.int64)
    furniture = np.flatnonzero(labels == 1)
    teasers = np.flatnonzero(labels == 2)
    metadata, comment = scores_of(columns[furniture], form.metadata, form.comment)
    rarer = np.where(comment > metadata, COMMENT, METADATA)
    kinds[furniture] = np.where(np.maximum(metadata, comment) > 0.0, rarer, FURNITURE)
    kinds[teasers] = np.where(form.heading.scores(columns[teasers]) > 0.0, HEADING, TEASER)
    return kinds
