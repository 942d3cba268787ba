"""Finds the headline of a plain text: among the lines with the best odds, the one whose place and words fit best."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from operator import mul
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Integers, spans_of
from copydesk.classifier.compiled import code_points
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.declared_titles import count_words, tidy, words_of
from copydesk.classifier.types import KINDS, Blocks, Kind

MAX_HEADLINE = 300
"""Characters of the longest block that is taken for a headline: a choice."""

BEGINNING = 8_000
"""Characters of a text that are read first; more only where the body begins later: a choice that saves time."""

STEM = 6
"""Letters of a word by which it is found in the body, as words change their endings: of 5, 6 and all the best."""

_SENTENCE_ENDS = (".", ",", ";", "。", "।")
LESS_OF_SCORE = 1.0
"""Points that a line such as "Kiel 2, Brake 1" loses: another line wins that has up to as many points less.

The names in a result are in the body, as those of a headline. On the articles of WCXB and Fundus no title is one."""

_SCORE = re.compile(r"[^\W\d_][^\d,;:]{1,38}\s\d{1,3}, [^\W\d_][^\d,;:]{1,38}\s\d{1,3}")
_SEPARATOR = re.compile(r" [|»>/·•] |©")
_METADATA = np.array([KINDS.index(kind) for kind in (Kind.BYLINE, Kind.DATE, Kind.METADATA)])
_SMALL_POINTS = 0x1F000
"""Code points that may be letters in lower case are below, in Unicode 17."""

_headline_lines = core_function(
    "cd_headline_lines", "u32* i64 i64 i64* i64 f64* f64* i64* i64* bool* i64 f64* i64* f64* i64*", "i64"
)


class Place(NamedTuple):
    """What the place of a line says, as numbers; also the weight of each.

    Attributes:
        odds: The model's log-odds of headline, cut off.
        log_body: The logarithm of the probability of body.
        body_before: The mean probability of body of the five blocks before.
        body_after: That of the next block.
        before_body: Whether no block up to this one is body.
        is_first: Whether it is the page's first block.
        length_after: A fifth of the logarithm of the next block's length.
        after_short: Whether the line before is a menu's or a label.
        metadata_after: Whether one of the next four blocks is a byline, a date, or other metadata.
        byline_after: Whether one of them is a byline.
        repeats: Whether the same text is shortly before.
        after_paragraph: Whether it is below the first paragraph of the body.
    """

    odds: float
    log_body: float
    body_before: float
    body_after: float
    before_body: float
    is_first: float
    length_after: float
    after_short: float
    metadata_after: float
    byline_after: float
    repeats: float
    after_paragraph: float


class Words(NamedTuple):
    """What the words of a line say, as numbers; also the weight of each.

    Attributes:
        few: A quarter of the number of words, at most 1.
        many: Whether there are more than 15.
        known: The share of the words that are in the beginning of the body.
        in_paragraph: How many are in its first paragraph, at most 5.
        is_sentence: Whether it ends as a sentence does.
        has_separator: Whether it has a mark between names, as in a path of links or a line of rights.
        has_colon: Whether a colon is within it.
        capitals: The share of the words that begin with a capital letter.
    """

    few: float
    many: float
    known: float
    in_paragraph: float
    is_sentence: float
    has_separator: float
    has_colon: float
    capitals: float


PLACE_WEIGHTS = Place(
    odds=0.41,
    log_body=0.19,
    body_before=-1.71,
    body_after=1.03,
    before_body=0.30,
    is_first=-2.21,
    length_after=-1.45,
    after_short=0.18,
    metadata_after=0.91,
    byline_after=1.08,
    repeats=1.01,
    after_paragraph=-1.35,
)
WORD_WEIGHTS = Words(
    few=3.38,
    many=-1.25,
    known=2.65,
    in_paragraph=0.45,
    is_sentence=-2.01,
    has_separator=-1.70,
    has_colon=0.85,
    capitals=0.76,
)
"""Weights in the log-odds of being the headline rather than another candidate, from the articles of WCXB and Fundus by
`training.headline_weights`."""

_MAX_LINES, _MOST_KNOWN = 10, 3000  # as in title_of_text.c
_READ = 2.0
_NEEDS_MORE = -3
_WEIGHTS = np.array([*PLACE_WEIGHTS, *WORD_WEIGHTS])
_ROUNDING = 1e-9


class Line(NamedTuple):
    """A line that may be the headline, as `Line` of title_of_text.c, but for what its place says.

    Attributes:
        most: All its points, or the most that it can have where its words are yet to be read.
        points: The points for its place.
        first: The number of its first block.
        last: One past the number of its last block.
        start: Where it starts in the text.
        end: Where it ends.
        how: Whether its words are yet to be read, it has none, or they were read.
    """

    most: float
    points: float
    first: float
    last: float
    start: float
    end: float
    how: float


_SIZE = len(Line._fields)


@dataclass(frozen=True)
class Search:
    """The lines of a text that may be its headline, and what they are compared with.

    Attributes:
        text: The text.
        rows: A `Line` and a `Place` for each candidate, the likeliest first: shape (n, _SIZE + 12).
        spans: Where the beginning of the body is in the text, from its first paragraph on.
    """

    text: str
    rows: Doubles
    spans: NDArray[np.int64]

    def lines(self) -> Iterator[tuple[Line, Place]]:
        """Yield the candidates."""
        for row in self.rows.tolist():
            yield Line._make(row[:_SIZE]), Place._make(row[_SIZE:])

    def text_of(self, line: Line) -> str:
        """Return the text of a line without the mark of a heading."""
        text = tidy(self.text[int(line.start) : int(line.end)])
        return text.lstrip("#").lstrip() if text.startswith("#") else text

    @cached_property
    def known(self) -> str:
        """The beginning of the body, casefolded."""
        return "\n".join([self.text[start:end] for start, end in self.spans.tolist()]).casefold()

    @cached_property
    def opening(self) -> str:
        """The first paragraph of that."""
        return self.known.partition("\n")[0]


def find_headline(page: Blocks, in_body: Doubles, kinds: Integers, odds: Doubles) -> tuple[str, range]:
    """Return the headline and the numbers of its blocks; empty if there is none, or the page is a single block.

    Lines are looked at in the order of the points that they can have, so that the words of most need not be read here.

    Args:
        page: The page's blocks.
        in_body: The probability of each block to be body.
        kinds: A number in KINDS for each block.
        odds: The log-odds of each block to be the headline.
    """
    if len(page.blocks) < 2:
        return "", range(0)
    search = begin_search(page, in_body, kinds, odds)
    best, found = (-math.inf, math.inf, math.inf), None  # a line without words is not better
    for row in sorted(search.rows[:, :_SIZE].tolist(), reverse=True):
        line = Line._make(row[:_SIZE])
        if line.most + _ROUNDING < best[0]:
            break
        points = line.most if line.how == _READ else _points_with_words(search, line)
        if points > best[0] and is_score(search.text_of(line)):
            points -= LESS_OF_SCORE
        if (points, line.points, -line.first) > best:
            best, found = (points, line.points, -line.first), line
    return ("", range(0)) if found is None else (search.text_of(found), range(int(found.first), int(found.last)))


def is_score(line: str) -> bool:
    """Return whether a line is nothing but the result of a match: "Kiel 2, Brake 1"."""
    return _SCORE.fullmatch(line) is not None


def _points_with_words(search: Search, line: Line) -> float:
    """Return the points of a line whose words are yet to be read."""
    text = search.text_of(line)
    words = words_of(text)
    return line.points + sum(map(mul, WORD_WEIGHTS, read_words(search, text, words))) if words else -math.inf


def begin_search(page: Blocks, in_body: Doubles, kinds: Integers, odds: Doubles) -> Search:
    """Choose the likeliest lines of a page, and read what they are compared with.

    Raises:
        ValueError: Blocks overlap, or are outside the text.
    """
    spans, counts = np.ascontiguousarray(spans_of(page.blocks), np.int64), np.empty(2, np.int64)
    lines, known = np.empty((_MAX_LINES, _SIZE + len(Place._fields))), np.empty((_MOST_KNOWN, 2), np.int64)
    given = spans, len(spans), np.ascontiguousarray(in_body), np.ascontiguousarray(odds), kinds
    answer = _NEEDS_MORE
    for size in (BEGINNING, len(page.text)):
        if answer == _NEEDS_MORE:
            points = code_points(page.text[:size])
            of_all = _METADATA, _small_letters(), _SMALL_POINTS, _WEIGHTS
            answer = _headline_lines(points, len(points), len(page.text), *given, *of_all, counts, lines, known)
    if answer == -1:
        raise MemoryError
    if answer < 0:
        raise ValueError("found blocks that overlap or lie outside the text; segment it again")
    n_lines, n_known = counts.tolist()
    return Search(page.text, lines[:n_lines], known[:n_known])


@cache
def _small_letters() -> NDArray[np.bool_]:
    """Return for each code point whether it is a letter in lower case."""
    return np.char.islower(np.arange(_SMALL_POINTS, dtype=np.uint32).view("U1"))


def read_words(search: Search, line: str, words: Sequence[str]) -> Words:
    """Return what the words of a line say, also by how many are in the body."""
    telling = [word[:STEM] for word in words if len(word) > 3] or [word[:STEM] for word in words]
    known = [stem for stem in telling if stem in search.known]
    n_words = len(words) if line.isascii() else count_words(line)
    return Words(
        few=min(n_words, 4) / 4,
        many=n_words > 15,
        known=len(known) / len(telling),
        in_paragraph=min(sum([stem in search.opening for stem in known]), 5),
        is_sentence=line.endswith(_SENTENCE_ENDS),
        has_separator=_SEPARATOR.search(line) is not None,
        has_colon=": " in line,
        capitals=sum(map(str.isupper, [word[0] for word in line.split()])) / max(1, line.count(" ") + 1),
    )
