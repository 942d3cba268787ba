"""Runs all steps for one page: segment, features, first stage, second stage, article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import repeat

import numpy as np

from copydesk.classifier.arrays import Integers, SmallIntegers, spans_of
from copydesk.classifier.article import LateReading, PageScores, Sources
from copydesk.classifier.artifact import shipped_model
from copydesk.classifier.body_edges import leave_out_edges
from copydesk.classifier.copies import find_copies
from copydesk.classifier.declared_titles import count_words, read_declared
from copydesk.classifier.errors import UnreadablePage
from copydesk.classifier.fields import JsonLd, keep_sources, read_json_ld
from copydesk.classifier.line_signs import LineSigns, line_signs
from copydesk.classifier.model import (
    ALL_COLUMNS,
    PAGE_TYPES,
    FormModel,
    Model,
    Predictions,
    expected_f1,
    explain_block,
    label_page,
)
from copydesk.classifier.not_text import is_text
from copydesk.classifier.other_articles import find_other_articles
from copydesk.classifier.own_article import choose_own
from copydesk.classifier.page_cutting import segment
from copydesk.classifier.page_groups import PAGES_TOGETHER, group_pages
from copydesk.classifier.parts import name_kinds
from copydesk.classifier.result import Article
from copydesk.classifier.story_order import Cues, correct_kinds
from copydesk.classifier.structure_reader import add_structure
from copydesk.classifier.title import Title, choose_title, promote_headlines
from copydesk.classifier.types import (
    BODY_PARTS,
    KINDS,
    LABELS,
    PARTS,
    Blocks,
    Explanation,
    Kind,
    Label,
    Page,
    join_blocks,
)

MIN_IS_ARTICLE = 0.5
"""Probability of the page type article from which a page with a body counts as an article."""

MIN_LIKE_ARTICLE = 0.2
"""Probability of the page type article below which a page is a list, where every article belongs to it."""

MIN_CONFIDENCE = 0.3
"""Confidence in its body below which a page does not count as an article."""

SURE_ARTICLE = 0.8
"""Probability of the page type article from which readers' comments are no part of its body: a choice. A forum's are:
from 0.5 on, the word F1 of the 113 forum pages of WCXB would fall from 0.784 to 0.778."""

LEAST_CONFIDENCE, FEW_CHARACTERS, FEW_WORDS = 0.1, 250, 40
"""Confidence below which a body of fewer characters and words is none: such a page is an error, a login or a list.
Choices; a Japanese article may have 170 characters. Cross-validated, 91 % of the pages made without an article have a
lower confidence in HTML, and 83 % in plain text; of 1,658 pages with a reference body 4 and 16 lose a body, whose mean
F1 is 0.28 and 0.10."""

_ARTICLE = PAGE_TYPES.index("article")
_TITLE_MATCH = ALL_COLUMNS.index("title_match")
_CUES = [ALL_COLUMNS.index(name) for name in Cues._fields]
_TEASER_KIND = KINDS.index(Kind.TEASER)
_FURNITURE, _CAPTION, _TEXT = map(KINDS.index, (Kind.FURNITURE, Kind.CAPTION, Kind.TEXT))
_BODY, _BOILERPLATE, _TEASER = map(LABELS.index, (Label.BODY, Label.BOILERPLATE, Label.TEASER))
_IN_ARTICLE = np.array([kind in PARTS or kind in (Kind.BYLINE, Kind.DATE, Kind.METADATA) for kind in KINDS])
_LABEL_OF_KIND = np.array([LABELS.index(kind.label) for kind in KINDS])
_IN_BODY = np.array([kind in BODY_PARTS for kind in KINDS])

MAX_EXPLAINED_BLOCKS = 3_000
"""Blocks of one page that are explained; later ones have no explanation. An explanation costs 0.14 ms, 20 times as much
as the label. The largest of 1,694 pages of the corpora has 2,641 blocks."""


def classify(
    pages: Iterable[Page],
    model: Model | None = None,
    *,
    explain: bool = False,
    structure: bool = False,
    read_all: bool = False,
) -> Iterator[Article | UnreadablePage]:
    """Label every block of every page; lazily, one article or error a page, in order.

    Of a list or a tuple up to `PAGES_TOGETHER` pages are labelled before the first of them is answered, which takes
    less time; pages of other iterables are read and answered one by one. Each page is labelled by itself, so the result
    does not depend on the others. Without a model it is the one that came with the package. For the other arguments see
    `classify_page`.
    """
    model = shipped_model() if model is None else model
    most = PAGES_TOGETHER if isinstance(pages, (list, tuple)) else 1
    segmented = ((page, _try_segment(page, inline=structure)) for page in pages)
    for group in group_pages(segmented, most):
        predicted = [
            (page, blocks, predict_page(blocks, model)) if isinstance(blocks, Blocks) else blocks
            for page, blocks in group
        ]
        for found in predicted:
            if isinstance(found, UnreadablePage):
                yield found
            else:
                yield _finish(*found, model, explain=explain, read_all=read_all)


def classify_page(
    page: Page,
    model: Model | None = None,
    *,
    explain: bool = False,
    structure: bool = False,
    read_all: bool = False,
) -> Article:
    """Label every block of one page.

    Args:
        model: Without one it is the one that came with the package.
        explain: Whether each of the first `MAX_EXPLAINED_BLOCKS` blocks has its explanation.
        structure: Whether the article has its `structure`, for Markdown and HTML with levels, nesting and links.
        read_all: Whether fields and comments are read at once, not when they are first asked for. That takes less time
            than asking for them later.

    Raises:
        UnreadablePage: It has both text and html, neither, or bytes in place of text, or too many blocks to be a page.
    """
    model = shipped_model() if model is None else model
    blocks = segment(page, inline=structure)
    return _finish(page, blocks, predict_page(blocks, model), model, explain=explain, read_all=read_all)


def _try_segment(page: Page, *, inline: bool) -> Blocks | UnreadablePage:
    try:
        return segment(page, inline=inline)
    except UnreadablePage as error:
        return error


def _finish(
    page: Page, blocks: Blocks, predictions: Predictions, model: Model, *, explain: bool, read_all: bool
) -> Article:
    """Make the article of what is predicted of a page's blocks."""
    scores = score_predictions(blocks, predictions, model, url=page.url, read_all=read_all)
    reasons = _explain(blocks, scores.labels, predictions, _form_of(blocks, model)) if explain else None
    article = assemble(page, scores, model.digest, reasons)
    return article if blocks.recording is None else add_structure(article, blocks)


