"""The command `copydesk classify`: pages in, labelled blocks out, one answer for each page and in order."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import chain

from copydesk.classifier import ArtifactMismatch, CopydeskError
from copydesk.service.commands import arguments
from copydesk.service.commands.table import Canvas, row_name, table
from copydesk.service.progress import COMPILING, Progress
from copydesk.service.rows import BadRow, Row, classify_rows, contract, inputs, jsonl
from copydesk.service.settings import Settings
from copydesk.service.terminal import clean

BETWEEN_BODIES = b"\f"


class AnswerFormat(StrEnum):
    """How answers are written."""

    TABLE = "table"
    JSONL = "jsonl"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class ClassifyOptions:
    """Options of the command line. A format of None depends on each file; for output, on the files and the terminal.

    `server` is the URL of a service that classifies in place of this process.
    """

    files: Sequence[str]
    input_format: inputs.Format | None
    output: AnswerFormat | None
    explain: bool
    canvas: Canvas
    server: str | None = None


def add_classify(commands: arguments.Commands) -> None:
    """Add the command to the parser."""
    command = arguments.add_command(
        commands,
        "classify",
        help="label the blocks of pages",
        description="Label the blocks of pages as body, boilerplate or teaser. "
        "Exit status: 0 all pages were classified, 1 some could not be classified, 2 wrong usage.",
    )
    arguments.add_shared(command, "files", "--format")
    add = command.add_argument
    add(
        "--output",
        choices=("table", "jsonl", "body"),
        help="a table for people, JSONL with one page per line, or the article's text alone "
        "(default: table for a single page on a terminal, else jsonl)",
    )
    add("--explain", action="store_true", help="add the reasons for each block's label")
    arguments.add_shared(command, "--model")
    add(
        "--server",
        metavar="URL",
        help="have a running copydesk service classify the pages, instead of this process; if it requires an API key, "
        "set the variable COPYDESK_KEY",
    )
    add(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colours in the table; auto means on a terminal, unless NO_COLOR is set (default: auto)",
    )
    command.set_defaults(command=classify_command)


def classify_command(args: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run `copydesk classify`."""
    settings = arguments.load_settings(args.model, environment)
    files = arguments.check_files(args.files)
    if args.server and args.model:
        raise arguments.WrongUsage("--model and --server exclude each other; the server uses its own model")
    if files == ["-"] and sys.stdin is not None and sys.stdin.isatty():
        arguments.say("reading a page from the terminal; end it with Ctrl-D")

    options = ClassifyOptions(
        files=files,
        input_format=None if args.format == "auto" else inputs.Format(args.format),
        output=AnswerFormat(args.output) if args.output else None,
        explain=args.explain,
        canvas=Canvas(columns=shutil.get_terminal_size((100, 24)).columns, color=_use_color(args.color, environment)),
        server=args.server,
    )
    try:
        n_bad = classify_files(options, settings, arguments.open_streams())
    except ArtifactMismatch:
        raise
    except CopydeskError as error:  # the server does not answer, or refuses
        arguments.say(str(error))
        return arguments.SOME_FAILED
    return arguments.SOME_FAILED if n_bad else arguments.OK


def _use_color(choice: str, environment: Mapping[str, str]) -> bool:
    if choice != "auto":
        return choice == "always"
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return sys.stdout is not None and sys.stdout.isatty() and not plain


def classify_files(options: ClassifyOptions, settings: Settings, streams: arguments.Streams) -> int:
    """Classify every row of the inputs and write the answers; return the number of rows that failed.

    Raises:
        ArtifactMismatch: The model cannot be loaded.
        WrongUsage: The server's URL or key cannot be used.
        CopydeskError: The server does not answer, or refuses.
        OSError: The results cannot be written.
    """
    with Progress(streams.err, answers_on_terminal=streams.out_is_terminal) as progress:
        progress.stage("", unit="pages")
        answer = _load_classifier(options, settings)
        rows = classify_rows.end_with_bad_row(
            inputs.read_inputs(options.files, options.input_format, max_page_bytes=settings.max_page_bytes)
        )
        output, rows = _choose_output(options, rows, out_is_terminal=streams.out_is_terminal)
        if options.server is None:
            progress.wait(COMPILING)
        writer = AnswerWriter(output, options.canvas, streams, progress.remark)
        n_bad = writer.write_all(progress.watch(answer(rows)))
    if n_bad:
        print(f"copydesk: {n_bad} of {progress.n} pages could not be classified", file=streams.err)
    return n_bad


def _load_classifier(
    options: ClassifyOptions, settings: Settings
) -> Callable[[Iterator[Row]], Iterator[classify_rows.ClassifiedRow | BadRow]]:
    """Load the model, or make the client of the server that takes its place."""
    from copydesk.classifier import classify, load_model

    if options.server is None:
        classifier = partial(classify, model=load_model(settings.model), explain=options.explain)
        return partial(classify_rows.classify_in_turn, classify_pages=classifier)
    from copydesk.service.client import Client

    try:
        client = Client(options.server, settings.key)
    except ValueError as error:
        raise arguments.WrongUsage(str(error)) from None
    return partial(classify_rows.classify_ahead, classify_pages=partial(client.classify_batch, explain=options.explain))


def _choose_output(
    options: ClassifyOptions, rows: Iterator[Row], *, out_is_terminal: bool
) -> tuple[AnswerFormat, Iterator[Row]]:
    """Read the first row, and choose how answers are written if the command line does not specify it."""
    first = next(rows, None)
    rows = rows if first is None else chain([first], rows)
    if options.output is not None:
        return options.output, rows
    single = first is not None and first.line is None and len(options.files) == 1
    return AnswerFormat.TABLE if single and out_is_terminal else AnswerFormat.JSONL, rows


@dataclass(frozen=True, slots=True)
class AnswerWriter:
    """Writes answers to standard output, and errors of pages to standard error where they are not in the JSONL."""

    output: AnswerFormat
    canvas: Canvas
    streams: arguments.Streams
    remark: Callable[[str], None]

    def write_all(self, answers: Iterable[classify_rows.ClassifiedRow | BadRow]) -> int:
        """Write each answer as soon as it is known; return the number of bad rows."""
        n_bad = 0
        for number, answer in enumerate(answers):
            n_bad += isinstance(answer, BadRow)
            if self.output is AnswerFormat.JSONL:
                self.streams.out.write(_jsonl(answer))
            else:
                self._write_for_people(answer, first=number == 0)
            self.streams.out.flush()
        return n_bad

    def _write_for_people(self, answer: classify_rows.ClassifiedRow | BadRow, *, first: bool) -> None:
        out = self.streams.out
        if not first:
            out.write(BETWEEN_BODIES if self.output is AnswerFormat.BODY else b"\n")
        if isinstance(answer, BadRow):
            self.remark(f"{row_name(answer.id, answer.line)}: {answer.code}: {clean(answer.message)}")
        elif self.output is AnswerFormat.TABLE:
            out.write(_utf8(table(answer.row, answer.article, self.canvas)))
        elif body := answer.article.body:
            lines = map(clean, body.split("\n")) if self.streams.out_is_terminal else [body]
            out.write(_utf8("\n".join(lines) + "\n"))


def _jsonl(answer: classify_rows.ClassifiedRow | BadRow) -> bytes:
    if isinstance(answer, BadRow):
        return jsonl.encode_row(contract.ErrorRow.of(answer))
    return jsonl.encode_row(contract.LabelledPage.of(answer.row, answer.article))


def _utf8(text: str) -> bytes:
    """Encode text; a lone surrogate, which UTF-8 cannot express, becomes a question mark."""
    return text.encode("utf-8", "replace")
