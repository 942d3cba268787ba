"""Finds further articles in the plain text of an article's page, by the lines that follow each headline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import spans_of
from copydesk.classifier.types import Blocks

REACH = 8
"""Lines between a headline and its first paragraph, at most: a choice."""

MAX_LINE = 80
"""Characters of a line with a byline or a date, at most: a choice."""

MIN_HEADLINE, MAX_HEADLINE = 12, 200
"""Characters of a headline: a choice."""

_YEAR = re.compile(r"(?:19(?<!\d19)|20(?<!\d20))\d\d(?!\d)")
"""It begins with digits and only then looks before them, since so a search is four times as fast."""

_ENDS = (".", ":", ";", ",", "…", "。")


def find_in_text(page: Blocks, prose: NDArray[np.bool_], title: range) -> Iterator[tuple[range, range]]:
    """Yield the blocks of each headline after the title that is set as it is, and those of its article.

    The same number of lines is between headline and date, another of the lines up to the first paragraph begins with
    the same word (such as "By" or "Share"), and the date has a year. Posts of a live blog only have times.
    """
    texts = [page.text[start:end] for start, end in page.blocks[title.stop : title.stop + REACH]]
    n_lines = next((k for k in range(len(texts)) if prose[title.stop + k]), 0)
    lines = texts[:n_lines]
    date = next((k for k, line in enumerate(lines) if len(line) <= MAX_LINE and _YEAR.search(line)), -1)
    words = {word for line in lines if (word := _first_word(line))}
    if date < 0 or not words:
        return
    starts: list[int] = []
    done = 0
    for number in _dated(page, prose, title.stop + n_lines):
        head = number - date - 1
        if head <= done or not prose[title.stop : head].any():
            continue
        below = range(head + 1, min(head + 1 + REACH, len(prose)))
        first = next((n for n in below if prose[n]), -1)
        own = {_first_word(page.text[slice(*page.blocks[n])]) for n in range(head + 1, first)}
        if first > number and not prose[head] and _is_headline(page, head) and words & own:
            starts.append(head)
            done = first
    for head, stop in pairwise([*starts, len(prose)]):
        last = head + int(np.flatnonzero(prose[head:stop])[-1])
        yield range(head, head + 1), range(head, last + 1)


def _first_word(line: str) -> str:
    """Return the first word of a short line, empty if it is a number."""
    word = line[:MAX_LINE].split(maxsplit=1)[0] if len(line) <= MAX_LINE else ""
    return "" if any(map(str.isdigit, word)) else word


def _dated(page: Blocks, prose: NDArray[np.bool_], first: int) -> Iterator[int]:
    """Yield the number of each short block from `first` on with a year in it, of those soon before a paragraph."""
    spans = spans_of(page.blocks)[first:]
    paragraphs = np.append(np.flatnonzero(prose[first:]), len(prose) + REACH)
    numbers = np.arange(len(spans))
    is_soon = paragraphs[np.searchsorted(paragraphs, numbers)] - numbers < REACH
    is_short = spans[:, 1] - spans[:, 0] <= MAX_LINE
    for number in np.flatnonzero(is_soon & is_short & ~prose[first:]).tolist():
        if _YEAR.search(page.text, *spans[number].tolist()):
            yield first + number


def _is_headline(page: Blocks, number: int) -> bool:
    start, end = page.blocks[number]
    return MIN_HEADLINE <= end - start <= MAX_HEADLINE and not page.text[start:end].endswith(_ENDS)
