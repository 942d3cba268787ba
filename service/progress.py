"""Shows on standard error how far a run is: one line that a terminal redraws, or plain lines for a log."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Self, TextIO, TypeVar

from copydesk.classifier.plurals import counted
from copydesk.service.terminal import shortened

T = TypeVar("T")

REDRAW_SECONDS = 0.5
"""Between two redraws on a terminal."""
PLAIN_SECONDS = 10.0
"""Between two lines where standard error is not a terminal."""
RATE_SECONDS = 1.0
"""A rate is shown once it was measured for this long."""
DEFAULT_COLUMNS = 80
"""Width of a terminal that does not report its own."""
STARTING = "starting: loading the model and reading the first rows"
WIPE = "\r\x1b[K"


class Progress:
    """Shows one line at a time, never wider than the terminal, and wipes it at the end.

    A thread redraws the line too, so that a new stage is seen while the run's own thread loads or compares.
    """

    def __init__(
        self, err: TextIO, *, answers_on_terminal: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the stream; where answers appear on the terminal, the line is shown only until the first of them."""
        self.n = 0
        self._err = err
        self._terminal = err.isatty()
        self._seconds = REDRAW_SECONDS if self._terminal else PLAIN_SECONDS
        self._yields_to_answers = answers_on_terminal
        self._clock = clock
        self._drawn_at = clock()
        self._drawn = self._line = ""
        self._stage, self._unit = "", "row"
        self._counting_since: float | None = None
        self._n_uncounted = 0
        self._lock = Lock()
        self._ended = Event()
        self._thread = Thread(target=self._keep_drawing, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Wipe the line."""
        self._ended.set()
        self._thread.join()
        with self._lock:
            self._wipe()

    def stage(self, name: str, *, unit: str = "row", n: int = 0) -> None:
        """Begin a stage; a stage that processes all its items at once shows their number `n`."""
        self._stage, self._unit, self.n = name, unit, n
        self._counting_since = None
        self.show(f"{name}: {counted(n, unit)}" if n else name)

    def wait(self, reason: str) -> None:
        """Show on a terminal what the run waits for, until the stage's first count."""
        if self._terminal and self._counting_since is None:
            self._line = reason
            self._draw()

    def count(self, n: int = 1) -> None:
        """Count what is done. The rate leaves out the first count, as processes start until then."""
        self.n += n
        if self._counting_since is None:
            self._counting_since, self._n_uncounted = self._clock(), self.n
            self._line = ""
            if self._yields_to_answers:
                with self._lock:
                    self._wipe()
            if not self._terminal:
                self._drawn_at = self._counting_since
        if not self._yields_to_answers:
            self._draw()

    def watch(self, items: Iterable[T]) -> Iterator[T]:
        """Pass items on and count them."""
        for item in items:
            self.count()
            yield item

    def show(self, line: str) -> None:
        """Show a line, once the last one was shown for long enough."""
        if not self._yields_to_answers:
            self._line = line
            self._draw()

    def remark(self, text: str) -> None:
        """Write a line that stays."""
        with self._lock:
            self._wipe()
            print(f"copydesk: {text}", file=self._err)

    def _text(self) -> str:
        if self._line or self._counting_since is None:
            return self._line
        seconds = self._clock() - self._counting_since
        rate = f", {(self.n - self._n_uncounted) / seconds:,.0f} per second" if seconds >= RATE_SECONDS else ""
        return f"{self._stage}{': ' if self._stage else ''}{counted(self.n, self._unit)}{rate}"

    def _keep_drawing(self) -> None:
        with suppress(OSError, ValueError):  # standard error is closed; the run's own thread finds out
            while not self._ended.wait(self._seconds):
                if not (self._yields_to_answers and self._counting_since is not None):
                    self._draw()

    def _draw(self) -> None:
        if self._clock() - self._drawn_at < self._seconds:
            return
        with self._lock:
            if self._clock() - self._drawn_at < self._seconds:  # the other thread was faster
                return
            text = self._text()
            if self._terminal:
                text = shortened(text, max(_columns(self._err) - 1, 1))  # some terminals wrap in their last column
            if text and text != self._drawn:
                self._err.write(f"{WIPE}{text}" if self._terminal else f"copydesk: {text}\n")
                self._err.flush()
                self._drawn, self._drawn_at = text, self._clock()

    def _wipe(self) -> None:
        if self._terminal and self._drawn:
            self._err.write(WIPE)
            self._err.flush()
            self._drawn = ""


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or DEFAULT_COLUMNS
    except (OSError, ValueError):
        return DEFAULT_COLUMNS
