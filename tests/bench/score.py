"""Measures batch scoring: pages per second beside the library call and other tools, memory, and kills at random."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import astuple
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Self

from copydesk.classifier import Article, Page, classify, decode, load_model
from tests.bench.classify import PAGES, page_files, sample
from tests.bench.measure import run_measured, table
from tests.bench.score_costs import Cost, costs, scored, unpacked, write_pages
from tests.bench.score_peers import report_peers
from tests.support.score_inputs import records, response, stories, write_jsonl
from tests.support.score_runs import files_of, start

COUNT, FEW = 800, 100
"""Pages of a run, and of the short run that is subtracted, so that the start of processes does not count."""
TIMES = 3
"""Copies of each page in the input, so that the run has many shards and the last few hardly matter."""
ROUNDS = 2
MEMORY_GIGABYTES, MOST_MEGABYTES = 10.0, 1536
KILLS = 20
GIGABYTE = 1e9
TWO = "two library calls at once"

SCRIPT = b"window.state=" + b'{"id":12345,"name":"a widget of the page","on":true},' * 200 + b"0;"
"""Some 10 kB of a script, of which news pages hold many."""


def main(arguments: Sequence[str]) -> int:
    """Run the chosen parts; return 1 if a limit is exceeded."""
    chosen = parse(arguments)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        return max(PARTS[part](chosen, Path(name)) for part in chosen.only or ("speed", "peers"))


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench score", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(PARTS), help="run this part; may be repeated")
    parser.add_argument("--pages", type=Path, default=PAGES, help="folder of .html or .html.gz files")
    parser.add_argument("--count", type=int, default=COUNT, help=f"pages (default {COUNT})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of the parts speed and peers (default {ROUNDS})")
    parser.add_argument("--gigabytes", type=float, default=MEMORY_GIGABYTES, help="of the part memory")
    parser.add_argument("--folder", type=Path, help="where inputs and outputs lie for as long as it runs")
    chosen = parser.parse_args(arguments)
    if chosen.count <= FEW:
        parser.error(f"--count is {chosen.count}, expected more than {FEW}")
    return chosen


def report_speed(chosen: argparse.Namespace, folder: Path) -> int:
    """Print pages per second of the local engine, from JSONL and from a WARC, and of the library call around each run.

    Two library calls at once show what two processes can reach on the machine's cores.
    """
    pages = [unpacked(path) for path in sample(page_files(chosen.pages), chosen.count)]
    print(f"{len(pages)} pages of {sum(map(len, pages)) / len(pages) / 1000:.0f} kB; load {os.getloadavg()[0]:.1f}")
    with TwoAtOnce(pages) as two:
        runs: dict[str, Callable[[], Cost]] = {TWO: two.run}
        for suffix in ("jsonl", "warc.gz"):
            for workers in (1, 2):
                runs[f"{suffix}, {workers} workers"] = partial(_marginal, pages, folder, suffix, workers)
        found: dict[str, list[tuple[Cost, Cost]]] = {name: [] for name in runs}
        library = [_library(pages)]
        for _ in range(chosen.rounds):
            for name, run in runs.items():
                cost = run()
                library.append(_library(pages))
                found[name].append((cost, _mean(library[-2:])))
    rows = [["the library call, one core", *_cells([(each, each) for each in library])]]
    rows += [[name, *_cells(each)] for name, each in found.items()]
    header = ["", "pages a second", "CPU ms a page", "times the library", "CPU against it"]
    print(table(header, rows))
    print(
        f"medians of {chosen.rounds} rounds, ratios to the library calls just before and after, with the least and the"
    )
    print("most; the start of processes is left out; the last column is the library's CPU time over theirs, a page\n")
    print(f"load behind: {os.getloadavg()[0]:.1f}; two workers over one, by the clock and by CPU:")
    for suffix in ("jsonl", "warc.gz"):
        by_workers = [[cost for cost, _ in found[f"{suffix}, {workers} workers"]] for workers in (1, 2)]
        print(f"  {suffix}: {_ratios(*by_workers)}")
    print(f"  the library call, twice at once over once: {_ratios(library, [cost for cost, _ in found[TWO]])}")
    return 0


def _ratios(one: Sequence[Cost], two: Sequence[Cost]) -> str:
    """Return how many times as fast `two` is by the clock, and twice the share of the CPU that it takes."""
    wall, cpu = (statistics.median(values) for values in zip(*map(astuple, one), strict=True))
    wall_of_two, cpu_of_two = (statistics.median(values) for values in zip(*map(astuple, two), strict=True))
    return f"{wall / wall_of_two:.2f} by the clock, {2 * cpu / cpu_of_two:.2f} by CPU"


def _mean(costs: Sequence[Cost]) -> Cost:
    return Cost(*(statistics.mean(values) for values in zip(*map(astuple, costs), strict=True)))


def _cells(found: Sequence[tuple[Cost, Cost]]) -> list[str]:
    """Return medians of the costs of a page, and of their ratios to the library's."""
    rate = statistics.median(1 / cost.wall for cost, _ in found)
    cpu = statistics.median(cost.cpu for cost, _ in found)
    walls = sorted(base.wall / cost.wall for cost, base in found)
    share = statistics.median(base.cpu / cost.cpu for cost, base in found)
    ratio = f"{statistics.median(walls):.2f} ({walls[0]:.2f} to {walls[-1]:.2f})"
    return [f"{rate:.1f}", f"{cpu * 1000:.1f}", ratio, f"{share:.2f}"]


