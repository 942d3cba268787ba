"""`copydesk serve` as real processes: killed, told to stop, and asked by clients that are slow or hostile."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import COMMAND, ROOT, RunCommand, clean_environment
from tests.support.hostile import Hostile, corpus
from tests.support.index_places import MakePlace, assert_whole, window

START_SECONDS = 90
HOSTILE_SECONDS = 8
"""Of the processor, for the answer to one hostile request; by the clock it has as long as a connection waits."""
HOSTILE_MEGABYTES = 300
"""What all of them may cost: pages have 3 MB here, which JSON may write in 19."""
TEXT = "The pool beside the river will be filled again next spring, the council says."


@dataclass
class Served:
    """A server that runs: its process, its address, its log so far."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Served]:
    """Start a server on a free port, with all its files in a folder, and end it."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    names = {"INDEX": "index.sqlite", "KEYS": "keys.sqlite", "FEEDBACK": "feedback"}
    files = {f"COPYDESK_{name}": str(folder / file) for name, file in names.items()}
    environment = clean_environment(**(files | {"COPYDESK_PORT": str(port)} | settings))
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen([*COMMAND, "serve"], cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        server = Served(process, port, log)
        until(lambda: process.poll() is not None or answers(server), "the server answers")
        assert process.poll() is None, log.read_text()
        yield server
    finally:
        process.terminate()
        try:
            process.wait(60)
        finally:
            process.kill()


def answers(server: Served) -> bool:
    try:
        return httpx.get(f"{server.url}/readyz", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def until(true: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited {seconds} seconds until {what}"
        time.sleep(0.05)


def received(connection: socket.socket) -> bytes:
    """Read until the other side closes."""
    data = b""
    while piece := connection.recv(65536):
        data += piece
    return data


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with little patience."""
    with served(tmp_path_factory.mktemp("serve"), COPYDESK_IDLE="1", COPYDESK_MAX_PAGE_BYTES="3000000") as running:
        yield running


def test_logs_are_json_lines_without_the_text(server: Served) -> None:
    answer = httpx.post(f"{server.url}/v1/classify", json={"text": TEXT}, headers={"x-request-id": "mine"})
    assert answer.status_code == 200
    until(lambda: any(line.get("request") == "mine" for line in server.lines()), "the request is logged", 10)
    assert "river" not in server.log.read_text()
    assert "server" not in answer.headers


@pytest.mark.parametrize("rest", [b"", b"x" * 50])
def test_body_that_does_not_come_is_cut_off(server: Served, rest: bytes) -> None:
    with server.connect() as connection:
        head = (
            b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n"
        )
        connection.sendall(head + rest)
        start = time.monotonic()
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code": "slow_client"' in answer
    assert 0.9 < time.monotonic() - start < 30


def test_body_that_trickles_is_cut_off(server: Served) -> None:
    with server.connect() as connection:
        head = (
            b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n"
        )
        connection.sendall(head)
        for _ in range(8):
            time.sleep(0.3)
            try:
                connection.sendall(b"x")
            except OSError:
                break
        assert b"bytes came within" in received(connection)


