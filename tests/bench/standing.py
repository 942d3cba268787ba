"""The index: how fast it takes documents and answers, its memory and disk, beside an index in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.bench.measure import table
from tests.support.index_places import PostgresMissing, Server

SERVER = "COPYDESK_BENCH_POSTGRES"
"""Environment variable: the URL of an empty database of PostgreSQL; without it a server is started where one is."""

AT = 1_000_000
MOST_P50, MOST_P99, LEAST_ADDS, MOST_MEGABYTES, MOST_BYTES = 1.0, 10.0, 1000.0, 500.0, 3000.0
"""What the project promises for SQLite with so many documents: milliseconds a check, warm; adds a second; megabytes of
the process; bytes of disk a document."""

PEER_MOST = 100_000
"""Documents that the peer gets at most: it needs some 9 kB of memory for each."""

Figures = dict[str, Any]


def report(count: int) -> int:
    """Print a table of both databases and the peer; 1 where SQLite breaks a promise that holds for this count."""
    found: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder) / "index.sqlite")
        found["SQLite"] = run("load", place, count) | run("cold", place, count) | run("warm", place, count)
    with _server() as url:
        if url:
            found["PostgreSQL"] = run("load", url, count) | run("warm", url, count)
    if find_spec("datasketch") is not None:
        found["datasketch in memory"] = run("peer", "", min(count, PEER_MOST))
    print(
        f"Standing index of {count:,} generated articles of 400 words, a fifth are copies; batches of 1000, one thread"
    )
    print(
        f"Load of this machine before and after the adds: {found['SQLite']['load_average']}, {os.cpu_count()} cores\n"
    )
    print(f"{figures_table(found)}\n")
    print("Cold: the file's pages were taken out of memory first. datasketch: MinHashLSH of the same bands, candidates")
    print("alone, neither verified nor in clusters nor kept anywhere: it is gone when the process ends.\n")
    return int(count >= AT and is_broken(found["SQLite"]))


def run(part: str, place: str, count: int) -> Figures:
    """Do a part of the measuring in a process of its own, whose memory is told apart."""
    command = [sys.executable, "-m", "tests.bench.standing_parts", part, place, str(count)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    figures: Figures = json.loads(done.stdout)
    return {name if name != "memory" else f"memory_{part}": value for name, value in figures.items()}


@contextmanager
def _server() -> Iterator[str]:
    """Give the URL of an empty database, an empty string where there is none."""
    given = os.environ.get(SERVER, "")
    if given:
        yield given
        return
    try:
        server = Server()
    except PostgresMissing as error:
        print(f"PostgreSQL was left out: {error}; or name an empty database in {SERVER}\n")
        yield ""
        return
    try:
        yield server.new_database("bench")
    finally:
        server.remove()


def is_broken(figures: Figures) -> bool:
    """Tell whether a promise is broken."""
    return bool(
        figures["warm"][0] > MOST_P50
        or figures["warm"][1] > MOST_P99
        or figures["adds"] < LEAST_ADDS
        or max(megabytes_of(figures)) > MOST_MEGABYTES
        or figures["disk"] > MOST_BYTES
    )


def megabytes_of(figures: Figures) -> list[float]:
    """Return the memory of each part."""
    return [value for name, value in figures.items() if name.startswith("memory")]


def figures_table(found: dict[str, Figures]) -> str:
    """Set one column a contender, with the promises for SQLite at last."""
    rows: list[tuple[str, list[str], str]] = [
        ("documents", [f"{each['count']:,}" for each in found.values()], f"{AT:,}"),
        ("adds a second", [f"{each['adds']:,.0f}" for each in found.values()], f">= {LEAST_ADDS:,.0f}"),
        ("of them the last tenth", [f"{each['last_adds']:,.0f}" for each in found.values()], ""),
        ("CPU ms an add", [f"{each['cpu']:.2f}" for each in found.values()], ""),
        *((f"check {kind}, p50 / p99 ms", _times(found, kind), promise) for kind, promise in _KINDS),
        ("disk, bytes a document", [_number(each.get("disk")) for each in found.values()], f"<= {MOST_BYTES:,.0f}"),
        (
            "peak memory, MB",
            [f"{max(megabytes_of(each)):,.0f}" for each in found.values()],
            f"<= {MOST_MEGABYTES:,.0f}",
        ),
        ("seen, of 1000 asked", [str(each["seen"]) for each in found.values()], ""),
    ]
    return table(["", *found, "promised"], [[name, *cells, promise] for name, cells, promise in rows])


_KINDS = (("warm", f"<= {MOST_P50:.0f} / {MOST_P99:.0f}"), ("cold", ""))


def _times(found: dict[str, Figures], kind: str) -> list[str]:
    return [f"{each[kind][0]:.2f} / {each[kind][1]:.2f}" if kind in each else "" for each in found.values()]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"
