"""Checks that a page which a program made has one form, for the library and for the client, which loads no NumPy."""

from __future__ import annotations

from copydesk.classifier.errors import UnreadablePage
from copydesk.classifier.types import Page


def check_page(page: Page) -> None:
    """Check that a page has exactly one of text and html, as a string or as bytes.

    Raises:
        TypeError: It is no `Page`.
        UnreadablePage: It has both or neither, or a value of another type.
    """
    check_is_page(page)
    if (page.text is None) == (page.html is None):
        found = "both text and html" if page.text is not None else "neither text nor html"
        raise UnreadablePage("bad_page", f"the page has {found}, expected exactly one; send the one that was scraped")
    for name, content in (("text", page.text), ("html", page.html)):
        if not isinstance(content, (str, bytes, type(None))):
            kind = type(content).__name__
            raise UnreadablePage("bad_page", f"{name} is of type {kind}, expected str; join the parts of a page to one")


def check_is_page(page: object) -> None:
    """Raise `TypeError` for what is no `Page`."""
    if not isinstance(page, Page):
        kind = type(page).__name__
        raise TypeError(f"a page is of type {kind}, expected copydesk.Page; copydesk.extract takes str and bytes")
