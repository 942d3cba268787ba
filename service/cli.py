"""The command line `copydesk`: one subcommand a verb, results on stdout, remarks on stderr."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from copydesk.service.commands.classify import add_classify
from copydesk.service.commands.dedup import add_dedup
from copydesk.service.commands.index import add_index
from copydesk.service.commands.keys import add_keys
from copydesk.service.commands.score import add_score
from copydesk.service.commands.serve import add_serve
from copydesk.service.commands.streams import drop_stdout

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
        drop_stdout()
        return PIPE_CLOSED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="copydesk", description="Label the blocks of news pages: body, boilerplate, teaser.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"copydesk {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    add_classify(commands)
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


if __name__ == "__main__":
    sys.exit(main())
