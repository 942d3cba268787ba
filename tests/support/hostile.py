"""Hostile requests, generated: bytes as they go over the wire, and what a server has to say to them."""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

JSON, HTML, TEXT, ROWS = "application/json", "text/html", "text/plain", "application/x-ndjson"
MEGABYTE = 1_000_000
REFUSED = range(400, 500)
"""What most are answered by."""
TAKEN = range(200, 201)
"""What is odd and no fault, or a batch whose rows say what is wrong."""
EITHER = range(200, 500)


@dataclass(frozen=True)
class Hostile:
    """A request: its name, its bytes, and the statuses that are an answer to it."""

    name: str
    wire: bytes
    statuses: range = REFUSED


def corpus() -> list[Hostile]:
    """Generate all of them."""
    return [*_json(), *_packed(), *_bombs(), *_pages(), *_framed(), *_headed(), *_addressed(), *_batches(), *_indexed()]


def request(
    body: bytes, media: str = JSON, path: str = "/v1/classify", *, method: str = "POST", more: str = ""
) -> bytes:
    """Write a request with its right length."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {media}\r\nConnection: close\r\n{more}"
    return head.encode("latin-1") + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


def _json() -> Iterator[Hostile]:
    """Bodies that are no JSON, no object, or an object of the wrong things."""
    page = b'{"text": "A line.", "more": '
    bodies = {
        "nothing": b"",
        "spaces": b" " * MEGABYTE,
        "mark alone": b"\xef\xbb\xbf",
        "lists in lists": b"[" * 100_000,
        "closed lists in lists": b"[" * 100_000 + b"]" * 100_000,
        "objects in objects": b'{"a":' * 100_000,
        "depth beside a page": page + b"[" * 50_000 + b"]" * 50_000 + b"}",
        "number of many digits": b'{"text": "A line.", "id": ' + b"7" * 100_000 + b"}",
        "number out of range": b'{"text": "A line.", "id": 1e999999}',
        "no number": b'{"text": "A line.", "id": NaN}',
        "same key twice": b'{"text": "A line.", "text": 5}',
        "million keys": b"{" + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}",
        "long key": b'{"' + b"k" * MEGABYTE + b'": 1}',
        "cut off": b'{"text": "A li',
        "cut off in an escape": b'{"text": "A line.\\u00',
        "more after it": b'{"text": "A line."} {"text": "Another."}',
        "not UTF-8": b'{"text": "\xff\xfe"}',
        "overlong slash": b'{"text": "\xc0\xaf"}',
        "surrogate in UTF-8": b'{"text": "\xed\xa0\x80"}',
        "UTF-16": '{"text": "A line."}'.encode("utf-16"),
        "NUL between": b'{"text"\x00: "A line."}',
        "NUL in a string": b'{"text": "A \x00 line."}',
        "text and html": b'{"text": "A line.", "html": "<p>A line."}',
        "numbers for text": b'{"text": 5}',
        "list for html": b'{"html": ["<p>"]}',
        "object for id": b'{"text": "A line.", "id": {}}',
        "word for explain": b'{"text": "A line.", "explain": "yes"}',
        "list": b"[1, 2]",
        "string": b'"text"',
        "null": b"null",
    }
    for name, body in bodies.items():
        yield Hostile(f"JSON: {name}", request(body))
    yield Hostile("JSON: half a character", request(b'{"text": "A line. \\ud800"}'), TAKEN)
    yield Hostile("JSON: endless number where nobody reads", request(page + b"-Infinity}"), TAKEN)
    yield Hostile("JSON: null in a string", request(b'{"text": "A \\u0000 line."}'), EITHER)


def _packed() -> Iterator[Hostile]:
    """Bodies that are not compressed as they say, or hold far more than they weigh."""
    page = json.dumps({"text": "A line."}).encode()
    bomb = gzip.compress(b"\0" * 50 * MEGABYTE, 9)
    whole = gzip.compress(page)
    wide = b"\x1f\x8b\x08\x04" + b"\0" * 6 + struct.pack("<H", 65_535) + b"x" * 65_535
    bodies = {
        "bomb": bomb,
        "bomb in a string": gzip.compress(b'{"text": "' + b"x" * 50 * MEGABYTE, 9),
        "bomb in a bomb": gzip.compress(bomb, 9),
        "bombs in a row": bomb * 20,
        "cut off": whole[:-6],
        "wrong sum": whole[:-8] + b"\0" * 8,
        "head alone": whole[:10],
        "not compressed": page,
        "other compression": zlib.compress(page),
        "wide head": wide,
        "more after it": whole + b"more",
        "nothing in many members": gzip.compress(b"") * 20_000,
    }
    for name, body in bodies.items():
        yield Hostile(f"gzip: {name}", request(body, more="Content-Encoding: gzip\r\n"))
    for name in ("br", "zstd", "deflate", "gzip, gzip", "x" * 5000):
        yield Hostile(f"encoding: {name[:20]}", request(page, more=f"Content-Encoding: {name}\r\n"))


def _bombs() -> Iterator[Hostile]:
    """Compressed JSON of millions of values, and lines of nothing."""
    lists, objects = b"[]," * 6 * MEGABYTE, b'{"a":1},' * 2 * MEGABYTE
    for name, many in {"lists": lists, "objects": objects}.items():
        unread = b'{"text": "A line.", "x": [' + many + b"0]}"
        read = b'{"text": "A line.", "parts": [' + many + b"0]}"
        for path, media, body, statuses in (
            ("/v1/classify", JSON, unread, TAKEN),
            ("/v1/articles/check", JSON, unread, TAKEN),
            ("/v1/classify", JSON, read, REFUSED),
            ("/v1/classify", JSON, unread.replace(b"0]}", b"NaN]}"), REFUSED),
            ("/v1/feedback", JSON, read.replace(b"parts", b"blocks"), REFUSED),
            ("/v1/classify/batch", ROWS, b"\n".join((unread, read, unread)), TAKEN),
        ):
            wire = request(gzip.compress(body, 6), media, path, more="Content-Encoding: gzip\r\n")
            yield Hostile(f"JSON bomb of {name} at {path}: {body[20:28]!r}", wire, statuses)
    wire = request(
        gzip.compress(b"\n" * 60 * MEGABYTE, 6), ROWS, "/v1/classify/batch", more="Content-Encoding: gzip\r\n"
    )
    yield Hostile("rows: gzip of empty lines", wire, TAKEN)


def _pages() -> Iterator[Hostile]:
    """Pages that are large, deep, or none."""
    bodies = {
        "open elements": b"<div>" * 200_000,
        "closed elements": b"<p>a</p>" * 120_000,
        "tags without names": b"<" * 2 * MEGABYTE,
        "attributes": b"<a " + b"x=1 " * 500_000 + b">",
        "one long attribute": b'<a class="' + b"x " * MEGABYTE + b'">a</a>',
        "open comment": b"<!--" + b"-" * 2 * MEGABYTE,
        "entities": b"&amp;" * 400_000,
        "references": b"&#x110000;" * 200_000,
        "tables in tables": b"<table><tr><td>" * 100_000,
        "wrong nesting": b"<b><i><p></b>" * 100_000,
        "NUL bytes": b"<p>\0" * 200_000,
        "bytes of no charset": bytes(range(256)) * 8000,
        "charset that changes": b'<meta charset="utf-7">' * 50_000,
        "template of templates": b"<template>" * 100_000,
        "one word": b"x" * (3 * MEGABYTE - 1),
    }
    for name, body in bodies.items():
        yield Hostile(f"HTML: {name}", request(body, HTML), EITHER)
    yield Hostile("text: line ends", request(b"a\n" * 1_400_000, TEXT))
    yield Hostile("text: picture", request(b"\x89PNG\r\n\x1a\n" + bytes(1000), TEXT))
    yield Hostile("text: a byte too many", request(b"x" * (3 * MEGABYTE + 1), TEXT))
    yield Hostile("text: lines of spaces", request((b" " * 1000 + b"\n") * 2900, TEXT), EITHER)
    for name in ("no-such-charset", "utf-16", "\xff", "a" * 5000, "unicode-escape"):
        yield Hostile(f"charset: {name[:20]}", request(b"<p>A line.", f"text/html; charset={name}"), EITHER)
    for name in ("", "text", "image/png", "application/xml", "multipart/form-data; boundary=x", "a" * 5000):
        yield Hostile(f"type: {name[:20]}", request(b"A line.", name))


def _framed() -> Iterator[Hostile]:
    """Lengths and chunks that servers and proxies may read differently."""
    head = b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nConnection: close\r\n"
    lengths = ("-1", "+5", "5 5", "0x5", "5, 6", "1" * 30, "", "five", "5\r\nContent-Length: 6", "\xb2")
    for value in lengths:
        yield Hostile(f"length: {value[:12]!r}", head + f"Content-Length: {value}\r\n\r\nwords".encode("latin-1"))
    yield Hostile("length: more than comes", head + b"Content-Length: 500\r\n\r\nwords")
    yield Hostile("length: more than may come", head + b"Content-Length: 999999999999\r\n\r\nwords")
    chunked = head + b"Transfer-Encoding: chunked\r\n"
    yield Hostile("chunks beside a length", chunked + b"Content-Length: 5\r\n\r\n5\r\nwords\r\n0\r\n\r\n", EITHER)
    chunks = {
        "wrong size": b"zz\r\nwords\r\n0\r\n\r\n",
        "negative size": b"-5\r\nwords\r\n0\r\n\r\n",
        "signed size": b"+5\r\nwords\r\n0\r\n\r\n",
        "endless size": b"f" * 30 + b"\r\nwords",
        "no size": b"\r\nwords\r\n0\r\n\r\n",
        "more than its size": b"2\r\nwords\r\n0\r\n\r\n",
        "no end": b"5\r\nwords\r\n",
        "bare line feeds": b"5\nwords\n0\n\n",
    }
    for name, body in chunks.items():
        yield Hostile(f"chunks: {name}", chunked + b"\r\n" + body)
    long = {"extension": b"5;" + b"x" * 100_000 + b"\r\nwords\r\n0\r\n\r\n"}
    long["size of zeros"] = b"0" * 100_000 + b"5\r\nwords\r\n0\r\n\r\n"
    long["trailer"] = b"5\r\nwords\r\n0\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"
    for name, body in long.items():
        yield Hostile(f"chunks: long {name}", chunked + b"\r\n" + body, EITHER)
    yield Hostile("chunks: a byte each", chunked + b"\r\n" + b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n", EITHER)
    for name in (
        "chunked, identity",
        "xchunked",
        "identity",
        "gzip, chunked",
        "chunked\r\nTransfer-Encoding: identity",
    ):
        coding = f"Transfer-Encoding: {name}\r\n\r\n".encode()
        yield Hostile(f"coding: {name[:20]!r}", head + coding + b"5\r\nwords\r\n0\r\n\r\n")


def _headed() -> Iterator[Hostile]:
    """Heads that are large, or no heads."""
    get = "GET /v1/index HTTP/1.1\r\nConnection: close\r\n"
    heads = {
        "no host": get,
        "two hosts": get + "Host: localhost\r\nHost: localhost\r\n",
        "host of another": get + "Host: example.org\r\n",
        "host and a path": get + "Host: localhost/../x\r\n",
        "space before the colon": get + "Host : localhost\r\n",
        "folded line": get + "Host: localhost\r\nX: a\r\n b\r\n\tc\r\nX Y: 1\r\n",
        "NUL in a value": get + "Host: localhost\r\nX: a\0b\r\n",
        "no name": get + "Host: localhost\r\n: value\r\n",
        "many": get + "Host: localhost\r\n" + "".join(f"X-{n}: 1\r\n" for n in range(1000)),
        "long": get + f"Host: localhost\r\nX: {'x' * 40_000}\r\n",
        "longer": get + f"Host: localhost\r\nX: {'x' * 500_000}\r\n",
        "no version": "GET /v1/index\r\nHost: localhost\r\n",
        "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n",
        "no method": " /v1/index HTTP/1.1\r\nHost: localhost\r\n",
        "bytes for a method": "\xff\xfe / HTTP/1.1\r\nHost: localhost\r\n",
        "unknown method": "BREW /v1/classify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
        "long method": f"{'A' * 20_000} /v1/classify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
        "proxy": "CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
    }
    for name, head in heads.items():
        yield Hostile(f"head: {name}", head.encode("latin-1") + b"\r\n")
    later = "GET /v1/index HTTP/1.9\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    yield Hostile("head: version of the future", later.encode(), EITHER)


def _addressed() -> Iterator[Hostile]:
    """Paths and queries that lead nowhere."""
    paths = {
        "long": "/" + "a" * 60_000,
        "up": "/v1/../../etc/passwd",
        "up, escaped": "/%2e%2e/%2e%2e/etc/passwd",
        "file of the page, and up": "/../service/settings.py",
        "wrong escapes": "/v1/articles/%zz%",
        "no UTF-8": "/v1/articles/%ff%fe",
        "NUL": "/v1/articles/a%00b",
        "long id": "/v1/articles/" + "a" * 3000,
        "cluster of nothing": "/v1/clusters/%20",
        "script": "/v1/clusters/<script>alert(1)</script>",
    }
    for name, path in paths.items():
        yield Hostile(f"path: {name}", request(b"", path=path, method="GET"))
    queries = ("explain=maybe", "explain=1&explain=perhaps", "include_text=" + "x" * 20_000, "id=" + "x" * 2001)
    for query in queries:
        yield Hostile(f"query: {query[:30]}", request(b"A line.", TEXT, f"/v1/classify?{query}"))


def _batches() -> Iterator[Hostile]:
    """Rows that are wrong, one line too long, bodies that break off."""
    row = b'{"id": 1, "text": "A line."}\n'
    bodies = {
        "line without an end": b'{"id": 1, "text": "' + b"x" * 25 * MEGABYTE,
        "empty lines": b"\n" * MEGABYTE,
        "bad rows": b"{\n" * 20_000,
        "deep rows": (b"[" * 5000 + b"\n") * 200,
        "bytes": bytes(range(256)) * 1000,
        "a row cut off": row + row[:12],
        "NUL bytes": b"\0" * MEGABYTE,
    }
    for name, body in bodies.items():
        yield Hostile(f"rows: {name}", request(body, ROWS, "/v1/classify/batch"), TAKEN)
        yield Hostile(f"articles: {name}", request(body, ROWS, "/v1/articles/batch"), TAKEN)
    packed = {"gzip cut off": gzip.compress(row * 1000)[:-9], "gzip of a bomb": gzip.compress(b"x" * 60 * MEGABYTE, 9)}
    for name, body in packed.items():
        wire = request(body, ROWS, "/v1/classify/batch", more="Content-Encoding: gzip\r\n")
        yield Hostile(f"rows: {name}", wire, TAKEN)
    yield Hostile("rows: no gzip", request(row, ROWS, "/v1/classify/batch", more="Content-Encoding: gzip\r\n"))
    yield Hostile("rows: of the wrong type", request(row, JSON, "/v1/classify/batch"))


def _indexed() -> Iterator[Hostile]:
    """Articles and corrections that cannot be kept."""
    bodies: dict[str, object] = {
        "no text": {},
        "another id": {"id": "b", "text": "A line."},
    }
    counted: dict[str, object] = {
        "time of no calendar": {"text": "A line.", "published": "2024-02-31"},
        "number for a time": {"text": "A line.", "published": 5},
        "list for a source": {"text": "A line.", "source": []},
        "NUL in a source": {"text": "A line.", "source": "a\0b"},
    }
    for name, body in (bodies | counted).items():
        wire = request(json.dumps(body).encode(), path="/v1/articles/a", method="PUT")
        yield Hostile(f"article: {name}", wire, TAKEN if name in counted else REFUSED)
    blocks: dict[str, object] = {
        "none": [],
        "no list": 5,
        "a negative place": [{"start": -1, "end": 3, "label": "body"}],
        "a place beyond the end": [{"start": 0, "end": 10**30, "label": "body"}],
        "an unknown label": [{"start": 0, "end": 7, "label": "advert"}],
        "many": [{"start": n, "end": n + 1, "label": "body"} for n in range(20_000)],
    }
    for name, given in blocks.items():
        body = {"text": "A line.", "blocks": given}
        yield Hostile(f"correction: {name}", request(json.dumps(body).encode(), path="/v1/feedback"))
