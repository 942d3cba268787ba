"""Takes HTML out of what a page states for programs, as in `<meta name="author" content="Ada <b>Quill</b>">`."""

from __future__ import annotations

import re

_LINE_END = re.compile(r"</?(?:br|p|div|li|ul|ol|h[1-6]|table|tr|td)(?:[\s/][^<>]{0,200})?>", re.IGNORECASE)
_ELEMENT = re.compile(r"</?[a-z][^<>]{0,200}>", re.IGNORECASE)


def text_lines(text: str) -> str:
    """Return a text without HTML; paragraphs, list items and what is behind a `br` become lines."""
    return _ELEMENT.sub(" ", _LINE_END.sub("\n", text)) if "<" in text else text


def text_line(text: str) -> str:
    """Return a text without HTML on one line; a text without any is returned as it is."""
    return " ".join(_ELEMENT.sub(" ", text).split()) if "<" in text else text
