"""The whole road for a batch of pages, on one screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, repeat

import numpy as np

from copydesk.classifier.article import PageScores, body_text, page_confidence, page_title
from copydesk.classifier.errors import UnreadablePage
from copydesk.classifier.features.page_features import describe
from copydesk.classifier.model.explain import explain_block
from copydesk.classifier.model.two_stage import FormModel, Judged, Model, context_stage, first_stage
from copydesk.classifier.segmentation.html import segment_html
from copydesk.classifier.segmentation.plain_text import segment_text
from copydesk.classifier.types import KINDS, LABELS, Article, Blocks, Explanation, Label, Page, ScoredBlock, records

MAX_BLOCKS = 100_000
"""Blocks of one page that are judged; a page of more is no page."""


MAX_MARKS = 1_000_000
"""Line ends of a text, or tags of an HTML page, that are read; more are refused before they cost memory."""


def classify(pages: Iterable[Page], model: Model, *, explain: bool = False) -> Iterator[Article | UnreadablePage]:
    """Label every block of every page; lazily, one answer a page, in order.

    A page is judged by itself, so the answer does not depend on what else is in the batch.
    """
    for page in pages:
        try:
            yield classify_page(page, model, explain=explain)
        except UnreadablePage as error:
            yield error


def classify_page(page: Page, model: Model, *, explain: bool = False) -> Article:
    """Label every block of one page.

    Raises:
        UnreadablePage: It has both text and html or neither, or too many blocks to be a page.
    """
    blocks = segment(page)
    form = model.form(markup=blocks.markup is not None)
    judged = judge(blocks, form)
    reasons = _reasons(blocks, judged, form) if explain else None
    return assemble(page, score(blocks, judged), model.digest, reasons)


def segment(page: Page) -> Blocks:
    """Cut a page into blocks by the form that it came in."""
    if (page.text is None) == (page.html is None):
        found = "both text and html" if page.text is not None else "neither text nor html"
        raise UnreadablePage("bad_page", f"the page has {found}, expected exactly one; send the one that was scraped")
    return cut_html(page.html or "") if page.text is None else cut_text(page.text)


def cut_text(text: str) -> Blocks:
    """Cut plain text into blocks.

    Raises:
        UnreadablePage: It has too many blocks to be a page.
    """
    _limit(text.count("\n"), MAX_MARKS, "line ends")
    return _limited(segment_text(text))


def cut_html(html: str | bytes) -> Blocks:
    """Cut HTML, decoded or in UTF-8, into blocks.

    Raises:
        UnreadablePage: It has too many blocks to be a page.
    """
    _limit(html.count(b"<") if isinstance(html, bytes) else html.count("<"), MAX_MARKS, "tags")
    return _limited(segment_html(html))


def _limited(blocks: Blocks) -> Blocks:
    _limit(len(blocks.blocks), MAX_BLOCKS, "blocks")
    return blocks


def _limit(found: int, most: int, what: str) -> None:
    if found > most:
        raise UnreadablePage(
            "too_many_blocks", f"the page has {found} {what}, expected at most {most}; split it into its articles"
        )


def judge(blocks: Blocks, form: FormModel) -> Judged:
    """Say of every block what it is, by the weights for its page's form."""
    features = describe(blocks)
    return context_stage(features, first_stage(features, form), form)


def score(blocks: Blocks, judged: Judged) -> PageScores:
    """Put what is said of the blocks beside them, and the page's body together."""
    spans = np.fromiter(chain.from_iterable(blocks.blocks), np.int32, 2 * len(blocks.blocks)).reshape(-1, 2)
    is_body = judged.labels == LABELS.index(Label.BODY)
    body = np.flatnonzero(is_body).tolist()
    return PageScores(
        text=blocks.text,
        starts=spans[:, 0],
        ends=spans[:, 1],
        labels=judged.labels,
        kinds=judged.kinds,
        probabilities=judged.probabilities,
        body=body_text(blocks, body),
        title=page_title(blocks, body),
        confidence=page_confidence(spans[:, 1] - spans[:, 0], judged.probabilities[:, 0], is_body),
    )


def score_blocks(blocks: Blocks, model: Model) -> PageScores:
    """Do what `classify_page` does to a page that is cut already, and leave its blocks in columns."""
    return score(blocks, judge(blocks, model.form(markup=blocks.markup is not None)))


def _reasons(blocks: Blocks, judged: Judged, form: FormModel) -> Iterator[Explanation]:
    """Say of each block why it has its label."""
    for number, (block, label) in enumerate(zip(blocks.blocks, judged.labels.tolist(), strict=True)):
        yield explain_block(blocks.text[block.start : block.end], number, LABELS[label], judged, form)


def assemble(page: Page, scores: PageScores, digest: str, reasons: Iterable[Explanation] | None = None) -> Article:
    """Make the article that these scores tell."""
    columns = (
        scores.starts.tolist(),
        scores.ends.tolist(),
        map(LABELS.__getitem__, scores.labels.tolist()),
        map(KINDS.__getitem__, scores.kinds.tolist()),
        zip(*scores.probabilities.T.tolist(), strict=True),
        repeat(None, len(scores.labels)) if reasons is None else reasons,
    )
    return Article(
        id=page.id,
        url=page.url,
        text=scores.text,
        blocks=records(ScoredBlock, zip(*columns, strict=True)),
        body=scores.body,
        title=scores.title,
        confidence=scores.confidence,
        model=digest,
    )
