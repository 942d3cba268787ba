"""Chooses the rarer ways in which a made page is built: most pages have one element for each block and none of them."""

from __future__ import annotations

from dataclasses import dataclass

from copydesk.training.made_elements import Dice

LINES, TABLE, TABLE_LINES = 0.04, 0.04, 0.3
"""Shares of pages whose paragraphs are lines between `br`, of pages in a layout table, and of those with such lines."""

COMMENTS = 0.33
"""Share of pages whose comments are an element each."""

BARE = 0.05
"""Share of pages of which some paragraphs are text without an element of their own."""

BOXED, FACTS, ENTRIES = 0.35, 0.5, 0.8
"""Shares of pages with a box around furniture or teasers inside the story, around the lists at its end, and around each
entry of a ticker."""

MISLEADING, LOCKED = 0.1, 0.03
"""Shares of pages whose box of the story is named for what it is not, and whose paragraphs are behind a paywall."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The rarer ways in which one page is built."""

    lines: bool
    table: bool
    comments: bool
    bare: bool
    boxed: bool
    facts: bool
    entries: bool
    misleading: bool
    locked: bool


def choose_ways(dice: Dice) -> Ways:
    """Choose the ways for one page."""
    shares = (LINES, TABLE, COMMENTS, BARE, BOXED, FACTS, ENTRIES, MISLEADING, LOCKED)
    lines, table, *others = (dice.chance(share) for share in shares)
    return Ways(lines or (table and dice.chance(TABLE_LINES)), table, *others)
