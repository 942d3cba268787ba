"""Leaves out what stands at the edge of an article's body and is hardly part of it.

The trees see each block among its neighbours, not where the body begins and ends, and their probabilities are too high
there: of a name, a call to subscribe or the first of the related stories. Notes on the author repeat the byline.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from copydesk.classifier.arrays import Doubles, Integers, spans_of
from copydesk.classifier.captions import block_size
from copydesk.classifier.edge_words import (
    CLOSES_PAGE,
    COMMENTS,
    IS_WRITER,
    MAX_COMMENTS,
    OPENS_NOTE,
    RELATED,
    REPLIES,
)
from copydesk.classifier.fields import MAX_LINE
from copydesk.classifier.line_signs import LineSigns
from copydesk.classifier.types import KINDS, LABELS, PARTS, Blocks, Kind, Label

LEAST_SUBHEADING = 0.9
"""Probability of body below which a subheading with no text below it is none, unless metadata such as sources follows:
a choice, as those below. On the labelled pages the rules of such subheadings, of blocks far away and of paragraphs
leave out 71 blocks of HTML, of which 52 do not belong to the article, and 290 of plain text, of which 214 do not."""

FAR, LEAST_FAR = 3, 0.8
"""Blocks from the rest of the body, and probability below which the last block that stands so far away is none of
it."""

LEAST_FIRST, LEAST_LAST = 0.7, 0.5
"""Probability below which a paragraph at the top or the end of a plain text's body, or a subheading at its top, is none
of it. In HTML the trees know the edges: with LEAST_LAST there, three pages in 500 more are wrong somewhere."""

MAX_BOX, MAX_IN_BOX = 2, 200
"""Blocks, and characters of all of them, of a box below an article of HTML, such as a newsletter's heading and its
line: one that is hardly body takes the other with it. Choices: no labelled page has such a box in its body, and of 330
made pages 7 have."""

N_NOTES = 3
"""Blocks at the end of a body among which notes are looked for: a byline's name alone, or with what the person is or
does; or what `CLOSES_PAGE` says. On the labelled pages 33 of 36 blocks on authors in both forms do not belong to the
article."""

N_ABOVE_COMMENTS = 3
"""Blocks of a body above a heading of readers' comments, at least: a choice. On the labelled pages 108 of the 120
blocks of the body below such a heading do not belong to the article, and the others are of one page; below one with
the article's title all 148 of plain text do not."""

CHARS_ABOVE_COMMENTS, MOST_BELOW = 400, 4
"""Characters of a body above such a heading, at least, standfirsts and lists left out, and how many times as long at
most is what goes: a line above an article says how many comments it has, too, below the standfirst or a list of what
the article says. On the labelled pages real ones have 569 to 18,426 above, and up to 2.9 times as many below; one page
has 30 above, in a box, and below its article, 855 times as many."""

MAX_RELATED, MAX_GAP, MAX_CARDS = 40, 5, 14
"""Characters of a heading of related articles, blocks from it to the first card below, and cards: at most. Choices."""

MAX_CARD, SURE_BODY = 120, 0.94
"""Most characters of a card, and probability of body below which a block may be one: a longer or likelier block is a
paragraph, and it stays with all above it. Choices: on the 679 labelled pages, cross-validated, the rule makes a teaser
of one line, which is not editorial, and on the text of 1,684 pages of two in a list of links. Of 340 made texts, 14 had
teasers in the body without it, and 5 have with it."""

N_ABOVE_CARDS = 2
"""Blocks of a body above such a heading, at least: fewer may be a standfirst and its picture's caption."""

MAX_NAME, MAX_NAMES = 40, 4
"""Characters and words of a line that is only a name."""

_IN_NAMES = str.maketrans("", "", "-'’.")

MIN_PARTS = 6
"""Blocks of a body from which its edges are looked at: in a shorter one each may be all that there is."""

_BELOW_HERE = " :：.…!?»›>→▼↓"
"""What may end a heading that points to what is below."""

