"""The arguments of `copydesk classify`: read and checked before the work begins."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from copydesk.service.commands.arguments import (
    OK,
    SOME_FAILED,
    WrongUsage,
    checked_files,
    chosen_settings,
    refuse,
    say,
)
from copydesk.service.commands.streams import drop_stdout, open_streams
from copydesk.service.settings import Settings


def add_classify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "classify",
        help="label the blocks of pages",
        description="Label the blocks of pages. Exit status: 0 all pages answered, 1 some failed, 2 wrong usage.",
        allow_abbrev=False,
    )
    add = command.add_argument
    add("files", nargs="*", metavar="FILE", help="pages or JSONL, plain or .gz; - or nothing is standard input")
    add("--format", choices=("auto", "text", "html", "jsonl"), default="auto", help="what the files hold (auto)")
    add("--output", choices=("table", "jsonl", "body"), help="table for one page on a terminal, else jsonl")
    add("--explain", action="store_true", help="give each block's reasons")
    add("--model", type=Path, metavar="DIR", help="folder of the model (the one that ships with copydesk)")
    add(
        "--server", metavar="URL", help="let a copydesk service do it; COPYDESK_KEY holds its key where it asks for one"
    )
    add("--color", choices=("auto", "always", "never"), default="auto", help="colours of the table (auto)")
    command.set_defaults(command=classify_command)


def classify_command(args: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run `copydesk classify`."""
    try:
        settings = chosen_settings(args.model, environment)
        files = checked_files(args.files)
        if args.server and args.model:
            raise WrongUsage("--model and --server exclude each other; the server answers by its own model")
    except (ValueError, WrongUsage) as error:
        return refuse(error)
    if files == ["-"] and sys.stdin is not None and sys.stdin.isatty():
        say("reading a page from the terminal; end it with Ctrl-D")
    return _classify(args, files, settings, color=_color(args.color, environment))


def _classify(args: argparse.Namespace, files: list[str], settings: Settings, *, color: bool) -> int:
    # Imported here: they load the numeric libraries, which --help and wrong usage need not wait for.
    from copydesk.classifier.errors import ArtifactMismatch, CopydeskError
    from copydesk.service.commands import classify_run
    from copydesk.service.commands.table import Canvas
    from copydesk.service.rows.inputs import Format

    options = classify_run.Options(
        files=files,
        form=None if args.format == "auto" else Format(args.format),
        output=classify_run.Output(args.output) if args.output else None,
        explain=args.explain,
        canvas=Canvas(columns=shutil.get_terminal_size((100, 24)).columns, color=color),
        server=args.server,
    )
    try:
        n_bad = classify_run.run(options, settings, open_streams())
    except (ArtifactMismatch, classify_run.BadServer) as error:
        return refuse(error)
    except CopydeskError as error:
        say(str(error))
        return SOME_FAILED
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_stdout()
        say(f"the results cannot be written: {error.strerror}")
        return SOME_FAILED
    return SOME_FAILED if n_bad else OK


def _color(choice: str, environment: Mapping[str, str]) -> bool:
    if choice != "auto":
        return choice == "always"
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return sys.stdout is not None and sys.stdout.isatty() and not plain
