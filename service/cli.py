"""The command line `copydesk`: one subcommand a verb, results on stdout, remarks on stderr."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from service.dedup_command import add_dedup
from service.index_command import add_index
from service.keys_command import add_keys
from service.score_command import add_score
from service.serve_command import add_serve
from service.settings import Settings
from service.usage import OK, SOME_FAILED, WrongUsage, checked_files, chosen_settings, refuse, say

INTERRUPTED = 128 + signal.SIGINT
PIPE_CLOSED = 128 + 13
"""What a shell reports for a program that SIGPIPE (13) ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give the exit status: 0 done, 1 some pages failed, 2 wrong usage."""
    args = _parser().parse_args(arguments)
    try:
        status: int = args.command(args, os.environ)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_stdout()
        return PIPE_CLOSED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="copydesk", description="Label the blocks of news pages: body, boilerplate, teaser.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"copydesk {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_classify(commands)
    add_dedup(commands, version=_version)
    add_index(commands)
    add_score(commands, version=_version)
    add_serve(commands)
    add_keys(commands)
    return parser


def _version() -> str:
    try:
        return version("copydesk")
    except PackageNotFoundError:
        return "from a checkout that is not installed"


def _add_classify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
    from classifier.errors import ArtifactMismatch, CopydeskError
    from service import classify
    from service.inputs import Format
    from service.table import Canvas

    options = classify.Options(
        files=files,
        form=None if args.format == "auto" else Format(args.format),
        output=classify.Output(args.output) if args.output else None,
        explain=args.explain,
        canvas=Canvas(columns=shutil.get_terminal_size((100, 24)).columns, color=color),
        server=args.server,
    )
    try:
        n_bad = classify.run(options, settings, classify.open_streams())
    except (ArtifactMismatch, classify.BadServer) as error:
        return refuse(error)
    except CopydeskError as error:
        say(str(error))
        return SOME_FAILED
    except BrokenPipeError:
        raise
    except OSError as error:
        _drop_stdout()
        say(f"the results cannot be written: {error.strerror}")
        return SOME_FAILED
    return SOME_FAILED if n_bad else OK


def _color(choice: str, environment: Mapping[str, str]) -> bool:
    if choice != "auto":
        return choice == "always"
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return sys.stdout is not None and sys.stdout.isatty() and not plain


def _drop_stdout() -> None:
    """Send what is still buffered nowhere, so that closing at exit does not fail a second time."""
    if sys.stdout is None:
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
