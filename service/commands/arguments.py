"""Shared parts of the commands: arguments, exit statuses, standard streams, and checks before the work begins."""

from __future__ import annotations

import argparse
import errno
import io
import os
import re
import shlex
import stat
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, TextIO, TypeAlias

from copydesk.classifier import PARTS, Kind, read_parts
from copydesk.classifier.duplicates.types import DuplicateOptions, Keep
from copydesk.service.commands.parser import nearest
from copydesk.service.settings import NAMES, PREFIX, Settings, read_settings, without_injected

OK = 0
SOME_FAILED = 1
WRONG_USAGE = 2

MOST_WORKERS = 256
MOST_UNKNOWN = 8
"""Unknown variables that a warning names at most."""
SHOWN_NAME = 60
"""Characters of the name of an unknown variable in a warning."""
URL = re.compile(r"https?://", re.IGNORECASE)

SHARED: dict[str, dict[str, Any]] = {
    "files": {
        "nargs": "*",
        "metavar": "FILE",
        "help": "pages in HTML (also saved as one file, .mhtml) or plain text, or JSONL with one page per line; plain "
        "or .gz. Without a FILE, or for -, standard input is read",
    },
    "--format": {
        "choices": ("auto", "text", "html", "jsonl"),
        "default": "auto",
        "help": "what the files contain; auto looks at a file's name, then at its content (default: auto)",
    },
    "--model": {
        "type": Path,
        "metavar": "DIR",
        "help": "folder of a trained model (default: COPYDESK_MODEL, or the model that ships with copydesk)",
    },
    "--parts": {
        "metavar": "PART,PART",
        "help": f"parts of the article that are its body, among {', '.join(PARTS)} "
        "(default: all but headline and captions)",
    },
    "--no-blocks": {
        "action": "store_true",
        "help": "leave out the blocks, and the text that their positions refer to",
    },
    "--workers": {"type": int, "metavar": "N", "help": "number of processes (default: one for each processor)"},
    "--prefer": {
        "nargs": "+",
        "default": [],
        "metavar": "SOURCE",
        "help": "sources of documents, best first, separated by spaces: of several documents with the same story, the "
        "one from the best source is kept, whatever --keep says. All words after the option are sources: put inputs "
        "before it",
    },
    "--keep": {
        "choices": tuple(keep.value for keep in Keep),
        "default": Keep.EARLIEST.value,
        "help": "which of several documents with the same story to keep: the one published first, the one published "
        "last, or the longest one (default: %(default)s)",
    },
    "--min-similarity": {
        "type": float,
        "default": 0.0,
        "metavar": "S",
        "help": "drop matches whose Jaccard similarity is below this, from 0 to 1 (default: no limit)",
    },
    "--min-contained": {
        "type": float,
        "default": 0.0,
        "metavar": "S",
        "help": "drop matches where neither document contains this share of the other (default: no limit)",
    },
}
"""The arguments that several commands have, as keywords of `add_argument`."""
DUPLICATE_OPTIONS = ("--min-similarity", "--min-contained", "--keep", "--prefer")

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class WrongUsage(Exception):
    """An argument that cannot be used."""


def add_command(commands: Commands, name: str, *, help: str, description: str = "") -> argparse.ArgumentParser:
    """Add a subcommand to the parser; options cannot be abbreviated, so that new ones break no script."""
    description = description or f"{help[:1].upper()}{help[1:]}."
    return commands.add_parser(name, help=help, description=description, allow_abbrev=False)


def add_shared(command: argparse.ArgumentParser, *names: str, **changes: str) -> None:
    """Add arguments that several commands have; `changes` replace some of their keywords."""
    for name in names:
        command.add_argument(name, **SHARED[name] | changes)


def copydesk_version() -> str:
    """Return the version of the installed package."""
    from importlib.metadata import (
        PackageNotFoundError,
        version,
    )  # it takes a tenth of a start, and few commands need it

    try:
        return version("copydesk")
    except PackageNotFoundError:
        return "from a checkout that is not installed"


