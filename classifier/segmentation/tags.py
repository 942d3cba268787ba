"""Says what each HTML tag does to the blocks of a page."""

from __future__ import annotations

TEXT, SKIPPED, BREAK, INSIDE, IMAGE, FORMULA, INLINE, LINK, CELL, TEMPLATE, BLOCK, PRE, ROW = range(13)
"""Actions of the walk through a page; elements from `BLOCK` on begin a block."""

_TAGS = {
    TEXT: "-text",
    # Elements without text of the page; `mjx-math` is the drawing of a formula that stands beside it.
    SKIPPED: "script style head svg iframe object canvas video audio select datalist textarea map -comment -doctype "
    "meta link noframes noembed mjx-math",
    BREAK: "br",
    IMAGE: "img picture source input wbr",
    FORMULA: "math",
    # Phrasing content of the HTML Standard: a browser sets it inside a line; and MathJax's elements around a formula.
    INLINE: "abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rb rp rt rtc ruby s samp "
    "small span strike strong sub sup time tt u var nobr mjx-container mjx-assistive-mml",
    LINK: "a",
    CELL: "td th",
    TEMPLATE: "template",
    PRE: "pre",
    ROW: "tr",
}
ACTIONS = {tag: action for action, tags in _TAGS.items() for tag in tags.split()} | {"": SKIPPED}
"""Action per tag; an element of any other tag begins a block."""

INLINE_TAGS = frozenset(tag for tag, action in ACTIONS.items() if action in (INLINE, LINK))
