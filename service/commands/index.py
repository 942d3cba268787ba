"""The command `copydesk index`: keeps an index of documents and answers which ones tell the same story."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from copydesk.classifier.duplicates import read_seconds
from copydesk.classifier.duplicates.types import KeptBecause
from copydesk.classifier.extras import require_extra
from copydesk.classifier.plurals import counted
from copydesk.service.commands import arguments
from copydesk.service.commands.arguments import Streams
from copydesk.service.progress import STARTING, Progress
from copydesk.service.rows import (
    BadRow,
    BadRows,
    classify_rows,
    contract,
    describe_without_body,
    index_numbers,
    indexed_article,
    inputs,
    jsonl,
    match_documents,
    origins,
    read_documents,
)
from copydesk.service.settings import Settings

if TYPE_CHECKING:
    from copydesk.service.index import Index

BATCH = 1000
MOST_A_BATCH = 100_000
FOUND = 20
"""Documents that a search writes by default."""
SECONDS_A_DAY = 86_400


def add_index(commands: arguments.Commands) -> None:
    """Add the command and its subcommands to the parser."""
    index = arguments.add_command(
        commands,
        "index",
        help="keep an index of documents, and check whether a story is known",
        description="Keep an index of documents, and find which of them tell the same story. "
        "Exit status: 0 all rows were used, 1 some could not be used, 2 wrong usage.",
    )
    verbs = index.add_subparsers(metavar="VERB", required=True)
    _add_matching_verbs(verbs)
    remove = _add_verb(verbs, "remove", _remove, "remove documents, as if they had never been added")
    arguments.add_shared(remove, "files", help="JSONL with an id in each row; - or no FILE is standard input")
    remove.add_argument(
        "--id", action="append", default=[], metavar="ID", help="id of a document; may be given several times"
    )
    expire = _add_verb(verbs, "expire", _expire, "remove documents that are older than a date")
    age = expire.add_mutually_exclusive_group(required=True)
    age.add_argument("--days", type=float, metavar="N", help="remove documents that are older than N days")
    age.add_argument("--before", metavar="TIME", help="remove documents that are older than this time, in ISO 8601")
    expire.add_argument(
        "--by",
        choices=("published", "added"),
        default="published",
        help="whether age counts from publication or from being added to the index (default: published)",
    )
    search = _add_verb(verbs, "search", _search, "find documents by words of their titles")
    search.add_argument("words", nargs="+", metavar="WORD", help="a word of the title, or its beginning")
    search.add_argument(
        "--most", type=int, default=FOUND, metavar="N", help="documents that are written at most (default: %(default)s)"
    )
    _add_verb(verbs, "stats", _stats, "count the documents and clusters of the index")
    _add_verb(verbs, "export", _export, "write the whole index as JSONL")
    load = _add_verb(verbs, "import", _import, "read an export into an empty index")
    arguments.add_shared(load, "files", help="an export, plain or .gz; - or no FILE is standard input")
    _add_verb(verbs, "compact", _compact, "return the disk space of removed documents to the system")


def _add_matching_verbs(verbs: arguments.Commands) -> None:
    add = _add_verb(verbs, "add", _match, "add documents, and print which documents each one matches")
    check = _add_verb(verbs, "check", _match, "print what add would print, without adding anything")
    for command in (add, check):
        arguments.add_shared(command, "files", "--format", *arguments.DUPLICATE_OPTIONS, "--model")
        command.add_argument(
            "--batch",
            type=int,
            default=BATCH,
            metavar="N",
            help="documents that are compared at once (default: %(default)s)",
        )
    add.add_argument("--no-titles", action="store_true", help="do not store the titles of the documents")
    add.add_argument(
        "--unseen", action="store_true", help="add only documents with a story that the index does not have yet"
    )


def _add_verb(verbs: arguments.Commands, name: str, run: Any, help: str) -> argparse.ArgumentParser:
    command = arguments.add_command(verbs, name, help=help)
    command.add_argument(
        "--index",
        metavar="PATH_OR_URL",
        help="a SQLite file, or postgresql://USER:PASSWORD@HOST/DATABASE "
        "(default: COPYDESK_INDEX, or copydesk-index.sqlite)",
    )
    command.set_defaults(command=index_command, run=run, verb=name)
    return command


def index_command(args: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run `copydesk index`."""
    settings = arguments.load_settings(getattr(args, "model", None), environment)
    if hasattr(args, "files") and not (args.files == [] and getattr(args, "id", [])):
        score = "--output scored --index INDEX" if args.verb == "add" else ""
        args.files = arguments.check_files(args.files, score=score)
    if hasattr(args, "days"):
        args.before = _oldest_time(args)
    if hasattr(args, "batch") and not 1 <= args.batch <= MOST_A_BATCH:
        raise arguments.WrongUsage(f"--batch is {args.batch}, expected 1 to {MOST_A_BATCH}")
    if hasattr(args, "most") and not 1 <= args.most <= MOST_A_BATCH:
        raise arguments.WrongUsage(f"--most is {args.most}, expected 1 to {MOST_A_BATCH}")
    if not any(map(str.strip, getattr(args, "words", ["-"]))):
        raise arguments.WrongUsage("the words to search for are blank, expected words of a title")
    arguments.check_index_name(args.index)
    options = arguments.read_duplicate_options(args)
    require_extra("index", "copydesk index")
    arguments.say_if_terminal(getattr(args, "files", ()), "rows")
    from copydesk.service.index import open_index

    streams = arguments.open_streams()
    create = args.verb in ("add", "import")
    try:
        with open_index(args.index or settings.index, options, create=create) as index:
            n_bad: int | None = args.run(index, args, settings, streams)
    except ValueError as error:  # the index's URL, or an export
        raise arguments.WrongUsage(str(error)) from error
    streams.out.flush()
    return arguments.SOME_FAILED if n_bad else arguments.OK


