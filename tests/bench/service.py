"""The HTTP service beside the library call that it makes: latency, throughput, and trafilatura behind an endpoint."""

from __future__ import annotations

import argparse
import asyncio
import http.client
import importlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.classify import PAGES, load_answer, page_files, read_page, sample
from tests.bench.measure import table

COUNT = 60
KILOBYTES = (60, 160)
"""Pages of about 100 kB: those between these sizes are taken."""
ROUNDS = 3
CONNECTIONS = 8
SECONDS = 20.0
START_SECONDS = 120
SERVER_CORE = 0
OURS, RIVAL, LIBRARY = "copydesk serve", "trafilatura, same server", "copydesk, library call"
HOST = "127.0.0.1"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured: milliseconds of each request alone, requests a second of many at once, CPU ms a request."""

    alone: Sequence[float]
    rate: float
    cpu: float

    @property
    def median(self) -> float:
        """The 50th percentile of requests alone."""
        return statistics.median(self.alone)


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark and print its table; 2 where pages or trafilatura are missing."""
    chosen = parse(arguments)
    if chosen.rival is not None:
        return serve_rival(chosen.rival)
    try:
        pages = suited(page_files(chosen.pages), chosen.count)
        importlib.import_module("trafilatura")
    except (FileNotFoundError, ModuleNotFoundError) as error:
        print(f"bench service: {error}", file=sys.stderr)
        return 2
    print(
        f"{len(pages)} pages of {sum(map(len, pages)) / len(pages) / 1000:.0f} kB on average, one worker on one core;"
    )
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print(report(measure(pages, chosen)))
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench service", description=__doc__)
    parser.add_argument("--pages", type=Path, default=PAGES, help="folder of .html or .html.gz files")
    parser.add_argument("--count", type=int, default=COUNT, help=f"pages, taken evenly (default {COUNT})")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"of requests at once (default {SECONDS:g})")
    parser.add_argument("--rival", type=int, metavar="PORT", help="serve trafilatura on a port instead")
    return parser.parse_args(arguments)


def suited(files: Sequence[Path], count: int) -> list[bytes]:
    """Read pages of about 100 kB.

    Raises:
        FileNotFoundError: There are none.
    """
    least, most = (1000 * size for size in KILOBYTES)
    found = [
        page for page in (read_page(path).encode() for path in sample(files, 8 * count)) if least < len(page) < most
    ]
    if not found:
        raise FileNotFoundError(f"no page has {KILOBYTES[0]} to {KILOBYTES[1]} kB; give other pages with --pages")
    return found[:count]


def measure(pages: Sequence[bytes], chosen: argparse.Namespace) -> dict[str, Found]:
    """Measure the library and both servers on the same pages, interleaved page by page."""
    ours = [sys.executable, "-m", "service.cli", "serve"]
    rival = [sys.executable, "-m", "tests.bench", "service", "--rival"]
    with tempfile.TemporaryDirectory() as folder:
        settings = {f"COPYDESK_{name}": str(Path(folder) / name) for name in ("INDEX", "KEYS", "FEEDBACK")}
        with running(ours, settings) as server, running(rival, settings) as other:
            library = on_core(SERVER_CORE, library_call(pages))
            calls = {LIBRARY: library, OURS: server.ask, RIVAL: other.ask}
            alone = one_by_one(pages, calls)
            rates = {name: many_at_once(pages, each, chosen.seconds) for name, each in ((OURS, server), (RIVAL, other))}
    mean = statistics.mean(alone[LIBRARY])
    found = {LIBRARY: Found(alone[LIBRARY], 1000 / mean, library_cpu(library, pages))}
    return found | {name: Found(alone[name], *rates[name]) for name in (OURS, RIVAL)}


def library_call(pages: Sequence[bytes]) -> Callable[[bytes], object]:
    """Give the call that the service makes, with the page decoded already."""
    from classifier.types import Page

    answer = load_answer()
    texts = {page: page.decode() for page in pages}
    return lambda page: answer(Page(id="", html=texts[page]))


def on_core(core: int, call: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """Run a call on one core, as the server runs on it."""

    def run(page: bytes) -> object:
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {core})
        try:
            return call(page)
        finally:
            os.sched_setaffinity(0, before)

    return run


