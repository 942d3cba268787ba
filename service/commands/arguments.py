"""What the commands share: exit statuses, remarks, and checks of files and settings before the work begins."""

from __future__ import annotations

import os
import stat
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from copydesk.service.settings import Settings, read_settings

OK = 0
SOME_FAILED = 1
WRONG_USAGE = 2


class WrongUsage(Exception):
    """An argument that cannot be used."""


def chosen_settings(model: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read the environment's settings; a model that the command line names goes before.

    Raises:
        ValueError: A value of the environment cannot be used.
        WrongUsage: The named model is no folder.
    """
    settings = read_settings(environment)
    if model is None:
        return settings
    if not model.is_dir():
        raise WrongUsage(f"--model is {str(model)!r}, which is no folder; name the folder that holds manifest.json")
    return replace(settings, model=model)


def checked_files(files: Sequence[str]) -> list[str]:
    """Check every file before the first is read; pipes are not opened, as that would use them up.

    Raises:
        WrongUsage: One cannot be read, or standard input is named twice.
    """
    names = list(files) or ["-"]
    if Counter(names)["-"] > 1:
        raise WrongUsage("- stands twice among the files; standard input can be read once")
    for name in names:
        if name != "-":
            _check_file(name)
    return names


def _check_file(name: str) -> None:
    try:
        mode = Path(name).stat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WrongUsage(f"{name!r} cannot be read ({reason}); name a file, or - for standard input") from error
    if stat.S_ISDIR(mode):
        raise WrongUsage(f"{name!r} is a folder; name the files in it")
    if not os.access(name, os.R_OK):
        raise WrongUsage(f"{name!r} cannot be read (no permission); change its permissions or leave it out")


def refuse(error: Exception) -> int:
    """Say what is wrong with the arguments; gives the exit status."""
    say(str(error))
    return WRONG_USAGE


def say(remark: str) -> None:
    """Write a remark."""
    if sys.stderr is not None:  # closed; print would then write among the results
        print(f"copydesk: {remark}", file=sys.stderr)
