"""The service at the level of bytes: slow, broken and hostile requests, pipelining, and streams."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.support.hostile import Hostile, corpus
from tests.support.server_process import RunningServer, is_ready, read_all, read_more

pytestmark = [pytest.mark.attack, pytest.mark.slow]

TEXT = "The pool beside the river will be filled again next spring, the council says."
HOSTILE_SECONDS = 8
"""CPU seconds that one hostile request may cost."""
HOSTILE_MEGABYTES = 300
"""Memory that all of them may cost; a page may have 3 MB here, and its JSON 19 MB."""


@pytest.mark.parametrize("rest", [b"", b"x" * 50])
def test_body_that_does_not_come_is_refused(server: RunningServer, rest: bytes) -> None:
    with server.connect() as connection:
        head = (
            b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n"
        )
        connection.sendall(head + rest)
        start = time.monotonic()
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"slow_client"' in answer
    assert 0.9 < time.monotonic() - start < 30


def test_body_that_trickles_is_refused(server: RunningServer) -> None:
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
        assert b"bytes came within" in read_all(connection)


def test_refused_body_is_drained_so_that_the_client_reads_the_answer(server: RunningServer) -> None:
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
        b"GET / HTTP/1.1\r\n\r\n",  # no Host header
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"v" * 200_000,
        b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_bytes_that_are_no_http_are_answered_by_a_problem(server: RunningServer, request_bytes: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(request_bytes + b"\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 400 "), answer
    assert b"application/problem+json" in answer
    assert is_ready(server)


def test_hostile_requests_are_refused_in_bounded_time_and_memory(server: RunningServer) -> None:
    assert httpx.post(f"{server.url}/v1/classify", json={"text": TEXT}).status_code == 200
    before = megabytes(server)
    wrong, slow = [], []
    for hostile in corpus():
        start = processor_seconds(server)
        status = send_hostile(server, hostile)
        if status not in hostile.statuses:
            wrong.append(f"{hostile.name}: {status}")
        if (took := processor_seconds(server) - start) > HOSTILE_SECONDS:
            slow.append(f"{hostile.name}: {took:.1f} s")
    assert not wrong
    assert not slow
    assert megabytes(server) - before < HOSTILE_MEGABYTES
    assert httpx.post(f"{server.url}/v1/classify", json={"text": TEXT}).status_code == 200
    assert not [line for line in server.lines() if line["level"] == "error"]


def send_hostile(server: RunningServer, hostile: Hostile) -> int:
    """Send the bytes of a request and read the status; 0 if no answer comes."""
    data = b""
    with server.connect() as connection, suppress(OSError):
        with suppress(OSError):  # refused before all of it was sent
            connection.sendall(hostile.wire)
        while piece := connection.recv(65536):
            data += piece
    words = data.split(b" ", 2)
    return int(words[1]) if len(words) == 3 and words[0] == b"HTTP/1.1" else 0


def processor_seconds(server: RunningServer) -> float:
    """Return the CPU seconds that the server has used."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(server: RunningServer) -> float:
    """Return the peak of the server's memory."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def test_connection_without_a_request_is_closed() -> None:
    """The test runs in a process of its own, as it changes a constant."""
    code = (
        "import asyncio, copydesk.service.api.limits.protocol as s\n"
        "s.HEAD_SECONDS = 0.2\n"
        "async def main():\n"
        "    import uvicorn\n"
        "    from uvicorn.server import ServerState\n"
        "    async def app(scope, receive, send): pass\n"
        "    config = uvicorn.Config(app, ws='none', log_config=None)\n"
        "    config.load()\n"
        "    make = lambda: s.LimitedProtocol(config, ServerState(), {})\n"
        "    server = await asyncio.get_running_loop().create_server(make, '127.0.0.1', 0)\n"
        "    for start in (b'', b'GET / HT', b'\\r\\n' * 9):\n"
        "        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())\n"
        "        writer.write(start)\n"
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


HEALTH_HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


def test_trailers_behind_a_body_are_dropped(server: RunningServer) -> None:
    with server.connect() as connection:
        connection.sendall(CHUNKED + b"X-Request-ID: behind\r\nHost: example.org\r\n\r\n")
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"behind" not in answer


@pytest.mark.parametrize("endless", [b"X: " + b"x" * 16_000, b"X: y\r\n" * 2000, b"\r\n" * 8000], ids=len)
def test_head_or_trailer_without_an_end_is_refused(server: RunningServer, endless: bytes) -> None:
    start = CHUNKED if endless.startswith(b"X") else b""
    with server.connect() as connection:
        connection.sendall(start)
        end = time.monotonic() + 20
        with suppress(OSError):  # the server closes the connection
            while time.monotonic() < end:
                connection.sendall(endless)
                time.sleep(0.05)
        assert time.monotonic() < end
    assert is_ready(server)


def test_requests_sent_at_once_are_answered_in_their_order(server: RunningServer) -> None:
    with server.connect() as connection:
        connection.sendall(
            HEALTH_HEAD + b"X-Request-ID: one\r\n\r\n" + HEALTH_HEAD + b"X-Request-ID: two\r\nConnection: close\r\n\r\n"
        )
        answer = read_all(connection)
    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert 0 < answer.index(b"one") < answer.index(b"two")


def test_client_that_goes_away_from_requests_sent_at_once_is_no_error(server: RunningServer) -> None:
    n_lines = len(server.lines())
    for seconds in (0.0, 0.1, 0.3):
        with server.connect() as connection:
            connection.sendall(b"GET /docs HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200)
            time.sleep(seconds)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset at the end
    time.sleep(1)
    assert is_ready(server)
    assert {line["level"] for line in server.lines()[n_lines:]} == {"info"}


def test_long_bodies_in_pieces_come_over_one_connection(server: RunningServer) -> None:
    body = f"{TEXT}\n".encode() * 4000
    assert len(body) > 300_000
    head = b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
    with server.connect() as connection:
        for end in (b"", b"Connection: close\r\n"):
            connection.sendall(head % len(body) + end + b"\r\n" + body[:70_000])
            for start in range(70_000, len(body), 50_000):
                time.sleep(0.02)
                connection.sendall(body[start : start + 50_000])
        answer = read_all(connection)
    first, second = answer.split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert first.partition(b"\r\n\r\n")[2] == second.partition(b"\r\n\r\n")[2] != b""
    assert b"connection: close" not in first.lower()
    assert b"connection: close" in second.lower()


def test_request_before_bytes_that_are_no_http_is_answered(server: RunningServer) -> None:
    request = (
        b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nwords"
    )
    with server.connect() as connection:
        connection.sendall(request + b"nonsense\r\n\r\n")
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.count(b"content-length: ") == 1


def test_body_with_a_broken_chunk_is_refused(server: RunningServer) -> None:
    with server.connect() as connection:
        connection.sendall(CHUNKED.removesuffix(b"0\r\n"))
        time.sleep(0.2)
        connection.sendall(b"zz\r\n")
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"content-length: ") == 1


def test_offer_of_another_protocol_is_ignored(server: RunningServer) -> None:
    with server.connect() as connection:
        offer = b"Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n"
        connection.sendall(HEALTH_HEAD + offer)
        assert read_all(connection).startswith(b"HTTP/1.1 200 ")


def test_client_may_send_a_whole_batch_before_it_reads(server: RunningServer) -> None:
    rows = [json.dumps({"id": n, "text": f"{TEXT} {n}. " * 300, "include_text": True}) for n in range(400)]
    body = "\n".join(rows).encode()
    assert len(body) > 8_000_000
    headers = {"content-type": "application/x-ndjson", "accept-encoding": "identity"}
    answer = httpx.post(f"{server.url}/v1/classify/batch", content=body, headers=headers, timeout=120)
    assert [json.loads(line)["id"] for line in answer.content.splitlines()] == list(range(400))


def test_answers_of_a_batch_come_while_its_body_is_sent(server: RunningServer) -> None:
    row = json.dumps({"id": 1, "text": TEXT}).encode() + b"\n"
    with server.connect() as connection:
        head = b"POST /v1/classify/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(row), row))
        data = b""
        while b'"model"' not in data:
            data += read_more(connection)
        assert not data.endswith(b"0\r\n\r\n")
        connection.sendall(b"0\r\n\r\n")
        while not data.endswith(b"0\r\n\r\n"):
            data += read_more(connection)
    assert data.startswith(b"HTTP/1.1 200 ")
    assert data.count(b'"model"') == 1
