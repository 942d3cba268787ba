"""Chooses a page's title from its blocks and its head, and says where it was found."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Integers, spans_of
from copydesk.classifier.declared_titles import (
    MAX_TITLE,
    Declared,
    DeclaredTitle,
    is_cut,
    lines_of,
    normalise,
    tidy,
)
from copydesk.classifier.title_of_text import MAX_HEADLINE, find_headline
from copydesk.classifier.types import KINDS, PARTS, Blocks, Kind, Markup, places_of

AGREES = 0.6
"""Agreement from which a block is a candidate without being in an `h1`: a choice."""

SURE = -4.0
"""Log-odds of headline above which the title of a plain text is one, whatever the label of its block.

The title was chosen by place and words, which the odds do not know. Of 91 titles between -4 and 0 whose blocks had no
body label, 74 % were body to the persons who labelled the pages; of 14 below, 50 %.
"""

MAX_CANDIDATES = 40
"""Blocks of a page that are weighed against each other."""

CERTAIN = 0.9
"""Agreement of a block with the head from which it is the title whatever its place: it only lacks the site's name."""

ENOUGH = 3.0
"""Points from which a block is the title although the head declares another: chosen by trial on the corpora."""

_HEADLINE, _TEXT = KINDS.index(Kind.HEADLINE), KINDS.index(Kind.TEXT)
_IN_BODY = len(PARTS)
_TEASERS = (KINDS.index(Kind.TEASER), KINDS.index(Kind.TEASER_HEADING))
_HEADINGS = {"h1": 1.5, "h2": 0.4, "h3": 0.1}
_FURNITURE = re.compile(r"sticky|nav(?:igation|(?<=\bnav)\b)|menu|related|sidebar|footer")
_PATH = re.compile(r"bread(?:crumb|bar)|pfadnav")
"""Names of the line that leads to the page and often ends in its headline, even in an `h1`. All three are for names in
lower case: with a letter at the start of each choice, and without IGNORECASE, a search is seven times as fast."""

_ROOT = re.compile(r"/|(?:https?:)?//[^/?#]{1,200}/?", re.IGNORECASE)
"""The address of a site's front page: a heading that leads there is a logo."""

_HEADLINE_NAME = re.compile(r"headline|title|heading")


class Title(NamedTuple):
    """A page's title.

    Attributes:
        text: The title, empty if the page has none.
        found_in: Where it was found: "block", "h1", "json-ld", "meta", "title"; empty without one.
        blocks: The numbers of the blocks that it stands in.
        agreement: How well their text agrees with the titles in the head, in [0, 1].
    """

    text: str = ""
    found_in: str = ""
    blocks: range = range(0)
    agreement: float = 0.0


def choose_title(
    page: Blocks,
    declared: Declared,
    agreement: Doubles,
    kinds: Integers,
    in_body: Doubles,
    scores: Doubles | None = None,
) -> Title:
    """Return the page's title; empty only where neither the head nor an `h1` nor a block is like one.

    Args:
        page: The page's blocks.
        declared: The titles that its head declares.
        agreement: How well each block agrees with them.
        kinds: A number in KINDS for each block.
        in_body: The probability of each block to be body.
        scores: The log-odds of each block to be the headline; None if they are not known.
    """
    said = _best_declared(declared)
    if page.markup is not None:
        weighed = _weigh(page, page.markup, declared, agreement, kinds, scores)
        points, best = max(weighed, key=itemgetter(0), default=(-math.inf, None))
        if best is not None and (said is None or points >= ENOUGH or best.agreement >= CERTAIN):
            return best
    if said is not None:
        return Title(said.text, said.found_in)
    text, blocks = find_headline(page, in_body, kinds, scores)
    if text:
        return Title(text, "block", blocks)
    title = tidy(page.head.title)
    return Title(title, "title") if title else Title()


