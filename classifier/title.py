"""Chooses a page's title from its blocks and its head, and says where it was found."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Integers
from copydesk.classifier.declared_titles import (
    Declared,
    DeclaredTitle,
    is_cut,
    lines_of,
    normalise,
    similarity,
    tidy,
)
from copydesk.classifier.types import KINDS, PARTS, Blocks, Kind, Markup

MAX_HEADLINE = 300
"""Characters of the longest block that is taken for a headline: a choice."""

AGREES = 0.6
"""Agreement from which a block is a candidate without being in an `h1`: a choice."""

MAX_CANDIDATES = 40
"""Blocks of a page that are weighed against each other."""

ENOUGH = 1.5
"""Points from which a block is the title although the head declares another: chosen by trial on the corpora."""

BEFORE_PARAGRAPH = 40
"""Blocks before the first paragraph among which the headline of a plain text is searched: a choice."""

PARAGRAPH = 100
"""Characters from which a block with a full stop counts as a paragraph; one without needs twice as many: a choice."""

KNOWN_CHARACTERS = 4000
"""Characters of the body whose words are compared with those of a possible headline: a choice."""

_HEADLINE, _TEXT = KINDS.index(Kind.HEADLINE), KINDS.index(Kind.TEXT)
_IN_BODY = len(PARTS)
_TEASERS = (KINDS.index(Kind.TEASER), KINDS.index(Kind.TEASER_HEADING))
_FULL_STOPS = frozenset(".。।")
_HEADINGS = {"h1": 1.5, "h2": 0.4, "h3": 0.1}
_FURNITURE = re.compile(r"breadcrumb|sticky|\bnav\b|navigation|menu|related|sidebar|footer", re.IGNORECASE)
_HEADLINE_NAME = re.compile(r"headline|title|heading", re.IGNORECASE)


class _Candidate(NamedTuple):
    text: str
    points: float
    found_in: str
    agreement: float


def choose_title(
    page: Blocks,
    declared: Declared,
    agreement: Doubles,
    kinds: Integers,
    in_body: Doubles,
    scores: Doubles | None = None,
) -> tuple[str, str]:
    """Return the page's title, and where it was found: "block", "h1", "json-ld", "meta", "title"; empty without one.

    Args:
        page: The page's blocks.
        declared: The titles that its head declares.
        agreement: How well each block agrees with them.
        kinds: A number in KINDS for each block.
        in_body: The probability of each block to be body.
        scores: The log-odds of each block to be the headline; None if they are not known.
    """
    said = _best_declared(declared.titles)
    if page.markup is not None:
        candidates = _weigh(page, page.markup, declared, agreement, kinds, scores)
        best = max(candidates, key=lambda each: each.points, default=None)
        if best is not None and (said is None or best.points >= ENOUGH):
            return best.text, best.found_in
    if said is not None:
        return said.text, said.found_in
    line = _headline_of_text(page, in_body, scores)
    if line:
        return line, "block"
    title = tidy(page.head.title)
    return title, "title" if title else ""


def _weigh(
    page: Blocks, markup: Markup, declared: Declared, agreement: Doubles, kinds: Integers, scores: Doubles | None
) -> Iterator[_Candidate]:
    """Weigh the headings of the first level, and the blocks that agree with the head or were labelled headline."""
    first_text = _first(kinds == _TEXT)
    runs = dict.fromkeys(islice(_first_level_headings(markup), MAX_CANDIDATES), "h1")
    likely = agreement >= AGREES
    likely |= kinds == _HEADLINE
    if scores is not None:
        likely |= scores > 0
    runs |= {(n, n + 1): "block" for n in np.flatnonzero(likely)[:MAX_CANDIDATES].tolist() if (n, n + 1) not in runs}
    for (first, last), found_in in runs.items():
        text = page.text[page.blocks[first].start : page.blocks[last - 1].end]
        agrees = float(agreement[first]) if found_in == "block" else max(map(declared.agreement, lines_of(text)))
        if "\n" in text and last == first + 1:
            text = max(lines_of(text), key=declared.agreement)
        text = tidy(text)
        if not 0 < len(text) <= MAX_HEADLINE:
            continue
        kind = int(kinds[first])
        points = 3 * agrees + _points_of_markup(markup, first, last, len(text))
        points += 0.6 * (kind < _IN_BODY) - 0.6 * (kind in _TEASERS) + 0.3 * (first < first_text)
        points -= 2.0 * (normalise(text).replace(" ", "") in declared.sites)
        if scores is not None:
            points += 0.3 * max(-5.0, min(5.0, float(scores[first])))
        yield _Candidate(text, points, "h1" if _in_h1(markup, first) else found_in, agrees)


def _first(where: NDArray[np.bool_]) -> int:
    found = np.flatnonzero(where)
    return int(found[0]) if len(found) else 0


def _first_level_headings(markup: Markup) -> Iterator[tuple[int, int]]:
    """Yield the blocks inside each `h1`: first, and one past the last."""
    at = -1
    while True:
        try:
            at = markup.tags.index("h1", at + 1)
        except ValueError:
            return
        if 0 < markup.lasts[at] - markup.firsts[at] <= 4:
            yield markup.firsts[at], markup.lasts[at]


def _points_of_markup(markup: Markup, first: int, last: int, length: int) -> float:
    element, points = markup.elements[first], 0.0
    for depth in range(5):
        if element <= 0:
            break
        tag, names = markup.tags[element], markup.names[element]
        if depth < 2:
            points += _HEADINGS.get(tag, 0.0) + 0.2 * bool(_HEADLINE_NAME.search(names))
        points -= 0.5 * (tag in ("nav", "aside", "footer", "li") or bool(_FURNITURE.search(names)))
        element = markup.parents[element]
    return points - 0.5 * (sum(markup.link_chars[first:last]) > length / 2)


def _in_h1(markup: Markup, number: int) -> bool:
    element = markup.elements[number]
    for _ in range(4):
        if element < 0:
            return False
        if markup.tags[element] == "h1":
            return True
        element = markup.parents[element]
    return False


def _best_declared(declared: Sequence[DeclaredTitle]) -> DeclaredTitle | None:
    """Return the declared title that is most similar to all, a cut one last; the first of equals."""

    def support(title: DeclaredTitle) -> float:
        return sum(other.places * similarity(title.words, other) for other in declared) - is_cut(title.text)

    return max(declared, key=support, default=None)


def _headline_of_text(page: Blocks, in_body: Doubles, scores: Doubles | None) -> str:
    """Return the line before the first paragraph that is most like a headline; empty if there is none.

    The weights are those of a logistic regression on the plain text of the corpora's articles, rounded.
    """
    paragraph = _first_paragraph(page, in_body)
    known = _words_of_body(page, in_body, paragraph)
    first = max(0, paragraph - BEFORE_PARAGRAPH)
    last = min(paragraph + 1, len(page.blocks))
    around = page.text[page.blocks[first].start : page.blocks[last - 1].end] if last > first else ""
    best, most, begun = "", -math.inf, False
    while first < last:
        number, first = first, _end_of_line(page, first)
        start, end = page.blocks[number].start, page.blocks[first - 1].end
        if end - start > MAX_HEADLINE or (number == paragraph and _is_paragraph(page, number)):
            continue
        line = page.text[start:end]
        text = _without_mark(tidy(line))
        words = normalise(text).split()
        if not words:
            continue
        probability = float(in_body[number])
        points = _points_of_line(text, words, known) + math.log(probability + 0.001) - 0.02 * (paragraph - number)
        points += 2.0 * (probability >= 0.5 and not begun) + 2.0 * (len(words) > 2 and around.count(line) > 1)
        points += 0.7 * (first < len(page.blocks) and _is_paragraph(page, first))
        begun = begun or probability >= 0.5
        if scores is not None:
            points += float(scores[number])
        if points > most:
            best, most = text, points
    return best


def _end_of_line(page: Blocks, number: int) -> int:
    """Return one past the last block of a wrapped line: each next line begins in lower case, without a blank line."""
    for last in range(number + 1, min(number + 4, len(page.blocks))):
        end, start = page.blocks[last - 1].end, page.blocks[last].start
        if page.text[end:start].strip("\r") != "\n" or not page.text[start].islower() or _is_paragraph(page, last):
            return last
    return min(number + 4, len(page.blocks))


def _points_of_line(text: str, words: Sequence[str], known: frozenset[str]) -> float:
    telling = [word for word in words if len(word) > 3] or words
    shared = sum(word in known for word in telling) / len(telling)
    digits = sum(map(str.isdigit, text)) / len(text)
    points = 0.7 * min(len(words), 4) + shared * (1.3 + 0.2 * min(len(words), 8)) - 2.0 * digits
    return (
        points - 3.0 * text.endswith((".", ",", ";", "。")) - 1.7 * text.endswith((":", "：")) - 2.0 * (len(words) > 25)
    )


def _without_mark(line: str) -> str:
    return line.lstrip("#").lstrip() if line.startswith("#") else line


def _first_paragraph(page: Blocks, in_body: Doubles) -> int:
    """Return the number of the first paragraph of the body, else of the first block in it, else of the first one."""
    body = np.flatnonzero(in_body >= 0.5).tolist()
    return next((n for n in body if _is_paragraph(page, n)), None) or (body[0] if body else len(page.blocks) // 2)


def _is_paragraph(page: Blocks, number: int) -> bool:
    start, end = page.blocks[number]
    return end - start >= PARAGRAPH and (page.text[end - 1] in _FULL_STOPS or end - start >= 2 * PARAGRAPH)


def _words_of_body(page: Blocks, in_body: Doubles, first: int) -> frozenset[str]:
    """Return the words of the body's first characters."""
    words: set[str] = set()
    room = KNOWN_CHARACTERS
    for number in range(first, len(page.blocks)):
        if in_body[number] >= 0.5 and room > 0:
            start, end = page.blocks[number]
            words.update(normalise(page.text[start : min(end, start + room)]).split())
            room -= end - start
    return frozenset(words)
