"""Corrects which blocks are captions: by the elements around them, by how they begin, and by who took the picture."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Floats
from copydesk.classifier.letter_case import fold_case
from copydesk.classifier.line_signs import LineSigns
from copydesk.classifier.types import KINDS, PARTS, Blocks, Kind, places_of

MIN_OPENING, MIN_SENTENCE = 60, 30
"""Characters of an opening that need not end as a sentence, and of a sentence within a text that is no caption: choices
that leave every line below a picture on the labelled pages as it is."""

MIN_CAPTION = 60
"""Characters from which a line that ends with the name of a photographer, or that stands in a `figcaption`, is a
caption; a shorter one may name only the photographer, and is metadata then."""

NEAR = 3.0
"""How near an element that is called a caption has to be, one of the two innermost: a choice. On the pages with
labelled parts 40 of the 52 lines found in such elements are captions, and eight of the others name who is quoted, on
one site."""

LEAST_CAPTION = 0.3
"""Probability of body from which furniture or a teaser is a caption where its element or its end says so: a choice. On
the labelled pages 36 of 38 such lines of plain text that end with a photographer's name are captions, and 18 of 19
teasers from HTML in a `figcaption` or with such an end."""

CREDIT_FROM_END = 40
"""Characters between a caption's credit and its end, at most: names of a photographer and of an agency."""

_CREDIT = re.compile(
    r"©|\b(?:copyright|all rights|getty|courtesy|bildrechte|imago|shutterstock|istock|alamy|unsplash)\b"
    r"|\b(?:photo\w*|foto\w*|bild|bilder|image|picture|quelle|source|cr[eé]dito?s?|kredit)\s?(?:by\b|[:/|])"
    r"|[/|(]\s?(?:afp|ap|dpa|reuters|epa|efe|ansa|ntb|tt)\b",
    re.IGNORECASE,
)
"""What says who took a picture."""

_SHOWN = re.compile(
    r"©|\b(?:getty|bildrechte|imago|shutterstock|istock|alamy|unsplash)\b"
    r"|\b(?:photo|foto|bild|image|picture|(?:bild)?quelle|cr[eé]dito?s?|kredit)s?\s?(?:by\b|[:/|])\s*\w"
    r"|/\s?(?:afp|ap|dpa|reuters|epa|efe|ansa|ntb|tt)\b|\d:\d\d\s?min\b"
)
"""What only captions have, in folded text. An agency in brackets is left out: it may have sent the text."""

MARKS = ("ideo", "IDEO", "ymbol", "rchiv", "rkiv", "ile p", "ile i")
_MARKED = re.compile(
    r"\W?(?:(?:watch )?video\w*(?:\s?[:–—]|\s-)\s|(?:symbol|archiv|arkiv)(?:bild|foto)|file (?:photo|picture|image))"
    r"|[^()]{0,200}\((?:symbol|archiv|arkiv)(?:bild|foto)",
    re.IGNORECASE,
)
"""What a line begins with, or has in brackets, that says what is shown: a film, or a picture that was taken before. On
the labelled pages all 14 such lines that the trees take for something else are captions. They have one of `MARKS` too,
which most lines in capitals do not."""

_BEGINS_CREDIT = re.compile(
    r"\W?(?:photo\w*|foto\w*|bild|bilder|image|picture|illustration|cr[eé]dito?s?|kredit)s?"
    r"\s?(?:credits?|courtesy)?\s?(?:by\b|of\b|[:/|])",
    re.IGNORECASE,
)
"""How a short line begins that only says who took a picture."""

_NAMES_TWO = re.compile(r"[^\W\d_](?:(?!\s[-–—]\s)[^/|.!?:;©])+[/|][^/|.!?:;©]+")
"""A photographer and an agency, with a stroke between; before a dash is what the picture shows."""

_TEXT, _CAPTION, _STANDFIRST, _BYLINE, _DATE, _HEADLINE = map(
    KINDS.index, (Kind.TEXT, Kind.CAPTION, Kind.STANDFIRST, Kind.BYLINE, Kind.DATE, Kind.HEADLINE)
)
_SUBHEADING, _METADATA, _FURNITURE, _TEASER = map(
    KINDS.index, (Kind.SUBHEADING, Kind.METADATA, Kind.FURNITURE, Kind.TEASER)
)
_IN_FIGCAPTION = 2.0  # of the column in_figure
_TOP = frozenset((_HEADLINE, _BYLINE, _DATE))

ASIDE = frozenset((_METADATA, _FURNITURE))
STORY = frozenset(map(KINDS.index, PARTS)) - {_HEADLINE, _CAPTION}
"""Numbers of the kinds that stand beside an article, and of those of its text."""


def marks(kinds: frozenset[int]) -> bytes:
    """Return a table that marks these kinds with 1 and others with 0, for `bytes.translate`."""
    return bytes(kind in kinds for kind in range(256))


_PLAIN, _BESIDE = frozenset((_TEXT, _SUBHEADING, _STANDFIRST, _HEADLINE)), ASIDE | {_BYLINE, _TEASER}
_LIKE_CAPTION, _FROM_OTHERS = _PLAIN | {_BYLINE, _METADATA}, frozenset((_TEASER, _FURNITURE))


