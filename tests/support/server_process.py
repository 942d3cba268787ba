"""Runs `copydesk serve` as a process on a free port."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import COMMAND, ROOT, clean_environment

START_SECONDS = 180
"""Enough for a machine with much other work."""


@dataclass
class RunningServer:
    """A server process with its port and its log file."""

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
def run_server(
    folder: Path, *, cwd: Path = ROOT, command: Sequence[str] = COMMAND, **settings: str
) -> Iterator[RunningServer]:
    """Start a server with all its files in a folder, and stop it at the end."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    names = {"INDEX": "index.sqlite", "KEYS": "keys.sqlite", "FEEDBACK": "feedback"}
    files = {f"COPYDESK_{name}": str(folder / file) for name, file in names.items()}
    environment = clean_environment(**(files | {"COPYDESK_PORT": str(port)} | settings))
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "serve"], cwd=cwd, env=environment, stdout=out, stderr=out)
    try:
        server = RunningServer(process, port, log)
        wait_until(lambda: process.poll() is not None or is_ready(server), "the server answers")
        assert process.poll() is None, log.read_text()
        yield server
    finally:
        process.terminate()
        try:
            process.wait(60)
        finally:
            process.kill()


def is_ready(server: RunningServer) -> bool:
    try:
        return httpx.get(f"{server.url}/readyz", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def wait_until(condition: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Wait for a condition; `what` names it in the failure."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} seconds until {what}"
        time.sleep(0.05)


def read_all(connection: socket.socket) -> bytes:
    """Read until the other side closes."""
    data = b""
    while piece := connection.recv(65536):
        data += piece
    return data


def read_more(connection: socket.socket) -> bytes:
    """Read the next bytes; a closed connection is an error, so that no test waits for ever."""
    data = connection.recv(65536)
    assert data, "the connection ended before the answer did"
    return data
