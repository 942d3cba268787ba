"""Corrects kinds of blocks by the order of a story: path, kicker, headline, byline and date, standfirst, paragraphs.

The model learnt from scraped pages. A text without menus and teasers around it is strange to it, and there it takes a
byline for body and an opening for the line below a picture. It sees each block by itself: where a page has its title
twice, at the end of the path of sections and as headline, it takes both for headlines.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Floats, Integers, spans_of
from copydesk.classifier.captions import (
    ASIDE,
    STORY,
    block_size,
    correct_captions,
    correct_openings,
    find_captions,
    find_credits,
    find_marked,
    find_named_captions,
    leave_out_credits,
    marks,
)
from copydesk.classifier.fields import MAX_LINE, is_byline, is_date
from copydesk.classifier.interruptions import leave_out_interruptions
from copydesk.classifier.line_signs import LineSigns
from copydesk.classifier.lone_blocks import CLOSING_QUOTES, find_labels, find_lone_blocks, find_speakers
from copydesk.classifier.types import KINDS, Blocks, Kind, Markup, places_of

BELOW = 4
"""Blocks below the headline among which a byline and a date are looked for: a choice."""

MAX_SECTION, MAX_KICKER = 25, 60
"""Characters of a section's name above the last step of a path, and of a kicker above a headline. With 40 for a section
three headlines that stand below a line of a menu are taken for steps of a path, and one step more is found."""

MAX_STEPS_DOWN = 2
"""Blocks from the end of a path to the headline, at most. On the pages with labelled parts 6 of 7 headlines in elements
called paths that stand so near above another are the end of the path."""

MIN_SHARED = 0.25
"""Share of the words of four letters or more that the end of a path has in common with the headline: a choice. On the
labelled pages 14 of the 15 headlines that share fewer are no ends of paths, and 51 of the 69 that share more are."""

_LONGER_WORD = re.compile(r"\w{4,}")

MIN_STANDFIRST, LEAST_BODY = 50, 0.2
"""Characters, and probability of body, from which furniture or metadata right below the title is a standfirst. Of such
lines on the labelled pages 12 are, the least probable at 0.24, and one at 0.22 is not; below are two that are not.
Rows of a table and lines that end with a colon may be body from the same probability on."""

LEAST_HEADLINE = 0.2
"""Probability of body below which a headline above the title of a plain text is furniture, as a site's name or a line
of a menu: a choice. On the labelled pages none that belongs to the article is below it."""

LEAST_IN_BODY = 0.03
"""Probability of body from which a kicker is a standfirst, and a long line in a `figcaption` a caption. Of 18
lines below 0.02, on labelled pages that no rule here was made by, 16 are names of sections and advertisements."""

MIN_ECHOED, MAX_AROUND, MIN_WORDS_AROUND = 20, 60, 2
"""Characters of a title that other lines hold, and of what may be around it, and words before and after it: choices.
On the labelled pages two such lines are taken for body without the rule, "The post … appeared first on …", and it finds
no other."""

BULLETS = frozenset("-–—*+•‣◦▪▸►●○■◆・·")
"""Characters that begin the items of a list in plain text, with a space after them."""

_HEADINGS = frozenset(("hgroup", "h1", "h2", "h3", "h4", "h5", "h6"))

_LISTS, _TABLES = frozenset(("ul", "ol")), frozenset(("table",))

_TEXT, _CAPTION, _STANDFIRST, _BYLINE, _DATE, _HEADLINE = map(
    KINDS.index, (Kind.TEXT, Kind.CAPTION, Kind.STANDFIRST, Kind.BYLINE, Kind.DATE, Kind.HEADLINE)
)
_METADATA, _FURNITURE, _TABLE, _LIST_ITEM, _TEASER = map(
    KINDS.index, (Kind.METADATA, Kind.FURNITURE, Kind.TABLE, Kind.LIST_ITEM, Kind.TEASER)
)
_LATER = STORY - {_STANDFIRST}
_IS_ASIDE, _IS_PART, _IS_ASIDE_OR_TEASER = marks(ASIDE), marks(STORY | {_CAPTION}), marks(ASIDE | {_TEASER})


class Cues(NamedTuple):
    """What a page's features say of each block, each of shape (n,); see `features/columns.py`.

    Attributes:
        ends_sentence: 1 where it ends as a sentence does.
        in_figure: 2 in a `figcaption`, 1 in another place of a `figure`.
        images: Images between the block before and this one.
        named_standfirst: How near an element with such a name is, 0 for none and 4 for the nearest.
        named_caption: The same for names of captions.
        named_path: The same for names of paths of sections.
    """

    ends_sentence: Floats
    in_figure: Floats
    images: Floats
    named_standfirst: Floats
    named_caption: Floats
    named_path: Floats


def correct_kinds(
    page: Blocks,
    kinds: Integers,
    title: range,
    cues: Cues,
    in_body: Doubles,
    signs: LineSigns,
    *,
    is_like_article: bool,
) -> Integers:
    """Return the kinds, with what stands above and below the headline, and captions by their place.

    In plain text, the last step of a path is no headline, and there are fewer captions and standfirsts.

    Args:
        page: A segmented page.
        kinds: A number in `KINDS` for each block.
        title: The numbers of the blocks that the title stands in.
        cues: What the features say of the blocks.
        in_body: The probability of each block to be body.
        signs: Which blocks may be captions or labels.
        is_like_article: Whether the page may be an article; on others, what is called a caption may be the text.
    """
    corrected = bytearray(kinds.astype(np.uint8))  # in bytes a kind is found more quickly than in an array
    if title:
        _find_byline(page, corrected, title.stop)
    if page.markup is None:
        _leave_out_headlines(corrected, title, in_body)
        _correct_paths(page, corrected, in_body)
        correct_captions(page, corrected, cues.ends_sentence)
        find_credits(page, corrected, title, signs, cues.ends_sentence, in_body)
        _correct_standfirsts(corrected)
        _find_items(page, corrected, in_body)
    else:
        may_be = in_body >= LEAST_IN_BODY
        _correct_named_paths(corrected, cues.named_path)
        _find_kickers(page, page.markup, corrected, cues.named_standfirst, may_be)
        find_captions(page, corrected, cues.in_figure, in_body, may_be)
        correct_openings(page, corrected, cues.in_figure, cues.ends_sentence)
        is_shown = (cues.images > 0.0) | (cues.in_figure > 0.0)
        find_credits(page, corrected, title, signs, cues.ends_sentence, in_body, is_shown=is_shown)
        if is_like_article:
            find_named_captions(page, corrected, cues.named_caption, cues.images, in_body)
        _find_rows(page.markup, corrected, in_body)
        _correct_lists(page.markup, corrected, title)
    find_marked(page, corrected, title, signs, in_body)
    leave_out_credits(page, corrected)
    _find_standfirst(page, corrected, title, in_body)
    find_speakers(page, corrected)
    find_labels(corrected, signs, in_body)
    if page.markup is not None:
        find_lone_blocks(page, page.markup, corrected, in_body, cues.ends_sentence)
    if is_like_article:
        leave_out_interruptions(page, corrected, title, in_body)
    if title:
        _leave_out_echoes(page, corrected, title)
    return np.frombuffer(corrected, np.uint8).astype(np.int64)


def _find_byline(page: Blocks, kinds: bytearray, first: int) -> None:
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


def _correct_paths(page: Blocks, kinds: bytearray, in_body: Doubles) -> None:
    """Make metadata of a headline above another where it ends a path, and a standfirst of a line between them.

    One that is twice as likely body as the other is the headline; the line below it may be a byline. One of other words
    is the headline too; the line below it is a subtitle.
    """
    for step, headline in reversed([*pairwise(places_of(_HEADLINE, kinds))]):
        if step == 0 or headline - step > MAX_STEPS_DOWN or kinds[step - 1] not in ASIDE:
            continue
        if block_size(page, step - 1) > MAX_SECTION or 2 * in_body[headline] < in_body[step]:
            continue
        if not _share_words(page, step, headline):
            continue
        kinds[step] = _METADATA
        between = kinds[step + 1]
        if (between in ASIDE or between == _TEXT) and block_size(page, step + 1) <= MAX_KICKER:
            kinds[step + 1] = _STANDFIRST


def _share_words(page: Blocks, block: int, other: int) -> bool:
    """Return whether two blocks are equal, or share more than MIN_SHARED of the longer words of one of them."""
    one, two = (page.text[start:end].casefold() for start, end in (page.blocks[block], page.blocks[other]))
    words, others = (set(_LONGER_WORD.findall(line)) for line in (one, two))
    return one == two or len(words & others) > MIN_SHARED * min(len(words), len(others))


def _correct_named_paths(kinds: bytearray, named_path: Floats) -> None:
    """Make metadata of a headline in an element that is called a path, near above another outside of one."""
    for step, headline in [*pairwise(places_of(_HEADLINE, kinds))]:
        if headline - step <= MAX_STEPS_DOWN and named_path[step] > 0.0 and named_path[headline] == 0.0:
            kinds[step] = _METADATA


def _find_standfirst(page: Blocks, kinds: bytearray, title: range, in_body: Doubles) -> None:
    """Make a standfirst of a long line right below the title that may be body, on a page that has text.

    Other headlines have none found here: a line of a menu that is taken for one often stands above a note on cookies.
    """
    below = title.stop
    if not title or below == len(kinds) or kinds[below - 1] != _HEADLINE or kinds[below] not in ASIDE:
        return
    if in_body[below] >= LEAST_BODY and block_size(page, below) >= MIN_STANDFIRST and _TEXT in kinds:
        kinds[below] = _STANDFIRST


def _find_rows(markup: Markup, kinds: bytearray, in_body: Doubles) -> None:
    """Make rows of an article's table of furniture that may be body, below another of its rows; its first above one."""
    if _TABLE not in kinds:
        return
    for number in _find_likely(kinds, in_body):
        table = _innermost(markup, number, _TABLES)
        if table < 0:
            continue
        beside = number + 1 if markup.firsts[table] == number else number - 1
        if beside < markup.lasts[table] and kinds[beside] == _TABLE and _innermost(markup, beside, _TABLES) == table:
            kinds[number] = _TABLE


