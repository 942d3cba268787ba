"""Tests of `atomic_files`: a file appears complete, or not at all."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import IO

import pytest

from copydesk.service.atomic_files import write_atomically


def test_full_disk_is_an_error_with_the_name_of_the_file(tmp_path: Path) -> None:
    def fail(out: IO[bytes]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "part-0.parquet"
    with pytest.raises(OSError, match=r"No space left on device: '.*part-0\.parquet'"):
        write_atomically(path, fail)
    assert list(tmp_path.iterdir()) == []
