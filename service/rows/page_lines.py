"""Writes the answer to a page as a line of JSON, in less time than its blocks take as objects."""

from __future__ import annotations

from msgspec import UNSET, Raw, UnsetType

from copydesk.classifier import Article
from copydesk.service.rows.contract import BriefPage, LabelledPage
from copydesk.service.rows.jsonl import PageRow, encode_row_fast, encode_utf8


def encode_page(
    row: PageRow, article: Article, *, include_text: bool = False, markdown: str | UnsetType = UNSET
) -> bytes:
    """Return what `encode_row_fast` writes of a `LabelledPage` of the same arguments."""
    if article.scores is not None:
        from copydesk.classifier.json_blocks import json_blocks  # it loads NumPy, which light users do without

        blocks = Raw(json_blocks(article.scores))
        line = encode_utf8(LabelledPage.of(row, article, include_text=include_text, markdown=markdown, blocks=blocks))
        if line is not None:
            return line
    return encode_row_fast(LabelledPage.of(row, article, include_text=include_text, markdown=markdown))


def encode_brief(row: PageRow, article: Article) -> bytes:
    """Return the line without blocks and their text, which are most of it."""
    page = BriefPage.of(row, article)
    return encode_utf8(page) or encode_row_fast(page)