def _correct_lists(markup: Markup, kinds: bytearray, title: range) -> None:
    """Make one kind of lists of standfirsts and list items: standfirsts above the article's text, list items below."""
    seen = -1
    for number in [*places_of(_STANDFIRST, kinds)]:
        around = _innermost(markup, number, _LISTS)
        if around in (-1, seen):
            continue
        seen = around
        first, stop = markup.firsts[around], markup.lasts[around]
        if set(kinds[first:stop]) == {_STANDFIRST, _LIST_ITEM}:
            is_below = _TEXT in kinds[title.stop if title else 0 : first]
            kinds[first:stop] = bytes((_LIST_ITEM if is_below else _STANDFIRST,)) * (stop - first)


def _find_items(page: Blocks, kinds: bytearray, in_body: Doubles) -> None:
    """Make list items of lines that may be body and begin with the bullet of the article's line right above."""
    for number in _find_likely(kinds, in_body, _IS_ASIDE_OR_TEASER):
        bullet = _bullet(page, number)
        if bullet and number and kinds[number - 1] in _LATER and bullet == _bullet(page, number - 1):
            kinds[number] = _LIST_ITEM


def _bullet(page: Blocks, number: int) -> str:
    start, end = page.blocks[number]
    is_item = page.text[start] in BULLETS and end - start > 2 and page.text[start + 1].isspace()
    return page.text[start] if is_item else ""


