"""A fuzz test of all readers: whatever is done to a file, reading it ends, and every row of it comes out as something.

`COPYDESK_FUZZ_CASES` sets the number of files for each format. The default takes some 20 seconds in all.
"""

from __future__ import annotations

import gzip
import io
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from copydesk.service.score.options import ColumnNames
from copydesk.service.score.warc import WarcSpan, read_span
from tests.support.mutations import mutate
from tests.support.score_inputs import read_all, read_options, shards_of
from tests.support.warc_files import chunked, good, http, packed, page, record

pytestmark = pytest.mark.attack

CASES = int(os.environ.get("COPYDESK_FUZZ_CASES", "1000"))
SHARDS = (150, 700, 10**6)
"""Bytes of a shard, one after the other."""


@dataclass(frozen=True)
class Format:
    """A format that is damaged; add one here to have its reader tested.

    Attributes:
        files: Undamaged files of it, which are small.
        words: Bytes that mean something in it.
    """

    suffix: str
    files: tuple[bytes, ...]
    words: tuple[bytes, ...]


def _warc_records() -> list[bytes]:
    body = page("lido")
    fields = ("Content-Encoding: gzip", "Transfer-Encoding: chunked")
    return [
        record("about", b"software: by hand\r\n", kind="warcinfo"),
        record("packed", http(chunked(gzip.compress(body, mtime=0)), *fields)),
        record("gone", http(body, status="404 Not Found")),
        record("wet", b"The pool opens.\n", kind="conversion", type="text/plain", newline=b"\n"),
        record("archive", http(good("inner") + good("inside"), type="text/plain")),
        good("last"),
    ]


WARC_WORDS = (
    *(b"WARC/1.0\r\n", b"WARC-Type: response\r\n", b"Content-Length: 9", b"\r\n\r\n", b"\n\n", b"HTTP/1.1 200 OK\r\n"),
    *(
        b"\x1f\x8b\x08",
        b"\x1f\x8b\x08\0\0\0\0\0\0\3",
        gzip.compress(b"", mtime=0),
        gzip.compress(good("new"), mtime=0),
        good("new"),
    ),
    *(b"Content-Encoding: br\r\n", b"0\r\n\r\n", b"ffffffffffff\r\n", b" ", b"99999999999999"),
)
WARC = _warc_records()
FORMATS = (
    Format("warc", (b"".join(WARC),), WARC_WORDS),
    Format("warc.gz", (packed(WARC), gzip.compress(b"".join(WARC), mtime=0), packed(WARC[:3]) + WARC[3]), WARC_WORDS),
)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
def test_damaged_files_are_read_to_their_end(form: Format, tmp_path: Path) -> None:
    source = random.Random(form.suffix)
    path = tmp_path / f"x.{form.suffix}"
    for case in range(CASES):
        data = mutate(source.choice(form.files), source, form.words)
        path.write_bytes(data)
        rows_by_cut = []
        for shard_bytes in SHARDS if case % 8 == 0 else SHARDS[-1:]:
            shards = shards_of(path, tmp_path, shard_bytes=shard_bytes, columns=ColumnNames())
            rows_by_cut.append(read_all(shards, read_options(ColumnNames())))
        for row in rows_by_cut[-1]:
            assert (row.content is None) == bool(row.code or row.passed_over), (case, row)
            assert not (row.code and row.passed_over), (case, row)
        if "warc" in form.suffix:
            summaries = [[(row.position, row.code, row.passed_over) for row in rows] for rows in rows_by_cut]
            assert all(each == summaries[-1] for each in summaries), case


def flip_bit(data: bytes, source: random.Random) -> bytes:
    changed = bytearray(data)
    changed[source.randrange(len(changed))] ^= 1 << source.randrange(8)
    return bytes(changed)


MEMBERS = [gzip.compress(each, mtime=0) for each in WARC]
NEIGHBOURS: dict[str, Callable[[bytes, int], bytes]] = {
    "warc": lambda damaged, k: b"".join([*WARC[:k], damaged, *WARC[k + 1 :]]),
    "warc.gz": lambda damaged, k: b"".join([*MEMBERS[:k], damaged, *MEMBERS[k + 1 :]]),
}


@pytest.mark.parametrize("suffix", NEIGHBOURS)
def test_damage_of_one_record_leaves_its_neighbours(suffix: str) -> None:
    source = random.Random(suffix)
    records = MEMBERS if suffix == "warc.gz" else WARC
    for case in range(CASES // 2):
        number = source.randrange(1, len(records) - 1)
        data = NEIGHBOURS[suffix](flip_bit(records[number], source), number)
        span = WarcSpan(0, len(data) + 1, exact=True)
        rows = list(read_span(io.BytesIO(data), "x", span, 10**6))
        names = [row.id for row in rows if not row.code]
        assert names[0] == "urn:about", case
        assert "urn:last" in names, case
        kept = {f"urn:{name}" for name in ("about", "packed", "gone", "wet", "archive", "last")} & set(names)
        assert len(kept) >= len(records) - 2, (case, number, [(row.id, row.code, row.message) for row in rows])
