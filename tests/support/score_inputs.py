"""Writes small pages in every format that `copydesk score` reads."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.options import SHARD_BYTES, ColumnNames, PageOptions
from copydesk.service.score.plan import CutOptions, cut_into_shards
from copydesk.service.score.readers import Shard, read_shard, span_of
from copydesk.service.score.sources import find_files
from copydesk.service.score.span_chain import SpanChain
from copydesk.service.score.tally import Tally

MAX_PAGE_BYTES = 100_000

Rows = Sequence[dict[str, object]]


def story(number: int) -> str:
    """Return an HTML page of about 0.6 kB most of whose words no other has."""
    words = "The council said on Monday that " + " ".join(f"w{number}x{k}" for k in range(35))
    return (
        f"<nav><a href=/>Home</a></nav><article><h1>The lido’s {number}th summer</h1><p>{words}.</p>"
        f"<p>The pool beside the river will be filled again in spring {number}.</p></article><footer>© Courier</footer>"
    )


def stories(n: int) -> list[dict[str, object]]:
    """Return rows of such pages, on three sites."""
    return [{"id": f"s{k:03}", "url": f"https://site{k % 3}.example/{k}", "html": story(k)} for k in range(n)]


def write_jsonl(path: Path, rows: Rows) -> None:
    """Write one line for each row."""
    path.write_bytes(b"".join(json.dumps(row).encode() + b"\n" for row in rows))


def write_gzipped(path: Path, rows: Rows) -> None:
    """Write the lines in two gzip members, as in concatenated files."""
    half = len(rows) // 2
    members = (b"".join(json.dumps(row).encode() + b"\n" for row in some) for some in (rows[:half], rows[half:]))
    path.write_bytes(b"".join(map(gzip.compress, members)))


def write_zstandard(path: Path, rows: Rows) -> None:
    """Write the lines compressed with Zstandard."""
    with pa.output_stream(str(path), compression="zstd") as out:
        for row in rows:
            out.write(json.dumps(row).encode() + b"\n")


def write_csv(path: Path, rows: Rows) -> None:
    """Write CSV with a header."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_parquet(path: Path, rows: Rows) -> None:
    """Write Parquet with seven rows in each row group."""
    pq.write_table(pa.Table.from_pylist(list(rows)), path, row_group_size=7)


def response(url: str, content: bytes, *, type: str = "text/html", status: str = "200 OK", name: str = "") -> bytes:
    """Return a WARC record of a response, with an id that ends with `name`."""
    http = f"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{name}>\r\nWARC-Date: 2024-05-01T08:30:00Z\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n"
    )
    return head.encode() + b"\r\n" + http + b"\r\n\r\n"


def records(rows: Rows) -> list[bytes]:
    """Return the records of a WARC: a `warcinfo` record, then a response for each row."""
    about = b"software: by hand\r\n"
    info = f"WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:info>\r\nContent-Length: {len(about)}\r\n\r\n"
    pages = (response(str(row["url"]), str(row["html"]).encode(), name=str(row["id"])) for row in rows)
    return [info.encode() + about + b"\r\n\r\n", *pages]


def write_warc(path: Path, rows: Rows) -> None:
    """Write an uncompressed WARC."""
    path.write_bytes(b"".join(records(rows)))


def write_packed_warc(path: Path, rows: Rows) -> None:
    """Write a WARC with a gzip member for each record, as the format demands."""
    path.write_bytes(b"".join(map(gzip.compress, records(rows))))


WRITERS: dict[str, Callable[[Path, Rows], None]] = {
    "jsonl": write_jsonl,
    "jsonl.gz": write_gzipped,
    "jsonl.zst": write_zstandard,
    "csv": write_csv,
    "parquet": write_parquet,
    "warc": write_warc,
    "warc.gz": write_packed_warc,
}


def read_options(columns: ColumnNames) -> PageOptions:
    return PageOptions(MAX_PAGE_BYTES, columns=columns)


def shards_of(path: Path | str, spool: Path, *, shard_bytes: int = SHARD_BYTES, columns: ColumnNames) -> list[Shard]:
    """Cut one input into shards."""
    return list(cut_into_shards(find_files(str(path)), CutOptions(read_options(columns), shard_bytes, spool)))


def rows_of(
    path: Path | str, spool: Path, *, shard_bytes: int = SHARD_BYTES, columns: ColumnNames | None = None
) -> list[InputRow]:
    """Read one input, shard after shard; leave out what is passed over."""
    chosen = columns or ColumnNames()
    rows = read_all(shards_of(path, spool, shard_bytes=shard_bytes, columns=chosen), read_options(chosen))
    return [row for row in rows if row.passed_over is None]


def read_all(shards: Sequence[Shard], options: PageOptions) -> list[InputRow]:
    """Read shards in order, and again those of a WARC that did not begin where the one before ended, as a run does."""
    rows: dict[int, list[InputRow]] = {}
    chain = SpanChain(lambda number: None)
    for shard in shards:
        chain.cut(shard)
    waiting = list(shards)
    while waiting:
        shard = waiting.pop(0)
        span = span_of(shard)
        rows[shard.number] = list(read_shard(shard, options, span))
        tally = Tally(span=(-1 if span.first is None else span.first, span.next))
        chain.scored(shard, tally, lambda size, tally: None)
        waiting += chain.misread()
    return [row for number in sorted(rows) for row in rows[number]]