def find_credits(
    page: Blocks,
    kinds: bytearray,
    title: range,
    signs: LineSigns,
    ends_sentence: Floats,
    in_body: Doubles,
    *,
    is_shown: NDArray[np.bool_] | None = None,
) -> None:
    """Make captions of long lines that end by saying who took the picture, or how long the film is, and no sentence.

    `is_shown` says where a picture is, if that is known.
    """
    for number in signs.credits:
        kind = kinds[number]
        is_alike = kind in _LIKE_CAPTION or (kind in _FROM_OTHERS and in_body[number] >= LEAST_CAPTION)
        may_be = ends_sentence[number] != 1.0 and (is_shown is None or is_shown[number])
        if is_alike and may_be and number not in title:
            end = page.blocks[number][1]
            if _SHOWN.search(fold_case(page.text[end - CREDIT_FROM_END : end])):
                kinds[number] = _CAPTION


def find_marked(page: Blocks, kinds: bytearray, title: range, signs: LineSigns, in_body: Doubles) -> None:
    """Make captions of lines that begin with what they show: "Video: …", "(Symbolbild) …"."""
    for number in signs.shown:
        may_be = kinds[number] in _PLAIN or (kinds[number] in _BESIDE and in_body[number] >= LEAST_CAPTION)
        if may_be and number not in title and says_what_is_shown(page, number):
            kinds[number] = _CAPTION


def says_what_is_shown(page: Blocks, number: int) -> bool:
    """Return whether a block begins with what it shows, or has it in brackets."""
    start, end = page.blocks[number]
    is_alike = _MARKED.match(page.text, start, end) is not None
    return is_alike and any(page.text.find(mark, start, end) >= 0 for mark in MARKS)


def find_captions(
    page: Blocks, kinds: bytearray, in_figure: Floats, in_body: Doubles, may_be: NDArray[np.bool_]
) -> None:
    """Make captions of headings in figures, and in a `figcaption` of what is taken for a teaser or for metadata.

    A teaser has to be likely body, metadata a long line.
    """
    for number in in_figure.nonzero()[0].tolist():
        kind = kinds[number]
        if kind == _SUBHEADING:
            kinds[number] = _CAPTION
        elif in_figure[number] == _IN_FIGCAPTION:
            is_shown = kind == _TEASER and in_body[number] >= LEAST_CAPTION
            if is_shown or (kind in ASIDE and may_be[number] and block_size(page, number) >= MIN_CAPTION):
                kinds[number] = _CAPTION


def correct_openings(page: Blocks, kinds: bytearray, in_figure: Floats, ends_sentence: Floats) -> None:
    """Make text of long sentences between a teaser and the article: the picture above them belongs to the teaser."""
    for number in [*places_of(_CAPTION, kinds)]:
        if not 0 < number < len(kinds) - 1 or kinds[number - 1] != _TEASER or kinds[number + 1] not in STORY:
            continue
        start, end = page.blocks[number]
        is_sentence = ends_sentence[number] == 1.0 and end - start >= MIN_OPENING and in_figure[number] == 0.0
        if is_sentence and _CREDIT.search(page.text[start:end]) is None:
            kinds[number] = _TEXT


def find_named_captions(
    page: Blocks, kinds: bytearray, named_caption: Floats, images: Floats, in_body: Doubles
) -> None:
    """Make captions of text in elements that are called so, where it is long or below an image."""
    for number in (named_caption >= NEAR).nonzero()[0].tolist():
        kind, is_long = kinds[number], block_size(page, number) >= MIN_CAPTION
        is_shown = kind in (_TEXT, _SUBHEADING) and (is_long or images[number] > 0.0)
        if is_shown or (kind in ASIDE and is_long and in_body[number] >= LEAST_CAPTION):
            kinds[number] = _CAPTION


def leave_out_credits(page: Blocks, kinds: bytearray) -> None:
    """Make metadata of captions that only name the photographer; in plain text, with a known agency beside."""
    for number in [*places_of(_CAPTION, kinds)]:
        start, end = page.blocks[number]
        if end - start >= MIN_CAPTION:
            continue
        line = page.text[start:end]
        is_named = _NAMES_TWO.fullmatch(line) and (page.markup is not None or _SHOWN.search(fold_case(line)))
        if is_named or _BEGINS_CREDIT.match(line):
            kinds[number] = _METADATA


def block_size(page: Blocks, number: int) -> int:
    """Return the characters of a block."""
    start, end = page.blocks[number]
    return end - start


def correct_captions(page: Blocks, kinds: bytearray, ends_sentence: Floats) -> None:
    """Make text of captions within the article that name no photographer: openings, sentences, lines in brackets."""
    for number in [*places_of(_CAPTION, kinds)]:
        above = kinds[number - 1] if number else -1
        below = kinds[number + 1] if number + 1 < len(kinds) else _TEXT
        if below not in STORY or not (above in _TOP or above in STORY):
            continue
        start, end = page.blocks[number]
        is_sentence = ends_sentence[number] == 1.0 and end - start >= MIN_SENTENCE
        is_opening = above in _TOP and end - start >= MIN_OPENING
        is_aside = page.text[start] == "(" and page.text[end - 1] == ")" and end - start >= MIN_SENTENCE
        if (is_sentence or is_opening or is_aside) and _CREDIT.search(page.text[start:end]) is None:
            kinds[number] = _TEXT