def _library(pages: Sequence[bytes], ready: Callable[[], object] = lambda: None) -> Cost:
    """Return the cost of a page in the library call, which is warmed up before `ready` is called."""
    model = load_model()

    def answer(some: Sequence[bytes]) -> None:
        for article in classify((Page("", html=decode(page, html=True)) for page in some), model):
            if isinstance(article, Article):
                article.comments  # noqa: B018  # reads the fields as well

    answer(pages[:FEW])
    ready()
    cost = costs(lambda: answer(pages))
    return Cost(cost.wall / len(pages), cost.cpu / len(pages))


class TwoAtOnce:
    """Two processes that make the library call at the same time, each on half of the pages."""

    def __init__(self, pages: Sequence[bytes]) -> None:
        self._pages = pages
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(2, context, _meet_at, (context.Barrier(2),))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes."""
        self._pool.shutdown()

    def run(self) -> Cost:
        """Return the cost of a page."""
        both = [self._pool.submit(_library_together, self._pages[half::2]) for half in range(2)]
        found = [each.result() for each in both]
        return Cost(max(each.wall for each in found) / 2, statistics.mean(each.cpu for each in found))


_together: list[Barrier] = []


def _meet_at(barrier: Barrier) -> None:
    _together.append(barrier)


def _library_together(pages: Sequence[bytes]) -> Cost:
    return _library(pages, _together[0].wait)


def _marginal(pages: Sequence[bytes], folder: Path, suffix: str, workers: int) -> Cost:
    """Measure a run of all pages, subtract one of a few pages, and return the cost of a page."""
    found = []
    for number, some in enumerate(([*pages] * TIMES, pages[:FEW])):
        source = folder / f"{suffix.replace('.', '-')}-{number}.{suffix}"
        if not source.exists():
            write_pages(source, some)
        output = source.with_suffix(".out")
        found.append(costs(partial(scored, source, output, workers=workers)))
        shutil.rmtree(output)
    n, more = TIMES * len(pages) - FEW, found[0].less(found[1])
    return Cost(more.wall / n, more.cpu / n)


def report_memory(chosen: argparse.Namespace, folder: Path) -> int:
    """Print the highest memory of a run over a large input and over a tenth of it; return 1 above the limit."""
    marks = []
    for share in (0.1, 1.0):
        source = folder / "large.warc"
        size = write_large(source, round(share * chosen.gigabytes * GIGABYTE))
        output = folder / "large.out"
        command = ["-m", "copydesk.service.cli", "score", source, "--output", output, "--workers", "2"]
        seconds, megabytes = run_measured([sys.executable, *map(str, command)])
        print(f"{size / GIGABYTE:.1f} GB: {megabytes:,.0f} MB in all processes, {seconds:,.0f} s", flush=True)
        marks.append(megabytes)
        source.unlink()
        shutil.rmtree(output)
    return 0 if max(marks) < MOST_MEGABYTES else 1


def write_large(path: Path, n_bytes: int) -> int:
    """Write a WARC of about so many bytes: stories with scripts of 10 kB to 4 MB, one of 19 MB in every thousand."""
    made = [str(row["html"]).encode() for row in stories(50)]
    rng, number = random.Random(1), 0
    with path.open("wb") as out:
        out.write(records([])[0])
        while out.tell() < n_bytes:
            scripts = 1900 if number % 1000 == 99 else int(10 ** rng.uniform(0, 2.6))
            page = b"<script>" + SCRIPT * scripts + b"</script>" + made[number % len(made)]
            out.write(response(f"https://site{number % 97}.example/{number}", page, name=str(number)))
            number += 1
        return out.tell()


def report_kills(chosen: argparse.Namespace, folder: Path) -> int:
    """Kill runs at random moments and continue them; return 1 if the output differs from that of an undisturbed run."""
    source = folder / "pages.jsonl"
    rows = stories(600)
    write_jsonl(source, [*rows, *(row | {"id": f"copy-{row['id']}"} for row in rows[::5])])
    options = ("--workers", "2", "--shard-mb", "0.02", "--dedup")
    began = time.monotonic()
    _finish(source, folder / "whole", options)
    seconds, whole = time.monotonic() - began, files_of(folder / "whole")
    rng = random.Random(1)
    killed = wrong = 0
    while killed < KILLS:
        output = folder / f"killed-{killed}"
        process = start(source, "--output", output, *options)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=rng.uniform(0, seconds))
        ended = process.poll() is not None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += not ended
        _finish(source, output, options)
        same = files_of(output) == whole
        wrong += not same
        print(
            f"{'ended before its kill' if ended else f'kill {killed}'}: {'the same bytes' if same else 'OTHER'}",
            flush=True,
        )
        shutil.rmtree(output)
    print(f"{killed} runs killed, {wrong} with other bytes")
    return 1 if wrong else 0


def _finish(source: Path, output: Path, options: Sequence[str]) -> None:
    with start(source, "--output", output, *options) as process:
        process.communicate()
    if process.returncode:
        raise RuntimeError(f"copydesk score ended with status {process.returncode}")


PARTS: Mapping[str, Callable[[argparse.Namespace, Path], int]] = {
    "speed": report_speed,
    "peers": report_peers,
    "memory": report_memory,
    "kills": report_kills,
}
