"""The command `copydesk classify`: pages in, labelled blocks out, one answer for each page and in order."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

from copydesk.classifier import ArtifactMismatch, CopydeskError, Kind
from copydesk.classifier.plurals import counted
from copydesk.service.commands import arguments
from copydesk.service.commands.answers import RENDERED, SEPARATED, AnswerFormat, AnswerWriter
from copydesk.service.commands.folders import is_folder, with_pages_of_folders
from copydesk.service.commands.page_files import PageFiles, make_folder
from copydesk.service.commands.table import Canvas
from copydesk.service.process_memory import keep_freed_memory
from copydesk.service.progress import STARTING, Progress
from copydesk.service.rows import BadRow, Row, classify_rows, inputs, origins, page_rows
from copydesk.service.settings import Settings

URL_OF_ROWS = "--url is the address of one page; in JSON lines each row has its own field url"

Groups = Iterator[list[Row]]
Answers = Iterator[classify_rows.ClassifiedRow | BadRow]


@dataclass(frozen=True, slots=True)
class ClassifyOptions:
    """Options of the command line. A format of None depends on each file; for output, on the files and the terminal.

    `server` is the URL of a service that classifies in place of this process. `parts` are those of the body, None for
    the usual ones. `folder` is for a file of each page, in place of standard output. `blocks` says whether JSON has
    the blocks, and the text that they refer to. `url` is the address of the only page.
    `folders` are those that some of the files were found in.
    """

    files: Sequence[str]
    input_format: inputs.Format | None
    output: AnswerFormat | None
    explain: bool
    canvas: Canvas
    server: str | None = None
    parts: tuple[Kind, ...] | None = None
    links: bool = False
    folder: Path | None = None
    blocks: bool = True
    url: str = ""
    folders: Sequence[str] = ()


def add_classify(commands: arguments.Commands) -> None:
    """Add the command to the parser."""
    command = arguments.add_command(
        commands,
        "classify",
        help="label the blocks of pages",
        description="Label the blocks of pages as body, boilerplate or teaser. "
        "Of a folder, the HTML and text in it and below are read. "
        "Exit status: 0 all pages were classified, 1 some could not be classified, 2 wrong usage.",
    )
    arguments.add_shared(command, "files", "--format")
    add = command.add_argument
    add(
        "--url",
        metavar="URL",
        help="the http or https address of the page, if there is just one; nothing is fetched, but date, site and "
        "absolute links are read from it",
    )
    add(
        "--output",
        choices=tuple(form.value for form in AnswerFormat),
        help="a table for people; JSONL with one page per line; indented JSON, an object or an array of several; the "
        "article's text alone; the article as Markdown or as an HTML document (default: table for a single page on a "
        "terminal, json with --output-dir, else jsonl)",
    )
    arguments.add_shared(command, "--no-blocks", "--parts")
    add("--links", action="store_true", help="keep links, emphasis and images in Markdown and HTML")
    add(
        "--output-dir",
        type=Path,
        metavar="FOLDER",
        help="write a file for each page into a folder, named after the page; files of the same name are replaced, "
        "but left if the page fails",
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
    files = arguments.check_files(with_pages_of_folders(args.files, leave_out=args.output_dir))
    if args.server and args.model:
        raise arguments.WrongUsage("--model and --server exclude each other; the server uses its own model")
    arguments.say_if_terminal(files, "a page")
    output = AnswerFormat(args.output or "json") if args.output or args.output_dir else None
    if args.links and output not in RENDERED:
        raise arguments.WrongUsage("--links is for Markdown and HTML; add --output markdown or --output html")
    url = _read_url(args, files)
    _check_blocks(args, output)
    options = ClassifyOptions(
        files=files,
        input_format=None if args.format == "auto" else inputs.Format(args.format),
        output=output,
        explain=args.explain,
        canvas=Canvas(columns=shutil.get_terminal_size((100, 24)).columns, color=_use_color(args.color, environment)),
        server=args.server,
        parts=arguments.read_part_names(args.parts),
        links=args.links,
        folder=make_folder(args.output_dir) if args.output_dir else None,
        blocks=not args.no_blocks,
        url=url,
        folders=[name for name in args.files if is_folder(name)],
    )
    try:
        n_bad = classify_files(options, settings, arguments.open_streams())
    except ArtifactMismatch:
        raise
    except CopydeskError as error:  # the server does not answer, or refuses
        arguments.say(str(error))
        return arguments.SOME_FAILED
    return arguments.SOME_FAILED if n_bad else arguments.OK


def _check_blocks(args: argparse.Namespace, output: AnswerFormat | None) -> None:
    """Check that what is said about blocks fits the output."""
    if args.no_blocks and output not in (None, AnswerFormat.JSONL, AnswerFormat.JSON):
        raise arguments.WrongUsage(f"--no-blocks is for JSON, and --output is {output}; choose jsonl or json")
    if args.no_blocks and args.explain:
        raise arguments.WrongUsage("--explain adds reasons to blocks, which --no-blocks leaves out; use one of them")
    if args.explain and output in SEPARATED:
        raise arguments.WrongUsage(
            f"--explain adds reasons to blocks, which --output {output} does not show; choose table, jsonl or json"
        )


def _read_url(args: argparse.Namespace, files: Sequence[str]) -> str:
    """Return the address of the page; empty without one.

    Raises:
        WrongUsage: It is none, or there are several pages.
    """
    if args.url is None:
        return ""
    if len(files) > 1:
        raise arguments.WrongUsage(
            f"--url is the address of one page, and there are {len(files)} files; use JSON lines, where each row has "
            "its own field url"
        )
    named = inputs.format_of_name(files[0]) if args.format == "auto" else args.format
    if named == inputs.Format.JSONL:
        raise arguments.WrongUsage(URL_OF_ROWS)
    try:
        return page_rows.read_address(_without_surrogates(args.url))
    except ValueError as error:
        raise arguments.WrongUsage(f"--url {error}") from None


def _without_surrogates(argument: str) -> str:
    """Return an argument with U+FFFD for each byte that is not UTF-8; Python has lone surrogates in their place."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _use_color(choice: str, environment: Mapping[str, str]) -> bool:
    if choice != "auto":
        return choice == "always"
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return sys.stdout is not None and sys.stdout.isatty() and not plain