def one_by_one(pages: Sequence[bytes], calls: dict[str, Callable[[bytes], object]]) -> dict[str, list[float]]:
    """Time each page with each, one after another; a round goes before to warm up."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(1 + ROUNDS):
        for page in pages:
            for name, call in calls.items():
                start = time.perf_counter()
                call(page)
                if number:
                    times[name].append((time.perf_counter() - start) * 1000)
    return times


def library_cpu(call: Callable[[bytes], object], pages: Sequence[bytes]) -> float:
    """Return CPU milliseconds a page of the library call."""
    start = time.process_time()
    for page in pages:
        call(page)
    return (time.process_time() - start) * 1000 / len(pages)


@dataclass(slots=True)
class Running:
    """A server process and one connection to it."""

    process: subprocess.Popen[bytes]
    port: int
    connection: http.client.HTTPConnection

    def ask(self, page: bytes) -> object:
        """Send a page and read the answer."""
        return post(self.connection, page)

    def cpu(self) -> float:
        """Return the CPU seconds that the process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def post(connection: http.client.HTTPConnection, page: bytes) -> bytes:
    """Send a page and read the answer.

    Raises:
        RuntimeError: It is no answer.
    """
    connection.request("POST", "/v1/classify", page, {"Content-Type": "text/html; charset=utf-8"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"the server answered {answer.status}: {body[:200]!r}")
    return body


@contextmanager
def running(command: Sequence[str], settings: dict[str, str], *, core: int | None = SERVER_CORE) -> Iterator[Running]:
    """Start a server on one core, or on all, and a free port."""
    with closing(socket.socket()) as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    more = [str(port)] if "--rival" in command else []
    environment = {**os.environ, **settings, "COPYDESK_PORT": str(port)}
    process = subprocess.Popen([*command, *more], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        wait_for(port, process)
        yield Running(process, port, http.client.HTTPConnection(HOST, port))
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers.

    Raises:
        RuntimeError: It ended, or took too long.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} does not answer on port {port}")


def many_at_once(pages: Sequence[bytes], server: Running, seconds: float) -> tuple[float, float]:
    """Keep several connections busy; gives requests a second and the server's CPU milliseconds a request."""
    done = [0] * CONNECTIONS
    end = time.monotonic() + seconds

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection(HOST, server.port)
        while time.monotonic() < end:
            post(connection, pages[(number * 7 + done[number]) % len(pages)])
            done[number] += 1

    cpu, start = server.cpu(), time.monotonic()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    n = sum(done)
    return n / (time.monotonic() - start), (server.cpu() - cpu) * 1000 / n


def report(found: dict[str, Found]) -> str:
    """Set the table."""
    library = found[LIBRARY]
    rows = []
    for name, each in found.items():
        p99 = sorted(each.alone)[-(-99 * len(each.alone) // 100) - 1]
        ratios = [
            f"{each.median / library.median:.2f}",
            f"{each.rate / library.rate:.0%}",
            f"{library.cpu / each.cpu:.0%}",
        ]
        rows.append([name, *(f"{value:.1f}" for value in (each.median, p99, each.rate, each.cpu)), *ratios])
    header = ["", "p50 ms", "p99 ms", "a second", "CPU ms", "p50 over library's", "rate", "rate by CPU"]
    return table(header, rows)


def serve_rival(port: int) -> int:
    """Serve trafilatura's extraction: the same framework, server and thread beside the event loop."""
    from concurrent.futures import ThreadPoolExecutor

    import uvicorn
    from fastapi import FastAPI, Request, Response

    extract = importlib.import_module("trafilatura").extract
    app, pool = FastAPI(), ThreadPoolExecutor(1)

    async def classify(request: Request) -> Response:
        body = await request.body()
        text = await asyncio.get_running_loop().run_in_executor(pool, lambda: extract(body.decode("utf-8", "replace")))
        return Response((text or "").encode(), media_type="text/plain")

    classify.__annotations__ = {"request": Request, "return": Response}  # told as text, and not found in this module
    app.post("/v1/classify")(classify)
    uvicorn.run(app, host=HOST, port=port, log_level="error", access_log=False)
    return 0
