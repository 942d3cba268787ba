"""What people see of a run: a line that is drawn anew on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, TextIO

from copydesk.service.progress import PROGRESS_SECONDS
from copydesk.service.score.tally import Tally

PLAIN_SECONDS = 10.0
"""Between two lines where standard error is no terminal."""
LEAST_SECONDS = 1e-3
MEGABYTE = 1e6
STARTING = "starting workers; on a machine where copydesk never ran they compile first, for half a minute or more"


class Progress:
    """Shows pages and bytes a second, labels so far, errors, and the time left."""

    def __init__(self, err: TextIO, *, all_bytes: int) -> None:
        self.tally = Tally()
        self._err = err
        self._terminal = err.isatty()
        self._all_bytes = all_bytes
        self._read_before = self._read = 0
        self._pages = 0
        self._started = self._drawn = time.monotonic()

    def earlier(self, size: int, tally: Tally) -> None:
        """Count a shard that an earlier run did."""
        self.tally.add(tally)
        self._read += size
        self._read_before += size

    def done(self, size: int, tally: Tally) -> None:
        """Count a shard."""
        self.tally.add(tally)
        self._read += size

    def look(self, pages: int) -> None:
        """Draw, where it is time; `pages` were begun in this run."""
        self._pages = pages
        now = time.monotonic()
        begun = pages > 0 or self._read > self._read_before
        if not begun:
            self._started = now  # so that the start of processes does not make the rest look slow
        if now - self._drawn >= (PROGRESS_SECONDS if self._terminal else PLAIN_SECONDS):
            self._drawn = now
            self._write(self._line(max(now - self._started, LEAST_SECONDS)) if begun else STARTING)

    def stage(self, name: str) -> None:
        """Name what is done now."""
        self._write(name)

    def _line(self, seconds: float) -> str:
        blocks = self.tally.blocks
        n_blocks = sum(blocks.values())
        labels = ", ".join(f"{n / n_blocks:.0%} {label}" for label, n in sorted(blocks.items())) if n_blocks else "-"
        fresh = self._read - self._read_before
        left = (self._all_bytes - self._read) / fresh * seconds if fresh else None
        return (
            f"{self._pages:,} pages, {self._pages / seconds:,.1f} a second, {fresh / seconds / MEGABYTE:,.1f} MB a "
            f"second; blocks: {labels}; {sum(self.tally.errors.values()):,} errors; {_left(left)}"
        )

    def _write(self, line: str) -> None:
        self._err.write(f"\r{line}\x1b[K" if self._terminal else f"copydesk: {line}\n")
        self._err.flush()

    def end(self) -> None:
        """Wipe the line."""
        if self._terminal:
            self._err.write("\r\x1b[K")
            self._err.flush()


def _left(seconds: float | None) -> str:
    if seconds is None:
        return "time left not known yet"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} left"


def summary_lines(summary: Mapping[str, Any]) -> list[str]:
    """Say in a few lines what came out."""
    blocks: Mapping[str, int] = summary["blocks"]
    errors: Mapping[str, int] = summary["errors"]
    lines = [
        f"{summary['rows']:,} pages scored in {summary['shards']:,} shards, {sum(errors.values()):,} errors"
        + (f" ({', '.join(f'{n:,} {code}' for code, n in errors.items())})" if errors else ""),
        "blocks: " + ", ".join(f"{n:,} {label}" for label, n in blocks.items()),
    ]
    if summary.get("clusters") is not None:
        lines.append(f"{summary['clusters']['clusters']:,} clusters, {summary['clusters']['duplicates']:,} duplicates")
    return lines
