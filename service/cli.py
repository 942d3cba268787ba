"""The command line `copydesk`: results on standard output, messages on standard error."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from copydesk.classifier import CopydeskError
from copydesk.service.commands import arguments
from copydesk.service.commands.parser import Parser

COMMANDS = ("classify", "dedup", "index", "score", "serve", "keys", "doctor")
"""The commands, in the order of the help. `add_NAME` of the module NAME in `commands` adds each to the parser."""
INTERRUPTED = 128 + signal.SIGINT
PIPE_CLOSED = 128 + 13
"""The status that a shell reports for a program that SIGPIPE (13) ended."""
STOPPED = ("stopped_work", "no_cluster", "index_interrupted", "keys_interrupted")
"""Codes of the errors after which the same command starts or continues the run."""

OBJECTS_OF_A_START = 100_000
"""Objects after which garbage is looked for the first time: what a start makes stays, so looking only takes time."""


def run() -> NoReturn:
    """Run as a program: garbage is looked for as usual only after the start, and not at the end of the process.

    That is a sixth of the processor time until a first answer.
    """
    usual = gc.get_threshold()

    def reset(phase: str, info: object) -> None:
        gc.callbacks.remove(reset)
        gc.set_threshold(*usual)

    gc.callbacks.append(reset)
    gc.set_threshold(OBJECTS_OF_A_START)
    status = main()
    gc.freeze()
    sys.exit(status)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status: 0 done, 1 some pages failed, 2 wrong usage."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # nothing here multiplies matrices; idle threads cost 0.02 s
    argv = sys.argv[1:] if argv is None else argv
    try:
        try:
            args = _parser(argv).parse_args(argv)
        finally:  # --help and --version write, and end here
            _flush_stdout()
        status: int = args.command(args, os.environ)
        _flush_stdout()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        arguments.drop_stdout()
        return PIPE_CLOSED
    except (arguments.WrongUsage, CopydeskError) as error:
        arguments.say(str(error))
        return arguments.SOME_FAILED if getattr(error, "code", None) in STOPPED else arguments.WRONG_USAGE
    except OSError as error:
        arguments.drop_stdout()
        where = f" ({error.filename})" if error.filename else ""
        arguments.say(f"the results cannot be written: {error.strerror or error}{where}")
        return arguments.SOME_FAILED
    return status


def _flush_stdout() -> None:
    """Write what is buffered, as an error at the end of the process would have no message."""
    if sys.stdout is not None:
        sys.stdout.flush()


def _parser(argv: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Return the parser of the command that is asked for, else of all: each takes time to load."""
    parser = Parser(
        prog="copydesk",
        description="Label the text blocks of news pages as body, boilerplate or teaser, and find duplicate stories.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and how it was built, and exit")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in argv[:1] if argv and argv[0] in COMMANDS else COMMANDS:
        getattr(import_module(f"copydesk.service.commands.{name}"), f"add_{name}")(commands)
    return parser


class _Version(argparse.Action):
    """Prints the version; it loads the core only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        try:
            from copydesk.classifier.compiled.library import compiler

            core = f"core compiled by {compiler()}"
        except CopydeskError as error:
            core = str(error)
        print(f"copydesk {arguments.copydesk_version()} ({core})")
        parser.exit()


if __name__ == "__main__":
    run()
