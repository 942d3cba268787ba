"""Tests of reading WARC files as they are: encodings, headers that lie, damage, and records that are no pages."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.options import ColumnNames
from tests.support.score_inputs import read_all, read_options, rows_of, shards_of
from tests.support.warc_files import (
    MAX_PAGE_BYTES,
    between,
    chunked,
    good,
    http,
    outcomes,
    packed,
    page,
    read,
    record,
)

PAGE = page("lido")
FIRST, LAST = ("first", "html"), ("last", "html")


def compress(body: bytes, encoding: str) -> bytes:
    if encoding == "deflate":
        return zlib.compress(body)
    if encoding == "raw deflate":
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        return packer.compress(body) + packer.flush()
    if encoding in ("br", "zstd"):
        found: bytes = pa.compress(body, codec="brotli" if encoding == "br" else "zstd", asbytes=True)
        return found
    return gzip.compress(body, mtime=0) if "gzip" in encoding else body


def middle(data: bytes) -> InputRow:
    """Return the row between two good ones."""
    first, row, last = read(data)
    assert outcomes([first, last]) == [FIRST, LAST]
    return row


@pytest.mark.parametrize("as_members", [True, False])
@pytest.mark.parametrize("in_chunks", [True, False])
@pytest.mark.parametrize("encoding", ["", "gzip", "x-gzip", "br", "deflate", "raw deflate", "zstd", "utf-8"])
def test_body_is_decoded_whatever_was_done_to_it(encoding: str, in_chunks: bool, as_members: bool) -> None:
    body = compress(PAGE, encoding)
    fields = [f"Content-Encoding: {encoding.split()[-1]}"] if encoding else []
    if in_chunks:
        body, fields = chunked(body, extension=";name=value"), [*fields, "Transfer-Encoding: chunked"]
    records = between(record("odd", http(body, *fields)))
    assert middle(packed(records) if as_members else b"".join(records)).content == PAGE


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (PAGE, ["Transfer-Encoding: chunked"]),
        (PAGE, ["Content-Encoding: gzip"]),
        (PAGE, ["Content-Encoding: br"]),
        (PAGE, ["Content-Encoding: zstd, deflate", "Transfer-Encoding: gzip, chunked"]),
        (b"ad\nplain words", ["Transfer-Encoding: chunked"]),
        (gzip.compress(PAGE, mtime=0), []),
        (gzip.compress(gzip.compress(PAGE, mtime=0), mtime=0), ["Content-Encoding: gzip"]),
        (zlib.compress(PAGE), ["Content-Encoding: gzip"]),
        (gzip.compress(PAGE, mtime=0), ["Content-Encoding: deflate"]),
        (gzip.compress(chunked(PAGE), mtime=0), ["Content-Encoding: gzip"]),
    ],
)
def test_header_that_lies_costs_no_page(body: bytes, fields: list[str]) -> None:
    found = middle(packed(between(record("odd", http(body, *fields))))).content
    assert found in (PAGE, b"ad\nplain words", chunked(PAGE))


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate", "chunked"])
@pytest.mark.parametrize("change", ["more", "cut"])
def test_bytes_behind_a_body_are_left_out_and_a_cut_body_gives_what_there_is(encoding: str, change: str) -> None:
    text = b"<html>" + b"".join(b"<p>Lane %d of the pool is %x wide.</p>" % (k, k**7) for k in range(900))
    body = chunked(text) if encoding == "chunked" else compress(text, encoding)
    body = body + b"\0trailing\xff" * 3 if change == "more" else body[: len(body) // 2]
    field = "Transfer-Encoding: chunked" if encoding == "chunked" else f"Content-Encoding: {encoding}"
    row = middle(packed(between(record("odd", http(body, field)))))
    if encoding == "zstd" and change == "cut":  # its blocks are large: nothing can be read before the first one's end
        assert row.code == "bad_encoding"
        return
    found = row.content or b""
    assert text.startswith(found)
    assert len(found) == len(text) if change == "more" else len(found) > len(text) // 4


def test_body_that_is_damaged_or_in_an_unknown_encoding_is_an_error_of_its_record() -> None:
    for body, field in (
        (b"\x1f\x8b\x08\0\0\0\0\0\0\3" + b"\xff" * 40, "gzip"),
        (b"\xff\xfe\x00\x01" * 40, "br"),
        (b"\xff\xfe\x00\x01" * 40, "zstd"),
        (PAGE, "compress"),
        (PAGE, ",".join(["gzip"] * 9)),
    ):
        row = middle(packed(between(record("odd", http(body, f"Content-Encoding: {field}")))))
        assert row.code == "bad_encoding"
        assert (row.message or "").startswith("the record at ")


@pytest.mark.parametrize(
    ("body", "field", "found"),
    [
        (b"\3\0" + b"\xff\xfe" * 200, "Content-Encoding: deflate", "and nothing of its 402 bytes can be decoded"),
        (b"fffffff\r\n", "Transfer-Encoding: chunked", "the first chunk of the body has 268,435,455 bytes"),
        (
            b"f" * 16 + b"\r\n" + PAGE,
            "Transfer-Encoding: chunked",
            "the first chunk of the body has a size of 16 digits",
        ),
        (b"f" * 200 + b";a=b\r\n" + PAGE, "Transfer-Encoding: chunked", "a size of 200 digits, expected at most 15"),
    ],
)
def test_body_of_which_nothing_can_be_decoded_is_an_error(body: bytes, field: str, found: str) -> None:
    row = middle(packed(between(record("odd", http(body, field)))))
    assert row.code == "bad_encoding"
    assert found in (row.message or "")


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate"])
def test_empty_body_that_is_compressed_is_an_empty_page(encoding: str) -> None:
    row = middle(packed(between(record("odd", http(compress(b"", encoding), f"Content-Encoding: {encoding}")))))
    assert (row.code, row.content) == (None, b"")


@pytest.mark.attack
@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate"])
def test_bomb_is_too_large_and_never_whole_in_memory(encoding: str) -> None:
    bomb = compress(bytes(30_000_000), encoding)
    assert middle(packed(between(record("odd", http(bomb, f"Content-Encoding: {encoding}"))))).code == "too_large"


@pytest.mark.parametrize("as_members", [True, False])
@pytest.mark.parametrize("wrong", [-300, -40, -1, 40, 5000, 10**15])
def test_wrong_length_costs_its_record_alone(wrong: int, as_members: bool) -> None:
    content = http(PAGE)
    records = between(record("odd", content, length=max(0, len(content) + wrong)), good("third"))
    found = read(packed(records) if as_members else b"".join(records))
    place = len(gzip.compress(records[0], mtime=0) if as_members else records[0])
    assert outcomes(found) == [FIRST, (f"x.warc:{place}", "damaged_record"), ("third", "html"), LAST]
    assert f"the record at {place} cannot be read: the record's Content-Length is" in (found[1].message or "")


def test_missing_length_and_bytes_that_are_no_record_are_errors_with_their_places() -> None:
    odd = record("odd", http(PAGE)).replace(b"Content-Length: ", b"Content-Size: ", 1)
    junk = b"these bytes are no record\r\n\r\n"
    for records in (between(odd), between(junk)):
        for data in (packed(records), b"".join(records)):
            first, error, last = read(data)
            assert outcomes([first, last]) == [FIRST, LAST]
            assert error.code == "damaged_record"
            assert error.position == len(gzip.compress(records[0], mtime=0) if data[:1] == b"\x1f" else records[0])


def test_damaged_and_empty_members_cost_themselves_alone() -> None:
    members = [gzip.compress(each, mtime=0) for each in between(good("odd"), good("third"))]
    for byte in range(len(members[1])):
        broken = bytearray(members[1])
        broken[byte] ^= 0x55
        found = outcomes(read(b"".join([members[0], bytes(broken), *members[2:]])))
        assert (found[0], found[-2:]) == (FIRST, [("third", "html"), LAST])
        odd = [what for _, what in found[1:-2]]
        assert odd in (["damaged_record"], ["html"], ["html", "damaged_record"]), byte
    cut = outcomes(read(b"".join([members[0], members[1][:-20], *members[2:]])))
    assert (cut[0], cut[1][1], cut[2:]) == (FIRST, "damaged_record", [("third", "html"), LAST])
    empty = outcomes(read(b"".join([members[0], gzip.compress(b"", mtime=0), *members[3:]])))
    assert empty == [FIRST, (f"x.warc:{len(members[0])}", "empty gzip member"), LAST]


@pytest.mark.parametrize("as_members", [True, False])
def test_truncated_file_keeps_the_records_before_its_end(as_members: bool) -> None:
    records = between()
    data = packed(records) if as_members else b"".join(records)
    whole = len(records[0]) if not as_members else len(gzip.compress(records[0], mtime=0))
    for end in range(whole + 1, len(data) - 4, 7):
        found = outcomes(read(data[:end]))
        assert found[0] == FIRST
        assert [what for _, what in found[1:]] == ["damaged_record"]


@pytest.mark.parametrize("version", ["0.17", "0.18", "1.0", "1.1"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_versions_and_line_ends_are_all_read(version: str, newline: bytes) -> None:
    records = [record(name, http(page(name)), version=version, newline=newline) for name in ("first", "last")]
    for data in (packed(records), b"".join(records)):
        assert outcomes(read(data)) == [FIRST, LAST]


def test_kinds_without_pages_are_passed_over_and_the_others_are_read() -> None:
    records = [
        record("about", b"software: by hand\r\n", kind="warcinfo", type="application/warc-fields"),
        record("asked", b"GET / HTTP/1.1\r\n\r\n", kind="request", type="application/http; msgtype=request"),
        record("again", http(b""), kind="revisit"),
        record("noted", b"via: x\r\n", kind="metadata", type="application/warc-fields"),
        record("more", b"<p>", kind="continuation"),
        record("mine", b"?", kind="x-mine"),
        record("file", PAGE, kind="resource", type="text/html"),
        record("wet", b"The pool opens.\n", kind="conversion", type="text/plain"),
        record("name", b"example.org. 60 IN A 192.0.2.1", type="text/dns"),
        record("gone", http(PAGE, status="404 Not Found")),
        record("moved", http(b"", status="301 Moved")),
        record("style", http(b"p {}", type="text/css")),
        record("photo", http(b"\xff\xd8", type="image/jpeg")),
        record("odd", http(b"\xff\xd8", type="image/x-own")),
        record("bytes", http(b"\0\1\2", type="application/octet-stream")),
        record("no-http", b"<html>", type="application/http"),
    ]
    assert outcomes(read(packed(records))) == [
        ("about", "warcinfo record"),
        ("asked", "request record"),
        ("again", "revisit record"),
        ("noted", "metadata record"),
        ("more", "continuation record"),
        ("mine", "other record"),
        ("file", "html"),
        ("wet", "text"),
        ("name", "type text/dns"),
        ("gone", "status 404"),
        ("moved", "status 301"),
        ("style", "type text/css"),
        ("photo", "type image/jpeg"),
        ("odd", "type image/*"),
        ("bytes", "type application/octet-stream"),
        ("no-http", "damaged_record"),
    ]


def test_what_a_crawler_says_of_its_crawl_is_passed_over() -> None:
    log = "metadata://gnu.org/software/wget/warc/wget.log"
    records = [
        record("log", b"Saving to: page.html\n", kind="resource", type="text/plain", target=log),
        record("args", b'"--warc-file" "a"\n', kind="resource", type="text/plain", target=f"<{log}>"),
        record("name", b"example.org. 60 IN A 192.0.2.1", type="text/dns", target="dns:example.org"),
        record("head", b"1 0 by hand\n", kind="resource", type="text/plain", target="FileDesc://a.arc"),
        record("page", PAGE, kind="resource", type="text/html", target="https://metadata.example/dns:a"),
    ]
    assert outcomes(read(packed(records))) == [
        ("log", "resource record"),
        ("args", "resource record"),
        ("name", "response record"),
        ("head", "resource record"),
        ("page", "html"),
    ]


@pytest.mark.parametrize(
    ("type", "body", "form"),
    [
        (None, PAGE, "html"),
        (None, b"Only words.", "text"),
        (None, b"\x89PNG\0\1", "type unknown"),
        ("", PAGE, "html"),
        ("html", PAGE, "html"),
        ("TEXT/HTML;; Charset=utf-8", PAGE, "html"),
        ("text/html, text/html; charset=utf-8", PAGE, "html"),
        ("application/octet-stream", b"\xef\xbb\xbf <!-- made by hand -->\n" + PAGE, "html"),
        ("application/xml", b'<?xml version="1.0"?><!DOCTYPE html><html></html>', "html"),
        ("text/xml", b"<rss><channel></channel></rss>", "type text/xml"),
        ("text/x-unusual", "<html><p>Wide.".encode("utf-16"), "html"),
        ("text/x-unusual", b" " * 9000 + b"\0", "type text/*"),
        ("a/b/c", PAGE, "type unknown"),
    ],
)
def test_type_that_is_missing_or_odd_is_told_by_the_content(type: str | None, body: bytes, form: str) -> None:
    assert outcomes([middle(packed(between(record("odd", http(body, type=type)))))]) == [("odd", form)]


def test_time_and_host_of_the_capture_and_the_charset_are_passed_on() -> None:
    row = middle(packed(between(record("odd", http(PAGE, type="text/html; Charset='windows-1251'")))))
    assert (row.captured, row.host, row.charset, row.unused) == (
        "2024-05-01T08:30:00Z",
        "odd.example",
        "windows-1251",
        "",
    )
    wrong = record("odd", http(PAGE), fields=[("WARC-Date", "2009-03-65T08:43:19-0800")])
    row = middle(packed(between(wrong)))
    assert (row.captured, row.unused) == (None, "published")


def test_record_far_above_the_limit_is_skipped_in_little_memory() -> None:
    for body, what in ((b"<p>" * MAX_PAGE_BYTES, "too_large"), (b"\0" * 4 * MAX_PAGE_BYTES, "too_large")):
        records = between(record("odd", http(body)))
        for data in (packed(records), b"".join(records), gzip.compress(b"".join(records), mtime=0)):
            assert middle(data).code == what


ARCHIVE = b"".join(good(name) for name in ("inner", "inside", "within"))


@pytest.mark.parametrize("shard_bytes", [200, 1000, 10**6])
@pytest.mark.parametrize("form", ["plain", "members", "one stream"])
def test_page_that_contains_a_warc_is_one_page_however_the_file_is_cut(
    form: str, shard_bytes: int, tmp_path: Path
) -> None:
    bodies = [ARCHIVE, b"<pre>" + ARCHIVE, packed([good("inner")] * 9), b"<p>" + packed([good("inner")] * 9) + PAGE]
    odd = [record(f"odd{k}", http(body, type="text/plain"), kind="response") for k, body in enumerate(bodies)]
    records = between(*odd, good("third"), *odd)
    stored = (gzip.compress(each, compresslevel=0, mtime=0) for each in records)
    data = {
        "plain": b"".join(records),
        "members": b"".join(stored),
        "one stream": gzip.compress(b"".join(records), mtime=0),
    }
    path = tmp_path / ("x.warc" if form == "plain" else "x.warc.gz")
    path.write_bytes(data[form])
    found = [row.id.removeprefix("urn:") for row in rows_of(path, tmp_path, shard_bytes=shard_bytes)]
    names = [f"odd{k}" for k in range(len(odd))]
    assert found == ["first", *names, "third", *names, "last"]


@pytest.mark.parametrize("shard_bytes", [200, 1000, 10**6])
def test_damage_is_told_once_however_the_file_is_cut(shard_bytes: int, tmp_path: Path) -> None:
    members = [gzip.compress(good(f"page{k}"), mtime=0) for k in range(12)]
    members[3] = members[3][:60] + bytes(80) + members[3][140:]
    members[7] = b"no gzip at all" * 30
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"".join(members))
    rows = read_all(
        shards_of(path, tmp_path, shard_bytes=shard_bytes, columns=ColumnNames()), read_options(ColumnNames())
    )
    assert [number for number, row in enumerate(rows) if row.code == "damaged_record"] == [3, 7]
    assert [row.position for row in rows] == [sum(map(len, members[:k])) for k in range(12)]


@pytest.mark.parametrize("codec", ["bz2", "zst", "xz"])
def test_other_compressions_are_read(codec: str, tmp_path: Path) -> None:
    data = b"".join(between(good("odd")))
    path = tmp_path / f"x.warc.{codec}"
    pack: dict[str, Callable[[bytes], bytes]] = {
        "bz2": bz2.compress,
        "xz": lzma.compress,
        "zst": lambda data: pa.compress(data, codec="zstd", asbytes=True),
    }
    path.write_bytes(pack[codec](data))
    assert outcomes(rows_of(path, tmp_path, shard_bytes=400)) == [FIRST, ("odd", "html"), LAST]
    path.write_bytes(pack[codec](data)[:-30])
    assert rows_of(path, tmp_path)[-1].code in ("damaged_record", "unreadable_file")


def test_file_that_holds_nothing_is_an_error(tmp_path: Path) -> None:
    for name, data in (("a.warc", b""), ("b.warc.gz", b""), ("c.warc", b"no WARC"), ("d.warc.gz", b"no WARC")):
        (tmp_path / name).write_bytes(data)
        found = rows_of(tmp_path / name, tmp_path)
        assert len(found) == 1, name
        assert found[0].code in ("unreadable_file", "damaged_record")
