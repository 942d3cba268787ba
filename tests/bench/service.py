"""Measures the HTTP service against the library call and against trafilatura behind the same server."""

from __future__ import annotations

import argparse
import asyncio
import http.client
import importlib
import os
import random
import shlex
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.classify import PAGES, load_answer, page_files, read_page, sample
from tests.bench.measure import table

COUNT = 60
KILOBYTES = (60, 160)
"""Smallest and largest page, for about 100 kB on average."""
ROUNDS = 5
CONNECTIONS = 8
SECONDS, SLICES = 24.0, 8
"""Seconds of concurrent requests, and into how many parts they are cut; the candidates take turns."""
START_SECONDS = 120
SERVER_CORE = 0
OURS, RIVAL, LIBRARY = "copydesk serve", "trafilatura, same server", "copydesk, library call"
OTHER = "the other service"
HOST = "127.0.0.1"
TICKS = os.sysconf("SC_CLK_TCK")

Send = Callable[[bytes], object]


@dataclass(slots=True)
class Throughput:
    """Pages answered without a pause, with the seconds of wall time and of CPU time."""

    pages: int = 0
    wall: float = 0.0
    cpu: float = 0.0

    def add(self, other: Throughput) -> None:
        """Add another measurement."""
        self.pages += other.pages
        self.wall += other.wall
        self.cpu += other.cpu


@dataclass(frozen=True, slots=True)
class Measurement:
    """Milliseconds of each single request, and the throughput of concurrent requests."""

    single: Sequence[float]
    concurrent: Throughput

    @property
    def median(self) -> float:
        """The median of single requests, in milliseconds."""
        return statistics.median(self.single)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.concurrent.pages / self.concurrent.wall

    @property
    def cpu(self) -> float:
        """CPU milliseconds a request."""
        return 1000 * self.concurrent.cpu / self.concurrent.pages


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark and print its table; returns 2 if pages or trafilatura are missing."""
    options = parse(arguments)
    if options.rival is not None:
        return serve_rival(options.rival)
    try:
        pages = load_pages(page_files(options.pages), options.count)
        importlib.import_module("trafilatura")
    except (FileNotFoundError, ModuleNotFoundError) as error:
        print(f"bench service: {error}", file=sys.stderr)
        return 2
    print(
        f"{len(pages)} pages of {sum(map(len, pages)) / len(pages) / 1000:.0f} kB on average, one worker on one core;"
    )
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print(report(measure(pages, options)))
    print(f"\nload of the machine behind: {os.getloadavg()[0]:.1f}")
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench service", description=__doc__)
    parser.add_argument("--pages", type=Path, default=PAGES, help="folder of .html or .html.gz files")
    parser.add_argument("--count", type=int, default=COUNT, help=f"pages, taken evenly (default {COUNT})")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"of concurrent requests (default {SECONDS:g})")
    parser.add_argument(
        "--other",
        metavar="COMMAND",
        help="measure another copydesk service too, which this starts; it reads COPYDESK_PORT",
    )
    parser.add_argument("--rival", type=int, metavar="PORT", help="serve trafilatura on a port instead")
    return parser.parse_args(arguments)


def load_pages(files: Sequence[Path], count: int) -> list[bytes]:
    """Read pages of about 100 kB.

    Raises:
        FileNotFoundError: There are none.
    """
    smallest, largest = (1000 * size for size in KILOBYTES)
    candidates = (read_page(path).encode() for path in sample(files, 8 * count))
    pages = [page for page in candidates if smallest < len(page) < largest]
    if not pages:
        raise FileNotFoundError(f"no page has {KILOBYTES[0]} to {KILOBYTES[1]} kB; give other pages with --pages")
    return pages[:count]


def measure(pages: Sequence[bytes], options: argparse.Namespace) -> dict[str, Measurement]:
    """Measure the library and both servers on the same pages, interleaved page by page.

    For single requests the client runs on the server's core, as the time to wake another core of a virtual machine
    depends on its host. Concurrent clients run on the other cores.
    """
    commands = {
        OURS: [sys.executable, "-m", "copydesk.service.cli", "serve"],
        RIVAL: [sys.executable, "-m", "tests.bench", "service", "--rival"],
    }
    if options.other:
        commands[OTHER] = shlex.split(options.other)
    with ExitStack() as stack:
        servers = {}
        for name, command in commands.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            settings = {f"COPYDESK_{file}": str(folder / file) for file in ("INDEX", "KEYS", "FEEDBACK")}
            servers[name] = stack.enter_context(run_server(command, settings))
        library = make_library_call(pages)
        with pin_to_cores({SERVER_CORE}):
            sends: dict[str, Send] = {name: server.send for name, server in servers.items()}
            single = time_single_requests(pages, {LIBRARY: library, **sends})
        concurrent = {name: Throughput() for name in single}
        for _ in range(SLICES):
            concurrent[LIBRARY].add(call_library(pages, library, options.seconds / SLICES))
            for name, server in servers.items():
                concurrent[name].add(send_concurrently(pages, server, options.seconds / SLICES))
    return {name: Measurement(single[name], concurrent[name]) for name in single}


def make_library_call(pages: Sequence[bytes]) -> Send:
    """Return a library call that makes all that the service answers, for pages that are decoded already."""
    from copydesk.classifier.types import Page

    answer = load_answer()
    texts = {page: page.decode() for page in pages}
    return lambda page: answer(Page(id="", html=texts[page]))


@contextmanager
def pin_to_cores(cores: set[int]) -> Iterator[None]:
    """Run this process on some cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def time_single_requests(pages: Sequence[bytes], calls: dict[str, Send]) -> dict[str, list[float]]:
    """Time each page with each candidate, in random order, after a round to warm up."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    chance = random.Random(1)
    for number in range(1 + ROUNDS):
        for page in pages:
            for name, call in chance.sample(sorted(calls.items()), len(calls)):
                start = time.perf_counter()
                call(page)
                if number:
                    times[name].append((time.perf_counter() - start) * 1000)
    return times


def call_library(pages: Sequence[bytes], call: Send, seconds: float) -> Throughput:
    """Make the library call on the server's core, page after page."""
    with pin_to_cores({SERVER_CORE}):
        n, start, cpu = 0, time.monotonic(), time.process_time()
        while time.monotonic() - start < seconds:
            call(pages[n % len(pages)])
            n += 1
        return Throughput(n, time.monotonic() - start, time.process_time() - cpu)


