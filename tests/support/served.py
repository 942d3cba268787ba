"""Runs servers on a free port in a thread: the service itself, and one that sends prepared replies."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import uvicorn

from copydesk.classifier import Model
from copydesk.service.api import create_app
from tests.support.in_process_api import settings_in

START_SECONDS = 180
"""Enough for a machine with much other work."""


@contextmanager
def serve_service(model: Model, folder: Path) -> Iterator[str]:
    """Run the service with all its files in a folder; yields its URL."""
    app = create_app(settings_in(folder), model=model)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.started, "the service did not start"
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(START_SECONDS)


@dataclass(frozen=True)
class Reply:
    """A prepared reply; `breaks` closes the connection in the middle of the body."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    breaks: bool = False


@dataclass
class ReceivedRequest:
    """A request that the server received."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@contextmanager
def serve_replies(*replies: Reply) -> Iterator[tuple[str, Sequence[ReceivedRequest]]]:
    """Send the next reply to each request, and repeat the last; yields the URL and the requests received so far."""
    left, requests = list(replies), list[ReceivedRequest]()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            requests.append(ReceivedRequest(self.command, self.path, headers, body))
            reply = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) + (1000 if reply.breaks else 0)))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = reply.breaks

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Do not log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", requests
    server.shutdown()
    server.server_close()
    thread.join(START_SECONDS)