def test_refused_body_is_dropped_and_its_sender_gets_to_see_why(server: Served) -> None:
    answer = httpx.post(f"{server.url}/v1/classify", content=b"x" * 6_000_000, headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def endless() -> Iterator[bytes]:
        for _ in range(400):
            yield b"x" * 65536

    answer = httpx.post(f"{server.url}/v1/classify", content=endless(), headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",  # names no host
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"v" * 200_000,
        b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_no_http_is_answered_by_a_problem(server: Served, request_bytes: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(request_bytes + b"\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 400 "), answer
    assert b"application/problem+json" in answer
    assert answers(server)


def test_hostile_requests_are_refused_in_bounded_time_and_memory(server: Served) -> None:
    assert httpx.post(f"{server.url}/v1/classify", json={"text": TEXT}).status_code == 200
    before = megabytes(server)
    wrong, slow = [], []
    for hostile in corpus():
        start = processor_seconds(server)
        status = answer_to(server, hostile)
        if status not in hostile.statuses:
            wrong.append(f"{hostile.name}: {status}")
        if (took := processor_seconds(server) - start) > HOSTILE_SECONDS:
            slow.append(f"{hostile.name}: {took:.1f} s")
    assert not wrong
    assert not slow
    assert megabytes(server) - before < HOSTILE_MEGABYTES
    assert httpx.post(f"{server.url}/v1/classify", json={"text": TEXT}).status_code == 200
    assert not [line for line in server.lines() if line["level"] == "error"]


def answer_to(server: Served, hostile: Hostile) -> int:
    """Send a request as it is, and read its status; 0 where there is none."""
    data = b""
    with server.connect() as connection, suppress(OSError):
        with suppress(OSError):  # refused before all of it was sent
            connection.sendall(hostile.wire)
        while piece := connection.recv(65536):
            data += piece
    words = data.split(b" ", 2)
    return int(words[1]) if len(words) == 3 and words[0] == b"HTTP/1.1" else 0


def processor_seconds(server: Served) -> float:
    """Return the time of the processor that the server has used."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(server: Served) -> float:
    """Return the most memory that the server ever held."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def test_connection_without_a_request_is_closed() -> None:
    """Runs in a process of its own, as the limit is a constant."""
    code = (
        "import asyncio, copydesk.service.api.limits.protocol as s\n"
        "s.HEAD_SECONDS = 0.2\n"
        "class C:\n"
        "    pass\n"
        "async def main():\n"
        "    import uvicorn\n"
        "    from uvicorn.server import ServerState\n"
        "    async def app(scope, receive, send): pass\n"
        "    config = uvicorn.Config(app, ws='none', log_config=None)\n"
        "    config.load()\n"
        "    make = lambda: s.LimitedProtocol(config, ServerState(), {})\n"
        "    server = await asyncio.get_running_loop().create_server(make, '127.0.0.1', 0)\n"
        "    for begun in (b'', b'GET / HT', b'\\r\\n' * 9):\n"
        "        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())\n"
        "        writer.write(begun)\n"
        "        try:\n"
        "            print(await asyncio.wait_for(reader.read(), 10))\n"
        "        except ConnectionResetError:\n"
        "            print(b'')\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout == "b''\n" * 3


CHUNKED = (
    b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nConnection: close\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n0\r\n"
)
ASKED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


def test_what_stands_behind_a_body_is_no_header(server: Served) -> None:
    with server.connect() as connection:
        connection.sendall(CHUNKED + b"X-Request-ID: behind\r\nHost: example.org\r\n\r\n")
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"behind" not in answer


@pytest.mark.parametrize("endless", [b"X: " + b"x" * 16_000, b"X: y\r\n" * 2000, b"\r\n" * 8000], ids=len)
def test_head_or_trailer_without_an_end_is_refused(server: Served, endless: bytes) -> None:
    begun = CHUNKED if endless.startswith(b"X") else b""
    with server.connect() as connection:
        connection.sendall(begun)
        end = time.monotonic() + 20
        with suppress(OSError):  # cut off
            while time.monotonic() < end:
                connection.sendall(endless)
                time.sleep(0.05)
        assert time.monotonic() < end
    assert answers(server)


def test_requests_sent_at_once_are_answered_in_their_order(server: Served) -> None:
    with server.connect() as connection:
        connection.sendall(
            ASKED + b"X-Request-ID: one\r\n\r\n" + ASKED + b"X-Request-ID: two\r\nConnection: close\r\n\r\n"
        )
        answer = received(connection)
    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert 0 < answer.index(b"one") < answer.index(b"two")


def test_request_before_one_that_is_none_is_answered_as_itself(server: Served) -> None:
    asked = (
        b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nwords"
    )
    with server.connect() as connection:
        connection.sendall(asked + b"nonsense\r\n\r\n")
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.count(b"content-length: ") == 1


def test_body_that_turns_out_to_be_none_is_refused(server: Served) -> None:
    with server.connect() as connection:
        connection.sendall(CHUNKED.removesuffix(b"0\r\n"))
        time.sleep(0.2)
        connection.sendall(b"zz\r\n")
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"content-length: ") == 1


def test_wish_for_another_protocol_is_passed_over(server: Served) -> None:
    with server.connect() as connection:
        wish = b"Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n"
        connection.sendall(ASKED + wish)
        assert received(connection).startswith(b"HTTP/1.1 200 ")


def test_batch_of_a_client_that_sends_all_before_it_reads_comes_through(server: Served) -> None:
    rows = [json.dumps({"id": n, "text": f"{TEXT} {n}. " * 300, "include_text": True}) for n in range(400)]
    body = "\n".join(rows).encode()
    assert len(body) > 8_000_000
    headers = {"content-type": "application/x-ndjson", "accept-encoding": "identity"}
    answer = httpx.post(f"{server.url}/v1/classify/batch", content=body, headers=headers, timeout=120)
    assert [json.loads(line)["id"] for line in answer.content.splitlines()] == list(range(400))


def test_answers_of_a_batch_come_while_it_is_sent(server: Served) -> None:
    row = json.dumps({"id": 1, "text": TEXT}).encode() + b"\n"
    with server.connect() as connection:
        head = b"POST /v1/classify/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(row), row))
        data = b""
        while b'"model"' not in data:
            data += more_of(connection)
        assert not data.endswith(b"0\r\n\r\n")
        connection.sendall(b"0\r\n\r\n")
        while not data.endswith(b"0\r\n\r\n"):
            data += more_of(connection)
    assert data.startswith(b"HTTP/1.1 200 ")
    assert data.count(b'"model"') == 1


def more_of(connection: socket.socket) -> bytes:
    """Read what comes next; that the other side has closed is an error, not an endless wait."""
    data = connection.recv(65536)
    assert data, "the connection ended before the answer did"
    return data


def test_server_that_is_told_to_stop_finishes_what_it_has_accepted(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        found: list[httpx.Response] = []

        def ask() -> None:
            rows = "\n".join(json.dumps({"id": n, "text": f"{TEXT} {n}. " * 800}) for n in range(30))
            headers = {"content-type": "application/x-ndjson"}
            with httpx.stream(
                "POST", f"{server.url}/v1/classify/batch", content=rows.encode(), headers=headers
            ) as answer:
                begun.set()
                answer.read()
                found.append(answer)

        begun = threading.Event()
        asking = threading.Thread(target=ask)
        asking.start()
        assert begun.wait(60)
        server.process.terminate()
        asking.join(120)
        assert len(found[0].content.splitlines()) == 30
        server.process.wait(60)
        assert not answers(server)


def test_acknowledged_articles_survive_workers_that_are_killed(tmp_path: Path, new_place: MakePlace) -> None:
    place = new_place("seen")
    with served(tmp_path, COPYDESK_WORKERS="2", COPYDESK_INDEX=place) as server:
        acknowledged: list[str] = []
        for number in range(20):
            if number == 8:
                kill_one_worker(server)
            name = f"a{number}"
            if put(server, name, window(number % 7, words=60)):
                acknowledged.append(name)
        assert len(acknowledged) >= 15
        until(lambda: any(line["message"] == "a worker died" for line in server.lines()), "the death is logged", 20)
        until(lambda: len(workers(server.process.pid)) == 2, "there are two workers again", 60)
        for name in acknowledged:
            assert httpx.get(f"{server.url}/v1/articles/{name}", timeout=60).status_code == 200
    assert set(acknowledged) <= set(assert_whole(place))


def put(server: Served, name: str, text: str) -> bool:
    try:
        answer = httpx.put(f"{server.url}/v1/articles/{name}", json={"text": text}, timeout=60)
    except httpx.TransportError:  # its worker was killed
        return False
    return answer.status_code == 200


def kill_one_worker(server: Served) -> None:
    """Kill a worker while its parent waits for the answer to a health check."""
    worker = workers(server.process.pid)[0]
    os.kill(worker, signal.SIGSTOP)
    time.sleep(1.5)
    os.kill(worker, signal.SIGKILL)


def workers(pid: int) -> Sequence[int]:
    """List the processes that a server has spawned."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            spawned = b"spawn_main" in (folder / "cmdline").read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if parent == pid and spawned:
            found.append(int(folder.name))
    return sorted(found)


def test_address_that_is_not_loopback_wants_keys(run_command: RunCommand, tmp_path: Path) -> None:
    settings = {"COPYDESK_HOST": "0.0.0.0", "COPYDESK_KEYS": str(tmp_path / "keys.sqlite")}
    refused = run_command("serve", **settings)
    assert refused.returncode == 2
    assert b"COPYDESK_HOST is 0.0.0.0, where API keys are required" in refused.stderr
    assert b"copydesk keys add NAME" in refused.stderr


def test_model_that_is_not_there_is_refused_at_start(run_command: RunCommand, tmp_path: Path) -> None:
    refused = run_command("serve", "--model", tmp_path)
    assert refused.returncode == 2
    assert b"manifest.json cannot be read" in refused.stderr


def test_port_that_is_taken_is_said_and_ends_the_command(run_command: RunCommand, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = run_command("serve", COPYDESK_PORT=str(taken.getsockname()[1]), COPYDESK_INDEX=str(tmp_path / "i"))
    assert refused.returncode not in (0, 2)
    assert b"address already in use" in refused.stderr.lower()


def test_other_commands_do_not_wait_for_the_server_to_load() -> None:
    code = "import sys, copydesk.service.cli\nheavy = ('fastapi', 'uvicorn', 'numpy', 'sqlite3')\n"
    code += "print([m for m in heavy if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
