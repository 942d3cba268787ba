"""Leaves out what stands at the edge of an article's body and is hardly part of it.

The trees see each block among its neighbours, not where the body begins and ends, and their probabilities are too high
there: of a name, a call to subscribe or the first of the related stories. Notes on the author repeat the byline.
"""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Doubles, Integers
from copydesk.classifier.fields import MAX_LINE
from copydesk.classifier.types import KINDS, LABELS, PARTS, Blocks, Kind, Label

LEAST_SUBHEADING = 0.9
"""Probability of body below which a subheading with no text below it is none, unless metadata such as sources follows:
a choice, as those below. On the labelled pages all rules here leave out 71 blocks of HTML, of which 52 do not belong to
the article, and 290 of plain text, of which 214 do not."""

FAR, LEAST_FAR = 3, 0.8
"""Blocks from the rest of the body, and probability below which the last block that stands so far away is none of
it."""

LEAST_FIRST, LEAST_LAST = 0.7, 0.5
"""Probability below which a paragraph at the top or the end of a plain text's body, or a subheading at its top, is none
of it. In HTML the trees know the edges: with LEAST_LAST there, three pages in 500 more are wrong somewhere."""

N_NOTES = 3
"""Blocks at the end of a body among which notes on its authors are looked for: a byline's name, and what the person is
or does. On the labelled pages 27 of 30 such notes in both forms do not belong to the article."""

MAX_NAME, MAX_NAMES = 40, 4
"""Characters and words of a line that is only a name."""

_IN_NAMES = str.maketrans("", "", "-'’.")

MIN_PARTS = 6
"""Blocks of a body from which its edges are looked at: in a shorter one each may be all that there is."""

_SUBHEADING, _TEXT, _METADATA, _FURNITURE, _TEASER, _BYLINE = map(
    KINDS.index, (Kind.SUBHEADING, Kind.TEXT, Kind.METADATA, Kind.FURNITURE, Kind.TEASER, Kind.BYLINE)
)
_BODY, _BOILERPLATE, _TEASERS = map(LABELS.index, (Label.BODY, Label.BOILERPLATE, Label.TEASER))
_IS_PART = np.array([kind in PARTS and kind is not Kind.HEADLINE for kind in KINDS])


def leave_out_edges(page: Blocks, kinds: Integers, probabilities: Doubles) -> None:
    """Make furniture, teasers or metadata of blocks at the edges of an article's body that are hardly part of it.

    Args:
        page: A segmented page.
        kinds: A number in `KINDS` for each block, which is changed.
        probabilities: Of each label, shape (n, 3).
    """
    parts: list[int] = _IS_PART[kinds].nonzero()[0].tolist()
    in_body = probabilities[:, _BODY]
    _find_author_notes(page, kinds, parts)
    if parts and kinds[parts[-1]] == _TEXT and in_body[parts[-1]] < LEAST_FAR and _is_name(page, parts[-1]):
        kinds[parts.pop()] = _BYLINE
    plain, is_last = page.markup is None, True
    while len(parts) >= MIN_PARTS:
        above, last = parts[-2:]
        is_far = last - above >= FAR and in_body[last] < LEAST_FAR
        is_end = plain and is_last and kinds[last] == _TEXT and in_body[last] < LEAST_LAST
        if not (is_far or is_end or _is_lone_subheading(kinds, in_body, last)):
            break
        _leave_out(parts.pop(), kinds, probabilities)
        is_last = False
    while plain and len(parts) >= MIN_PARTS and kinds[parts[0]] in (_TEXT, _SUBHEADING):
        if in_body[parts[0]] >= LEAST_FIRST:
            break
        _leave_out(parts.pop(0), kinds, probabilities)


def _find_author_notes(page: Blocks, kinds: Integers, parts: list[int]) -> None:
    """Make metadata of what is said of an author at the end of a body, and take it from its parts."""
    for number in parts[-N_NOTES:]:
        if kinds[number] != _TEXT:
            continue
        start, end = page.blocks[number]
        first, last, *rest = (*page.text[start : min(end, start + 2 * MAX_NAME)].split(maxsplit=2), "", "")
        is_alike = first[:1].isupper() and last[:1].isupper() and rest[0][:1].islower()
        if is_alike and any(f"{first} {last}" in byline for byline in _bylines_above(page, kinds, number)):
            kinds[number] = _METADATA
            parts.remove(number)


def _bylines_above(page: Blocks, kinds: Integers, number: int) -> list[str]:
    spans = [page.blocks[byline] for byline in (kinds[:number] == _BYLINE).nonzero()[0].tolist()]
    return [page.text[start:end] for start, end in spans if end - start <= MAX_LINE]


def _is_name(page: Blocks, number: int) -> bool:
    """Return whether a block is nothing but some words that begin with a capital letter."""
    start, end = page.blocks[number]
    line = page.text[start:end] if end - start <= MAX_NAME else ""
    words = line.translate(_IN_NAMES).split()
    is_alike = all(word[0].isupper() and word.isalpha() for word in words)
    return is_alike and 1 < len(words) <= MAX_NAMES and not line.isupper() and not line.endswith(".")


def _is_lone_subheading(kinds: Integers, in_body: Doubles, last: int) -> bool:
    """Return whether the last block of a body is a subheading that none of the article stands below."""
    is_above_sources = last + 1 < len(kinds) and kinds[last + 1] == _METADATA
    return bool(kinds[last] == _SUBHEADING and in_body[last] < LEAST_SUBHEADING and not is_above_sources)


def _leave_out(number: int, kinds: Integers, probabilities: Doubles) -> None:
    is_teaser = probabilities[number, _TEASERS] > probabilities[number, _BOILERPLATE]
    kinds[number] = _TEASER if is_teaser else _FURNITURE
