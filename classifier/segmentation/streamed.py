"""Puts parts of a page that the server sent later where they belong.

React, and with it Next.js, sends a page with a placeholder `<template id="B:1">` or `<template id="P:1">` for each part
that is not there yet, later the part itself as `<div hidden id="S:1">`, and a script that moves it.
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from copydesk.classifier.segmentation.byte_search import has_bytes

_MARK = b'<div hidden id="S:'
_PARTS = 'div[hidden][id^="S:"]'
_PLACEHOLDERS = 'template[id^="B:"], template[id^="P:"]'
_BOXES = frozenset("div main article section aside header footer nav ul ol li form figure details".split())
"""Elements that a placeholder may be in: in others, such as `select` and `svg`, the text of a part would be lost."""

MOST_PARTS = 5000
"""Most parts, and most placeholders, of a page; one with more is read as it is."""

MOST_ABOVE, MOST_NESTED = 400, 20
"""Most elements above a placeholder, and most parts inside each other, so that the tree does not become deep."""


def place_streamed_parts(parser: LexborHTMLParser, page: bytes) -> None:
    """Move each streamed part of a page to its placeholder, where it is no longer hidden."""
    if not has_bytes(page, _MARK):
        return
    found, placeholders = parser.css(_PARTS), parser.css(_PLACEHOLDERS)
    if max(len(found), len(placeholders)) > MOST_PARTS:
        return
    parts = {(node.id or "")[2:]: node for node in reversed(found)}
    heights = {node.mem_id: 1 for node in found}  # parts inside each other, itself included
    for placeholder in placeholders:
        number = (placeholder.id or "")[2:]
        part = parts.get(number)
        if part is None or (around := _parts_around(placeholder, heights)) is None or part.mem_id in around:
            continue
        height = heights[part.mem_id]
        if height + len(around) > MOST_NESTED:
            continue
        placeholder.insert_before(part, move=True)
        del part.attrs["hidden"]
        del parts[number]
        for more, outer in enumerate(around, 1):
            heights[outer] = max(heights[outer], height + more)


def _parts_around(placeholder: LexborNode, parts: dict[int, int]) -> list[int] | None:
    """Return which of the parts a placeholder is in, the innermost first; None if no part may stand there."""
    around = []
    above = placeholder.parent
    for _ in range(MOST_ABOVE):
        if above is None or above.tag == "body":
            break
        if above.tag not in _BOXES:
            return None
        if above.mem_id in parts:
            around.append(above.mem_id)
        above = above.parent
    return around if above is not None and above.tag == "body" else None
