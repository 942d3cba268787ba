"""Tells faults of the machine, which end a run, from faults of the data, which become error rows.

A full disk, too many open files or a remote time-out says nothing about the input: if it became an error row, the shard
would count as scored and the next run would skip it.
"""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from copydesk.classifier import CopydeskError
from copydesk.service.dedup import StoppedWork

BUFFER_BYTES = 1024 * 1024
INPUT_FAULTS = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
"""Errors of opening that are the fault of one input: it is missing, or may not be read."""
INPUT_ERRNOS = (errno.ELOOP, errno.ENAMETOOLONG)


class MachineFault(StoppedWork):
    """The machine or the network failed while a file was read or written; the same command continues the run."""


@contextmanager
def machine_faults(name: str, *, of_input: tuple[type[OSError], ...] = INPUT_FAULTS) -> Iterator[None]:
    """Turn every exception inside the block, but for those of the input, into a `MachineFault` that names the file."""
    try:
        yield
    except CopydeskError:
        raise
    except of_input:
        raise
    except Exception as error:  # fsspec's file systems raise exceptions of many libraries
        if of_input and isinstance(error, OSError) and error.errno in INPUT_ERRNOS:
            raise FileNotFoundError(error.errno, error.strerror, name) from error
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise MachineFault(f"{name}: {reason}; mend this and run the same command again: it continues") from error


def reason_of(error: Exception) -> str:
    """Describe in a few words why a file cannot be read.

    Raises:
        MachineFault: The error itself, if it is one: the file's rows must not count as read.
    """
    if isinstance(error, MachineFault):
        raise error
    return getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__


class WatchedFile(io.RawIOBase):
    """An unbuffered open file, all of whose errors are machine faults, also if a decompressor or Arrow uses it."""

    def __init__(self, file: Any, name: str) -> None:
        super().__init__()
        self._file = file
        self._name = name

    def readable(self) -> bool:
        """Return True: a file for writing is never read."""
        return True

    def writable(self) -> bool:
        """Return True: a file for reading is never written."""
        return True

    def seekable(self) -> bool:
        """Return True; a stream that is not raises an error when it is sought."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read bytes into a buffer."""
        with machine_faults(self._name, of_input=()):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write bytes; return how many were written."""
        with machine_faults(self._name, of_input=()):
            return int(self._file.write(data))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position."""
        with machine_faults(self._name, of_input=()):
            return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        """Return the position."""
        with machine_faults(self._name, of_input=()):
            return int(self._file.tell())

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            with machine_faults(self._name, of_input=()):
                self._file.close()
        super().close()


def open_spool(path: Path, mode: Literal["rb", "wb"]) -> BinaryIO:
    """Open a file of the work folder.

    Raises:
        MachineFault: It cannot be opened; so may every later read, write and close.
    """
    with machine_faults(str(path), of_input=()):
        file = WatchedFile(path.open(mode, buffering=0), str(path))
    return (
        io.BufferedReader(file, BUFFER_BYTES) if mode == "rb" else cast(BinaryIO, io.BufferedWriter(file, BUFFER_BYTES))
    )
