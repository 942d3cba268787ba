"""The arguments of `copydesk dedup`: read and checked before the work begins."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.service.commands.arguments import OK, SOME_FAILED, WrongUsage, checked_files, chosen_settings, refuse, say
from copydesk.service.settings import Settings

if TYPE_CHECKING:
    from copydesk.classifier.duplicates.types import KeyScheme

# What loads the numeric libraries is imported inside functions: --help and wrong usage need not wait for it.

MOST_WORKERS = 256


def add_dedup(commands: argparse._SubParsersAction[argparse.ArgumentParser], *, version: Callable[[], str]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "dedup",
        help="find the duplicates in a closed set",
        description="Find the duplicates among all rows of the inputs: answers of classify, or pages, which it "
        "classifies first. A run that was ended goes on where it stopped when it is started again. "
        "Exit status: 0 all rows used, 1 some could not be, 2 wrong usage.",
        allow_abbrev=False,
    )
    add = command.add_argument
    add("files", nargs="*", metavar="FILE", help="pages or JSONL, plain or .gz; - or nothing is standard input")
    add("--output", type=Path, required=True, metavar="FILE", help="where the answers go, once all are there")
    add("--format", choices=("auto", "text", "html", "jsonl"), default="auto", help="what the files hold (auto)")
    add("--workers", type=int, metavar="N", help="processes (as many as there are processors)")
    add("--found-at", type=float, metavar="SIMILARITY", help="find pairs at this Jaccard similarity ...")
    add("--probability", type=float, metavar="P", help="... with at least this probability")
    add("--prefer", nargs="+", default=[], metavar="SOURCE", help="sources to keep documents of, the best first")
    add("--model", type=Path, metavar="DIR", help="folder of the model (the one that ships with copydesk)")
    command.set_defaults(command=partial(dedup_command, version=version))


def dedup_command(args: argparse.Namespace, environment: Mapping[str, str], *, version: Callable[[], str]) -> int:
    """Run `copydesk dedup`."""
    try:
        settings = chosen_settings(args.model, environment)
        files = checked_files(args.files)
        _check_output(args.output, files)
        check_workers(args.workers)
        keys = _keys(args.found_at, args.probability)
    except (ValueError, WrongUsage) as error:
        return refuse(error)
    return _dedup(args, files, settings, keys=keys, version=version())


def _dedup(args: argparse.Namespace, files: Sequence[str], settings: Settings, *, keys: KeyScheme, version: str) -> int:
    from copydesk.classifier.errors import CopydeskError
    from copydesk.service.dedup.run import DedupOptions, run
    from copydesk.service.dedup.work_folder import StoppedWork
    from copydesk.service.rows.inputs import Format
    from copydesk.service.worker_process import default_workers

    options = DedupOptions(
        files=files,
        form=None if args.format == "auto" else Format(args.format),
        output=args.output,
        workers=args.workers or default_workers(),
        keys=keys,
        prefer=args.prefer,
        version=version,
    )
    try:
        n_bad = run(options, settings, sys.stderr or io.StringIO())
    except StoppedWork as error:
        say(str(error))
        return SOME_FAILED
    except CopydeskError as error:
        return refuse(error)
    except OSError as error:
        say(f"the answers cannot be written: {error}")
        return SOME_FAILED
    return SOME_FAILED if n_bad else OK


def _keys(found_at: float | None, probability: float | None) -> KeyScheme:
    from copydesk.classifier.duplicates.signing import KEYS
    from copydesk.service.dedup.run import promised_keys

    if (found_at is None) != (probability is None):
        raise WrongUsage("a promise needs both --found-at and --probability; give the other one too, or neither")
    return KEYS if found_at is None or probability is None else promised_keys(found_at, probability)


def _check_output(output: Path, files: Sequence[str]) -> None:
    if str(output) == "-":
        raise WrongUsage("--output is -, expected a file: the run keeps its work beside it")
    if output.is_dir():
        raise WrongUsage(f"--output is {str(output)!r}, which is a folder; name a file")
    if not output.parent.is_dir() or not os.access(output.parent, os.W_OK):
        raise WrongUsage(f"--output is {str(output)!r}, in a folder that cannot be written to; name another")
    if any(name != "-" and output.exists() and output.samefile(name) for name in files):
        raise WrongUsage(f"--output is {str(output)!r}, which is an input too; name another file")


def check_workers(workers: int | None) -> None:
    """Check a number of processes.

    Raises:
        WrongUsage: There cannot be so many.
    """
    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise WrongUsage(f"--workers is {workers}, expected 1 to {MOST_WORKERS}")
