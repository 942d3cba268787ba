"""What a signal handler raises while a page is read comes out as it is, also from within a call of the C library."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

import copydesk

ROUNDS = 2000
"""Interrupts; a call of the C library turned one in 17 into an ArgumentError when its arguments had code of Python."""
STEPS, STEP_SECONDS = 300, 10e-6
"""Points of time, and between them, at which a page is interrupted; they cover the time that the sample page takes."""

pytestmark = [
    pytest.mark.usefixtures("model"),
    pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no timer that sends a signal"),
]


class TooLate(Exception):
    """What the handler raises."""


@pytest.fixture
def armed() -> Iterator[list[bool]]:
    """A list of one flag: whether SIGALRM raises.

    No garbage is collected meanwhile: Hypothesis has a callback there, and what is raised in it does not come out.
    """
    flag = [False]

    def handle(_signal: int, _frame: FrameType | None) -> None:
        if flag[0]:
            flag[0] = False
            raise TooLate

    before = signal.signal(signal.SIGALRM, handle)
    gc.disable()
    yield flag
    gc.enable()
    flag[0] = False
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_only_the_exception_of_the_handler_comes_out(sample_page: Path, armed: list[bool]) -> None:
    page = sample_page.read_bytes()
    copydesk.extract(page)
    n_interrupted = 0
    for number in range(ROUNDS):
        try:
            armed[0] = True
            signal.setitimer(signal.ITIMER_REAL, STEP_SECONDS * (1 + number % STEPS))
            copydesk.extract(page)
            armed[0] = False
        except TooLate:
            n_interrupted += 1
    assert n_interrupted > ROUNDS / 20