def _find_likely(kinds: bytearray, in_body: Doubles, among: bytes = _IS_ASIDE) -> list[int]:
    """Return the blocks of furniture and metadata, or of other kinds, that may be body, in order."""
    is_among = np.frombuffer(kinds.translate(among), np.bool_)
    found: list[int] = (is_among & (in_body >= LEAST_BODY)).nonzero()[0].tolist()
    return found


def _innermost(markup: Markup, block: int, tags: frozenset[str]) -> int:
    """Return the innermost element around a block that has one of these tags, -1 if there is none."""
    element = markup.elements[block]
    while element >= 0 and markup.tags[element] not in tags:
        element = markup.parents[element]
    return element


def _leave_out_echoes(page: Blocks, kinds: bytearray, title: range) -> None:
    """Make furniture of lines of the body with the whole title: "The post … appeared first on …", "3 replies to “…”".

    The former ends the body; the latter begins with a number and ends with a quotation mark.
    """
    start, end = page.blocks[title.start].start, page.blocks[title.stop - 1].end
    headline = page.text[start:end]
    if end - start < MIN_ECHOED or (place := page.text.find(headline, end)) < 0:
        return
    spans = spans_of(page.blocks)
    in_body = kinds.translate(_IS_PART)
    last = in_body.rfind(1)
    while place >= 0:
        number = int(np.searchsorted(spans[:, 0], place, side="right")) - 1
        first, stop = spans[number].tolist()
        if in_body[number] and stop - first - len(headline) <= MAX_AROUND:
            above, below = page.text[first:place], page.text[place + len(headline) : stop]
            is_reference = number == last and min(len(above.split()), len(below.split())) >= MIN_WORDS_AROUND
            if is_reference or (above[:1].isdigit() and below in CLOSING_QUOTES):
                kinds[number] = _FURNITURE
        place = page.text.find(headline, max(stop, place + 1))


