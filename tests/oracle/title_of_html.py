"""Weighs every block of an HTML page that may be its title, as `title_of_html` does for the few that matter."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Floats, Integers
from copydesk.classifier.declared_titles import MAX_TITLE, Declared, lines_of, normalise, tidy
from copydesk.classifier.title_of_html import AGREES, COMPARED_BLOCKS, LEAST_MATCH, MAX_CANDIDATES
from copydesk.classifier.title_of_text import MAX_HEADLINE
from copydesk.classifier.types import KINDS, PARTS, Blocks, Kind, Markup, places_of

_HEADLINE, _TEXT = KINDS.index(Kind.HEADLINE), KINDS.index(Kind.TEXT)
_IN_BODY = len(PARTS)
_TEASERS = (KINDS.index(Kind.TEASER), KINDS.index(Kind.TEASER_HEADING))
_HEADINGS = {"h1": 1.5, "h2": 0.4, "h3": 0.1}
_FURNITURE = re.compile(r"sticky|nav(?:igation|(?<=\bnav)\b)|menu|related|sidebar|footer")
_PATH = re.compile(r"bread(?:crumb|bar)|pfadnav")
_ROOT = re.compile(r"/|(?:https?:)?//[^/?#]{1,200}/?", re.IGNORECASE)
_HEADLINE_NAME = re.compile(r"headline|title|heading")

Found = tuple[str, str, range, float]


def find_title(
    page: Blocks, markup: Markup, declared: Declared, matches: Floats, kinds: Integers, scores: Doubles
) -> tuple[float, Found | None]:
    """Return the points of the best candidate, its text, where it was found, its blocks and its agreement."""
    alike = np.flatnonzero(matches >= LEAST_MATCH).tolist()
    agreement = _compare_blocks(page, declared, alike)
    weighed = _weigh(page, markup, declared, agreement, kinds, scores)
    return max(weighed, key=itemgetter(0), default=(-math.inf, None))


def _weigh(
    page: Blocks, markup: Markup, declared: Declared, agreement: Doubles, kinds: Integers, scores: Doubles
) -> Iterator[tuple[float, Found]]:
    """Weigh the headings of the first level, and the blocks that agree with the head or were labelled headline."""
    first_text = _first(kinds == _TEXT)
    runs = dict.fromkeys(islice(_first_level_headings(markup), MAX_CANDIDATES), "h1")
    likely = agreement >= AGREES
    likely |= kinds == _HEADLINE
    likely |= scores > 0
    likely &= len(page.blocks) > 1
    others = (n for n in np.flatnonzero(likely).tolist() if (n, n + 1) not in runs)
    runs |= {(n, n + 1): "block" for n in islice(others, MAX_CANDIDATES)}
    for (first, last), found_in in runs.items():
        start = page.blocks[first].start
        text = page.text[start : min(page.blocks[last - 1].end, start + 2 * MAX_TITLE)]
        agrees = float(agreement[first]) if found_in == "block" else max(map(declared.agreement, lines_of(text)))
        if "\n" in text and last == first + 1:
            text = max(lines_of(text), key=declared.agreement)
        text = tidy(text)
        if not 0 < len(text) <= MAX_HEADLINE or text.startswith("©"):
            continue
        kind = int(kinds[first])
        points = (3 if agrees > 0.9 or found_in == "h1" else 2) * agrees + _points_of_markup(
            markup, first, last, len(text)
        )
        points += 0.6 * (kind < _IN_BODY) - 0.6 * (kind in _TEASERS) + 0.3 * (first < first_text)
        points -= 2.0 * (normalise(text).replace(" ", "") in declared.sites)
        points += 0.3 * max(-2.0, min(5.0, float(scores[first])))
        text = declared.with_spaces(text)
        yield points, (text, "h1" if _in_h1(markup, first) else found_in, range(first, last), agrees)


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


def _compare_blocks(page: Blocks, declared: Declared, candidates: Sequence[int]) -> Doubles:
    """Return for each block how well it agrees with the declared titles, in [0, 1].

    That is the greatest similarity with one of them. Only the first `COMPARED_BLOCKS` candidates of fitting length are
    compared; all others have 0.
    """
    agreement = np.zeros(len(page.blocks))
    if declared.titles and page.blocks:
        sizes = [len(title.text) for title in declared.titles]
        for number, line in zip(*_fitting_blocks(page, sizes, candidates), strict=True):
            agreement[number] = max(map(declared.agreement, lines_of(line)))
    return agreement


def _fitting_blocks(page: Blocks, sizes: Sequence[int], candidates: Sequence[int]) -> tuple[list[int], list[str]]:
    """Return numbers and texts of the first blocks that are, or whose first line may be, about as long as a title."""
    shortest, longest = min(sizes) // 4, 2 * max(sizes) + 20
    text, numbers, lines = page.text, [], []
    for number in candidates[:COMPARED_BLOCKS]:
        start, end = page.blocks[number]
        size = end - start
        if size >= shortest and (
            size <= longest or (size <= 2 * MAX_TITLE and text.find("\n", start, start + longest) >= 0)
        ):
            numbers.append(number)
            lines.append(text[start:end])
    return numbers, lines
