"""Puts parts of a page that the server sent later where they belong.

React, and with it Next.js, sends a page with a placeholder `<template id="B:1">` or `<template id="P:1">` for each part
that is not there yet, later the part itself as `<div hidden id="S:1">`, and a script that moves it.
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

_PART, _PLACEHOLDER = b'<div hidden id="S:', b"<template id="
_PARTS = 'div[hidden][id^="S:"]'
_PLACEHOLDERS = 'template[id^="B:"], template[id^="P:"]'

MOST_PARTS = 5000
"""Most parts, and most placeholders, of a page; one with more is read as it is."""

MOST_ABOVE = 400
"""Elements above a placeholder; a part of which the placeholder is deeper stays where it is."""


def place_streamed_parts(parser: LexborHTMLParser, page: bytes) -> None:
    """Move each streamed part of a page to its placeholder, where it is no longer hidden."""
    if _PART not in page or max(page.count(_PART), page.count(_PLACEHOLDER)) > MOST_PARTS:
        return
    parts = {(node.id or "")[2:]: node for node in parser.css(_PARTS)}
    for placeholder in parser.css(_PLACEHOLDERS):
        number = (placeholder.id or "")[2:]
        part = parts.get(number)
        if part is not None and _may_hold(placeholder, part):
            placeholder.insert_before(part, move=True)
            del part.attrs["hidden"]
            del parts[number]


def _may_hold(placeholder: LexborNode, part: LexborNode) -> bool:
    """Return whether the placeholder is outside the part, and not too deep."""
    above = placeholder.parent
    for _ in range(MOST_ABOVE):
        if above is None:
            return True
        if above.mem_id == part.mem_id:
            return False
        above = above.parent
    return False
