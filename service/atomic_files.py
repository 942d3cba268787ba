"""Writes files atomically: a file appears complete and on disk, or not at all, even when the process is killed."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO

UNFINISHED = ".aside-"
"""The start of the names of unfinished files."""


def write_atomically(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a temporary file beside a path, flush it to disk, then rename it to the path."""
    temporary = path.with_name(f"{UNFINISHED}{path.name}.{uuid.uuid4().hex}")
    with temporary.open("wb") as out:
        write(out)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Flush a folder's new names to disk, where the system supports that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