def _form_of(blocks: Blocks, model: Model) -> FormModel:
    return model.form(markup=blocks.markup is not None)


def predict_page(blocks: Blocks, model: Model) -> Predictions:
    """Predict label and kind of every block of a page."""
    return predict(blocks, _form_of(blocks, model))


def score_predictions(
    blocks: Blocks, predictions: Predictions, model: Model, *, url: str = "", read_all: bool = False
) -> PageScores:
    """Make the scores of what is predicted; see `collect_scores`."""
    confidence = expected_f1(predictions, _form_of(blocks, model))
    return collect_scores(blocks, predictions, confidence, url=url, read_all=read_all)


def predict(blocks: Blocks, form: FormModel) -> Predictions:
    """Predict label and kind of every block, by the weights for its page's form."""
    return label_page(blocks, form)


def collect_scores(
    blocks: Blocks,
    predictions: Predictions,
    confidence: float,
    *,
    url: str = "",
    read_all: bool = False,
) -> PageScores:
    """Put the predictions beside the blocks and join the page's body.

    Unless `read_all` is true, its fields and comments are read when they are asked for, and what they are read from is
    kept until then.
    """
    spans, signs = spans_of(blocks.blocks), line_signs(blocks)
    stated = read_json_ld(blocks.head.json_ld, choose=partial(choose_own, page=blocks, url=url))
    article_odds = float(predictions.page_types[_ARTICLE])
    is_like_article = article_odds >= MIN_LIKE_ARTICLE
    kinds, title = _find_kinds(blocks, predictions, stated, signs, is_like_article=is_like_article)
    is_article = _is_article(predictions, confidence)
    if is_article:
        leave_out_edges(blocks, kinds, predictions.probabilities, signs, may_have_comments=article_odds >= SURE_ARTICLE)
    else:
        kinds[kinds == _CAPTION] = _TEXT  # a list's pictures are what it lists
    labels = _LABEL_OF_KIND[kinds]
    others = find_other_articles(blocks, kinds, title.blocks) if is_like_article else []
    for _, numbers in others:
        teasers = numbers.start + _IN_ARTICLE[kinds[numbers.start : numbers.stop]].nonzero()[0]
        kinds[teasers], labels[teasers] = _TEASER_KIND, _TEASER
    in_body = _IN_BODY[kinds].nonzero()[0]
    texts = [blocks.text[start:end] for start, end in spans[in_body].tolist()]
    if copies := find_copies(texts):
        kinds[in_body[copies]], labels[in_body[copies]] = _FURNITURE, _BOILERPLATE
        texts = _without(texts, copies)
    body = join_blocks(texts)
    confidence = confidence if texts else 0.0
    if confidence < LEAST_CONFIDENCE and len(body) < FEW_CHARACTERS and count_words(body) < FEW_WORDS:
        none = labels == _BODY
        kinds[none], labels[none] = _FURNITURE, _BOILERPLATE
        body, confidence = "", 0.0
    offsets = spans.astype(np.int32)  # with copies of the rest, so that an article keeps no more memory alive
    sources = Sources(blocks if read_all else keep_sources(blocks, offsets), stated, url, (title.text, title.found_in))
    scores = PageScores(
        text=blocks.text,
        starts=offsets[:, 0],
        ends=offsets[:, 1],
        labels=labels.astype(np.int8),
        kinds=kinds.astype(np.int8),
        probabilities=predictions.probabilities.copy(),
        title=title.text,
        body=body,
        other_articles=tuple(other for other, _ in others),
        is_article=is_article and body != "" and is_text(body),
        page_types=predictions.page_types.copy(),
        confidence=confidence,
        reading=LateReading(sources),
    )
    if read_all:
        scores.reading.read(scores.kinds, body)
    return scores


