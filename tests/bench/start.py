"""What a start costs: processor time, seconds and memory until the first answer, beside trafilatura's."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.bench.measure import table
from tests.conftest import COMMAND, ROOT, clean_environment
from tests.support.server_process import run_server

SAMPLE = ROOT / "tests" / "pages" / "sample.html"
PEER = "trafilatura, one page"
PEER_CODE = "import sys, trafilatura; trafilatura.extract(open(sys.argv[1], encoding='utf-8').read())"
LAUNCH = """
import json, resource, subprocess, sys, time
begin = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
wall = time.perf_counter() - begin
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "wall": wall, "megabytes": used.ru_maxrss / 1024}))
"""
"""Runs a command from a small process: what the starting process had in memory counts as the command's peak."""

DOCUMENTS = 100
RUNS = 3

PROMISES = {"classify, first ever": 1.0, "classify, later": 0.3, "dedup of 100, first ever": 1.5, "serve and PUT": 1.5}
"""The most seconds of processor time that the project promises, on the machine of docs/benchmarks.md."""

MOST_MEGABYTES = 120.0
"""The most memory of a later start."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process and its children needed until they ended."""

    cpu: float
    wall: float
    megabytes: float


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark and print its table; 1 where a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench start", description=__doc__)
    parser.parse_args(arguments)
    found = measure_starts()
    peer = found.get(PEER)
    rows = [
        (
            name,
            f"{cost.cpu:.2f}",
            f"{cost.wall:.2f}",
            f"{cost.megabytes:.0f}",
            f"{cost.cpu / peer.cpu:.2f}" if peer else "",
            f"{PROMISES[name]:.1f}" if name in PROMISES else "",
        )
        for name, cost in found.items()
    ]
    head = ("start", "CPU s", "wall s", "peak MB", "CPU, of the peer's", "promised CPU s")
    print(f"The least of {RUNS} runs; a first run finds no compiled bytecode of any package\n")
    print(table(head, rows))
    broken = [name for name, most in PROMISES.items() if found[name].cpu > most]
    if found["classify, later"].megabytes > MOST_MEGABYTES:
        broken.append(f"memory of {MOST_MEGABYTES:.0f} MB")
    print(f"\nbroken: {', '.join(broken)}" if broken else "\nall promises hold")
    return int(bool(broken))


def measure_starts() -> dict[str, Cost]:
    """Start each program a few times and return the least cost of each."""
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.jsonl"
        stories = (" ".join(f"w{n}-{k}" for k in range(200)) for n in range(DOCUMENTS))
        rows.write_text("".join(json.dumps({"id": str(n), "body": text}) + "\n" for n, text in enumerate(stories)))
        classify = [*COMMAND, "classify", str(SAMPLE), "--output", "json"]
        dedup = [*COMMAND, "dedup", str(rows), "--output", "-"]
        programs: dict[str, Callable[[], Cost]] = {
            "help": lambda: run([*COMMAND, "--help"]),
            "classify, first ever": lambda: run_first(classify),
            "classify, later": lambda: run(classify),
            "dedup of 100, first ever": lambda: run_first(dedup),
            "dedup of 100, later": lambda: run(dedup),
            "serve and PUT": serve_and_put,
        }
        if find_spec("trafilatura") is not None:
            programs[PEER] = lambda: run([sys.executable, "-c", PEER_CODE, str(SAMPLE)])
        run(classify)  # bytecode is compiled and files are read into memory
        return {name: least([program() for _ in range(RUNS)]) for name, program in programs.items()}


def least(costs: Sequence[Cost]) -> Cost:
    """Return the least of each figure."""
    return Cost(*(min(getattr(cost, name) for cost in costs) for name in Cost.__slots__))


def run_first(command: Sequence[str]) -> Cost:
    """Run a command that finds no bytecode, so that Python compiles all modules first."""
    with tempfile.TemporaryDirectory() as folder:
        return run(command, {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""})


def run(command: Sequence[str], settings: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end; raise CalledProcessError if it fails."""
    environment = clean_environment(**{"PYTHONDONTWRITEBYTECODE": "", **(settings or {})})
    launch = [sys.executable, "-S", "-c", LAUNCH, *command]
    done = subprocess.run(launch, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return Cost(**json.loads(done.stdout))


def serve_and_put() -> Cost:
    """Start the service, send it one article, and stop it."""
    import httpx  # the other starts do without

    before = os.times()
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        with run_server(Path(folder)) as server:
            article = {"html": SAMPLE.read_text(encoding="utf-8")}
            httpx.put(f"{server.url}/v1/articles/first", json=article, timeout=60).raise_for_status()
            answered = time.perf_counter() - begin
            status = Path(f"/proc/{server.process.pid}/status")
            peak = next((line for line in status.read_text().splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
        after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(cpu, answered, int(peak.split()[1]) / 1024)
