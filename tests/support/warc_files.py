"""Writes the bytes of WARC files for tests, right and wrong ones."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Sequence

from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.warc import WarcSpan, read_span

MAX_PAGE_BYTES = 100_000
HTML = "text/html; charset=utf-8"


def page(word: str) -> bytes:
    """Return a small page that names a word."""
    return f"<!doctype html><html><body><h1>The {word}</h1><p>The {word} opens in spring.</p></body></html>".encode()


def record(
    name: str,
    content: bytes,
    *,
    kind: str = "response",
    version: str = "1.0",
    length: int | None = None,
    type: str = "application/http; msgtype=response",
    newline: bytes = b"\r\n",
    target: str | None = None,
    fields: Sequence[tuple[str, str]] = (("WARC-Date", "2024-05-01T08:30:00Z"),),
) -> bytes:
    """Return a record whose id is the name. A `length` replaces the true one, a `target` the page's address."""
    lines = [f"WARC/{version}", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:{name}>"]
    lines += [f"WARC-Target-URI: {target or f'https://{name}.example/page'}"]
    lines += [f"{field}: {value}" for field, value in fields]
    lines += [f"Content-Type: {type}", f"Content-Length: {len(content) if length is None else length}", "", ""]
    return newline.join(line.encode() for line in lines) + content + newline * 2


def http(body: bytes, *fields: str, status: str = "200 OK", type: str | None = HTML) -> bytes:
    """Return an HTTP response."""
    lines = [f"HTTP/1.1 {status}", *([f"Content-Type: {type}"] if type is not None else []), *fields, "", ""]
    return "\r\n".join(lines).encode() + body


def chunked(body: bytes, size: int = 50, extension: str = "") -> bytes:
    """Return a body in chunks of a size."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(f"{len(part):x}{extension}\r\n".encode() + part + b"\r\n" for part in [*parts, b""])


def good(name: str) -> bytes:
    """Return a record with a page about its name."""
    return record(name, http(page(name)))


def between(*odd: bytes) -> list[bytes]:
    """Return records with good ones before and behind them."""
    return [good("first"), *odd, good("last")]


def packed(records: Iterable[bytes]) -> bytes:
    """Return a file with a gzip member for each record, as the format demands."""
    return b"".join(gzip.compress(each, mtime=0) for each in records)


def read(data: bytes, *, max_page_bytes: int = MAX_PAGE_BYTES) -> list[InputRow]:
    """Read all rows of a file."""
    span = WarcSpan(0, len(data) + 1, exact=True)
    rows = list(read_span(io.BytesIO(data), "x.warc", span, max_page_bytes))
    assert (span.first, span.next) == (0, len(data))
    return rows


def outcomes(rows: Iterable[InputRow]) -> list[tuple[str, str]]:
    """Return the name of each row, and what became of it: the form of its page, or the reason why it has none."""
    return [
        (row.id.removeprefix("urn:"), row.code or row.passed_over or row.form if row.content is None else row.form)
        for row in rows
    ]
