"""Finds further articles on the page of one article, as endless scrolling loads them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Integers, spans_of
from copydesk.classifier.declared_titles import normalise, tidy
from copydesk.classifier.other_articles_of_text import find_in_text
from copydesk.classifier.types import KINDS, PARTS, Blocks, Kind, Markup, OtherArticle, places_of

MIN_PROSE = 60
"""Characters of a block of the body from which it counts as a paragraph: a choice."""

LEAST_LEFT = 0.5
"""Characters of paragraphs that this article has to have, as a share of those of the longest other: chosen on the
corpora, where without it the headings of three long articles in 1,500 counted as headlines of others."""

REACH = 6
"""Blocks after a headline in which its byline or date is looked for: a choice."""

MAX_HEADS = 100
"""Headlines of one page that are looked at."""

_ABOUT = [KINDS.index(kind) for kind in (Kind.BYLINE, Kind.DATE, Kind.METADATA)]
_N_PARTS = len(PARTS)
_LEVELS = ("h1", "h2", "h3")
_HEADING = re.compile("h[1-6]")
_DIGITS = re.compile(r"\d+")
_OF_HEADLINE = ("header", "hgroup")
_LOOKED_AT = 4  # elements around the title
_OF_ARTICLE = re.compile(
    r"(?:^|[\s_-])(?:article|post|story|entry|hentry)(?:\s|$)|schema\.org/\w*Article", re.IGNORECASE
)


class _Head(NamedTuple):
    """A heading: its element, and its blocks."""

    element: int
    first: int
    last: int


def find_other_articles(page: Blocks, kinds: Integers, title: range) -> list[tuple[OtherArticle, range]]:
    """Return the other articles on a page, in page order, with the numbers of their blocks.

    In HTML, another article has a headline of its own and a paragraph, in an element that is named an article, or with
    a byline or a date below the headline. In plain text, its headline, byline and date are set as those of this
    article are. Where too little of this article would be left, there is no other, but one article with headings.

    Args:
        kinds: A number in KINDS for each block.
        title: The numbers of the blocks that this article's headline stands in.
    """
    if not title:
        return []
    heads = _heads(page.markup, title) if page.markup is not None else []
    if page.markup is not None and all(head.first in title for head in heads):
        return []
    starts, ends = spans_of(page.blocks).T
    sizes = ends - starts
    prose = (kinds < _N_PARTS) & (sizes >= MIN_PROSE)
    if page.markup is None:
        stretches = list(find_in_text(page, prose, title))
    else:
        stretches = list(_find_in_html(page, page.markup, kinds, prose, heads, title))
    if not stretches:
        return []
    found = []
    own = normalise(_text(page, title))
    for headline, blocks in stretches:
        text = _text(page, headline)
        if normalise(text) != own:
            start, end = page.blocks[blocks[0]].start, page.blocks[blocks[-1]].end
            found.append((OtherArticle(tidy(text), start, end), blocks))
    characters = np.where(prose, sizes, 0)
    others = [int(characters[blocks.start : blocks.stop].sum()) for _, blocks in found]
    left = int(characters.sum()) - sum(others)
    return found if left > 0 and left >= LEAST_LEFT * max(others, default=0) else []


def _text(page: Blocks, blocks: range) -> str:
    return page.text[page.blocks[blocks.start].start : page.blocks[blocks.stop - 1].end]


def _find_in_html(
    page: Blocks, markup: Markup, kinds: Integers, prose: NDArray[np.bool_], heads: Sequence[_Head], title: range
) -> Iterator[tuple[range, range]]:
    """Yield the blocks of each other headline, and those of its article."""
    about = np.isin(kinds, _ABOUT)
    about[[number for number, _ in page.head.times if number < len(about)]] = True
    has_byline = _has_byline(about, prose, title.stop)
    if has_byline:
        _mark_alike(markup, about, prose, title.stop, [head.last for head in heads])
    for head, inside, rest in _stretches(markup, heads, title):
        headline = range(head.first, head.last)
        if _is_section(markup, head, prose, title):
            continue
        has_prose = prose[head.last : inside.stop].any()
        if has_prose and _is_named(markup, head, inside):
            yield headline, inside
        elif has_byline and _has_byline(about, prose, head.last):
            if has_prose:
                yield headline, inside
            elif prose[head.last : rest.stop].any():
                yield headline, rest


def _is_section(markup: Markup, head: _Head, prose: NDArray[np.bool_], title: range) -> bool:
    """Return whether the `article` around a heading begins with text before it, below a title that stands outside."""
    for element in _around(markup, head.element):
        if markup.tags[element] == "article":
            first = markup.firsts[element]
            is_apart = not first <= title.start < markup.lasts[element]
            return is_apart and bool(prose[first : head.first].any())
    return False


def _heads(markup: Markup, title: range) -> list[_Head]:
    """Return the headings that may be headlines as the title is: of its level, or the first of an article like its."""
    chain = list(_around(markup, markup.elements[title.start]))
    heads: list[_Head] = []
    if any(markup.tags[element] == "h1" for element in chain[:_LOOKED_AT]):
        heads += _equal(markup, markup.tags, "h1")
    elif not _HEADING.fullmatch(markup.tags[chain[0]]) and markup.names[chain[0]]:
        heads += _equal(markup, markup.names, markup.names[chain[0]])
    own = next((element for element in chain if markup.tags[element] == "article"), -1)
    name = _name_of(markup, own) if own >= 0 else ""
    done = 0
    for article in _equal(markup, markup.tags, "article") if name else ():
        is_apart = article.first >= done and (article.last <= markup.firsts[own] or article.first >= markup.lasts[own])
        if is_apart and _name_of(markup, article.element) == name:
            done = article.last
            heads += islice(_headings_in(markup, article), 1)
    return sorted(set(heads), key=attrgetter("first", "element"))


def _name_of(markup: Markup, element: int) -> str:
    """Return the first name of an element without its digits, which number the articles of a page."""
    return _DIGITS.sub("", "".join(markup.names[element].split()[:1]))


def _equal(markup: Markup, column: Sequence[str], value: str) -> Iterator[_Head]:
    """Yield the first elements with a tag, or with names, that have blocks."""
    for element in islice(places_of(value, column), MAX_HEADS):
        if markup.firsts[element] < markup.lasts[element]:
            yield _Head(element, markup.firsts[element], markup.lasts[element])


def _headings_in(markup: Markup, article: _Head) -> Iterator[_Head]:
    """Yield the headings that begin in the first blocks of an element."""
    stop = min(article.first + REACH, article.last)
    for element in range(article.element + 1, len(markup.tags)):
        first, last = markup.firsts[element], markup.lasts[element]
        if first >= stop:
            return
        if markup.tags[element] in _LEVELS and first < last:
            yield _Head(element, first, last)


def _stretches(markup: Markup, heads: Sequence[_Head], title: range) -> Iterator[tuple[_Head, range, range]]:
    """Yield each other headline, the blocks of the largest element without another, and those up to the next headline.

    The latter are the same if the element encloses more than a headline.
    """
    stops = sorted({title.start, *(head.first for head in heads)})
    done = 0
    for head in heads:
        if head.first in title or head.first < done:
            continue
        inner = outer = head.element
        while outer >= 0 and _count(stops, markup, outer) == 1:
            inner, outer = outer, markup.parents[outer]
        done = stop = markup.lasts[inner]
        if inner == head.element or markup.tags[inner] in _OF_HEADLINE:
            following = bisect_left(stops, head.last)
            stop = markup.lasts[max(outer, 0)]
            stop = min(stops[following], stop) if following < len(stops) else stop
        yield head, range(markup.firsts[inner], done), range(markup.firsts[inner], stop)


def _count(stops: Sequence[int], markup: Markup, element: int) -> int:
    """Count the headlines in an element."""
    return bisect_left(stops, markup.lasts[element]) - bisect_left(stops, markup.firsts[element])


def _around(markup: Markup, element: int) -> Iterator[int]:
    while element >= 0:
        yield element
        element = markup.parents[element]


def _is_named(markup: Markup, head: _Head, blocks: range) -> bool:
    """Return whether an element around a headline, and in these blocks, is an article by its tag or names."""
    for element in _around(markup, head.element):
        if markup.firsts[element] < blocks.start or markup.lasts[element] > blocks.stop:
            break
        if markup.tags[element] == "article" or _OF_ARTICLE.search(markup.names[element]):
            return True
    return False


def _mark_alike(
    markup: Markup, about: NDArray[np.bool_], prose: NDArray[np.bool_], first: int, others: Sequence[int]
) -> None:
    """Mark blocks below other headlines that are set as the byline or date below this one, from block `first` on."""
    own = {
        (markup.tags[element], markup.names[element])
        for number in _before_prose(prose, first)
        if about[number] and markup.names[element := markup.elements[number]]
    }
    for other in others:
        for number in _before_prose(prose, other):
            element = markup.elements[number]
            about[number] |= (markup.tags[element], markup.names[element]) in own


def _before_prose(prose: NDArray[np.bool_], at: int) -> range:
    """Return the blocks, REACH at most, between a headline that ends before block `at` and its text."""
    below = prose[at : at + REACH]
    return range(at, at + (int(below.argmax()) if below.any() else len(below)))


def _has_byline(about: NDArray[np.bool_], prose: NDArray[np.bool_], at: int) -> bool:
    """Return whether a byline, a date or the like is between a headline that ends before block `at` and its text."""
    below = _before_prose(prose, at)
    return bool(about[below.start : below.stop].any())
