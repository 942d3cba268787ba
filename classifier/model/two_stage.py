"""Runs both stages: from a page's features to the probabilities of labels, and to labels and kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Floats, Integers
from copydesk.classifier.features import PageFeatures, columns
from copydesk.classifier.model import groups
from copydesk.classifier.model.context import ALL_COLUMNS, context_columns
from copydesk.classifier.model.hashed_linear import PAGE_TYPES, FirstStageScores, HashedLinear
from copydesk.classifier.model.quality import quality_columns
from copydesk.classifier.model.trees import Trees, score_ensembles
from copydesk.classifier.types import KINDS, LABELS, Kind

BODY, BOILERPLATE, TEASERS = range(len(LABELS))
"""Columns of a table by label."""

MIN_ARTICLE = 0.2
"""Probability of an article from which a page is treated as one."""

MIN_BODY = 0.5
MIN_BODY_LIKE_TEASER = 0.85
MIN_BODY_LIKE_TEASER_IN_TEXT = 0.75
MIN_BODY_ELSEWHERE = 0.4
MIN_BODY_LIKE_TEASER_ELSEWHERE = 0.3
"""Probability of body from which a block is body, else it is not: in an article, of any block and of one that is
otherwise more likely a teaser (from HTML and from plain text); and on other pages, see `choose_labels`.

