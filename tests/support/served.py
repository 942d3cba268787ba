"""Servers on a free port for tests: the service itself in a thread, and one that plays a script."""

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
from copydesk.service.api.app import create_app
from copydesk.service.settings import ServerSettings, Settings

START_SECONDS = 60


@contextmanager
def served(model: Model, folder: Path) -> Iterator[str]:
    """Run the service, with all its files in a folder; gives its URL."""
    own = ServerSettings(keys=folder / "keys.sqlite", feedback=folder / "feedback")
    app = create_app(Settings(index=str(folder / "index.sqlite"), server=own), model=model)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + START_SECONDS
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    assert server.started, "the service did not start"
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(START_SECONDS)


@dataclass(frozen=True)
class Reply:
    """What the script answers; `breaks` closes the connection in the middle of the body."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    breaks: bool = False


@dataclass
class Heard:
    """A request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@contextmanager
def scripted(*replies: Reply) -> Iterator[tuple[str, Sequence[Heard]]]:
    """Answer each request by the next reply, the last again and again; gives the URL and what was heard."""
    left, heard = list(replies), list[Heard]()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            heard.append(Heard(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
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
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()
    thread.join(START_SECONDS)
