"""Rows to labelled pages: one answer a row and in order, so that one bad row stops no other."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

from copydesk.classifier import Article, Page, UnreadablePage
from copydesk.service.rows.jsonl import BadRow, JsonId, PageRow, Row

Classify = Callable[[Iterable[Page]], Iterator[Article | UnreadablePage]]
R = TypeVar("R")
MOST_WAITING = 1000
"""Rows that are held for those before them; a server takes far fewer pages at a time, bad rows wait for the next."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A row that was classified."""

    row: PageRow
    article: Article


def unbroken(rows: Iterator[R]) -> Iterator[R | BadRow]:
    """Pass rows on; a reader that breaks ends them with a bad row, as that must not pass for their end."""
    try:
        yield from rows
    except Exception as error:  # the rows before it have their answers, whatever is wrong
        yield internal_error(None, None, error)


def answer_rows(rows: Iterator[Row], classify_pages: Classify) -> Iterator[Answer | BadRow]:
    """Answer each row in order, one at a time, so that a page on which the classifier fails stops no other."""
    for row in rows:
        yield row if isinstance(row, BadRow) else _answer(row, classify_pages)


def pair_rows(rows: Iterator[Row], classify_pages: Classify) -> Iterator[Answer | BadRow]:
    """Answer rows in order by a classifier that takes pages ahead of its answers; a bounded number of rows wait."""
    for first in rows:
        yield from _paired_in_turn(chain([first], rows), classify_pages)


def _paired_in_turn(rows: Iterator[Row], classify_pages: Classify) -> Iterator[Answer | BadRow]:
    """Answer rows until so many wait that the classifier has to finish those it took."""
    waiting = deque[Row]()

    def pages() -> Iterator[Page]:
        for row in rows:
            waiting.append(row)
            if isinstance(row, PageRow):
                yield row.page
            if len(waiting) >= MOST_WAITING:
                return

    for result in classify_pages(pages()):
        while isinstance(row := waiting.popleft(), BadRow):
            yield row
        yield _paired(row, result)
    for row in waiting:
        assert isinstance(row, BadRow), "every page has its answer"
        yield row


def _answer(row: PageRow, classify_pages: Classify) -> Answer | BadRow:
    try:
        result = next(classify_pages([row.page]))
    except Exception as error:  # whatever is wrong with this page, the rest goes on
        return internal_error(row.id, row.line, error)
    return _paired(row, result)


def _paired(row: PageRow, result: Article | UnreadablePage) -> Answer | BadRow:
    if isinstance(result, UnreadablePage):
        return BadRow(row.id, row.line, result.code, str(result))
    return Answer(row, result)


def internal_error(found: JsonId, line: int | None, error: Exception) -> BadRow:
    """Name the kind of failure and its place alone: the error's own message might quote the page."""
    trace = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(trace[-1].filename).name}:{trace[-1].lineno}" if trace else ""
    message = f"copydesk failed on this page ({type(error).__name__}{place}); the fault is its own, please report it"
    return BadRow(found, line, "internal", message)