def _without(texts: list[str], left_out: Sequence[int]) -> list[str]:
    numbers = frozenset(left_out)
    return [text for number, text in enumerate(texts) if number not in numbers]


def _find_kinds(
    blocks: Blocks, predictions: Predictions, stated: JsonLd, signs: LineSigns, *, is_like_article: bool
) -> tuple[Integers, Title]:
    """Return the kind of each block, a number in KINDS, and the page's title; `stated` is what its JSON-LD says."""
    kinds = name_kinds(blocks, predictions)
    declared = read_declared(blocks.head, stated)
    matches = np.ascontiguousarray(predictions.columns[:, _TITLE_MATCH])
    in_body = predictions.probabilities[:, 0]
    title = choose_title(blocks, declared, matches, kinds, in_body, predictions.headline_odds)
    kinds = promote_headlines(blocks, kinds, title, predictions.headline_odds)
    cues = Cues(*(predictions.columns[:, column] for column in _CUES))
    return correct_kinds(blocks, kinds, title.blocks, cues, in_body, signs, is_like_article=is_like_article), title


def _is_article(predictions: Predictions, confidence: float) -> bool:
    """Return whether a page is an article by its type and the confidence in its body."""
    return confidence >= MIN_CONFIDENCE and float(predictions.page_types[_ARTICLE]) >= MIN_IS_ARTICLE


def _explain(
    blocks: Blocks, labels: SmallIntegers, predictions: Predictions, form: FormModel
) -> Iterator[Explanation | None]:
    explained = zip(blocks.blocks[:MAX_EXPLAINED_BLOCKS], labels.tolist(), strict=False)
    for number, (block, label) in enumerate(explained):
        yield explain_block(blocks.text[block.start : block.end], number, LABELS[label], predictions, form)
    yield from repeat(None, len(blocks.blocks) - MAX_EXPLAINED_BLOCKS)


def assemble(
    page: Page, scores: PageScores, digest: str, reasons: Iterable[Explanation | None] | None = None
) -> Article:
    """Make the article of a page's scores."""
    article = Article.of(
        scores,
        id=page.id,
        url=page.url,
        text=scores.text,
        title=scores.title,
        body=scores.body,
        other_articles=scores.other_articles,
        is_article=scores.is_article,
        page_type=PAGE_TYPES[int(scores.page_types.argmax())],
        page_types=dict(zip(PAGE_TYPES, scores.page_types.tolist(), strict=True)),
        confidence=scores.confidence,
        model=digest,
        parts=BODY_PARTS,
        structure=None,
    )
    return article if reasons is None else replace(article, blocks=scores.scored_blocks(reasons))