def _oldest_time(args: argparse.Namespace) -> float:
    """Return the time before which documents expire, in seconds since 1970."""
    if args.before is None:
        if not 0 <= args.days < 1_000_000:
            raise arguments.WrongUsage(f"--days is {args.days}, expected a number of days from 0 on")
        return time.time() - SECONDS_A_DAY * float(args.days)
    try:
        return read_seconds("--before", args.before)
    except ValueError:
        raise arguments.WrongUsage(
            f"--before is {args.before[:40]!r}, expected a time in ISO 8601 such as 2024-05-01T08:30:00Z"
        ) from None


def _match(index: Index, args: argparse.Namespace, settings: Settings, streams: Streams) -> int:
    """Add or check the documents of all rows, and write an answer for each row; return the number of bad rows."""
    input_format = None if args.format == "auto" else inputs.Format(args.format)
    rows = inputs.read_unparsed(args.files, input_format, max_page_bytes=settings.max_page_bytes)
    classifier = partial(classify_rows.load_classifier, settings.model)
    bad, n_empty = BadRows(), 0
    unused = origins.UnusedValues()
    with Progress(streams.err, answers_on_terminal=streams.out_is_terminal) as progress:
        progress.stage("", unit="document")
        while batch := list(islice(rows, args.batch)):
            progress.wait(STARTING)
            read = read_documents(batch, classifier, max_page_bytes=settings.max_page_bytes)
            if args.verb == "check":
                answers = list(match_documents(read, index.check))
            else:
                add = partial(index.add, now=time.time(), unseen_only=args.unseen)
                answers = list(match_documents(read, add, say_added=True, titles=not args.no_titles))
            progress.count(len(answers))
            for row in read:
                if not isinstance(row, BadRow):
                    unused.add(row.id, row.unused)
            streams.out.writelines(map(jsonl.encode_row, answers))
            streams.out.flush()
            bad.add(answer for answer in answers if isinstance(answer, contract.ErrorRow))
            n_empty += sum(getattr(answer, "kept_because", None) is KeptBecause.NO_BODY for answer in answers)
    for line in [*unused.describe(), *describe_without_body(n_empty, progress.n - bad.n), *bad.describe(progress.n)]:
        arguments.say(line)
    return bad.n


def _remove(index: Index, args: argparse.Namespace, settings: Settings, streams: Streams) -> int:
    """Remove the ids of all rows and of the command line in one transaction; return how many could not be removed."""
    ids, n_bad = list(args.id), 0
    for row in inputs.read_unparsed(args.files, inputs.Format.JSONL, max_page_bytes=settings.max_page_bytes):
        assert not isinstance(row, jsonl.PageRow), "JSONL is read as lines"
        found = row if isinstance(row, BadRow) else jsonl.parse_line(row, _read_id)
        if isinstance(found, BadRow):
            n_bad += 1
            streams.out.write(jsonl.encode_row(contract.ErrorRow.of(found)))
        else:
            ids.append(found)
    n_removed, n_named = index.remove(ids), len(set(ids))
    streams.out.write(jsonl.encode_row({"removed": n_removed}))
    if n_removed < n_named:
        arguments.say(f"not in the index: {n_named - n_removed:,} of {counted(n_named, 'id')}")
    return n_bad + n_named - n_removed


def _read_id(_fields: dict[str, Any], id: jsonl.JsonId) -> str:
    if id is None:
        raise jsonl.BadField("no_id", "no id, expected the id of the document to remove")
    return str(id)


def _expire(index: Index, args: argparse.Namespace, _settings: Settings, streams: Streams) -> None:
    from copydesk.service.index import Age

    streams.out.write(jsonl.encode_row({"expired": index.expire(args.before, by=Age(args.by))}))


def _search(index: Index, args: argparse.Namespace, _settings: Settings, streams: Streams) -> None:
    found = index.search(" ".join(args.words), most=args.most)
    streams.out.writelines(jsonl.encode_row(indexed_article(entry)) for entry in found)


def _stats(index: Index, _args: argparse.Namespace, _settings: Settings, streams: Streams) -> None:
    streams.out.write(jsonl.encode_row(index_numbers(index.stats())))


def _export(index: Index, _args: argparse.Namespace, _settings: Settings, streams: Streams) -> None:
    streams.out.writelines(index.export_lines())


def _import(index: Index, args: argparse.Namespace, _settings: Settings, streams: Streams) -> None:
    try:
        n_imported = index.import_lines(inputs.read_lines_of(args.files))
    except BaseException:  # an interrupt among others
        index.remove_new_file()
        raise
    streams.out.write(jsonl.encode_row({"imported": n_imported}))


def _compact(index: Index, _args: argparse.Namespace, _settings: Settings, _streams: Streams) -> None:
    index.compact()
