"""Writes files atomically: a file appears complete and on disk, or not at all, even when the process is killed."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

UNFINISHED = ".aside-"
"""The start of the names of unfinished files."""
UNFINISHED_SECONDS = 3600
"""Unfinished files that are older than this were left by a process that was killed. Writing one takes seconds."""


def write_atomically(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a temporary file in the same folder as a path, flush it to disk, then rename it to the path.

    If that fails, the temporary file is removed, so that attempts on a full disk do not fill it further, and an
    `OSError` without a file's name has that of the path.
    """
    temporary = path.with_name(f"{UNFINISHED}{path.name}.{uuid.uuid4().hex}")
    try:
        with temporary.open("wb") as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename is None:  # as on a full disk
            error.filename = str(path)
        with suppress(OSError):
            temporary.unlink()
        raise
    if os.name == "posix":  # elsewhere, a folder's new name cannot be flushed
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_unfinished(folder: Path) -> None:
    """Delete the files in a folder that were left by processes that were killed."""
    oldest = time.time() - UNFINISHED_SECONDS
    with suppress(OSError):  # others can be written all the same
        for path in folder.glob(f"{UNFINISHED}*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
