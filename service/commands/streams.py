"""The standard streams of a command."""

from __future__ import annotations

import errno
import io
import os
import sys
from dataclasses import dataclass
from typing import BinaryIO, TextIO


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
    """Discard what is still buffered, so that closing at exit does not fail a second time."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
