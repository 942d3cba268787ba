"""The work of `copydesk classify`: rows in, labelled blocks out, one answer a row and in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import chain

from copydesk.classifier import classify, load_model
from copydesk.service.commands.streams import Streams
from copydesk.service.commands.table import Canvas, row_name, table
from copydesk.service.progress import COMPILING, Progress
from copydesk.service.rows.classify_rows import Answer, answer_rows, pair_rows, unbroken
from copydesk.service.rows.inputs import Format, read_inputs
from copydesk.service.rows.jsonl import BadRow, Row, answer_fields, encode_row, error_fields
from copydesk.service.settings import Settings
from copydesk.service.terminal import clean

BETWEEN_BODIES = b"\f"


class BadServer(Exception):
    """A server's URL or key that cannot be used."""


class Output(StrEnum):
    """How answers are written."""

    TABLE = "table"
    JSONL = "jsonl"
    BODY = "body"


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


def run(options: Options, settings: Settings, streams: Streams) -> int:
    """Classify every row of the inputs and write the answers; gives the number of rows that failed.

    Raises:
        ArtifactMismatch: The model cannot be loaded.
        BadServer: The server's URL or key cannot be used.
        CopydeskError: The server does not answer, or refuses.
        OSError: The results cannot be written.
    """
    with Progress(streams.err, answers_on_terminal=streams.out_is_terminal) as progress:
        progress.stage("", unit="pages")
        answer = _answering(options, settings)
        rows = unbroken(read_inputs(options.files, options.form, max_page_bytes=settings.max_page_bytes))
        output, rows = _chosen_output(options, rows, out_is_terminal=streams.out_is_terminal)
        if options.server is None:
            progress.wait(COMPILING)
        n_bad = write_answers(progress.watch(answer(rows)), output, options.canvas, streams, progress.remark)
    if n_bad:
        print(f"copydesk: {n_bad} of {progress.n} pages could not be classified", file=streams.err)
    return n_bad


def _answering(options: Options, settings: Settings) -> Callable[[Iterator[Row]], Iterator[Answer | BadRow]]:
    """Load the model, or make the client of the server that is asked instead."""
    if options.server is None:
        model = load_model(settings.model)
        return partial(answer_rows, classify_pages=partial(classify, model=model, explain=options.explain))
    from copydesk.service.client import Client  # here alone: most runs ask no server

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


def write_answers(
    answers: Iterable[Answer | BadRow],
    output: Output,
    canvas: Canvas,
    streams: Streams,
    remark: Callable[[str], None],
) -> int:
    """Write each answer as it comes; gives the number of bad rows."""
    n_bad = 0
    for number, answer in enumerate(answers):
        n_bad += isinstance(answer, BadRow)
        if output is Output.JSONL:
            streams.out.write(_jsonl(answer))
        else:
            _write_for_people(answer, output, canvas, streams, remark, first=number == 0)
        streams.out.flush()
    return n_bad


def _jsonl(answer: Answer | BadRow) -> bytes:
    if isinstance(answer, BadRow):
        return encode_row(error_fields(answer))
    return encode_row(answer_fields(answer.row, answer.article))


def _write_for_people(
    answer: Answer | BadRow,
    output: Output,
    canvas: Canvas,
    streams: Streams,
    remark: Callable[[str], None],
    *,
    first: bool,
) -> None:
    if not first:
        streams.out.write(BETWEEN_BODIES if output is Output.BODY else b"\n")
    if isinstance(answer, BadRow):
        remark(f"{row_name(answer.id, answer.line)}: {answer.code}: {clean(answer.message)}")
    elif output is Output.TABLE:
        streams.out.write(_utf8(table(answer.row, answer.article, canvas)))
    elif answer.article.body:
        body = answer.article.body
        lines = map(clean, body.split("\n")) if streams.out_is_terminal else [body]
        streams.out.write(_utf8("\n".join(lines) + "\n"))


def _utf8(text: str) -> bytes:
    """Encode; a lone surrogate, which UTF-8 cannot hold, is written as a question mark."""
    return text.encode("utf-8", "replace")