def load_settings(model: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read the settings of the environment; a model that the command line names takes precedence.

    Variables that are no setting, as they are misspelled, are named on standard error.

    Raises:
        WrongUsage: A value of the environment cannot be used, or the named model is not a folder.
    """
    environment = without_injected(environment)
    _say_unknown(environment)
    try:
        settings = read_settings(environment)
    except ValueError as error:
        raise WrongUsage(str(error)) from error
    if model is None:
        return settings
    if not model.is_dir():
        raise WrongUsage(f"--model is {str(model)!r}, which is not a folder; name the folder that holds manifest.json")
    return replace(settings, model=model)


def _say_unknown(environment: Mapping[str, str]) -> None:
    """Name the variables that begin as the settings do but are none. Their values may be secrets, and are not shown."""
    known = {f"{PREFIX}{name}" for name in NAMES}
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    if not unknown:
        return
    from copydesk.service.terminal import shortened  # only a warning needs it

    words = [f"{shortened(name, SHOWN_NAME)}{_name_meant(name)}" for name in unknown[:MOST_UNKNOWN]]
    more = f" and {len(unknown) - MOST_UNKNOWN:,} more" if len(unknown) > MOST_UNKNOWN else ""
    say(f"unknown variables in the environment are ignored: {', '.join(words)}{more}")


def _name_meant(variable: str) -> str:
    near = nearest(variable.removeprefix(PREFIX)[:SHOWN_NAME], NAMES)
    return f" (did you mean {PREFIX}{near}?)" if near else ""


def check_files(files: Sequence[str], *, score: str = "") -> list[str]:
    """Check all files before the first is read, and return them; without any, standard input.

    Named pipes are not opened, as what is read from them once cannot be read again. `score` are the options by which
    `copydesk score` does the same with a folder, nothing if it does not.

    Raises:
        WrongUsage: One cannot be read, or standard input is named twice.
    """
    names = list(files) or ["-"]
    if Counter(names)["-"] > 1:
        raise WrongUsage("- is among the files twice; standard input can be read only once")
    for name in names:
        if name != "-":
            _check_file(name, score)
    return names


def _check_file(name: str, score: str) -> None:
    try:
        mode = Path(name).stat().st_mode
    except (OSError, ValueError) as error:
        if URL.match(name):
            url = shlex.quote(name)
            fetch = f"curl -sL {url} | copydesk classify - --url {url}"
            raise WrongUsage(f"{name!r} is a URL, and copydesk fetches no pages; fetch it first: {fetch}") from error
        reason = getattr(error, "strerror", None) or str(error)
        raise WrongUsage(f"{name!r} cannot be read ({reason}); name a file, or - for standard input") from error
    if stat.S_ISDIR(mode):
        whole = f", or label all of them with: copydesk score {shlex.quote(name)} {score}" if score else ""
        raise WrongUsage(f"{name!r} is a folder; name the files in it{whole}")
    if not os.access(name, os.R_OK):
        raise WrongUsage(f"{name!r} cannot be read (no permission); change its permissions or leave it out")


def read_part_names(names: str | None) -> tuple[Kind, ...] | None:
    """Return the parts that `--parts` names, None without it.

    Raises:
        WrongUsage: A name is not that of a part.
    """
    try:
        return None if names is None else read_parts(name.strip() for name in names.split(","))
    except ValueError as error:
        raise WrongUsage(f"--parts is {names!r}: {error}") from error


def count_workers(workers: int | None) -> int:
    """Return the number of processes, by default one for each processor that this process may use.

    Raises:
        WrongUsage: The number is not in the allowed range.
    """
    if workers is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not 1 <= workers <= MOST_WORKERS:
        raise WrongUsage(f"--workers is {workers}, expected 1 to {MOST_WORKERS}")
    return workers


def check_index_name(name: str | None) -> None:
    """Refuse an empty `--index`, which a script with an unset variable gives.

    Raises:
        WrongUsage: It is empty.
    """
    if name is not None and not name.strip():
        raise WrongUsage("--index is empty, expected a file or a postgresql:// URL; leave it out for COPYDESK_INDEX")


def read_duplicate_options(args: argparse.Namespace) -> DuplicateOptions:
    """Return what `DUPLICATE_OPTIONS` say; all have their defaults in a command that does not have them.

    Raises:
        WrongUsage: A share is not from 0 to 1, or a source is a file: it is an input that stands behind `--prefer`.
    """
    for source in getattr(args, "prefer", ()):
        if _is_file(source):
            raise WrongUsage(
                f"--prefer names {source!r}, which is a file, and all words after --prefer are sources; put inputs "
                "before --prefer, or another option between both"
            )
    names = [option.removeprefix("--").replace("-", "_") for option in DUPLICATE_OPTIONS]
    try:
        return DuplicateOptions(**{name: getattr(args, name) for name in names if hasattr(args, name)})
    except ValueError as error:
        raise WrongUsage(f"--{str(error).replace('_', '-', 1)}") from None


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False


def say_if_terminal(files: Sequence[str], what: str) -> None:
    """Say that rows or a page are read from the terminal, where a command would seem to hang."""
    if "-" in files and sys.stdin is not None and sys.stdin.isatty():
        say(f"reading {what} from the terminal; end it with Ctrl-D")


def say(message: str) -> None:
    """Write a message to standard error."""
    if sys.stderr is not None:  # it is closed; print would write to standard output, among the results
        print(f"copydesk: {message}", file=sys.stderr)


@dataclass(frozen=True, slots=True)
class Streams:
    """Where results and messages are written."""

    out: BinaryIO
    err: TextIO
    out_is_terminal: bool


def open_streams() -> Streams:
    """Return the process's own streams; if standard error is closed, messages are dropped.

    Raises:
        OSError: Standard output is closed.
    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    return Streams(out=sys.stdout.buffer, err=sys.stderr or io.StringIO(), out_is_terminal=sys.stdout.isatty())


def drop_stdout() -> None:
    """Discard what is still buffered and cannot be written, so that closing at exit does not fail a second time."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
