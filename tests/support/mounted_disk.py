"""Mounts a small file system in memory, which a test fills up."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted_disk(folder: Path, n_bytes: int) -> Iterator[Path]:
    """Mount a file system of so many bytes at a new folder; skip the test where that is not possible."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={n_bytes}", "none", str(folder)]
    if sys.platform != "linux" or subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def resize_disk(folder: Path, n_bytes: int) -> None:
    """Change the size of a mounted file system."""
    subprocess.run(["mount", "-o", f"remount,size={n_bytes}", str(folder)], check=True)
