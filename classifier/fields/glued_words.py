"""Recognises words that lost the space between them, where a page sets them side by side as elements of their own."""

from __future__ import annotations

import re
from itertools import pairwise

from copydesk.classifier.fields.incomplete_dates import is_weekday

LEAST_LINK, LEAST_JOINTS = 3, 2
"""Letters of each word of a row of links, and the places at which its words are glued. One place is also in names such
as "MacFarlane"; both are choices. On the 1,694 pages of Fundus and WCXB no author is left out by this rule."""

_ARABIC_WEEKDAY = re.compile(
    r"(?<=[\u0621-\u064a])(?<!عبد)(?:الأحد|الاحد|الاثنين|الإثنين|الثلاثاء|الأربعاء|الاربعاء|الخميس|الجمعة|السبت)$"
)
"""A weekday without a space before it; "عبدالأحد" is a name."""


def without_glued_weekday(name: str) -> str:
    """Return a name of two words or more without the weekday glued to its end: "Ada QuillSaturday"."""
    before, space, last = name.rpartition(" ")
    if not space:
        return name
    for place in _joints(last):
        if is_weekday(last[place:]):
            return f"{before} {last[:place]}"
    return _ARABIC_WEEKDAY.sub("", name)


def is_row_of_links(text: str) -> bool:
    """Return whether a word of a text is three glued words or more, as of links in a row: "PrintSendShare"."""
    for word in text.split():
        places = [0, *_joints(word), len(word)]
        sizes = [end - start for start, end in pairwise(places)]
        if len(sizes) > LEAST_JOINTS and min(sizes) >= LEAST_LINK:
            return True
    return False


def _joints(word: str) -> list[int]:
    """Return where a capital follows a small letter."""
    if word.islower() or word.istitle():
        return []
    return [place for place in range(1, len(word)) if word[place].isupper() and word[place - 1].islower()]
