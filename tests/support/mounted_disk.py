"""Mounts a small file system in memory, which a test fills up or makes read-only."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DISK_BYTES = 14 * 1024 * 1024
"""Size of the file system of the fixture `small_disk`."""
FILLING = "filling"
"""The file that takes all room."""


@contextmanager
def mounted_disk(folder: Path, n_bytes: int) -> Iterator[Path]:
    """Mount a file system of so many bytes at a new folder; skip the test where that is not possible."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={n_bytes},mode=0755", "none", str(folder)]
    if sys.platform != "linux" or subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def resize_disk(folder: Path, n_bytes: int) -> None:
    """Change the size of a mounted file system."""
    subprocess.run(["mount", "-o", f"remount,size={n_bytes}", str(folder)], check=True)


def fill(folder: Path, room: int = 0) -> None:
    """Leave so many bytes free."""
    size = 1024 * 1024
    with (folder / FILLING).open("ab", buffering=0) as file:
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2
        file.truncate(file.tell() - room)


def make_room(folder: Path) -> None:
    """Remove what fills the file system."""
    (folder / FILLING).unlink()


def forbid_writing(folder: Path, *, forbidden: bool = True) -> None:
    """Mount the file system again, read-only or not."""
    subprocess.run(["mount", "-o", f"remount,{'ro' if forbidden else 'rw'}", str(folder)], check=True)
