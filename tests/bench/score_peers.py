"""Measures the batch modes of other tools beside `copydesk score`, on the same pages with two processes each."""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.classify import page_files, sample
from tests.bench.measure import table
from tests.bench.score_costs import Cost, costs, scored, unpacked, write_pages

PEER_COLUMNS = ("", "pages a second", "CPU ms a page", "our rate over this", "this CPU over ours")


def report_peers(chosen: argparse.Namespace, folder: Path) -> int:
    """Print pages per second of our and other tools' batch modes, on the same pages with two processes each."""
    pages = [unpacked(path) for path in sample(page_files(chosen.pages), chosen.count)]
    source = folder / "peers"
    source.mkdir()
    for half in range(2):  # datatrove reads one file in each process
        write_pages(source / f"pages-{half}.warc.gz", pages[half::2])
    (folder / "files").mkdir()
    for number, page in enumerate(pages):
        (folder / "files" / f"{number}.html").write_bytes(page)
    print(f"\n{len(pages)} pages in two WARC files, two processes; load {os.getloadavg()[0]:.1f}")
    runs: dict[str, Callable[[], object]] = {
        "copydesk score": lambda: _score_again(source, folder / "peers-out"),
        "trafilatura's command, from files": lambda: _trafilatura(folder),
        "datatrove, WARC reader and trafilatura": lambda: _datatrove(source, folder),
    }
    found: dict[str, list[Cost]] = {name: [] for name in runs}
    for _ in range(chosen.rounds):
        for name, run in runs.items():
            try:
                found[name].append(costs(run))
            except ImportError as error:
                print(f"{name}: left out ({error})")
    ours = next(iter(found.values()))
    print(table(PEER_COLUMNS, [[name, *_peer_cells(each, ours, len(pages))] for name, each in found.items() if each]))
    print(f"medians of {chosen.rounds} rounds; the start of processes is counted here; load {os.getloadavg()[0]:.1f}")
    return 0


def _peer_cells(found: Sequence[Cost], ours: Sequence[Cost], n_pages: int) -> list[str]:
    """Return medians of a program's costs, and of the ratios to ours in the same round."""
    rate = statistics.median(n_pages / cost.wall for cost in found)
    cpu = statistics.median(1000 * cost.cpu / n_pages for cost in found)
    pairs = list(zip(found, ours, strict=False))
    by_wall = statistics.median(cost.wall / our.wall for cost, our in pairs)
    by_cpu = statistics.median(cost.cpu / our.cpu for cost, our in pairs)
    return [f"{rate:.1f}", f"{cpu:.1f}", f"{by_wall:.2f}", f"{by_cpu:.2f}"]


def _score_again(source: Path, output: Path) -> None:
    shutil.rmtree(output, ignore_errors=True)
    scored(source, output, workers=2)


def _trafilatura(folder: Path) -> None:
    importlib.import_module("trafilatura")
    command = ["-m", "trafilatura.cli", "--input-dir", folder / "files", "--output-dir", folder / "out"]
    command += ["--parallel", "2"]
    subprocess.run([sys.executable, *map(str, command)], check=True, capture_output=True)


def _datatrove(source: Path, folder: Path) -> None:
    for needed in ("datatrove", "warcio", "magic", "cchardet"):
        importlib.import_module(needed)
    program = (
        "import sys; from datatrove.executor import LocalPipelineExecutor as Run\n"
        "from datatrove.pipeline.readers import WarcReader\n"
        "from datatrove.pipeline.extractors import Trafilatura\n"
        "from datatrove.pipeline.writers import JsonlWriter\n"
        "if __name__ == '__main__':\n"
        "    steps = [WarcReader(sys.argv[1]), Trafilatura(timeout=60), JsonlWriter(sys.argv[2])]\n"
        "    Run(steps, tasks=2, workers=2, logging_dir=sys.argv[3]).run()\n"
    )
    script = folder / "run_datatrove.py"
    script.write_text(program)
    command = [script, source, folder / "trove", folder / "logs"]
    subprocess.run([sys.executable, *map(str, command)], check=True, capture_output=True)
