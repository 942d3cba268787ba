"""Encodes a page in UTF-8 for the HTML parser."""

from __future__ import annotations


def to_utf8(html: str) -> bytes:
    """Encode a page in UTF-8, which has no lone surrogates: they become U+FFFD."""
    try:
        return html.encode()
    except UnicodeEncodeError:
        return html.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
