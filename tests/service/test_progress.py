"""Tests of the progress display: its width, how often it is drawn, what a log has of it, and what it leaves behind."""

from __future__ import annotations

import io
import os
import pty
import re
import struct
import termios
import time
from collections.abc import Iterator
from fcntl import ioctl
from itertools import pairwise
from typing import TextIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.service import progress as display
from copydesk.service.progress import PLAIN_SECONDS, REDRAW_SECONDS, WIPE, Progress
from copydesk.service.terminal import width


class Terminal(io.StringIO):
    """Says that it is a terminal, and notes when it is written to."""

    def __init__(self, now: list[float]) -> None:
        super().__init__()
        self.drawn_at: list[float] = []
        self._now = now

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text != WIPE:
            self.drawn_at.append(self._now[0])
        return super().write(text)


@pytest.fixture
def now() -> list[float]:
    """The time, in its only place."""
    return [100.0]


def lines(text: str) -> list[str]:
    """Return what a terminal showed, one line a redraw."""
    return [line for line in text.split(WIPE) if line]


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 200), st.lists(st.text(max_size=300), min_size=1, max_size=3))
def test_line_is_narrower_than_the_terminal_and_stays_on_one_line(columns: int, texts: list[str]) -> None:
    now = [100.0]
    out = Terminal(now)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(display, "_columns", lambda stream: columns)
        shown = Progress(out, clock=lambda: now[0])
        for text in texts:
            now[0] += 1
            shown.show(text)
    for line in lines(out.getvalue()):
        assert width(line) <= max(columns - 1, 1)
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", line)


def test_cut_line_ends_with_an_ellipsis(now: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    out = Terminal(now)
    shown = Progress(out, clock=lambda: now[0])
    for columns in (11, 12):
        monkeypatch.setattr(display, "_columns", lambda stream, columns=columns: columns)
        now[0] += 1
        shown.show("0123456789A")
    assert lines(out.getvalue()) == ["012345678…", "0123456789A"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.4), st.sampled_from(["count", "stage", "show", "wait"])), max_size=60))
def test_terminal_is_redrawn_at_most_twice_a_second(steps: list[tuple[float, str]]) -> None:
    now = [100.0]
    out = Terminal(now)
    shown = Progress(out, clock=lambda: now[0])
    for seconds, step in steps:
        now[0] += seconds
        match step:
            case "count":
                shown.count()
            case "stage":
                shown.stage(f"stage {now[0]}")
            case "show":
                shown.show(f"line {now[0]}")
            case "wait":
                shown.wait(f"reason {now[0]}")
    times = [100.0, *out.drawn_at]
    assert all(later - earlier >= REDRAW_SECONDS for earlier, later in pairwise(times))


def test_log_has_a_plain_line_now_and_then(now: list[float]) -> None:
    out = io.StringIO()
    shown = Progress(out, clock=lambda: now[0])
    shown.stage("signing")
    shown.wait("a terminal alone shows this")
    for _ in range(41):
        now[0] += 0.5
        shown.count(10)
    assert PLAIN_SECONDS == 10
    assert out.getvalue() == (
        "copydesk: signing: 210 rows, 20 per second\ncopydesk: signing: 410 rows, 20 per second\n"
    )


def test_rate_leaves_out_what_came_before_the_first_count(now: list[float]) -> None:
    out = Terminal(now)
    shown = Progress(out, clock=lambda: now[0])
    shown.stage("", unit="page")
    now[0] += 60
    shown.count(5)
    now[0] += 2
    shown.count(10)
    assert lines(out.getvalue()) == ["5 pages", "15 pages, 5 per second"]


def test_stage_may_begin_with_all_its_rows(now: list[float]) -> None:
    out = Terminal(now)
    shown = Progress(out, clock=lambda: now[0])
    now[0] += 1
    shown.stage("comparing", n=1200)
    assert lines(out.getvalue()) == ["comparing: 1,200 rows"]


def test_items_are_passed_on_and_counted(now: list[float]) -> None:
    shown = Progress(io.StringIO(), clock=lambda: now[0])
    assert list(shown.watch("abc")) == ["a", "b", "c"]
    assert shown.n == 3


@pytest.mark.parametrize("out_type", [io.StringIO, Terminal])
def test_answers_on_the_terminal_have_it_to_themselves(out_type: type[io.StringIO], now: list[float]) -> None:
    out = Terminal(now) if out_type is Terminal else io.StringIO()
    shown = Progress(out, answers_on_terminal=True, clock=lambda: now[0])
    shown.stage("", unit="page")
    now[0] += 1
    shown.wait("starting")
    for _ in range(30):
        shown.count()
        now[0] += 1
    assert out.getvalue() == (f"{WIPE}starting{WIPE}" if out_type is Terminal else "")


def test_remark_stays_on_a_line_of_its_own(now: list[float]) -> None:
    out = Terminal(now)
    shown = Progress(out, clock=lambda: now[0])
    now[0] += 1
    shown.show("half way")
    shown.remark("one page is unreadable")
    assert out.getvalue() == f"{WIPE}half way{WIPE}copydesk: one page is unreadable\n"


@pytest.fixture
def terminal() -> Iterator[tuple[TextIO, int]]:
    """A real terminal: the stream to it, and the descriptor that reads what it shows."""
    reader, writer = pty.openpty()
    with open(writer, "w", encoding="utf-8") as stream:  # noqa: PTH123
        yield stream, reader
    os.close(reader)


def test_blocked_run_is_drawn_resized_and_wiped_on_a_real_terminal(terminal: tuple[TextIO, int]) -> None:
    stream, reader = terminal
    shown = ""
    with Progress(stream) as progress:
        progress.show("starting for a while")
        for columns in (80, 12):
            ioctl(reader, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            time.sleep(2.2 * REDRAW_SECONDS)
    while shown.count(WIPE) < 3:  # the kernel may hand it over in parts
        shown += os.read(reader, 10_000).decode()
    assert shown == f"{WIPE}starting for a while{WIPE}starting f…{WIPE}"
