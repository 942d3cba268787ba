"""A classifier for tests of the doors: it knows nothing, so that what it answers is plain from the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from copydesk.classifier.result import Article
from copydesk.classifier.types import LABELS, Explanation, Kind, Label, Page, Reason, ScoredBlock

LONG = 20
"""A line of at least as many characters is body; a shorter one is a teaser's heading with `...`, else furniture."""


def stand_in(
    pages: Iterable[Page],
    model: object = None,
    *,
    explain: bool = False,
    structure: bool = False,
    read_all: bool = False,
) -> Iterator[Article]:
    """Answer page by page: every line that is not blank is a block."""
    for page in pages:
        yield answer(page, explain=explain)


def answer(page: Page, *, explain: bool = False) -> Article:
    """Answer one page; from HTML the text is what stands outside tags."""
    text = page.text if page.text is not None else re.sub(r"<[^>]*>", "", page.html or "")
    blocks = tuple(_block(text, match, explain=explain) for match in re.finditer(r"[^\s](?:.*[^\s])?", text))
    body = "\n\n".join(text[block.start : block.end] for block in blocks if block.label is Label.BODY)
    return Article(
        id=page.id,
        url=page.url,
        text=text,
        blocks=blocks,
        body=body,
        is_article=bool(body),
        page_type="article",
        page_types={"article": 1.0},
        confidence=0.5,
        model="stand-in",
    )


def _block(text: str, match: re.Match[str], *, explain: bool) -> ScoredBlock:
    long = match.end() - match.start() >= LONG
    kind = Kind.TEXT if long else Kind.TEASER_HEADING if match.group().endswith("...") else Kind.FURNITURE
    first, second, third = (0.8 if label is kind.label else 0.1 for label in LABELS)
    other = next(label for label in LABELS if label is not kind.label)
    why = (
        Explanation(other, 2.0, tuple(Reason(f"reason {i}", v) for i, v in enumerate((1.5, -0.5, 1.0))))
        if explain
        else None
    )
    return ScoredBlock(match.start(), match.end(), kind.label, kind, (first, second, third), why, text)