def promote_headlines(page: Blocks, kinds: Integers, title: Title, scores: Doubles) -> Integers:
    """Return the kinds, with the kind headline for the title's blocks if they agree with the head (`AGREES`).

    In plain text, which has no head, they are headlines where their score is above `SURE`.

    Blocks of the body with just the title's words are headlines too: some pages repeat it, as on a printed page. A page
    that is a single block has no headline but in an `h1`.
    """
    if not title.text:
        return kinds if len(kinds) > 1 else np.where(kinds == _HEADLINE, _TEXT, kinds)
    promoted = kinds.copy()
    if title.agreement >= AGREES or (page.markup is None and title.blocks and scores[title.blocks.start] > SURE):
        promoted[title.blocks.start : title.blocks.stop] = _HEADLINE
    words, size, first = normalise(title.text), len(title.text), title.text[0]
    starts, ends = spans_of(page.blocks).T
    sizes = ends - starts
    for number in np.flatnonzero((kinds < _IN_BODY) & (sizes >= size // 2) & (sizes <= 2 * size)).tolist():
        text = page.text[starts[number] : ends[number]]
        if text[:1].lower() == first.lower() and normalise(text) == words:
            promoted[number] = _HEADLINE
    return promoted


def _weigh(
    page: Blocks, markup: Markup, declared: Declared, agreement: Doubles, kinds: Integers, scores: Doubles | None
) -> Iterator[tuple[float, Title]]:
    """Weigh the headings of the first level, and the blocks that agree with the head or were labelled headline."""
    first_text = _first(kinds == _TEXT)
    runs = dict.fromkeys(islice(_first_level_headings(markup), MAX_CANDIDATES), "h1")
    likely = agreement >= AGREES
    likely |= kinds == _HEADLINE
    if scores is not None:
        likely |= scores > 0
    likely &= len(page.blocks) > 1
    runs |= {(n, n + 1): "block" for n in np.flatnonzero(likely)[:MAX_CANDIDATES].tolist() if (n, n + 1) not in runs}
    for (first, last), found_in in runs.items():
        start = page.blocks[first].start
        text = page.text[start : min(page.blocks[last - 1].end, start + 2 * MAX_TITLE)]
        agrees = float(agreement[first]) if found_in == "block" else max(map(declared.agreement, lines_of(text)))
        if "\n" in text and last == first + 1:
            text = max(lines_of(text), key=declared.agreement)
        text = tidy(text)
        if not 0 < len(text) <= MAX_HEADLINE:
            continue
        kind = int(kinds[first])
        points = (3 if agrees > 0.9 or found_in == "h1" else 2) * agrees + _points_of_markup(
            markup, first, last, len(text)
        )
        points += 0.6 * (kind < _IN_BODY) - 0.6 * (kind in _TEASERS) + 0.3 * (first < first_text)
        points -= 2.0 * (normalise(text).replace(" ", "") in declared.sites)
        if scores is not None:
            points += 0.3 * max(-2.0, min(5.0, float(scores[first])))
        text = declared.with_spaces(text)
        yield points, Title(text, "h1" if _in_h1(markup, first) else found_in, range(first, last), agrees)


def _first(where: NDArray[np.bool_]) -> int:
    found = np.flatnonzero(where)
    return int(found[0]) if len(found) else 0


def _first_level_headings(markup: Markup) -> Iterator[tuple[int, int]]:
    """Yield the blocks inside each `h1`: first, and one past the last."""
    for at in places_of("h1", markup.tags):
        if 0 < markup.lasts[at] - markup.firsts[at] <= 4:
            yield markup.firsts[at], markup.lasts[at]


def _points_of_markup(markup: Markup, first: int, last: int, length: int) -> float:
    element, points = markup.elements[first], 0.0
    for depth in range(5):
        if element <= 0:
            break
        tag, names = markup.tags[element], markup.names[element].lower()
        if depth < 2:
            points += _HEADINGS.get(tag, 0.0) + 0.2 * bool(_HEADLINE_NAME.search(names))
        points -= 2.0 * bool(_PATH.search(names))
        points -= 0.5 * (tag in ("nav", "aside", "footer", "li") or bool(_FURNITURE.search(names)))
        element = markup.parents[element]
    if sum(markup.link_chars[first:last]) > length / 2:
        points -= 1.5 if _ROOT.fullmatch(markup.hrefs[first].strip()) else 0.5
    return points


def _in_h1(markup: Markup, number: int) -> bool:
    element = markup.elements[number]
    for _ in range(4):
        if element < 0:
            return False
        if markup.tags[element] == "h1":
            return True
        element = markup.parents[element]
    return False


def _best_declared(declared: Declared) -> DeclaredTitle | None:
    """Return the declared title that is most similar to all, a cut one last; the first of equals."""

    return max(declared.titles, key=lambda title: declared.support(title.words) - is_cut(title.text), default=None)
