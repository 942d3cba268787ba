"""Runs `copydesk score` for its benchmarks, and measures what a run and all of its processes cost."""

from __future__ import annotations

import gzip
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from copydesk.classifier import decode
from tests.support.score_inputs import response, write_jsonl
from tests.support.score_runs import start


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock, and of CPU in all processes."""

    wall: float
    cpu: float

    def less(self, other: Cost) -> Cost:
        """Subtract another cost."""
        return Cost(self.wall - other.wall, self.cpu - other.cpu)


def costs(run: Callable[[], object]) -> Cost:
    """Measure a call, including the processes that it starts and waits for."""
    before, wall = _cpu(), time.monotonic()
    run()
    return Cost(time.monotonic() - wall, _cpu() - before)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def scored(source: Path, folder: Path, *, workers: int) -> None:
    """Run `copydesk score` to its end."""
    with start(source, "--output", folder, "--workers", str(workers), "--shard-mb", "8") as process:
        said = process.communicate()[1].decode()
    if process.returncode:
        raise RuntimeError(f"copydesk score ended with status {process.returncode}: {said}")


def unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def write_pages(path: Path, pages: Sequence[bytes]) -> None:
    """Write pages as JSONL or as a WARC."""
    if path.suffix == ".jsonl":
        write_jsonl(path, [{"id": str(n), "html": decode(page, html=True)} for n, page in enumerate(pages)])
        return
    with path.open("wb") as out:
        for number, page in enumerate(pages):
            out.write(gzip.compress(response(f"https://example.org/{number}", page, name=str(number)), 6))
