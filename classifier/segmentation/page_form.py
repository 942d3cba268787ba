"""Takes away the form that ASP.NET sets around a whole page, which says nothing of what is in it."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from copydesk.classifier.segmentation.byte_search import has_bytes

_MARK = b"__VIEWSTATE"
_INPUT = 'input[name="__VIEWSTATE"]'


def open_page_form(parser: LexborHTMLParser, page: bytes) -> None:
    """Leave what is in the form of an ASP.NET page in its place, without the form."""
    if not has_bytes(page, _MARK):
        return
    form = parser.css_first(_INPUT)
    while form is not None and form.tag != "form":
        form = form.parent
    if form is not None:
        form.unwrap()
