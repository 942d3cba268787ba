"""Cuts written pages down to briefs: a headline, one to three paragraphs, and little or nothing around them.

Feeds and short news are like that, and labelled pages hardly ever are: without briefs, models take a headline and a
paragraph alone for a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from copydesk.training.made_elements import Written

SHARE = 0.5
"""Share of pages with a headline and a paragraph below it that are cut down."""

PARAGRAPHS = (1, 1, 2, 3)
"""Numbers of paragraphs, with equal chances."""

ALONE, MOST_AROUND = 0.4, 4
"""Share of briefs with nothing around them, and most lines of furniture before and after the others."""


def cut_down(page: str, blocks: Sequence[Written]) -> list[Written]:
    """Return a page's brief, the same one every time; nothing if the page has no paragraph below a headline.

    Args:
        page: The page's id.
        blocks: Texts and codes of the page's blocks in order.
    """
    rng = np.random.default_rng(crc32(b"brief" + page.encode()))
    codes = [code for _, code in blocks]
    first = codes.index("N") if "N" in codes else len(codes)
    paragraphs = [i for i, code in enumerate(codes) if code == "E" and i > first]
    if not paragraphs or rng.random() >= SHARE:
        return []
    last = paragraphs[: int(rng.choice(PARAGRAPHS))][-1]
    alone = rng.random() < ALONE
    story = [block for block in blocks[first : last + 1] if block[1] in ("NE" if alone else "NSEAD")]
    if alone:
        return story
    before, after = ([block for block in part if block[1] == "B"] for part in (blocks[:first], blocks[last + 1 :]))
    few = rng.integers(MOST_AROUND + 1, size=2)
    return [*before[: int(few[0])], *story, *after[max(0, len(after) - int(few[1])) :]]
