"""Requests that offer another protocol are read as if they did not."""

from __future__ import annotations

import asyncio
import json
from itertools import product
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from copydesk.service.api.limits.protocol import LimitedProtocol

OFFERS = {
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
    "websocket": b"Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n",
    "unknown": b"Connection: Upgrade\r\nUpgrade: foo/9\r\n",
}
BODIES = {
    "length": b"Content-Length: 10\r\n\r\nwords here",
    "chunked": b"Transfer-Encoding: chunked\r\n\r\n6\r\nwords \r\n4;x=y\r\nhere\r\n0\r\nX-Trailer: 1\r\n\r\n",
}
LAST = b"GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the method, the path and the body of the request."""
    body, more = b"", True
    while more:
        message = await receive()
        assert message["type"] == "http.request"
        body, more = body + message["body"], message["more_body"]
    text = json.dumps([scope["method"], scope["path"], body.decode()]).encode() + b"\n"
    headers = [(b"content-length", b"%d" % len(text))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text})


async def _answers(pieces: list[bytes]) -> tuple[bytes, list[Any]]:
    config = uvicorn.Config(_echo, ws="none", lifespan="off", log_config=None)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: LimitedProtocol(config, ServerState(), {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.002)
    data = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    server.close()
    return data, [json.loads(line) for line in data.splitlines() if line.startswith(b"[")]


def answers(*pieces: bytes) -> tuple[bytes, list[Any]]:
    """Send pieces over one connection until the server closes it; returns all bytes and the requests it read."""
    return asyncio.run(_answers(list(pieces)))


def post(offer: str, body: str, path: bytes = b"/first") -> bytes:
    """Build a request with a body and an offer."""
    return b"POST %b HTTP/1.1\r\nHost: localhost\r\n%b%b" % (path, OFFERS[offer], BODIES[body])


READ = ["POST", "/first", "words here"]


@pytest.mark.parametrize(("offer", "body"), list(product(OFFERS, BODIES)))
def test_body_behind_an_offer_is_read(offer: str, body: str) -> None:
    request = post(offer, body)
    assert answers(request + LAST)[1] == [READ, ["GET", "/last", ""]]
    head, end, rest = request.partition(b"\r\n\r\n")
    assert answers(head + end, rest, LAST)[1] == [READ, ["GET", "/last", ""]]


@pytest.mark.parametrize("body", BODIES)
def test_body_behind_an_offer_is_read_byte_by_byte(body: str) -> None:
    assert answers(*single_bytes(post("h2c", body)), LAST)[1][0] == READ


def single_bytes(data: bytes) -> list[bytes]:
    """Cut bytes into pieces of one."""
    return [data[at : at + 1] for at in range(len(data))]


def test_offers_in_requests_sent_at_once_are_all_ignored() -> None:
    requests = [post(offer, body, b"/%d" % n) for n, (offer, body) in enumerate(product(OFFERS, BODIES))]
    _, read = answers(b"".join(requests) + LAST)
    assert read == [["POST", f"/{n}", "words here"] for n in range(len(requests))] + [["GET", "/last", ""]]


def test_request_without_a_body_may_offer_too() -> None:
    offer = b"GET /none HTTP/1.1\r\nHost: localhost\r\n" + OFFERS["websocket"] + b"\r\n"
    assert answers(offer + LAST)[1] == [["GET", "/none", ""], ["GET", "/last", ""]]


def test_offer_keeps_the_end_of_the_connection() -> None:
    data, read = answers(post("h2c", "length").replace(b"Upgrade, ", b"close, Upgrade, ") + LAST)
    assert read == [READ]
    assert b"connection: close" in data


def test_offer_hides_no_body_that_is_framed_twice() -> None:
    both = post("h2c", "length").replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    data, read = answers(both)
    assert data.startswith(b"HTTP/1.1 400 ")
    assert not read


def test_broken_body_behind_an_offer_is_refused() -> None:
    data, read = answers(post("h2c", "chunked").replace(b"\r\n6\r\n", b"\r\nzz\r\n"))
    assert data.startswith(b"HTTP/1.1 400 ")
    assert not read


def test_body_of_http_10_behind_an_offer_is_read() -> None:
    request = post("unknown", "length").replace(b"HTTP/1.1", b"HTTP/1.0")
    assert answers(request)[1] == [READ]


def test_tunnel_is_refused() -> None:
    data, read = answers(b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n" + LAST)
    assert data.startswith(b"HTTP/1.1 400 ")
    assert not read
