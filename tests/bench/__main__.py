"""The benchmarks' command line: limits every library to one thread, then runs the named benchmark."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

BENCHES = {
    "classify": "CPU time a page, against other extractors, and memory over many pages",
    "duplicates": "signatures a second against other tools, duplicates of closed sets, the index",
    "kills": "what each writer leaves on disk when its process is killed, 1,000 times over all writers",
    "score": "batch scoring: pages a second against the library call and other tools, memory, runs that are killed",
    "score-ray": "pages a second on a Ray cluster, clusters of a large set on it, and the bytes that it moves",
    "service": "latency and throughput over HTTP, against the library call and against trafilatura behind an endpoint",
    "start": "processor time and memory until the first answer of a new process, against trafilatura",
    "soak": "the service under mixed and partly hostile traffic while its workers are killed",
}
THREAD_LIMITS = ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB_MAXIMUM", "NUMEXPR")


def main(arguments: list[str]) -> int:
    """Run one benchmark; 2 for wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        epilog="; ".join(f"{name}: {what}" for name, what in BENCHES.items()),
        description="Run a benchmark on one thread.",
    )
    parser.add_argument("bench", choices=sorted(BENCHES))
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="...", help="the benchmark's own arguments")
    chosen = parser.parse_args(arguments)
    for name in THREAD_LIMITS:  # libraries read these once, when they are first imported
        os.environ[f"{name}_NUM_THREADS"] = "1"
    bench = importlib.import_module(f"tests.bench.{chosen.bench.replace('-', '_')}")
    status: int = bench.main(chosen.rest)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
