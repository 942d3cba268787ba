"""The command `copydesk dedup`: finds the duplicates in a closed set of documents."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from copydesk.service.commands import arguments

if TYPE_CHECKING:
    from copydesk.classifier.duplicates import KeyScheme
    from copydesk.service.dedup import DedupOptions


def add_dedup(commands: arguments.Commands) -> None:
    """Add the command to the parser."""
    command = arguments.add_command(
        commands,
        "dedup",
        help="find the duplicates among all rows of the inputs",
        description="Find the documents that tell the same story among all rows of the inputs. Rows are output of "
        "copydesk classify, JSONL with an id and a body, or pages, which are classified first. A run that was "
        "interrupted continues where it stopped when the same command is given again. "
        "Exit status: 0 all rows were used, 1 some could not be used, 2 wrong usage.",
    )
    arguments.add_shared(command, "files")
    add = command.add_argument
    add(
        "--output",
        type=Path,
        required=True,
        metavar="FILE",
        help="file for the results, which appears when all are complete; FILE.work next to it stores an unfinished "
        "run; or - for standard output, a pipe or a device",
    )
    arguments.add_shared(command, "--format", "--workers")
    add("--found-at", type=float, metavar="SIMILARITY", help="find pairs whose Jaccard similarity is at least this ...")
    add("--probability", type=float, metavar="P", help="... with at least this probability (needs --found-at)")
    arguments.add_shared(command, *arguments.DUPLICATE_OPTIONS, "--model")
    command.set_defaults(command=dedup_command)


def dedup_command(args: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run `copydesk dedup`."""
    settings = arguments.load_settings(args.model, environment)
    files = arguments.check_files(args.files, score="--output scored --dedup")
    output = _link_target(args.output)
    _check_output(output, files)
    workers = arguments.count_workers(args.workers)
    keys = _key_scheme(args.found_at, args.probability)
    duplicates = arguments.read_duplicate_options(args)
    arguments.say_if_terminal(files, "rows")

    from copydesk.service.dedup import DedupOptions, dedup_files
    from copydesk.service.rows import inputs

    options = DedupOptions(
        files=files,
        input_format=None if args.format == "auto" else inputs.Format(args.format),
        output=output,
        workers=workers,
        keys=keys,
        duplicates=duplicates,
        version=arguments.copydesk_version(),
    )
    err = sys.stderr or io.StringIO()
    with _open_stream(output) as stream:
        try:
            n_bad = dedup_files(options, settings, err, stream)
        except KeyboardInterrupt:
            arguments.say(f"interrupted; {_state(options, is_stream=stream is not None)}")
            raise
    return arguments.SOME_FAILED if n_bad else arguments.OK


def _state(options: DedupOptions, *, is_stream: bool) -> str:
    """Say what an interrupted run leaves, and what its command does when it is given again."""
    if is_stream:
        return "the results are not complete; the same command starts again"
    resumes = all(name != "-" and Path(name).is_file() for name in options.files)
    again = "goes on from here" if resumes else "starts again"
    return f"nothing was written to {options.output}; the same command {again}"


def _open_stream(output: Path) -> AbstractContextManager[BinaryIO | None]:
    """Open standard output, a pipe or a device; None for a file, which is replaced when the results are complete."""
    if str(output) == "-":
        return nullcontext(arguments.open_streams().out)
    return output.open("wb") if output.exists() and not output.is_file() else nullcontext(None)


def _key_scheme(found_at: float | None, probability: float | None) -> KeyScheme:
    """Choose keys by which pairs of at least this Jaccard similarity are found with at least this probability."""
    from copydesk.classifier.duplicates import rules, types
    from copydesk.classifier.duplicates.bands import banding_for

    if (found_at is None) != (probability is None):
        raise arguments.WrongUsage("--found-at and --probability must be used together; use both or neither")
    if found_at is None or probability is None:
        return types.DEFAULT_KEYS
    least = rules.COMPARISON.min_similarity
    if found_at < least:
        raise arguments.WrongUsage(
            f"--found-at is {found_at}, expected at least {least}: texts that are less similar are never reported"
        )
    try:
        return types.KeyScheme(banding=banding_for(found_at, probability, num_perm=types.DEFAULT_SCHEME.num_perm))
    except ValueError as error:
        raise arguments.WrongUsage(str(error)) from None


def _link_target(output: Path) -> Path:
    """Return the file that a symbolic link leads to, so that the results replace it and not the link."""
    is_file = output.is_symlink() and (output.is_file() or not output.exists())
    return Path(os.path.realpath(output)) if is_file and str(output) != "-" else output


def _check_output(output: Path, files: Sequence[str]) -> None:
    try:
        exists, is_folder = output.exists(), output.is_dir()
    except OSError as error:
        raise arguments.WrongUsage(
            f"--output is {str(output)!r}, which cannot be reached ({error.strerror}); name another file"
        ) from None
    if str(output) == "-" or (exists and not output.is_file() and not is_folder):
        return  # standard output, a pipe or a device
    if is_folder:
        raise arguments.WrongUsage(f"--output is {str(output)!r}, which is a folder; name a file")
    if not output.parent.is_dir() or not os.access(output.parent, os.W_OK):
        raise arguments.WrongUsage(f"--output is {str(output)!r}, in a folder that cannot be written to; name another")
    if any(name != "-" and output.exists() and output.samefile(name) for name in files):
        raise arguments.WrongUsage(f"--output is {str(output)!r}, which is an input too; name another file")