def _leave_out_headlines(kinds: bytearray, title: range, in_body: Doubles) -> None:
    """Make furniture of headlines above the title that are hardly body."""
    for number in [*places_of(_HEADLINE, kinds[: title.start])]:
        if in_body[number] < LEAST_HEADLINE:
            kinds[number] = _FURNITURE


def _find_kickers(
    page: Blocks, markup: Markup, kinds: bytearray, named_standfirst: Floats, may_be: NDArray[np.bool_]
) -> None:
    """Make standfirsts of kickers: metadata right above a headline, called so or in one heading with it."""
    if _TEXT not in kinds:
        return
    for headline in [*places_of(_HEADLINE, kinds)]:
        above = headline - 1
        if above < 0 or kinds[above] != _METADATA or not may_be[above] or block_size(page, above) > MAX_KICKER:
            continue
        if named_standfirst[above] > 0.0 or _share_heading(markup, above, headline):
            kinds[above] = _STANDFIRST


def _share_heading(markup: Markup, block: int, other: int) -> bool:
    """Return whether the innermost element around two blocks is a heading or a group of headings."""
    around = set()
    element = markup.elements[block]
    while element >= 0:
        around.add(element)
        element = markup.parents[element]
    element = markup.elements[other]
    while element >= 0 and element not in around:
        element = markup.parents[element]
    return element >= 0 and markup.tags[element] in _HEADINGS


def _correct_standfirsts(kinds: bytearray) -> None:
    """Make text of a single standfirst right below the article's text, from the second paragraph on."""
    second = kinds.find(_TEXT, kinds.find(_TEXT) + 1)
    for number in [*places_of(_STANDFIRST, kinds)]:
        is_single = number + 1 == len(kinds) or kinds[number + 1] != _STANDFIRST
        if number and is_single and kinds[number - 1] in _LATER and 0 <= second < number:
            kinds[number] = _TEXT
