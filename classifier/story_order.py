"""Corrects kinds of blocks by the order of a story: headline, byline and date, standfirst, paragraphs.

The model learnt from scraped pages. A text without menus and teasers around it is strange to it, and there it takes a
byline for body and an opening for the line below a picture.
"""

from __future__ import annotations

import re

import numpy as np

from copydesk.classifier.arrays import Floats, Integers
from copydesk.classifier.fields import MAX_LINE, is_byline, is_date
from copydesk.classifier.types import KINDS, PARTS, Blocks, Kind

BELOW = 4
"""Blocks below the headline among which a byline and a date are looked for: a choice."""

MIN_OPENING, MIN_SENTENCE = 60, 30
"""Characters of an opening that need not end as a sentence, and of a sentence within a text that is no caption: choices
that leave every line below a picture on the labelled pages as it is."""

_CREDIT = re.compile(
    r"©|\b(?:copyright|all rights|getty|courtesy|bildrechte|imago|shutterstock|istock|alamy|unsplash)\b"
    r"|\b(?:photo\w*|foto\w*|bild|bilder|image|picture|quelle|source|cr[eé]dito?s?|kredit)\s?(?:by\b|[:/|])"
    r"|[/|(]\s?(?:afp|ap|dpa|reuters|epa|efe|ansa|ntb|tt)\b",
    re.IGNORECASE,
)
"""What says who took a picture."""

_TEXT, _CAPTION, _STANDFIRST, _BYLINE, _DATE, _HEADLINE = map(
    KINDS.index, (Kind.TEXT, Kind.CAPTION, Kind.STANDFIRST, Kind.BYLINE, Kind.DATE, Kind.HEADLINE)
)
_TOP = frozenset((_HEADLINE, _BYLINE, _DATE))
_STORY = frozenset(map(KINDS.index, PARTS)) - {_HEADLINE, _CAPTION}
_LATER = _STORY - {_STANDFIRST}


def correct_kinds(page: Blocks, kinds: Integers, title: range, ends_sentence: Floats) -> Integers:
    """Return the kinds, with bylines and dates below the headline; in plain text also fewer captions and standfirsts.

    Args:
        page: A segmented page.
        kinds: A number in `KINDS` for each block.
        title: The numbers of the blocks that the title stands in.
        ends_sentence: 1 for each block that ends as a sentence does.
    """
    corrected = kinds.copy()
    if title:
        _find_byline(page, corrected, title.stop)
    if page.markup is None:
        _correct_captions(page, corrected, ends_sentence)
        _correct_standfirsts(corrected)
    return corrected


def _find_byline(page: Blocks, kinds: Integers, first: int) -> None:
    """Give lines that are wholly a byline or a date these kinds."""
    for number in range(first, min(first + BELOW, len(kinds))):
        start, end = page.blocks[number]
        if end - start > MAX_LINE:
            continue
        line = page.text[start:end]
        if is_byline(line):
            kinds[number] = _BYLINE
        elif is_date(line):
            kinds[number] = _DATE


def _correct_captions(page: Blocks, kinds: Integers, ends_sentence: Floats) -> None:
    """Make text of captions within the article that name no photographer: of openings, and of whole sentences."""
    for number in (kinds == _CAPTION).nonzero()[0].tolist():
        above = int(kinds[number - 1]) if number else -1
        below = int(kinds[number + 1]) if number + 1 < len(kinds) else _TEXT
        if below not in _STORY or not (above in _TOP or above in _STORY):
            continue
        start, end = page.blocks[number]
        is_sentence = ends_sentence[number] == 1.0 and end - start >= MIN_SENTENCE
        is_opening = above in _TOP and end - start >= MIN_OPENING
        if (is_sentence or is_opening) and _CREDIT.search(page.text[start:end]) is None:
            kinds[number] = _TEXT


def _correct_standfirsts(kinds: Integers) -> None:
    """Make text of a single standfirst right below the article's text, from the second paragraph on."""
    standfirsts = (kinds == _STANDFIRST).nonzero()[0].tolist()
    if not standfirsts:
        return
    n_texts = np.cumsum(kinds == _TEXT)
    for number in standfirsts:
        is_single = number + 1 == len(kinds) or kinds[number + 1] != _STANDFIRST
        if number and is_single and n_texts[number] > 1 and int(kinds[number - 1]) in _LATER:
            kinds[number] = _TEXT
