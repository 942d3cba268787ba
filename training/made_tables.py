"""Lays out a made page as old sites do: menu, story and teasers in the cells of one row of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from copydesk.training.made_elements import Dice, Elements, Written, wrap

TABLES = ("", ' border="0" cellpadding="4" cellspacing="0" width="760"', ' width="100%"', ' align="center" border="0"')
NARROW, WIDE = (' width="160" valign="top"', ' valign="top"', ""), (' valign="top"', ' width="440" valign="top"', "")
INSIDE_CELL = ("td", "td", "td", "td div", "td table tr td")

LINK_CHARS = 90
"""Most characters of a teaser that is a headline and thus a link, where no link is marked."""

_BEGINS_BLOCK = re.compile(r"<(?:p|div|h[1-6]|[uod]l|table|section|article|form|pre|blockquote)\b|<br/?>\s*<br")


class Run(NamedTuple):
    """A run of blocks of one part of the page, and its HTML."""

    place: str
    n_blocks: int
    html: str


def build_table(runs: Sequence[Run], dice: Dice) -> str:
    """Return runs in page order as rows of a table: the longest run of the story with its neighbours in one row."""
    main = max(range(len(runs)), key=lambda number: (runs[number].place == "story", runs[number].n_blocks))
    first = main - 1 if main and runs[main - 1].place == "start" else main
    last = main + 1 if main + 1 < len(runs) and runs[main + 1].place == "list" else main
    narrow, wide, tags = dice.choose(NARROW), dice.choose(WIDE), dice.choose(INSIDE_CELL)
    if not _BEGINS_BLOCK.search(runs[main].html):  # a row of short cells is one block, a row of data
        tags = "td div"
    cells = [
        wrap(run.html, tags if run.place == "story" else "td", wide if run.place == "story" else narrow)
        for run in runs[first : last + 1]
    ]
    span = f' colspan="{len(cells)}"'
    rows = [
        *(wrap(run.html, "td", span) for run in runs[:first]),
        "".join(cells),
        *(wrap(run.html, "td", span) for run in runs[last + 1 :]),
    ]
    table = wrap("".join(f"<tr>{row}</tr>\n" for row in rows), "table", dice.choose(TABLES))
    return wrap(table, dice.choose(("", "", "center")))


def build_teaser_lines(elements: Elements, dice: Dice, blocks: Sequence[Written], line_end: str) -> str:
    """Return teasers as lines with two breaks after each, or as paragraphs; those like a headline are links."""
    as_lines, bold = dice.chance(0.6), dice.choose(("b ", ""))
    built = ""
    for text, code in blocks:
        linked = code == "T" and "[[" not in text and len(text) <= LINK_CHARS
        tags = "b" if code == "H" else f"{bold}a" if linked else ""
        built += elements.inline(text, tags) + line_end if as_lines else elements.inline(text, f"p {tags}")
    return built
