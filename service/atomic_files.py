"""Files that appear whole or not at all, and are on the disk then."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO

UNFINISHED = ".aside-"
"""How the name of a file begins that is not whole yet."""


def write_atomically(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file whole or not at all: beside its place, under a name of its own, onto the disk, then renamed."""
    aside = path.with_name(f"{UNFINISHED}{path.name}.{uuid.uuid4().hex}")
    with aside.open("wb") as out:
        write(out)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(path)
    _settle_folder(path.parent)


def _settle_folder(folder: Path) -> None:
    """Bring names onto the disk, where the system has a way to."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
