"""The whole road for a batch of pages, on one screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat

from classifier.article import body_text, page_confidence, page_title
from classifier.errors import UnreadablePage
from classifier.explain import explain_block
from classifier.features import describe
from classifier.model import FormModel, Judged, Model, context_stage, first_stage
from classifier.segment_html import segment_html
from classifier.segment_text import segment_text
from classifier.types import KINDS, LABELS, Article, Blocks, Page, ScoredBlock, records

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
    features = describe(blocks)
    judged = context_stage(features, first_stage(features, form), form)
    return assemble(page, blocks, score(blocks, judged, form, explain=explain), model.digest)


def segment(page: Page) -> Blocks:
    """Cut a page into blocks by the form that it came in."""
    if (page.text is None) == (page.html is None):
        found = "both text and html" if page.text is not None else "neither text nor html"
        raise UnreadablePage("bad_page", f"the page has {found}, expected exactly one; send the one that was scraped")
    if page.text is not None:
        _limit(page.text.count("\n"), MAX_MARKS, "line ends")
        blocks = segment_text(page.text)
    else:
        html = page.html or ""
        _limit(html.count("<"), MAX_MARKS, "tags")
        blocks = segment_html(html)
    _limit(len(blocks.blocks), MAX_BLOCKS, "blocks")
    return blocks


def _limit(found: int, most: int, what: str) -> None:
    if found > most:
        raise UnreadablePage(
            "too_many_blocks", f"the page has {found} {what}, expected at most {most}; split it into its articles"
        )


def score(blocks: Blocks, judged: Judged, form: FormModel, *, explain: bool) -> tuple[ScoredBlock, ...]:
    """Give each block its label, kind and probabilities, and reasons where asked for."""
    labels = [LABELS[label] for label in judged.labels.tolist()]
    explanations = (
        explain_block(blocks.text[block.start : block.end], number, labels[number], judged, form)
        for number, block in enumerate(blocks.blocks)
    )
    columns = (
        [block.start for block in blocks.blocks],
        [block.end for block in blocks.blocks],
        labels,
        [KINDS[kind] for kind in judged.kinds.tolist()],
        zip(*judged.probabilities.T.tolist(), strict=True),
    )
    return records(ScoredBlock, zip(*columns, explanations if explain else repeat(None, len(labels)), strict=True))


def assemble(page: Page, blocks: Blocks, scored: tuple[ScoredBlock, ...], digest: str) -> Article:
    """Put the article together from its scored blocks."""
    return Article(
        id=page.id,
        url=page.url,
        text=blocks.text,
        blocks=scored,
        body=body_text(blocks, scored),
        title=page_title(blocks, scored),
        confidence=page_confidence(scored),
        model=digest,
    )
