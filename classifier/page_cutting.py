"""Cuts a page into blocks, from text or from HTML; refuses what is no page."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.errors import UnreadablePage
from copydesk.classifier.other_formats import refuse_other_formats
from copydesk.classifier.page_forms import check_page
from copydesk.classifier.segmentation import decode, segment_html, segment_text, to_utf8
from copydesk.classifier.types import Blocks, EncodedPage, Page

MAX_BLOCKS = 100_000
"""Blocks of one page. Input with more is not one page, and is refused."""

MAX_MARKS = 1_000_000
"""Line ends of a text, or tags of an HTML page. Input with more is refused before it costs memory."""


def segment(page: Page, *, inline: bool = False) -> Blocks:
    """Cut a page into blocks, from text or from HTML; `inline` says whether inline elements are recorded."""
    if isinstance(page, EncodedPage):
        return cut_html(page.utf8, inline=inline)
    check_page(page)
    refuse_bytes(page)
    return cut_html(page.html or "", inline=inline) if page.text is None else cut_text(page.text)


def refuse_bytes(page: Page) -> None:
    """Raise UnreadablePage if the text or the html of a page is bytes."""
    for name, content in (("text", page.text), ("html", page.html)):
        if isinstance(content, bytes):
            refuse_other_formats(content)
            decode(content, html=name == "html")  # raises an error that names pictures, PDFs and other formats
            raise UnreadablePage("bad_page", f"{name} is bytes, expected str; decode them with copydesk.decode")


def cut_text(text: str) -> Blocks:
    """Cut plain text into blocks; raise UnreadablePage if they are too many for a page."""
    if len(text) > MAX_MARKS:
        _check_limit(text.count("\n"), MAX_MARKS, "line ends")
    blocks = segment_text(text)
    _check_limit(len(blocks.blocks), MAX_BLOCKS, "blocks")
    return blocks


def cut_html(html: str | bytes, *, inline: bool = False) -> Blocks:
    """Cut HTML, decoded or in UTF-8, into blocks; raise UnreadablePage if they are too many for a page."""
    page = html if isinstance(html, bytes) else to_utf8(html)
    if len(page) > MAX_MARKS:  # a shorter page has fewer tags; `bytes.count` takes five times as long
        _check_limit(int(np.count_nonzero(np.frombuffer(page, np.uint8) == ord("<"))), MAX_MARKS, "tags")
    blocks = segment_html(page, inline=inline)
    _check_limit(len(blocks.blocks), MAX_BLOCKS, "blocks")
    return blocks


def _check_limit(found: int, limit: int, what: str) -> None:
    if found > limit:
        raise UnreadablePage(
            "too_many_blocks",
            f"the page has {found} {what}, expected at most {limit}, and news pages have far fewer; leave it out, or "
            "send its articles one by one",
        )
