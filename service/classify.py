"""The command `copydesk classify`: rows in, labelled blocks out, one answer a row and in order."""

from __future__ import annotations

import errno
import io
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO, TextIO, TypeVar

from classifier import Article, Page, UnreadablePage, classify, load_model
from service.inputs import Format, read_inputs
from service.rows import BadRow, JsonId, PageRow, Row, answer_fields, encode_row, error_fields
from service.settings import Settings
from service.table import Canvas, row_name, table
from service.terminal import clean

Classify = Callable[[Iterable[Page]], Iterator[Article | UnreadablePage]]
R = TypeVar("R")
PROGRESS_SECONDS = 0.25
MOST_WAITING = 1000
"""Rows that are held for those before them; a server takes far fewer pages at a time, bad rows wait for the next."""
BETWEEN_BODIES = b"\f"


class BadServer(Exception):
    """A server's URL or key that cannot be used."""


class Output(StrEnum):
    """How answers are written."""

    TABLE = "table"
    JSONL = "jsonl"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Answer:
    """A row that was classified."""

    row: PageRow
    article: Article


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for.

    `form` and `output` are None where they are to be found out, `server` where this process classifies.
    """

    files: Sequence[str]
    form: Format | None
    output: Output | None
    explain: bool
    canvas: Canvas
    server: str | None = None


@dataclass(frozen=True, slots=True)
class Streams:
    """Where results and remarks go."""

    out: BinaryIO
    err: TextIO
    out_is_terminal: bool


def run(options: Options, settings: Settings, streams: Streams) -> int:
    """Classify every row of the inputs and write the answers; gives the number of rows that failed.

    Raises:
        ArtifactMismatch: The model cannot be loaded.
        BadServer: The server's URL or key cannot be used.
        CopydeskError: The server does not answer, or refuses.
        OSError: The results cannot be written.
    """
    answer = _answering(options, settings)
    rows = unbroken(read_inputs(options.files, options.form, max_page_bytes=settings.max_page_bytes))
    output, rows = _chosen_output(options, rows, out_is_terminal=streams.out_is_terminal)
    progress = Progress(streams.err, shown=streams.err.isatty() and not streams.out_is_terminal)
    n_bad = write_answers(progress.watch(answer(rows)), output, options.canvas, streams)
    if n_bad:
        print(f"copydesk: {n_bad} of {progress.n_rows} pages could not be classified", file=streams.err)
    return n_bad


def _answering(options: Options, settings: Settings) -> Callable[[Iterator[Row]], Iterator[Answer | BadRow]]:
    """Load the model, or make the client of the server that is asked instead."""
    if options.server is None:
        model = load_model(settings.model)
        return partial(answer_rows, classify_pages=partial(classify, model=model, explain=options.explain))
    from service.client import Client  # here alone: most runs ask no server

    try:
        client = Client(options.server, settings.key)
    except ValueError as error:
        raise BadServer(str(error)) from None
    return partial(pair_rows, classify_pages=partial(client.classify_batch, explain=options.explain))


def _chosen_output(options: Options, rows: Iterator[Row], *, out_is_terminal: bool) -> tuple[Output, Iterator[Row]]:
    """Take the output that is asked for; else a table of a single page on a terminal, JSONL of all others."""
    if options.output is not None:
        return options.output, rows
    first = next(rows, None)
    single = first is not None and first.line is None and len(options.files) == 1
    output = Output.TABLE if single and out_is_terminal else Output.JSONL
    return output, rows if first is None else chain([first], rows)


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


def write_answers(answers: Iterable[Answer | BadRow], output: Output, canvas: Canvas, streams: Streams) -> int:
    """Write each answer as it comes; gives the number of bad rows."""
    n_bad = 0
    for number, answer in enumerate(answers):
        n_bad += isinstance(answer, BadRow)
        if output is Output.JSONL:
            streams.out.write(_jsonl(answer))
        else:
            _write_for_people(answer, output, canvas, streams, first=number == 0)
        streams.out.flush()
    return n_bad


def _jsonl(answer: Answer | BadRow) -> bytes:
    if isinstance(answer, BadRow):
        return encode_row(error_fields(answer))
    return encode_row(answer_fields(answer.row, answer.article))


def _write_for_people(
    answer: Answer | BadRow, output: Output, canvas: Canvas, streams: Streams, *, first: bool
) -> None:
    if not first:
        streams.out.write(BETWEEN_BODIES if output is Output.BODY else b"\n")
    if isinstance(answer, BadRow):
        name = row_name(answer.id, answer.line)
        print(f"copydesk: {name}: {answer.code}: {clean(answer.message)}", file=streams.err)
    elif output is Output.TABLE:
        streams.out.write(_utf8(table(answer.row, answer.article, canvas)))
    elif answer.article.body:
        body = answer.article.body
        lines = map(clean, body.split("\n")) if streams.out_is_terminal else [body]
        streams.out.write(_utf8("\n".join(lines) + "\n"))


def _utf8(text: str) -> bytes:
    """Encode; a lone surrogate, which UTF-8 cannot hold, is written as a question mark."""
    return text.encode("utf-8", "replace")


class Progress:
    """Counts rows as they pass, and shows the count where someone watches."""

    def __init__(self, err: TextIO, *, shown: bool) -> None:
        self.n_rows = 0
        self._err = err
        self._shown = shown
        self._started = self._drawn = time.monotonic()

    def watch(self, answers: Iterable[Answer | BadRow]) -> Iterator[Answer | BadRow]:
        """Pass the answers on."""
        for answer in answers:
            self.n_rows += 1
            if self._shown and time.monotonic() - self._drawn >= PROGRESS_SECONDS:
                self._draw()
            yield answer
        if self._shown and self._drawn != self._started:
            self._err.write("\r\x1b[K")

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        rate = self.n_rows / (self._drawn - self._started)
        self._err.write(f"\r{self.n_rows:,} pages, {rate:,.0f} a second\x1b[K")
        self._err.flush()


def open_streams() -> Streams:
    """Take the process's own streams; remarks go nowhere where standard error is closed.

    Raises:
        OSError: Standard output is closed.
    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    return Streams(out=sys.stdout.buffer, err=sys.stderr or io.StringIO(), out_is_terminal=sys.stdout.isatty())
