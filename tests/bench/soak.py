"""Runs the service under mixed and partly hostile traffic, kills its workers, and looks for lost articles."""

from __future__ import annotations

import argparse
import gzip
import http.client
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from copydesk.service.index import open_index
from tests.bench.measure import MEGABYTE
from tests.bench.service import HOST, run_server
from tests.bench.standing_parts import batches

WORKERS, CONNECTIONS, SECONDS = 2, 64, 300.0
HOSTILE = 0.05
"""Share of hostile requests."""
KILL_EVERY = 60.0
ARTICLES = 50_000
"""Generated articles in the index before the traffic; with an empty index, memory would grow until caches are full."""
WORDS = "river bridge council garden market tower orchard lantern mill harbour meadow tram kettle ferry".split()
JSON = {"Content-Type": "application/json"}

Request = tuple[str, str, bytes | None, dict[str, str]]

HOSTILES: Sequence[Callable[[], Request]] = (
    lambda: ("POST", "/v1/classify", b"[" * 100_000, JSON),
    lambda: ("POST", "/v1/classify", b'{"text": "\xff"}', JSON),
    lambda: ("POST", "/v1/classify", gzip.compress(b"\0" * 30_000_000, 1), JSON | {"Content-Encoding": "gzip"}),
    lambda: ("POST", "/v1/classify", b"<div>" * 50_000, {"Content-Type": "text/html"}),
    lambda: ("POST", "/v1/classify", b"x" * 21_000_000, {"Content-Type": "text/plain"}),
    lambda: ("GET", "/v1/articles/" + "%2e%2e%2f" * 300, None, {}),
    lambda: ("GET", "/healthz", None, {f"X-{number}": "v" for number in range(99)} | {"X-Long": "v" * 40_000}),
    lambda: ("BREW", "/v1/classify", None, {}),
)


@dataclass(slots=True)
class Tally:
    """Answers by status, broken connections, acknowledged articles, memory over time, and killed workers."""

    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    acknowledged: list[str] = field(default_factory=list)
    megabytes: list[tuple[float, float]] = field(default_factory=list)
    kills: int = 0


def main(arguments: Sequence[str]) -> int:
    """Run the traffic and print the result; returns 1 if an article is lost or a request failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"how long (default {SECONDS:g})")
    parser.add_argument("--kill-every", type=float, default=KILL_EVERY, help="seconds between kills of a worker")
    parser.add_argument("--articles", type=int, default=ARTICLES, help=f"in the index before (default {ARTICLES:,})")
    options = parser.parse_args(arguments)
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder) / "INDEX")
        fill(place, options.articles)
        settings = {f"COPYDESK_{name}": str(Path(folder) / name) for name in ("INDEX", "KEYS", "FEEDBACK")}
        command = [sys.executable, "-m", "copydesk.service.cli", "serve"]
        with run_server(command, settings | {"COPYDESK_WORKERS": str(WORKERS)}, core=None) as server:
            traffic(server.port, server.process.pid, tally, options.seconds, options.kill_every)
        with open_index(place, create=False) as index:
            lost = [name for name in tally.acknowledged if index.get(name) is None]
    return report(tally, lost, options.seconds)


def fill(place: str, count: int) -> None:
    """Create an index and add generated articles to it."""
    with open_index(place) as index:
        for batch in batches(count):
            index.add(batch, now=0.0)


def traffic(port: int, parent: int, tally: Tally, seconds: float, kill_every: float) -> None:
    """Keep the connections busy, kill a worker from time to time, and record the workers' memory."""
    end = time.monotonic() + seconds
    clients = [threading.Thread(target=client, args=(port, number, tally, end)) for number in range(CONNECTIONS)]
    for each in clients:
        each.start()
    start, next_kill = time.monotonic(), time.monotonic() + kill_every
    while time.monotonic() < end:
        time.sleep(5)
        pids = workers(parent)
        tally.megabytes.append((time.monotonic() - start, sum(map(resident_megabytes, pids))))
        if time.monotonic() >= next_kill and pids and end - time.monotonic() > kill_every / 2:
            os.kill(pids[tally.kills % len(pids)], signal.SIGKILL)
            tally.kills += 1
            next_kill += kill_every
    for each in clients:
        each.join()


def client(port: int, number: int, tally: Tally, end: float) -> None:
    """Send requests one after another, with a pause after each answer 503."""
    connection = http.client.HTTPConnection(HOST, port, timeout=120)
    for name, (method, path, body, headers) in make_requests(number):
        if time.monotonic() >= end:
            return
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            tally.broken += 1
            connection.close()
            time.sleep(0.1)
            continue
        tally.statuses[answer.status] += 1
        if name and answer.status == 200:
            tally.acknowledged.append(name)
        if answer.status == 503:
            time.sleep(0.5)


def make_requests(number: int) -> Iterator[tuple[str, Request]]:
    """Yield requests without end: pages, articles with their ids, reads, batches, and hostile requests."""
    chance = random.Random(number)
    for count in itertools.count():
        draw = chance.random()
        name = f"c{number}-{count}"
        if draw < HOSTILE:
            yield "", chance.choice(HOSTILES)()
        elif draw < 0.45:
            yield "", ("POST", "/v1/classify", page(chance, 40).encode(), {"Content-Type": "text/html"})
        elif draw < 0.75:
            yield name, ("PUT", f"/v1/articles/{name}", json.dumps({"html": page(chance, 8)}).encode(), JSON)
        elif draw < 0.85:
            yield "", ("POST", "/v1/articles/check", json.dumps({"text": story(chance, 8)}).encode(), JSON)
        elif draw < 0.95:
            yield "", ("GET", f"/v1/clusters/c{number}-{max(0, count - 5)}", None, {})
        else:
            rows = "\n".join(json.dumps({"id": n, "text": story(chance, 4)}) for n in range(10)).encode()
            yield "", ("POST", "/v1/classify/batch", rows, {"Content-Type": "application/x-ndjson"})


def page(chance: random.Random, paragraphs: int) -> str:
    """Make a page around a story."""
    menu = "".join(f'<li><a href="/{n}">{chance.choice(WORDS)}</a></li>' for n in range(20))
    body = "".join(f"<p>{part}</p>" for part in story(chance, paragraphs).split("\n\n"))
    return f"<html><body><ul>{menu}</ul><article><h1>News</h1>{body}</article></body></html>"


def story(chance: random.Random, paragraphs: int) -> str:
    """Make a story of random words."""
    return "\n\n".join(" ".join(chance.choices(WORDS, k=60)) + "." for _ in range(paragraphs))


def workers(parent: int) -> list[int]:
    """List the worker processes."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(parent)], capture_output=True, text=True, check=False
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "spawn_main" in line]


def resident_megabytes(pid: int) -> float:
    """Return the resident megabytes of a process, 0 if it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def report(tally: Tally, lost: Sequence[str], seconds: float) -> int:
    """Print the result; returns 1 if an article is lost, or a status was 500 or more and not 503."""
    n = sum(tally.statuses.values())
    print(f"{n} answers in {seconds:g} s, {tally.kills} workers killed, {tally.broken} connections broke")
    print("statuses: " + ", ".join(f"{status}: {count}" for status, count in sorted(tally.statuses.items())))
    for at, megabytes in tally.megabytes[:: max(1, len(tally.megabytes) // 12)]:
        print(f"{at:6.0f} s  {megabytes:7.0f} MB, all workers")
    print(f"{len(tally.acknowledged)} articles acknowledged, {len(lost)} of them not in the index")
    failed = sum(count for status, count in tally.statuses.items() if status >= 500 and status != 503)
    return 1 if lost or failed else 0