_OPENINGS = (OPENS_NOTE, IS_WRITER, CLOSES_PAGE)
_SUBHEADING, _TEXT, _METADATA, _FURNITURE = map(
    KINDS.index, (Kind.SUBHEADING, Kind.TEXT, Kind.METADATA, Kind.FURNITURE)
)
_TEASER, _BYLINE, _COMMENT = map(KINDS.index, (Kind.TEASER, Kind.BYLINE, Kind.COMMENT))
_OTHER_STORIES = (_TEASER, KINDS.index(Kind.TEASER_HEADING))
_BODY, _BOILERPLATE, _TEASERS = map(LABELS.index, (Label.BODY, Label.BOILERPLATE, Label.TEASER))
_ABOVE_TEXT = tuple(map(KINDS.index, (Kind.STANDFIRST, Kind.LIST_ITEM)))
_IS_PART = np.array([kind in PARTS and kind is not Kind.HEADLINE for kind in KINDS])


def leave_out_edges(
    page: Blocks, kinds: Integers, probabilities: Doubles, signs: LineSigns, *, may_have_comments: bool = True
) -> None:
    """Make furniture, teasers or metadata of blocks at the edges of an article's body that are hardly part of it.

    Args:
        page: A segmented page.
        kinds: A number in `KINDS` for each block, which is changed.
        probabilities: Of each label, shape (n, 3).
        signs: Which blocks may be headings of comments.
        may_have_comments: Whether readers' comments are no part of its body, as they are of a forum's.
    """
    parts: list[int] = _IS_PART[kinds].nonzero()[0].tolist()
    in_body = probabilities[:, _BODY]
    if may_have_comments:
        _leave_out_comments(page, kinds, parts, probabilities, signs)
    _find_notes(page, kinds, parts)
    if parts and kinds[parts[-1]] == _TEXT and in_body[parts[-1]] < LEAST_FAR and _is_name(page, parts[-1]):
        kinds[parts.pop()] = _BYLINE
    plain, is_last = page.markup is None, True
    if plain:
        _leave_out_cards(page, kinds, parts, in_body)
    else:
        _leave_out_box(page, kinds, parts, probabilities)
    while len(parts) >= MIN_PARTS:
        above, last = parts[-2:]
        is_far = last - above >= FAR and in_body[last] < LEAST_FAR
        is_end = plain and is_last and kinds[last] == _TEXT and in_body[last] < LEAST_LAST
        if not (is_far or is_end or _is_lone_subheading(kinds, in_body, last)):
            break
        _leave_out(parts.pop(), kinds, probabilities, _FURNITURE)
        is_last = False
    for first in parts[: max(len(parts) - MIN_PARTS + 1, 0)] if plain else ():
        if kinds[first] not in (_TEXT, _SUBHEADING) or in_body[first] >= LEAST_FIRST:
            break
        _leave_out(first, kinds, probabilities, _FURNITURE)


def _leave_out_cards(page: Blocks, kinds: Integers, parts: list[int], in_body: Doubles) -> None:
    """Make teasers of the last blocks of a plain text's body that are cards below a heading of related articles.

    From the end up to the last paragraph, all blocks may be cards; the uppermost heading between them counts.
    """
    n_left = len(parts)
    for place in range(len(parts) - 1, max(N_ABOVE_CARDS, len(parts) - MAX_CARDS) - 1, -1):
        first, above = parts[place], parts[place - 1]
        if in_body[first] >= SURE_BODY or block_size(page, first) > MAX_CARD:
            break
        if any(_heads_related(page, number) for number in range(max(above + 1, first - MAX_GAP), first)):
            n_left = place
    kinds[parts[n_left:]] = _TEASER
    del parts[n_left:]


