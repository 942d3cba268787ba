"""Classifies rows: one answer per row, in order; a bad row does not stop the others."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from pathlib import Path

from copydesk import classifier
from copydesk.classifier import Article, Page, UnreadablePage
from copydesk.service.rows.jsonl import BadRow, JsonId, PageRow, Row
from copydesk.service.rows.page_rows import with_time_of_row

Classify = Callable[[Iterable[Page]], Iterator[Article | UnreadablePage]]
ROWS_TOGETHER = 16
"""Rows that are classified at once, as many as `classify` labels together."""
MAX_WAITING_ROWS = 1000
"""Rows that may wait for the answers before them. A server accepts far fewer pages at a time; only a long run of bad
rows reaches this number, and is then written out."""


@dataclass(frozen=True, slots=True)
class ClassifiedRow:
    """A row and the classifier's answer to its page."""

    row: PageRow
    article: Article


@cache
def load_classifier(model: Path | None) -> Classify:
    """Load the model in a folder, None for the one that ships with copydesk, once in a process."""
    return partial(classifier.classify, model=classifier.load_model(model), read_all=True)


def classify_groups(groups: Iterable[Sequence[Row]], classify_pages: Classify) -> Iterator[ClassifiedRow | BadRow]:
    """Classify groups of rows, in order; the next group is read once all of one are answered."""
    for group in groups:
        for start in range(0, len(group), ROWS_TOGETHER):
            yield from classify_together(group[start : start + ROWS_TOGETHER], classify_pages)


def classify_together(rows: Sequence[Row], classify_pages: Classify) -> list[ClassifiedRow | BadRow]:
    """Classify some rows at once; one by one if that fails, as a page on which it fails does not stop the others."""
    pages = [row.page for row in rows if isinstance(row, PageRow)]
    try:
        results = list(classify_pages(pages)) if pages else []
        for result in results:
            _read_all(result)
        answers = iter(results)
        return [row if isinstance(row, BadRow) else _with_answer(row, next(answers)) for row in rows]
    except Exception:  # below it costs the page on which it fails
        return [row if isinstance(row, BadRow) else classify_row(row, classify_pages) for row in rows]


def classify_row(row: PageRow, classify_pages: Classify) -> ClassifiedRow | BadRow:
    """Classify one row."""
    try:
        result = next(classify_pages([row.page]))
        _read_all(result)
    except Exception as error:  # the other pages are answered, whatever the error is
        return internal_error(row.id, row.line, error)
    return _with_answer(row, result)


def _read_all(result: Article | UnreadablePage) -> None:
    if isinstance(result, Article):
        result.comments  # noqa: B018  # reads the fields as well: here an error in them costs only this page


def classify_ahead(rows: Iterator[Row], classify_pages: Classify) -> Iterator[ClassifiedRow | BadRow]:
    """Classify rows, in order, by a classifier that reads several pages before it answers the first."""
    for first in rows:
        yield from _classify_some(chain([first], rows), classify_pages)


def _classify_some(rows: Iterator[Row], classify_pages: Classify) -> Iterator[ClassifiedRow | BadRow]:
    """Classify rows until `MAX_WAITING_ROWS` wait; then the classifier gets no more before it has answered those."""
    waiting = deque[Row]()

    def pages() -> Iterator[Page]:
        for row in rows:
            waiting.append(row)
            if isinstance(row, PageRow):
                yield row.page
            if len(waiting) >= MAX_WAITING_ROWS:
                return

    for result in classify_pages(pages()):
        while isinstance(row := waiting.popleft(), BadRow):
            yield row
        yield _with_answer(row, result)
    for row in waiting:
        assert isinstance(row, BadRow), "every page has its answer"
        yield row


def _with_answer(row: PageRow, result: Article | UnreadablePage) -> ClassifiedRow | BadRow:
    if isinstance(result, UnreadablePage):
        return BadRow(row.id, row.line, result.code, str(result))
    return ClassifiedRow(row, with_time_of_row(result, row))


def internal_error(id: JsonId, line: int | None, error: Exception) -> BadRow:
    """Return a bad row that names only the kind and place of an error: the error's message might quote the page."""
    trace = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(trace[-1].filename).name}:{trace[-1].lineno}" if trace else ""
    message = f"copydesk failed on this page ({type(error).__name__}{place}); the fault is its own, please report it"
    return BadRow(id, line, "internal", message)
