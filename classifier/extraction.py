"""One call from a page's content to its article, by the model that came with the package."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from copydesk.classifier.artifact import shipped_model
from copydesk.classifier.other_formats import is_address, refuse_other_formats
from copydesk.classifier.pipeline import classify_page
from copydesk.classifier.result import Article
from copydesk.classifier.saved_page import read_saved_page
from copydesk.classifier.segmentation import decode, decode_html
from copydesk.classifier.types import BODY_PARTS, EncodedPage, Kind, Page, read_parts

Form = Literal["html", "text"]

_BEGINNING = 100
"""Bytes at the beginning of a page by which it is told whether it is HTML, after white space."""

_BLANK = re.compile(r"[\s\ufeff]*")
_MARKUP = re.compile(r"[\s\ufeff]*<[a-z!?/]", re.IGNORECASE)


def extract(
    content: str | bytes,
    *,
    form: Form | None = None,
    url: str | None = None,
    charset: str | None = None,
    parts: Iterable[Kind | str] | None = None,
    structure: bool = False,
) -> Article:
    """Return the article of one page: its body, title and labelled blocks.

    Content counts as HTML if the first character that is not white space is `<` and a letter, `!`, `?` or `/`
    follows it, or if it is a page that a browser saved as one file (MHTML), which names its address too; all other
    content counts as plain text. The model is loaded by the first call and kept.

    Args:
        content: The page, as text or as bytes. Bytes are decoded as by `decode`; without a `form`, those of a table, an
            archive or JSON are refused.
        form: "html" or "text", where it is known.
        url: The page's address, None if it is not known. Nothing is fetched, but date and site are read from it where
            the page does not say them, and relative addresses become absolute by it.
        charset: The charset of an HTTP header, or the header's whole value; for bytes.
        parts: The parts of the article that are its body; None for all but headline and captions.
        structure: Whether the article has its `structure`, for Markdown and HTML with levels, nesting and links.

    Raises:
        UnreadablePage: The bytes are not text or not one page, or the page has too many blocks to be one.
        TypeError: `content` is neither str nor bytes, such as a path, or another argument is of another type.
        ValueError: `form` is another word, a part does not exist, or the content is only an address or a file's name.
    """
    if not isinstance(content, str | bytes):
        kind = type(content).__name__
        advice = "pass bytes(content)" if isinstance(content, bytearray | memoryview) else "read the file first"
        raise TypeError(f"content is a {kind}, expected a page as str or bytes; {advice}")
    if isinstance(content, str) and is_address(content):
        raise ValueError(f"content is {content!r}, expected a page; read the file or fetch the address first")
    if form not in ("html", "text", None):
        raise ValueError(f"form is {form!r}, expected 'html', 'text' or None; leave it out to have it guessed")
    _check_types(url, charset, parts, structure)
    url = url or ""
    if isinstance(content, bytes):
        content = bytes(content)  # the parser takes no other class of bytes, such as NumPy's
    chosen = BODY_PARTS if parts is None else read_parts(parts)
    if form is None and isinstance(content, bytes):
        refuse_other_formats(content)
    saved = None if form == "text" else read_saved_page(content)
    if saved is not None:
        content, form, charset, url = saved.html, "html", saved.charset, url or saved.url
    html = decode_html(content, declared=charset) if isinstance(content, bytes) and form != "text" else content
    if form is None:
        form = "html" if _begins_with_tag(html) else "text"
    if form == "html":
        page = EncodedPage("", html, url) if isinstance(html, bytes) else Page("", html=html, url=url)
    else:
        text = content if isinstance(content, str) else decode(content, html=False, declared=charset)
        page = Page("", text=text, url=url)
    article = classify_page(page, shipped_model(), structure=structure)
    return article if chosen == article.parts else article.with_parts(chosen)


def _check_types(url: object, charset: object, parts: object, structure: object) -> None:
    for name, value, kinds, expected in (
        ("url", url, str | None, "a string or None"),
        ("charset", charset, str | None, "a string or None"),
        ("parts", parts, Iterable | None, "names of parts"),
        ("structure", structure, bool, "True or False"),
    ):
        if not isinstance(value, kinds):
            raise TypeError(f"{name} is of type {type(value).__name__}, expected {expected}")


def _begins_with_tag(content: str | bytes) -> bool:
    """Return whether text, or bytes in UTF-8, begin with a tag; nearly always a few of the bytes say it."""
    if isinstance(content, bytes):
        beginning = content.lstrip()[:_BEGINNING].decode(errors="ignore")
        blank = _BLANK.match(beginning)
        content = beginning if blank is not None and blank.end() + 2 <= len(beginning) else content.decode()
    return _MARKUP.match(content) is not None
