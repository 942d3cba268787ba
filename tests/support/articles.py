"""Builders of labelled articles for the tests of Markdown and HTML, and readers of what was rendered."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt

from copydesk.classifier.result import Article
from copydesk.classifier.segmentation import segment_html
from copydesk.classifier.structure_reader import add_structure
from copydesk.classifier.types import BODY_PARTS, Blocks, Kind, ScoredBlock, clean

MARKDOWN = MarkdownIt("commonmark").enable("table")
SURE = (1.0, 0.0, 0.0)


def article_of(*blocks: tuple[Kind, str], id: str = "", title: str = "", authors: tuple[str, ...] = ()) -> Article:
    """Make the article of a plain text from kind and text of each block."""
    text = "\n\n".join(each for _, each in blocks)
    scored, start = [], 0
    for kind, each in blocks:
        scored.append(ScoredBlock(start, start + len(each), kind.label, kind, SURE, None, text))
        start += len(each) + 2
    return _article(text, scored, id=id, title=title, authors=authors)


def article_of_html(html: str, kinds: Sequence[Kind] | Kind = Kind.TEXT, url: str = "") -> Article:
    """Make the article of a page, with its structure, from the kinds of its blocks; one kind is that of all blocks."""
    page = segment_html(html, inline=True)
    return add_structure(_labelled(page, kinds, url), page)


def _labelled(page: Blocks, kinds: Sequence[Kind] | Kind, url: str) -> Article:
    every = [kinds] * len(page.blocks) if isinstance(kinds, Kind) else kinds
    pairs = zip(page.blocks, every, strict=True)
    scored = [ScoredBlock(start, end, kind.label, kind, SURE, None, page.text) for (start, end), kind in pairs]
    return _article(page.text, scored, url=url)


def _article(
    text: str,
    blocks: Sequence[ScoredBlock],
    *,
    id: str = "",
    url: str = "",
    title: str = "",
    authors: tuple[str, ...] = (),
) -> Article:
    article = Article(
        id=id,
        url=url,
        text=text,
        blocks=tuple(blocks),
        body="",
        title=title,
        authors=authors,
        is_article=True,
        page_type="article",
        page_types={"article": 1.0},
        confidence=1.0,
        model="none",
    )
    return article.with_parts(BODY_PARTS)


def text_of_markdown(markdown: str) -> str:
    """Return what a reader of Markdown shows as text; tags of HTML, which there should be none, as they are."""
    out = []
    for token in MARKDOWN.parse(markdown):
        out.append(token.content if token.type in ("fence", "code_block", "html_block") else "\n")
        texts = (child for child in token.children or () if child.type != "image")
        out += [child.content or " " * (child.type in ("softbreak", "hardbreak")) for child in texts]
    return "".join(out)


def text_of_html(html: str) -> str:
    """Return the text of a fragment."""
    return clean(segment_html(html).text)


def folded(text: str) -> str:
    """Fold white space; NUL, which neither form has, becomes U+FFFD in both."""
    return " ".join(text.replace("\0", "\ufffd").split())
