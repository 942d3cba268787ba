"""Measuring: CPU time of interleaved contenders, of stages inside a program, memory over time, and tables of them."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

MEGABYTE = 1024 * 1024
STATM = Path("/proc/self/statm")
EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
SAMPLE_SECONDS = 0.1
BAR = 40  # characters of a full bar
FLAT_SHARE = 0.05  # of the first mark: memory that grows no more than this counts as flat

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Contender:
    """A program to time: what it is called with for each page, or for each batch of them, and the call."""

    name: str
    inputs: Sequence[Any]
    run: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Summary:
    """CPU milliseconds a page."""

    mean: float
    median: float
    p95: float

    @classmethod
    def of(cls, times: Sequence[float]) -> Summary:
        """Summarise milliseconds of at least one page; p95 is the value that 95 % of the pages stay at or under."""
        ranked = sorted(times)
        return cls(statistics.mean(ranked), statistics.median(ranked), ranked[-(-95 * len(ranked) // 100) - 1])


def race(contenders: Sequence[Contender], *, warm_up: int, clock: Clock = time.process_time) -> dict[str, list[float]]:
    """Time every contender on every page, one page after another, so that all see the same machine.

    Who goes first rotates by page. Garbage is collected before each call, outside the clock, so
    that nobody pays for another's.

    Args:
        contenders: Each with one input a page, all of the same pages.
        warm_up: Pages that each contender does before the clock runs.
        clock: Gives CPU seconds.

    Returns:
        Milliseconds for each page by contender, in page order.
    """
    for contender in contenders:
        for given in contender.inputs[:warm_up]:
            contender.run(given)
    gc.collect()
    gc.freeze()  # what the warm-up loaded stays: collections need not walk it again
    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for page in range(len(contenders[0].inputs)):
        first = page % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            times[contender.name].append(_milliseconds(contender, page, clock))
    gc.unfreeze()
    return times


def _milliseconds(contender: Contender, page: int, clock: Clock) -> float:
    given = contender.inputs[page]
    gc.collect()
    start = clock()
    contender.run(given)
    return (clock() - start) * 1000


class StageClock:
    """Adds up the CPU seconds spent in wrapped functions, each without the wrapped functions it calls."""

    def __init__(self, clock: Clock = time.process_time) -> None:
        self.seconds: dict[str, float] = {}
        self._clock = clock
        self._inner = [0.0]  # for each open call: seconds spent in wrapped calls inside it

    def wrap(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Make a function that does the same and books its time under `stage`."""

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self._inner.append(0.0)
            start = self._clock()
            try:
                return function(*args, **kwargs)
            finally:
                spent = self._clock() - start
                self.seconds[stage] = self.seconds.get(stage, 0.0) + spent - self._inner.pop()
                self._inner[-1] += spent

        return timed

    @contextlib.contextmanager
    def watching(self, module: ModuleType, stages: Mapping[str, Sequence[str]]) -> Iterator[None]:
        """Wrap functions of a module, or methods of its classes as "Class.method", for the time of a block.

        Raises:
            LookupError: The module has no such name.
        """
        with contextlib.ExitStack() as undo:
            for stage, names in stages.items():
                for name in names:
                    owner, attribute = _owner(module, name)
                    original = getattr(owner, attribute)
                    setattr(owner, attribute, self.wrap(stage, original))
                    undo.callback(setattr, owner, attribute, original)
            yield


def _owner(module: ModuleType, name: str) -> tuple[Any, str]:
    *path, attribute = name.split(".")
    owner: Any = module
    for part in path:
        owner = getattr(owner, part, None)
    if not hasattr(owner, attribute):
        raise LookupError(f"{module.__name__} has no {name}; name its stages anew in the benchmark's STAGES")
    return owner, attribute


def memory() -> float:
    """Give this process's resident megabytes; its highest so far where the system does not tell the present."""
    if STATM.exists():
        pages = int(STATM.read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return highest / (MEGABYTE if sys.platform == "darwin" else 1024)


def watch_memory(
    answers: Iterable[object], *, every: int, read: Callable[[], float] = memory
) -> Iterator[tuple[int, float]]:
    """Consume answers and give (answers so far, megabytes) at the start and after every so many."""
    yield 0, read()
    for number, _ in enumerate(answers, start=1):
        if number % every == 0:
            yield number, read()


def run_measured(command: Sequence[str]) -> tuple[float, float]:
    """Run a command; gives its wall seconds and the highest sum of resident megabytes of it and its children.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    start = time.monotonic()
    highest = 0.0
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            highest = max(highest, _tree_memory(process.pid))
            time.sleep(SAMPLE_SECONDS)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    alone = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (MEGABYTE if sys.platform == "darwin" else 1024)
    return time.monotonic() - start, highest or alone


def _tree_memory(pid: int) -> float:
    """Add up resident megabytes of a process and all below it; 0 where the system has no /proc."""
    folder = Path(f"/proc/{pid}")
    try:
        pages = int((folder / "statm").read_text(encoding="ascii").split()[1])
        children = [child for path in folder.glob("task/*/children") for child in path.read_text().split()]
    except OSError:  # it has ended meanwhile
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE + sum(_tree_memory(int(child)) for child in children)


def is_flat(marks: Sequence[tuple[int, float]]) -> bool:
    """Tell whether memory stayed within 5 % from the second mark on; the first is before any page."""
    settled = [megabytes for _, megabytes in marks[1:]]
    return len(settled) < 2 or max(settled[1:]) <= settled[0] * (1 + FLAT_SHARE)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Set lines in columns, the first to the left and the others to the right, a rule under the heading."""
    widths = [max(len(line[column]) for line in (header, *rows)) for column in range(len(header))]
    lines = [_line(header, widths), "-" * (sum(widths) + 2 * (len(widths) - 1)), *(_line(row, widths) for row in rows)]
    return "\n".join(lines)


def bar(share: float) -> str:
    """Draw a share of 1 as a bar of up to 40 characters, in eighths."""
    eighths = round(share * BAR * 8)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if column else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()