def classify_files(options: ClassifyOptions, settings: Settings, streams: arguments.Streams) -> int:
    """Classify every row of the inputs and write the answers; return the number of rows that failed.

    Raises:
        ArtifactMismatch: The model cannot be loaded.
        WrongUsage: The server's URL or key cannot be used, or rows of JSON lines are given the address of a page.
        CopydeskError: The server does not answer, or refuses.
        OSError: The results cannot be written.
    """
    on_terminal = streams.out_is_terminal and options.folder is None
    with Progress(streams.err, answers_on_terminal=on_terminal) as progress:
        progress.stage("", unit="page")
        answer = _load_classifier(options, settings)
        groups = inputs.read_inputs(
            options.files,
            options.input_format,
            max_page_bytes=settings.max_page_bytes,
            encoded=options.server is None,
        )
        if options.url:
            groups = ([_with_url(row, options.url) for row in group] for group in groups)
        output, groups = _choose_output(options, groups, out_is_terminal=streams.out_is_terminal)
        if options.server is None:
            progress.wait(STARTING)
        files = (
            None if options.folder is None else PageFiles(options.folder, output.suffix, options.files, options.folders)
        )
        writer = AnswerWriter(
            output, options.canvas, streams, progress.remark, options.links, files, blocks=options.blocks
        )
        unused = origins.UnusedValues()
        answers = _completed(_counting_unused(answer(groups), unused), options)
        n_bad = writer.write_all(progress.watch(answers))
    for line in unused.describe():
        print(f"copydesk: {line}", file=streams.err)
    if n_bad:
        print(f"copydesk: {n_bad:,} of {counted(progress.n, 'page')} could not be classified", file=streams.err)
    return n_bad


def _load_classifier(options: ClassifyOptions, settings: Settings) -> Callable[[Groups], Answers]:
    """Load the model, or make the client of the server that takes its place."""
    from copydesk.classifier import classify, load_model

    structure = options.output in RENDERED
    if options.server is None:
        keep_freed_memory()
        model = load_model(settings.model)
        classifier = partial(classify, model=model, explain=options.explain, structure=structure, read_all=True)
        return partial(classify_rows.classify_groups, classify_pages=classifier)
    from copydesk.service.client import Client

    try:
        client = Client(options.server, settings.key)
    except ValueError as error:
        raise arguments.WrongUsage(str(error)) from None
    remote = partial(client.classify_batch, explain=options.explain)
    return lambda groups: classify_rows.classify_ahead(chain.from_iterable(groups), remote)


def _counting_unused(answers: Answers, unused: origins.UnusedValues) -> Answers:
    """Pass answers on; count the times and sources of their rows that could not be used."""
    for answer in answers:
        if isinstance(answer, classify_rows.ClassifiedRow):
            row = answer.row
            unused.add(f"of line {row.line}" if row.id is None else row.id, row.unused)
        yield answer


def _with_url(row: Row, url: str) -> Row:
    """Give the page of a file its address.

    Raises:
        WrongUsage: The row is one of JSON lines.
    """
    if row.line is not None:
        raise arguments.WrongUsage(URL_OF_ROWS)
    return row if isinstance(row, BadRow) else replace(row, page=replace(row.page, url=url))


def _completed(answers: Answers, options: ClassifyOptions) -> Answers:
    """Choose the parts of each body, and read what a server does not send for Markdown and HTML."""
    for answer in answers:
        if isinstance(answer, BadRow):
            yield answer
            continue
        article = answer.article
        if options.server is not None and options.output in RENDERED and answer.row.page.html is not None:
            from copydesk.classifier.segmentation import segment_html
            from copydesk.classifier.structure_reader import add_structure

            article = add_structure(article, segment_html(answer.row.page.html, inline=True))
        if options.parts is not None:
            article = article.with_parts(options.parts)
        yield classify_rows.ClassifiedRow(answer.row, article)


def _choose_output(options: ClassifyOptions, groups: Groups, *, out_is_terminal: bool) -> tuple[AnswerFormat, Groups]:
    """Read the first rows, and choose how answers are written if the command line does not specify it."""
    first = next(groups, [])
    groups = chain([first], groups)
    if options.output is not None:
        return options.output, groups
    single = len(first) == 1 and first[0].line is None and len(options.files) == 1
    table = single and out_is_terminal and options.blocks
    return AnswerFormat.TABLE if table else AnswerFormat.JSONL, groups