@dataclass(slots=True)
class Server:
    """A server process and a connection to it."""

    process: subprocess.Popen[bytes]
    port: int
    connection: http.client.HTTPConnection

    def send(self, page: bytes) -> object:
        """Send a page and read the answer."""
        return post(self.connection, page)

    def cpu(self) -> float:
        """Return the CPU seconds that the process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def post(connection: http.client.HTTPConnection, page: bytes) -> bytes:
    """Send a page and read the answer.

    Raises:
        RuntimeError: The status is not 200.
    """
    connection.request("POST", "/v1/classify", page, {"Content-Type": "text/html; charset=utf-8"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"the server answered {answer.status}: {body[:200]!r}")
    return body


@contextmanager
def run_server(command: Sequence[str], settings: dict[str, str], *, core: int | None = SERVER_CORE) -> Iterator[Server]:
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
        yield Server(process, port, http.client.HTTPConnection(HOST, port))
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


def send_concurrently(pages: Sequence[bytes], server: Server, seconds: float) -> Throughput:
    """Keep several connections busy from the other cores; the CPU time is that of the server."""
    done = [0] * CONNECTIONS
    end = time.monotonic() + seconds

    def send(number: int) -> None:
        connection = http.client.HTTPConnection(HOST, server.port)
        while time.monotonic() < end:
            post(connection, pages[(number * 7 + done[number]) % len(pages)])
            done[number] += 1

    with pin_to_cores(os.sched_getaffinity(0) - {SERVER_CORE} or {SERVER_CORE}):
        cpu, start = server.cpu(), time.monotonic()
        threads = [threading.Thread(target=send, args=(number,)) for number in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return Throughput(sum(done), time.monotonic() - start, server.cpu() - cpu)


def report(measurements: dict[str, Measurement]) -> str:
    """Return the table."""
    library = measurements[LIBRARY]
    rows = []
    for name, each in measurements.items():
        p99 = sorted(each.single)[-(-99 * len(each.single) // 100) - 1]
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

    classify.__annotations__ = {
        "request": Request,
        "return": Response,
    }  # they are strings here, and FastAPI would not find them
    app.post("/v1/classify")(classify)
    uvicorn.run(app, host=HOST, port=port, log_level="error", access_log=False)
    return 0