Chosen on cross-validated answers. A higher MIN_BODY_LIKE_TEASER keeps more bodies free of teasers (84.0 % of pages
from HTML at 0.75, 85.5 % at 0.85) and costs other labels (macro-F1 0.9325 and 0.9310; from text 0.890 and 0.882,
which is why 0.75 is used there)."""

MIN_NOTE, NOTE_WORDS = 0.6, (6, 60)
"""Probability of body that a block of so many words needs in an article with markup: invitations, authors' notes and
promotions are this long. Chosen on cross-validated answers: bodies gain precision, block labels lose some."""

UNDER_METADATA = (Kind.BYLINE, Kind.DATE)
"""Kinds that are told apart among what is metadata."""

LEAST_BODY, LEAST_TITLE_MATCH, NO_HEADLINE = 0.05, 0.3, -8.0
"""Probability of body, or words in common with a declared title (Dice), from which a block may be a headline, and the
log-odds of headline of the others."""

LONGEST_SENTENCE = float(np.log1p(12))
"""Log of the words from which a block that ends with a full stop is no headline."""

_ARTICLE = PAGE_TYPES.index("article")
_LOG_WORDS, _ENDS_SENTENCE = ALL_COLUMNS.index("log_words"), ALL_COLUMNS.index("ends_sentence")
_TITLE_MATCH = ALL_COLUMNS.index("title_match")


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
        parts: By kind: each part among what is body, byline and date among what is metadata.
        quality: The word F1 that is expected of the body, from the columns of QUALITY_COLUMNS.

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

    def __post_init__(self) -> None:
        first_stage = (*groups.GROUPS, *groups.LINEAR_PARTS)
        for name, classes in (("first_stage", first_stage), ("page_types", PAGE_TYPES)):
            found = len(getattr(self, name).intercepts)
            if found != len(classes):
                raise ValueError(f"{name} has {found} classes, expected {len(classes)}; train again")


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
        headline_odds: Shape (n,): log-odds of headline among what is body.
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
    body_odds, teaser_odds = score_ensembles(context, form.body, form.teaser)
    probabilities = label_probabilities(body_odds, teaser_odds)
    has_tree = len(page.parents) > 0
    words = np.expm1(page.columns[:, columns.LOG_WORDS])
    types = np.exp(log_types.astype(np.float64))
    labels = choose_labels(probabilities, words, article=float(types[_ARTICLE]), has_tree=has_tree)
    headline_odds = _headline_odds(context, probabilities[:, BODY], form)
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
    return float(1.0 / (1.0 + np.exp(-form.quality.scores(predictions.quality)[0])))


def label_probabilities(body_odds: Doubles, teaser_odds: Doubles) -> Doubles:
    """Return probabilities in `LABELS` order, shape (n, 3), from the log-odds of the two questions."""
    body = 1.0 / (1.0 + np.exp(-body_odds))
    teaser = 1.0 / (1.0 + np.exp(-teaser_odds))
    probabilities = np.empty((len(body), len(LABELS)))
    probabilities[:, BODY] = body
    probabilities[:, BOILERPLATE] = (1.0 - body) * (1.0 - teaser)
    probabilities[:, TEASERS] = (1.0 - body) * teaser
    return probabilities


def choose_labels(
    probabilities: Doubles, words: NDArray[np.floating[Any]], *, article: float, has_tree: bool
) -> Integers:
    """Return a label number for each block: body where it is likely enough, else the likelier of the other two.

    A block that, if not body, is more likely a teaser needs more in an article, since a reader loses more by a teaser
    in the body than by a missing line. On other pages the entries of a list are the content, and less is enough.

    Args:
        probabilities: Shape (n, 3).
        words: Shape (n,): each block's number of words.
        article: Probability that the page is an article.
    """
    like_teaser = probabilities[:, TEASERS] > probabilities[:, BOILERPLATE]
    if article < MIN_ARTICLE:
        least = np.where(like_teaser, MIN_BODY_LIKE_TEASER_ELSEWHERE, MIN_BODY_ELSEWHERE)
    elif has_tree:
        note = (np.rint(words) >= NOTE_WORDS[0]) & (np.rint(words) <= NOTE_WORDS[1])
        least = np.where(like_teaser, MIN_BODY_LIKE_TEASER, np.where(note, MIN_NOTE, MIN_BODY))
    else:
        least = np.where(like_teaser, MIN_BODY_LIKE_TEASER_IN_TEXT, MIN_BODY)
    body = probabilities[:, BODY] >= least
    return np.where(body, BODY, np.where(like_teaser, TEASERS, BOILERPLATE))


def _headline_odds(columns: Floats, in_body: Doubles, form: FormModel) -> Doubles:
    """Return the log-odds of headline, very low for blocks that are hardly body and share no words with a title.

    A long sentence is no headline either.
    """
    asked = np.flatnonzero((in_body >= LEAST_BODY) | (columns[:, _TITLE_MATCH] >= LEAST_TITLE_MATCH))
    odds = np.full(len(in_body), NO_HEADLINE)
    odds[asked] = score_ensembles(columns, form.parts[Kind.HEADLINE], rows=asked)[0]
    odds[(columns[:, _LOG_WORDS] > LONGEST_SENTENCE) & (columns[:, _ENDS_SENTENCE] == 1.0)] = NO_HEADLINE
    return odds


def _kinds(columns: Floats, labels: Integers, headline_odds: Doubles, form: FormModel) -> Integers:
    """Return a kind number for each block: further trees tell the kinds under each label apart."""
    found = np.empty(len(labels), np.int64)
    body, rest, teasers = (np.flatnonzero(labels == label) for label in (BODY, BOILERPLATE, TEASERS))
    parts = [part for part in form.parts if part not in (Kind.HEADLINE, *UNDER_METADATA)]
    odds = score_ensembles(columns, *(form.parts[part] for part in parts), rows=body)
    found[body] = _likeliest(Kind.TEXT, (Kind.HEADLINE, *parts), (headline_odds[body], *odds))
    odds = score_ensembles(columns, form.metadata, form.comment, rows=rest)
    found[rest] = _likeliest(Kind.FURNITURE, (Kind.METADATA, Kind.COMMENT), odds)
    rest = np.flatnonzero(found == KINDS.index(Kind.METADATA))
    odds = score_ensembles(columns, *(form.parts[part] for part in UNDER_METADATA), rows=rest)
    found[rest] = _likeliest(Kind.METADATA, UNDER_METADATA, odds)
    odds = score_ensembles(columns, form.heading, rows=teasers)
    found[teasers] = _likeliest(Kind.TEASER, (Kind.TEASER_HEADING,), odds)
    return found


def _likeliest(otherwise: Kind, kinds: Sequence[str], odds: Sequence[Doubles]) -> Integers:
    """Return each block's kind with the highest log-odds, as its number, `otherwise` where all are below 0."""
    table = np.array(odds)
    numbers = np.array([KINDS.index(Kind(kind)) for kind in kinds])
    return np.where(table.max(axis=0) > 0.0, numbers[table.argmax(axis=0)], KINDS.index(otherwise))
