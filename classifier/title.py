"""Chooses a page's title from its blocks and its head, and says where it was found."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice, pairwise
from operator import itemgetter, mul
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
    tidy,
)
from copydesk.classifier.types import KINDS, PARTS, Blocks, Kind, Markup

MAX_HEADLINE = 300
"""Characters of the longest block that is taken for a headline: a choice."""

AGREES = 0.6
"""Agreement from which a block is a candidate without being in an `h1`: a choice."""

MAX_CANDIDATES = 40
"""Blocks of a page that are weighed against each other."""

ENOUGH = 2.5
"""Points from which a block is the title although the head declares another: chosen by trial on the corpora."""

BEFORE_PARAGRAPH = 40
"""Blocks before the first paragraph among which the headline of a plain text is searched: a choice."""

PARAGRAPH = 100
"""Characters from which a block with a full stop counts as a paragraph; one without needs twice as many: a choice."""

SOON = 12
"""Blocks from a paragraph of the body to the next block of it; one further away may be a note on cookies: a choice."""

KNOWN_CHARACTERS = 4000
"""Characters of the body whose words are compared with those of a possible headline: a choice."""

SHORT_LINE = 25
"""Characters below which the line before counts as a menu's or a label: a choice."""

LINE_WEIGHTS = (0.9, 0.9, -0.2, -0.2, 1.2, 2.2, 2.2, 0.6, -2.1, 1.3, 1.8, -3.2, -1.9, -0.3)
"""Weights of the features of a line of plain text in the log-odds of being the headline, in the order of
`_lines_before_body`: logistic regression on the articles of the corpora."""

_HEADLINE, _TEXT = KINDS.index(Kind.HEADLINE), KINDS.index(Kind.TEXT)
_IN_BODY = len(PARTS)
_TEASERS = (KINDS.index(Kind.TEASER), KINDS.index(Kind.TEASER_HEADING))
_FULL_STOPS = frozenset(".。।")
_HEADINGS = {"h1": 1.5, "h2": 0.4, "h3": 0.1}
_FURNITURE = re.compile(r"breadcrumb|sticky|\bnav\b|navigation|menu|related|sidebar|footer", re.IGNORECASE)
_ROOT = re.compile(r"/|(?:https?:)?//[^/?#]{1,200}/?", re.IGNORECASE)
"""The address of a site's front page: a heading that leads there is a logo."""

_HEADLINE_NAME = re.compile(r"headline|title|heading", re.IGNORECASE)


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
        if best is not None and (said is None or points >= ENOUGH):
            return best
    if said is not None:
        return Title(said.text, said.found_in)
    line = _headline_of_text(page, in_body, scores)
    title = tidy(page.head.title)
    return line if line.text or not title else Title(title, "title")


def promote_headlines(kinds: Integers, title: Title, *, min_agreement: float = AGREES) -> Integers:
    """Return the kinds, with the kind headline for the title's blocks if they agree so well with the head."""
    if not title.blocks or title.agreement < min_agreement:
        return kinds
    promoted = kinds.copy()
    promoted[title.blocks.start : title.blocks.stop] = _HEADLINE
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
        points = (3 if agrees > 0.9 or found_in == "h1" else 2) * agrees + _points_of_markup(
            markup, first, last, len(text)
        )
        points += 0.6 * (kind < _IN_BODY) - 0.6 * (kind in _TEASERS) + 0.3 * (first < first_text)
        points -= 2.0 * (normalise(text).replace(" ", "") in declared.sites)
        if scores is not None:
            points += 0.3 * max(-5.0, min(5.0, float(scores[first])))
        yield points, Title(text, "h1" if _in_h1(markup, first) else found_in, range(first, last), agrees)


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


def _headline_of_text(page: Blocks, in_body: Doubles, scores: Doubles | None) -> Title:
    """Return the line before the first paragraph that is most like a headline; empty if there is none."""
    best, most = Title(), -math.inf
    for numbers, text, features in _lines_before_body(page, in_body):
        points = sum(map(mul, LINE_WEIGHTS, features))
        if scores is not None:
            points += float(scores[numbers.start])
        if points > most:
            best, most = Title(text, "block", numbers), points
    return best


def _lines_before_body(page: Blocks, in_body: Doubles) -> Iterator[tuple[range, str, tuple[float, ...]]]:
    """Yield the blocks, the text and the features of each line that may be the headline."""
    paragraph, followed = _first_paragraphs(page, in_body)
    known = _words_of_body(page, in_body, paragraph)
    first = max(0, paragraph - BEFORE_PARAGRAPH)
    last = min(followed + 1, len(page.blocks))
    around = page.text[page.blocks[first].start : page.blocks[last - 1].end] if last > first else ""
    begun, size_before = False, 0
    while first < last:
        number, first = first, _end_of_line(page, first)
        line = page.text[page.blocks[number].start : page.blocks[first - 1].end]
        if len(line) > MAX_HEADLINE or (number >= paragraph and _is_paragraph(page, number)):
            continue
        text = _without_mark(tidy(line))
        words = normalise(text).split()
        if not words:
            continue
        probability = float(in_body[number])
        begins = probability >= 0.5 and not begun
        begun |= begins
        place = (
            math.log(probability + 0.001),
            float(begins),
            min((paragraph if number <= paragraph else followed) - number, 40) / 10,
            float(first < len(page.blocks) and _is_paragraph(page, first)),
            float(size_before < SHORT_LINE),
            float(len(words) > 2 and around.count(line) > 1),
        )
        size_before = len(line)
        yield range(number, first), text, place + _features_of_line(text, words, known)


def _features_of_line(text: str, words: Sequence[str], known: frozenset[str]) -> tuple[float, ...]:
    telling = [word for word in words if len(word) > 3] or words
    shared = sum(word in known for word in telling) / len(telling)
    return (
        min(len(words), 4) / 4,
        min(len(words), 10) / 10,
        float(len(words) > 25),
        shared,
        shared * min(len(words), 8) / 8,
        float(text.endswith((".", ",", ";", "。"))),
        float(text.endswith((":", "："))),
        sum(map(str.isdigit, text)) / len(text),
    )


def _end_of_line(page: Blocks, number: int) -> int:
    """Return one past the last block of a wrapped line: each next line begins in lower case, without a blank line."""
    for last in range(number + 1, min(number + 4, len(page.blocks))):
        end, start = page.blocks[last - 1].end, page.blocks[last].start
        if page.text[end:start].strip("\r") != "\n" or not page.text[start].islower() or _is_paragraph(page, last):
            return last
    return min(number + 4, len(page.blocks))


def _without_mark(line: str) -> str:
    return line.lstrip("#").lstrip() if line.startswith("#") else line


def _first_paragraphs(page: Blocks, in_body: Doubles) -> tuple[int, int]:
    """Return the numbers of the first paragraph of the body, and of the first that is soon followed by more of it.

    A text without one begins at the first block of the body, else in its middle.
    """
    body = np.flatnonzero(in_body >= 0.5).tolist()
    first = next(chain((n for n in body if _is_paragraph(page, n)), body), len(page.blocks) // 2)
    followed = (n for n, after in pairwise(body) if after <= n + SOON and _is_paragraph(page, n))
    second = next(followed, first)
    return first, second if second <= first + BEFORE_PARAGRAPH else first


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
