"""The arguments of `copydesk index`: read and checked before the work begins."""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from copydesk.service.commands.arguments import OK, SOME_FAILED, WrongUsage, checked_files, chosen_settings, refuse, say

# What loads the numeric libraries is imported inside functions: --help and wrong usage need not wait for it.

BATCH = 1000
MOST_A_BATCH = 100_000
SECONDS_A_DAY = 86_400

_VERBS = {
    "add": "add documents and answer what each matches, the other added ones included",
    "check": "answer what adding each document would, and add none",
    "remove": "remove documents, as if they had never been added",
    "expire": "remove documents that are too old",
    "stats": "say how much the index holds",
    "export": "write all that the index holds as JSONL",
    "import": "read an export into an empty index",
    "compact": "give back the room that removed documents left",
}
_READS_FILES = ("add", "check", "remove", "import")
_ANSWERS = ("add", "check")


def add_index(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    index = commands.add_parser(
        "index",
        help="tell whether a story has been seen, in an index that stays",
        description="Keep an index of documents and tell which tell the same story. "
        "Exit status: 0 all rows answered, 1 some failed, 2 wrong usage.",
        allow_abbrev=False,
    )
    verbs = index.add_subparsers(metavar="VERB", required=True, dest="verb")
    for verb, words in _VERBS.items():
        _add_verb(verbs.add_parser(verb, help=words, description=words.capitalize() + ".", allow_abbrev=False), verb)


def _add_verb(command: argparse.ArgumentParser, verb: str) -> None:
    add = command.add_argument
    if verb in _READS_FILES:
        add("files", nargs="*", metavar="FILE", help="JSONL or pages, plain or .gz; - or nothing is standard input")
    add("--index", metavar="PATH_OR_URL", help="a file, or postgresql://USER:PASSWORD@HOST/DATABASE (COPYDESK_INDEX)")
    if verb in _ANSWERS:
        add("--format", choices=("auto", "text", "html", "jsonl"), default="auto", help="what the files hold (auto)")
        add("--prefer", nargs="+", default=[], metavar="SOURCE", help="sources to keep documents of, the best first")
        add("--model", type=Path, metavar="DIR", help="folder of the model (the one that ships with copydesk)")
        add("--batch", type=int, default=BATCH, metavar="N", help=f"documents answered at once ({BATCH})")
    if verb == "add":
        add("--unseen", action="store_true", help="add only documents whose story the index does not hold")
    if verb == "expire":
        age = command.add_mutually_exclusive_group(required=True)
        age.add_argument("--days", type=float, metavar="N", help="remove what is older than N days")
        age.add_argument("--before", metavar="TIME", help="remove what is older than this time, in ISO 8601")
        add("--by", choices=("published", "added"), default="published", help="what age counts from (published)")
    if verb == "remove":
        add("--id", action="append", default=[], metavar="ID", help="a document's id; may be given several times")
    command.set_defaults(command=index_command)


def index_command(args: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run `copydesk index`."""
    try:
        settings = chosen_settings(getattr(args, "model", None), environment)
        files = _files(args)
        before = _before(args) if args.verb == "expire" else 0.0
        if args.verb in _ANSWERS and not 1 <= args.batch <= MOST_A_BATCH:
            raise WrongUsage(f"--batch is {args.batch}, expected 1 to {MOST_A_BATCH}")
    except (ValueError, WrongUsage) as error:
        return refuse(error)
    from copydesk.classifier.errors import CopydeskError
    from copydesk.service.commands.index_run import IndexOptions, run

    options = IndexOptions(
        verb=args.verb,
        place=args.index or settings.index,
        files=files,
        form=getattr(args, "format", "auto"),
        prefer=getattr(args, "prefer", []),
        batch=getattr(args, "batch", BATCH),
        unseen_only=getattr(args, "unseen", False),
        ids=getattr(args, "id", []),
        before=before,
        by=getattr(args, "by", "published"),
    )
    try:
        n_bad = run(options, settings, sys.stderr or io.StringIO(), clock=time.time)
    except (CopydeskError, ValueError) as error:
        return refuse(error)
    except BrokenPipeError:
        raise
    except OSError as error:
        say(f"the answers cannot be written: {error.strerror}")
        return SOME_FAILED
    return SOME_FAILED if n_bad else OK


def _files(args: argparse.Namespace) -> list[str]:
    if args.verb not in _READS_FILES or (args.verb == "remove" and args.id and not args.files):
        return []
    return checked_files(args.files)


def _before(args: argparse.Namespace) -> float:
    if args.before is None:
        if not 0 <= args.days < 1_000_000:
            raise WrongUsage(f"--days is {args.days}, expected a number of days from 0 on")
        return time.time() - SECONDS_A_DAY * float(args.days)
    try:
        told = datetime.fromisoformat(args.before)
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise WrongUsage(
            f"--before is {args.before!r}, expected a time in ISO 8601 such as 2024-05-01T08:30:00Z"
        ) from None