def _leave_out_box(page: Blocks, kinds: Integers, parts: list[int], probabilities: Doubles) -> None:
    """Leave out the last block of a body, or the last two, if they stand apart and one is hardly body."""
    size = 2 if len(parts) > 1 and parts[-1] - parts[-2] == 1 else 1
    if len(parts) - size < MIN_PARTS - MAX_BOX or parts[-size] - parts[-size - 1] == 1:
        return
    box = parts[-size:]
    is_box = all(kinds[number] in (_TEXT, _SUBHEADING) for number in box)
    is_short = sum(block_size(page, number) for number in box) < MAX_IN_BOX
    if is_box and is_short and probabilities[box, _BODY].min() < LEAST_LAST:
        for number in box:
            _leave_out(number, kinds, probabilities, _FURNITURE)
        del parts[-size:]


def _heads_related(page: Blocks, number: int) -> bool:
    start, end = page.blocks[number]
    return end - start <= MAX_RELATED and page.text[start:end].rstrip(_BELOW_HERE).casefold() in RELATED


def _leave_out_comments(
    page: Blocks, kinds: Integers, parts: list[int], probabilities: Doubles, signs: LineSigns
) -> None:
    """Make comments or teasers of what is below a heading of readers' comments, and take it from a body's parts.

    Beside a teaser it says how many comments that story has.
    """
    if len(parts) <= N_ABOVE_COMMENTS:
        return
    first = parts[N_ABOVE_COMMENTS - 1] + 1
    for number in signs.comments[bisect_left(signs.comments, first) : bisect_left(signs.comments, parts[-1])]:
        start, end = page.blocks[number]
        is_heading = page.text[start].isdigit() and REPLIES.fullmatch(page.text, start, end) is not None
        if not is_heading and end - start <= MAX_COMMENTS and COMMENTS.fullmatch(page.text, start, end):
            is_heading = kinds[number - 1] not in _OTHER_STORIES and kinds[number + 1] not in _OTHER_STORIES
        if is_heading and _is_below_article(page, kinds, parts, number):
            while parts[-1] >= number:
                _leave_out(parts.pop(), kinds, probabilities, _COMMENT)
            return


def _is_below_article(page: Blocks, kinds: Integers, parts: Sequence[int], number: int) -> bool:
    """Return whether so much of a body is above a block that it may be all of the article."""
    spans, above = spans_of(page.blocks)[parts], bisect_left(parts, number)
    chars = spans[:, 1] - spans[:, 0]
    in_article = int(chars[:above][~np.isin(kinds[parts[:above]], _ABOVE_TEXT)].sum())
    return in_article >= CHARS_ABOVE_COMMENTS and int(chars[above:].sum()) <= MOST_BELOW * in_article


def _find_notes(page: Blocks, kinds: Integers, parts: list[int]) -> None:
    """Make bylines and metadata of notes on authors, rights and the page's place at the end of a body.

    They are taken from its parts.
    """
    for number in parts[-N_NOTES:]:
        start, end = page.blocks[number]
        if kinds[number] in (_TEXT, _SUBHEADING) and _is_name(page, number):
            kind, name = _BYLINE, page.text[start:end]
        elif kinds[number] == _TEXT:
            kind, name = _METADATA, _name_of_note(page.text[start : min(end, start + 2 * MAX_NAME)])
        else:
            continue
        is_named = name != "" and any(name in byline for byline in _bylines_above(page, kinds, number))
        is_note = is_named or (kind == _METADATA and any(each.match(page.text, start, end) for each in _OPENINGS))
        if is_note:
            kinds[number] = kind
            parts.remove(number)


def _name_of_note(line: str) -> str:
    """Return the first two words of a line if they may be a name and no third one."""
    words = line.split(maxsplit=2)
    is_alike = len(words) == 3 and words[0][0].isupper() and words[1][0].isupper() and not words[2][0].isupper()
    return f"{words[0]} {words[1]}" if is_alike else ""


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


def _leave_out(number: int, kinds: Integers, probabilities: Doubles, kind: int) -> None:
    """Make a block a teaser if it is more like one than like other boilerplate, else what `kind` says."""
    is_teaser = probabilities[number, _TEASERS] > probabilities[number, _BOILERPLATE]
    kinds[number] = _TEASER if is_teaser else kind
