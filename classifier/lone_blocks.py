"""Finds blocks of an article that the model takes for something else and that stand alone between two others of it."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Doubles, Floats
from copydesk.classifier.captions import ASIDE, STORY, marks
from copydesk.classifier.line_signs import LineSigns
from copydesk.classifier.types import KINDS, Blocks, Kind, Markup, places_of

CLOSING_QUOTES = frozenset("\"”“»«’'」』")
"""Characters at the end of a quotation, in one language or another."""

MAX_LABEL, COLONS = 40, frozenset(":：")
"""Most characters of a line that only says what the next one is, and how it ends: a choice. Of such lines on the
labelled pages, within the article and from a probability of LEAST_LONE on, 8 of 9 belong to it."""

LEAST_LONE = 0.2
"""Probability of body from which such a line, or a heading above a list, belongs to the article. On the labelled pages
two headings above a list are found, of which one does."""

MIN_SENTENCE, MIN_WORDS, SURE_BESIDE = 25, 4, 0.8
"""Characters and words of a sentence without an element of its own, and probability of body of both paragraphs beside
it, at least: choices. On the labelled pages none is found; on 308 others two are, which are notes of the editor."""

_TEXT, _SUBHEADING, _LIST_ITEM, _QUOTE, _PREFORMATTED, _BYLINE, _DATE = map(
    KINDS.index,
    (Kind.TEXT, Kind.SUBHEADING, Kind.LIST_ITEM, Kind.QUOTE, Kind.PREFORMATTED, Kind.BYLINE, Kind.DATE),
)
_IS_STORY, _IS_OTHER = marks(STORY), marks(ASIDE | {_DATE})
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))


def find_lone_blocks(page: Blocks, markup: Markup, kinds: bytearray, in_body: Doubles, ends_sentence: Floats) -> None:
    """Give a block between two of the story its kind by its element: a `pre`, a heading above a list, a bare sentence.

    Args:
        page: A segmented page.
        markup: Its elements.
        kinds: A number in `KINDS` for each block, which is changed.
        in_body: The probability of each block to be body.
        ends_sentence: 1 for each block that ends as a sentence does.
    """
    is_story = np.frombuffer(kinds.translate(_IS_STORY), np.bool_)
    is_other = np.frombuffer(kinds.translate(_IS_OTHER), np.bool_)
    for place in (is_story[:-2] & is_other[1:-1] & is_story[2:]).nonzero()[0].tolist():
        number = place + 1
        element = markup.elements[number]
        tag = markup.tags[element]
        if tag == "pre":
            kinds[number] = _PREFORMATTED
        elif tag in _HEADINGS:
            if in_body[number] >= LEAST_LONE and _is_above_list(kinds, number):
                kinds[number] = _SUBHEADING
        elif (
            ends_sentence[number]
            and in_body[[place, number + 1]].min() > SURE_BESIDE
            and _is_bare(page, markup, number)
        ):
            kinds[number] = _TEXT


def _is_above_list(kinds: bytearray, number: int) -> bool:
    """Return whether below a block is a list item, and then one more block of the story."""
    below = kinds[number + 1 : number + 3]
    return len(below) > 1 and below[0] == _LIST_ITEM and below[1] in STORY


def _is_bare(page: Blocks, markup: Markup, number: int) -> bool:
    """Return whether a block is a sentence in the element around a paragraph beside it, and in none of its own."""
    start, end = page.blocks[number]
    around = markup.elements[number]
    is_beside = any(markup.parents[markup.elements[other]] == around for other in (number - 1, number + 1))
    return is_beside and end - start >= MIN_SENTENCE and len(page.text[start:end].split()) >= MIN_WORDS


def find_speakers(page: Blocks, kinds: bytearray) -> None:
    """Make text of bylines within the article below a quotation: they say who is quoted."""
    for number in [*places_of(_BYLINE, kinds)]:
        if not 0 < number < len(kinds) - 1 or kinds[number + 1] not in STORY:
            continue
        above = kinds[number - 1]
        if above == _QUOTE or (above == _TEXT and _ends_quotation(page, number - 1)):
            kinds[number] = _TEXT


def _ends_quotation(page: Blocks, number: int) -> bool:
    return page.text[page.blocks[number].end - 1] in CLOSING_QUOTES


def find_labels(kinds: bytearray, signs: LineSigns, in_body: Doubles) -> None:
    """Make text of short lines within the article that end with a colon and may be body, such as "Source:"."""
    for number in signs.labels:
        if not 0 < number < len(kinds) - 1 or kinds[number] not in ASIDE or in_body[number] < LEAST_LONE:
            continue
        if kinds[number - 1] in STORY and kinds[number + 1] in STORY:
            kinds[number] = _TEXT
