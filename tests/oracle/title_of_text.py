"""Finds the headline of a plain text as `title_of_text` does, by Python alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from operator import mul
from typing import NamedTuple

import numpy as np

from copydesk.classifier.arrays import Doubles, Integers, spans_of
from copydesk.classifier.declared_titles import count_words, tidy, words_of
from copydesk.classifier.title_of_text import (
    LESS_OF_SCORE,
    MAX_HEADLINE,
    PLACE_WEIGHTS,
    STEM,
    WORD_WEIGHTS,
    Place,
    Words,
    is_score,
)
from copydesk.classifier.types import KINDS, Blocks, Kind
from tests.oracle.plain_text import is_byline

MAX_CANDIDATES = 10
NARROW = 40
AFTER_PARAGRAPH = 12
BEFORE_PARAGRAPH = 40
PARAGRAPH = 100
SOON = 12
KNOWN_CHARACTERS = 3000
REPEATED_WITHIN = 5000
SHORT_LINE = 25
LEAST_ODDS, MOST_ODDS = -8.0, 2.0
BODY_WEIGHT = 0.45
_FULL_STOPS = frozenset(".。।")
_SENTENCE_ENDS = (".", ",", ";", "。", "।")
_SEPARATORS = (" | ", " » ", " > ", " / ", " · ", " • ", "©")
_METADATA = frozenset(KINDS.index(kind) for kind in (Kind.BYLINE, Kind.DATE, Kind.METADATA))
_BYLINE = KINDS.index(Kind.BYLINE)


class Lines(NamedTuple):
    """A text, and where each of its blocks starts and ends, as numbers that are at hand."""

    text: str
    starts: list[int]
    ends: list[int]

    def size(self, first: int, last: int) -> int:
        """Return the characters from one block to another."""
        return self.ends[last] - self.starts[first]


@dataclass(frozen=True, slots=True)
class Search:
    """A text, the lines that may be its headline, and what they are compared with.

    Attributes:
        candidates: The blocks of each line, the likeliest first.
        in_body: The probability of each block to be body.
        log_body: Its logarithm.
        odds: The log-odds of each block to be the headline, cut off.
        kinds: A number in `KINDS` for each block.
        body: The number of the first block of the body.
        paragraph: The number of the body's first paragraph.
        known: The beginning of the body from there, casefolded.
        opening: The first paragraph of that.
    """

    lines: Lines
    candidates: tuple[range, ...]
    in_body: Sequence[float]
    log_body: Sequence[float]
    odds: Sequence[float]
    kinds: Sequence[int]
    body: int
    paragraph: int
    known: str
    opening: str


def find_headline(page: Blocks, in_body: Doubles, kinds: Integers, odds: Doubles) -> tuple[str, range]:
    """Return the headline and the numbers of its blocks; empty if there is none, or the page is a single block.

    Args:
        page: The page's blocks.
        in_body: The probability of each block to be body.
        kinds: A number in KINDS for each block.
        odds: The log-odds of each block to be the headline.
    """
    if len(page.blocks) < 2:
        return "", range(0)
    search = begin_search(page, in_body, kinds, odds)
    places = [
        (sum(map(mul, PLACE_WEIGHTS, read_place(search, blocks))), -blocks.start, blocks)
        for blocks in search.candidates
    ]
    best, found, most = "", range(0), -math.inf
    for points, _, blocks in sorted(places, reverse=True):
        line = line_of(search.lines, blocks)
        if words := words_of(line):
            points += sum(map(mul, WORD_WEIGHTS, read_words(search, line, words)))
            points -= LESS_OF_SCORE * is_score(line)
            if points > most:
                best, found, most = line, blocks, points
    return best, found


def begin_search(page: Blocks, in_body: Doubles, kinds: Integers, odds: Doubles) -> Search:
    """Choose the likeliest lines of a page, and read what they are compared with."""
    starts, ends = spans_of(page.blocks).T.tolist()
    lines = Lines(page.text, starts, ends)
    paragraph, followed = _first_paragraphs(lines, in_body)
    last = min(max(paragraph, followed) + AFTER_PARAGRAPH, len(starts))
    read = last + 8  # a line has at most four blocks, and the four after it are looked at
    log_body = np.log(in_body[:last] + 0.001)
    likely = odds[:last].clip(LEAST_ODDS, -LEAST_ODDS) + BODY_WEIGHT * log_body
    known = _beginning_of_body(lines, in_body, paragraph).casefold()
    return Search(
        lines=lines,
        candidates=tuple(islice(_likely_lines(lines, likely, paragraph), MAX_CANDIDATES)),
        in_body=in_body[:read].tolist(),
        log_body=log_body.tolist(),
        odds=odds[:last].clip(LEAST_ODDS, MOST_ODDS).tolist(),
        kinds=kinds[:read].tolist(),
        body=int((in_body >= 0.5).argmax()),
        paragraph=paragraph,
        known=known,
        opening=known.partition("\n")[0],
    )


def line_of(lines: Lines, blocks: range) -> str:
    """Return the text of a line without the mark of a heading."""
    line = tidy(lines.text[lines.starts[blocks.start] : lines.ends[blocks.stop - 1]])
    return line.lstrip("#").lstrip() if line.startswith("#") else line


def _likely_lines(lines: Lines, likely: Doubles, paragraph: int) -> Iterator[range]:
    """Yield the blocks of the lines that are short and no paragraph of the body, the likeliest first."""
    seen: set[int] = set()
    for number in (-likely).argsort(kind="stable").tolist():
        short = lines.size(number, number) <= MAX_HEADLINE
        if short and not (number >= paragraph and _is_paragraph(lines, number)):
            first = _begin_of_line(lines, number)
            last = _end_of_line(lines, first)
            if first not in seen and lines.size(first, last - 1) <= MAX_HEADLINE:
                seen.add(first)
                yield range(first, last)


def read_place(search: Search, blocks: range) -> Place:
    """Return what the model says of a line and of the blocks around it."""
    lines, number, after = search.lines, blocks.start, blocks.stop
    start, end = lines.starts[number], lines.ends[after - 1]
    has_next = after < len(lines.starts)
    kinds_after = search.kinds[after : after + 4]
    return Place(
        odds=search.odds[number],
        log_body=search.log_body[number],
        body_before=sum(search.in_body[max(0, number - 5) : number]) / 5,
        body_after=search.in_body[after] if has_next else 0.0,
        before_body=number < search.body,
        is_first=number == 0,
        length_after=math.log1p(lines.size(after, after) if has_next else 0) / 5,
        after_short=number == 0 or lines.size(number - 1, number - 1) < SHORT_LINE,
        metadata_after=not _METADATA.isdisjoint(kinds_after),
        byline_after=_BYLINE in kinds_after,
        repeats=lines.text.find(lines.text[start:end], max(0, start - REPEATED_WITHIN), start) >= 0,
        after_paragraph=number > search.paragraph,
    )


def read_words(search: Search, line: str, words: Sequence[str]) -> Words:
    """Return what the words of a line say, also by how many are in the body."""
    telling = [word for word in words if len(word) > 3] or words
    known = [stem for stem in (word[:STEM] for word in telling) if stem in search.known]
    n_words = count_words(line)
    return Words(
        few=min(n_words, 4) / 4,
        many=n_words > 15,
        known=len(known) / len(telling),
        in_paragraph=min(sum(stem in search.opening for stem in known), 5),
        is_sentence=line.endswith(_SENTENCE_ENDS),
        has_separator=any(separator in line for separator in _SEPARATORS),
        has_colon=": " in line,
        capitals=sum(map(str.isupper, [word[0] for word in line.split()])) / max(1, line.count(" ") + 1),
    )


def _begin_of_line(lines: Lines, number: int) -> int:
    """Return the first block of the wrapped line that a block is in."""
    for first in range(number, max(number - 3, 0), -1):
        if not _continues(lines, first):
            return first
    return max(number - 3, 0)


def _end_of_line(lines: Lines, number: int) -> int:
    """Return one past the last block of a wrapped line of at most four."""
    for last in range(number + 1, min(number + 4, len(lines.starts))):
        if not _continues(lines, last):
            return last
    return min(number + 4, len(lines.starts))


def _continues(lines: Lines, number: int) -> bool:
    """Return whether a block continues the line before: it begins in lower case, without a blank line between them."""
    end, start = lines.ends[number - 1], lines.starts[number]
    if not (lines.text[start].islower() and lines.text[end:start].strip("\r") == "\n"):
        return False
    return not _is_paragraph(lines, number) and not _is_below_headline(lines, number)


def _is_below_headline(lines: Lines, number: int) -> bool:
    """Return whether a block is a byline, or one word below a line that is not narrow."""
    line = lines.text[lines.starts[number] : lines.ends[number]]
    return is_byline(line) or (" " not in line and lines.size(number - 1, number - 1) >= NARROW)


def _first_paragraphs(lines: Lines, in_body: Doubles) -> tuple[int, int]:
    """Return the numbers of the first paragraph of the body, and of the first that is soon followed by more of it.

    A text without one begins at the first block of the body, else in its middle.
    """
    body = np.flatnonzero(in_body >= 0.5).tolist()
    first = next(chain((n for n in body if _is_paragraph(lines, n)), body), len(lines.starts) // 2)
    followed = (n for n, after in pairwise(body) if after <= n + SOON and _is_paragraph(lines, n))
    second = next(followed, first)
    return first, second if second <= first + BEFORE_PARAGRAPH else first


def _is_paragraph(lines: Lines, number: int) -> bool:
    start, end = lines.starts[number], lines.ends[number]
    return end - start >= PARAGRAPH and (lines.text[end - 1] in _FULL_STOPS or end - start >= 2 * PARAGRAPH)


def _beginning_of_body(lines: Lines, in_body: Doubles, first: int) -> str:
    """Return the body's first characters."""
    texts: list[str] = []
    room = KNOWN_CHARACTERS
    for number in (first + np.flatnonzero(in_body[first:] >= 0.5)).tolist():
        start, end = lines.starts[number], lines.ends[number]
        texts.append(lines.text[start : min(end, start + room)])
        room -= end - start
        if room <= 0:
            break
    return "\n".join(texts)
