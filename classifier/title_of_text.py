"""Finds the headline of a plain text: the line before its first paragraph that is most like one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from operator import mul
from typing import NamedTuple

import numpy as np

from copydesk.classifier.arrays import Doubles, spans_of
from copydesk.classifier.declared_titles import contains_word, normalise, tidy
from copydesk.classifier.types import Blocks

MAX_HEADLINE = 300
"""Characters of the longest block that is taken for a headline: a choice."""

BEFORE_PARAGRAPH = 40
"""Blocks before the first paragraph among which the headline is searched: a choice."""

PARAGRAPH = 100
"""Characters from which a block with a full stop counts as a paragraph; one without needs twice as many: a choice."""

SOON = 12
"""Blocks from a paragraph of the body to the next block of it; one further away may be a note on cookies: a choice."""

KNOWN_CHARACTERS = 3000
"""Characters of the body whose words are compared with those of a possible headline: a choice."""

SHORT_LINE = 25
"""Characters below which the line before counts as a menu's or a label: a choice."""

MAX_SCORE = 8.0
"""Log-odds at which a score is cut off, so that the line's form counts too."""

PLACE_WEIGHTS = (0.45, 0.45, -0.1, -0.1, 0.6, 1.1)
WORD_WEIGHTS = (1.1, 0.3, -1.0, 0.65, 0.9, -1.6, -0.95, -0.15)
"""Weights of the features of a line in the log-odds of being the headline, in the order of `_place` and `_words`: half
of those of a logistic regression on the articles of the corpora, as the score knows much of it already."""

_MOST = sum(weight for weight in WORD_WEIGHTS if weight > 0)
"""The greatest contribution of a line's words."""

_FULL_STOPS = frozenset(".。।")


class _Lines(NamedTuple):
    """A text, and where each of its blocks starts and ends, as numbers that are at hand."""

    text: str
    starts: list[int]
    ends: list[int]


def find_headline(page: Blocks, in_body: Doubles, scores: Doubles | None) -> tuple[str, range]:
    """Return the headline and the numbers of its blocks; empty if there is none, or the page is a single block.

    `scores` are the log-odds of each block to be the headline; None if they are not known.
    """
    if len(page.blocks) == 1:
        return "", range(0)
    spans = _Lines(page.text, *spans_of(page.blocks).T.tolist())
    paragraph, followed = _first_paragraphs(spans, in_body)
    lines = []
    for blocks, features in _lines_before_body(spans, in_body, paragraph, followed):
        points = sum(map(mul, PLACE_WEIGHTS, features))
        if scores is not None:
            points += max(-MAX_SCORE, min(MAX_SCORE, float(scores[blocks.start])))
        lines.append((points, -blocks.start, blocks))
    if not lines:
        return "", range(0)
    known = _beginning_of_body(spans, in_body, paragraph).casefold()
    best, found, most = "", range(0), -math.inf
    for points, _, blocks in sorted(lines, reverse=True):
        if points + _MOST <= most:
            break
        text = line_of(page, blocks)
        words = normalise(text).split()
        points += sum(map(mul, WORD_WEIGHTS, _words(text, words, known))) if words else -math.inf
        if points > most:
            best, found, most = text, blocks, points
    return best, found


def line_of(page: Blocks, blocks: range) -> str:
    """Return the text of a line without the mark of a heading."""
    line = tidy(page.text[page.blocks[blocks.start].start : page.blocks[blocks.stop - 1].end])
    return line.lstrip("#").lstrip() if line.startswith("#") else line


def _lines_before_body(
    page: _Lines, in_body: Doubles, paragraph: int, followed: int
) -> Iterator[tuple[range, tuple[float, ...]]]:
    """Yield the blocks of each line that may be the headline, and what its place tells."""
    first = max(0, paragraph - BEFORE_PARAGRAPH)
    last = min(followed + 1, len(page.starts))
    around = page.text[page.starts[first] : page.ends[last - 1]] if last > first else ""
    begun, size_before = False, 0
    while first < last:
        number, first = first, _end_of_line(page, first)
        line = page.text[page.starts[number] : page.ends[first - 1]]
        if len(line) > MAX_HEADLINE or (number >= paragraph and _is_paragraph(page, number)):
            continue
        probability = float(in_body[number])
        begins = probability >= 0.5 and not begun
        begun |= begins
        yield (
            range(number, first),
            (
                math.log(probability + 0.001),
                begins,
                min((paragraph if number <= paragraph else followed) - number, 40) / 10,
                first < len(page.starts) and _is_paragraph(page, first),
                size_before < SHORT_LINE,
                line.count(" ") > 1 and around.count(line) > 1,
            ),
        )
        size_before = len(line)


def _words(text: str, words: Sequence[str], known: str) -> tuple[float, ...]:
    """Return what the words of a line tell, also by how many of them are in a known text, which is casefolded."""
    telling = [word for word in words if len(word) > 3] or words
    shared = sum(contains_word(known, word) for word in telling) / len(telling)
    return (
        min(len(words), 4) / 4,
        min(len(words), 10) / 10,
        len(words) > 25,
        shared,
        shared * min(len(words), 8) / 8,
        text.endswith((".", ",", ";", "。")),
        text.endswith((":", "：")),
        sum(map(str.isdigit, text)) / len(text),
    )


def _end_of_line(page: _Lines, number: int) -> int:
    """Return one past the last block of a wrapped line: each next line begins in lower case, without a blank line."""
    for last in range(number + 1, min(number + 4, len(page.starts))):
        end, start = page.ends[last - 1], page.starts[last]
        if page.text[end:start].strip("\r") != "\n" or not page.text[start].islower() or _is_paragraph(page, last):
            return last
    return min(number + 4, len(page.starts))


def _first_paragraphs(page: _Lines, in_body: Doubles) -> tuple[int, int]:
    """Return the numbers of the first paragraph of the body, and of the first that is soon followed by more of it.

    A text without one begins at the first block of the body, else in its middle.
    """
    body = np.flatnonzero(in_body >= 0.5).tolist()
    first = next(chain((n for n in body if _is_paragraph(page, n)), body), len(page.starts) // 2)
    followed = (n for n, after in pairwise(body) if after <= n + SOON and _is_paragraph(page, n))
    second = next(followed, first)
    return first, second if second <= first + BEFORE_PARAGRAPH else first


def _is_paragraph(page: _Lines, number: int) -> bool:
    start, end = page.starts[number], page.ends[number]
    return end - start >= PARAGRAPH and (page.text[end - 1] in _FULL_STOPS or end - start >= 2 * PARAGRAPH)


def _beginning_of_body(page: _Lines, in_body: Doubles, first: int) -> str:
    """Return the body's first characters."""
    texts: list[str] = []
    room = KNOWN_CHARACTERS
    for number in (first + np.flatnonzero(in_body[first:] >= 0.5)).tolist():
        start, end = page.starts[number], page.ends[number]
        texts.append(page.text[start : min(end, start + room)])
        room -= end - start
        if room <= 0:
            break
    return "\n".join(texts)
