"""Tests of reading inputs: every format, cut anywhere, with errors and damage."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.service.score.options import ColumnNames
from copydesk.service.score.sources import BadInput, file_kind, find_files
from tests.support.score_inputs import (
    MAX_PAGE_BYTES,
    WRITERS,
    records,
    response,
    rows_of,
    shards_of,
    stories,
    write_csv,
)

ROWS = stories(20)


SAVED = b"""MIME-Version: 1.0
Snapshot-Content-Location: https://gazette.example/ferry
Content-Type: multipart/related; boundary=m

--m
Content-Type: text/html; charset=latin-1

<h1>Ferry late</h1>
--m--
"""


def test_page_saved_as_one_file_is_read(tmp_path: Path, spool: Path) -> None:
    for name, data in {"a.mhtml": SAVED, "b.MHT": b"<p>One", "c.txt": SAVED, "d.mht.gz": gzip.compress(SAVED)}.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "e.mhtml").write_bytes(SAVED.replace(b"text/html", b"text/css"))
    found = rows_of(tmp_path, spool, shard_bytes=10**9)
    saved = ("html", b"<h1>Ferry late</h1>", "latin-1", "https://gazette.example/ferry")
    assert [(row.form, row.content, row.charset, row.url) for row in found[:4]] == [
        saved,
        ("html", b"<p>One", None, ""),
        saved,
        saved,
    ]
    assert found[4].code == "not_a_page"
    assert "no HTML part" in (found[4].message or "")


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    path = tmp_path / "spool"
    path.mkdir()
    return path


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("shard_bytes", [700, 3000, 10**9])
def test_every_format_gives_the_same_pages_however_it_is_cut(
    suffix: str, shard_bytes: int, tmp_path: Path, spool: Path
) -> None:
    path = tmp_path / f"pages.{suffix}"
    WRITERS[suffix](path, ROWS)
    found = rows_of(path, spool, shard_bytes=shard_bytes)
    expected = [(row["id"], row["url"], row["html"]) for row in ROWS]
    assert [(row.id.removeprefix("urn:uuid:"), row.url, (row.content or b"").decode()) for row in found] == expected
    assert {row.form for row in found} == {"html"}
    assert {row.file for row in found} == {str(path)}
    assert len({row.position for row in found}) == len(ROWS)
    n_shards = len(shards_of(path, spool, shard_bytes=shard_bytes, columns=ColumnNames()))
    assert (n_shards > 1) == (shard_bytes < 10**9 or suffix == "parquet")


@pytest.mark.parametrize("suffix", WRITERS)
def test_positions_do_not_depend_on_the_cut(suffix: str, tmp_path: Path, spool: Path) -> None:
    path = tmp_path / f"pages.{suffix}"
    WRITERS[suffix](path, ROWS)
    assert rows_of(path, spool, shard_bytes=2000) == rows_of(path, spool)


LINES = st.lists(
    st.sampled_from([b"", b"  ", b'{"id": 1, "text": "a"}', b'{"text": "b"}', b"{broken", b"\xff", b'{"text": "c"}\r']),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(lines=LINES, shard_bytes=st.integers(1, 60), ended=st.booleans(), packed=st.booleans())
def test_lines_are_read_once_wherever_shards_end(
    lines: list[bytes], shard_bytes: int, ended: bool, packed: bool
) -> None:
    data = b"\n".join(lines) + (b"\n" if ended else b"")
    with TemporaryDirectory() as name:
        path = Path(name) / ("rows.jsonl.gz" if packed else "rows.jsonl")
        path.write_bytes(gzip.compress(data) if packed else data)
        found = rows_of(path, Path(name), shard_bytes=shard_bytes)
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    expected = [start for start, line in zip(starts, lines, strict=False) if line.strip()]
    assert [row.position for row in found] == expected


def test_bad_rows_say_where_they_are_and_why(tmp_path: Path, spool: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(
        b'{"id": 7, "text": "a", "html": "b"}\n{"id": [1], "text": "a"}\n\xff\n{"text": "fine"}\n'
        + json.dumps({"id": "big", "text": "x" * (MAX_PAGE_BYTES + 1)}).encode()
    )
    found = rows_of(path, spool)
    assert [(row.id, row.position, row.code) for row in found] == [
        ("7", 0, "bad_row"),
        (f"{path}:36", 36, "bad_row"),
        (f"{path}:61", 61, "bad_encoding"),
        (f"{path}:63", 63, None),
        ("big", 80, "too_large"),
    ]
    assert found[0].message == (
        "both text and html, expected exactly one of them; name only one, by --html-column or --text-column"
    )


def test_line_far_above_the_limit_is_an_error_and_the_next_is_read(tmp_path: Path, spool: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"text": "' + b"x" * (8 * MAX_PAGE_BYTES + 1024 * 1024) + b'"}\n{"id": "next", "text": "a"}\n')
    found = rows_of(path, spool, shard_bytes=1000)
    assert [(row.id, row.code) for row in found] == [(f"{path}:0", "too_large"), ("next", None)]


@pytest.mark.parametrize("suffix", ["jsonl.gz", "warc.gz"])
@pytest.mark.parametrize("shard_bytes", [3000, 10**9])
def test_truncated_file_gives_the_rows_before_its_end(
    suffix: str, shard_bytes: int, tmp_path: Path, spool: Path
) -> None:
    path = tmp_path / f"pages.{suffix}"
    WRITERS[suffix](path, ROWS)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4 + 100])
    *found, last = rows_of(path, spool, shard_bytes=shard_bytes)
    good = [row.id.removeprefix("urn:uuid:") for row in found if row.code is None]
    assert 9 <= len(good) < 20
    assert good == [row["id"] for row in ROWS[: len(good)]]
    assert last.code == ("unreadable_file" if suffix == "jsonl.gz" else "damaged_record")
    assert re.search("cannot be read further than about|the file ends within a gzip member", last.message or "")


def test_file_of_another_format_than_its_name_is_an_error_and_the_next_is_read(tmp_path: Path, spool: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"no parquet at all")
    (tmp_path / "b.jsonl").write_text('{"text": "fine"}\n')
    found = rows_of(tmp_path, spool)
    assert [(Path(row.file).name, row.code) for row in found] == [("a.parquet", "unreadable_file"), ("b.jsonl", None)]


def test_archive_gives_only_pages(tmp_path: Path, spool: Path) -> None:
    path = tmp_path / "pages.warc"
    page = b"<p>The pool.</p>"
    path.write_bytes(
        b"".join(
            [
                response("https://a.example/", page, name="a", type="text/html; charset=windows-1252"),
                response("https://a.example/x.png", page, name="b", type="image/png"),
                response("https://a.example/gone", page, name="c", status="404 Not Found"),
                response("https://a.example/t", b"plain", name="d", type="text/plain"),
                response("https://a.example/x", page, name="e", type="application/xhtml+xml"),
                response("https://a.example/l", b"x" * (MAX_PAGE_BYTES + 1), name="f"),
                response("https://a.example/r", page, name="g").replace(b"Type: response", b"Type: resource", 1),
            ]
        )
    )
    found = rows_of(path, spool)
    assert [(row.id[-1], row.form, row.charset, row.code) for row in found] == [
        ("a", "html", "windows-1252", None),
        ("d", "text", None, None),
        ("e", "html", None, None),
        ("f", "html", None, "too_large"),
    ]


def test_archive_that_is_one_gzip_stream_is_read_whole(tmp_path: Path, spool: Path) -> None:
    path = tmp_path / "pages.warc.gz"
    path.write_bytes(gzip.compress(b"".join(records(ROWS))))
    assert [row.id[-4:] for row in rows_of(path, spool, shard_bytes=100)] == [row["id"] for row in ROWS]


def test_columns_have_the_names_of_the_options(tmp_path: Path, spool: Path) -> None:
    path = tmp_path / "pages.csv"
    write_csv(path, [{"key": "k1", "page": "<p>a</p>", "link": "https://a.example", "day": "2024-05-01", "who": "us"}])
    columns = ColumnNames(id="key", html="page", url="link", published="day", source="who")
    (row,) = rows_of(path, spool, columns=columns)
    assert (row.id, row.content, row.url, row.published, row.source) == (
        "k1",
        b"<p>a</p>",
        "https://a.example",
        "2024-05-01",
        "us",
    )


def test_csv_may_contain_other_charsets_and_quoted_line_ends(tmp_path: Path, spool: Path) -> None:
    path = tmp_path / "pages.csv"
    path.write_bytes('id,html,text\n1,"<p>caf\xe9\n</p>",\n2,,plain\n3,,\n'.encode("latin-1"))
    found = rows_of(path, spool)
    assert [(row.id, row.form, row.content, row.decoded, row.code) for row in found] == [
        ("1", "html", b"<p>caf\xe9\n</p>", False, None),
        ("2", "text", b"plain", True, None),
        ("3", "html", None, False, "bad_row"),
    ]


def test_csv_whose_quote_is_never_closed_is_an_error(tmp_path: Path, spool: Path) -> None:
    path = tmp_path / "pages.csv"
    path.write_text('id,text\n1,fine\n2,"' + "x" * (8 * MAX_PAGE_BYTES + 1024 * 1024))
    found = rows_of(path, spool)
    assert [row.code for row in found] == [None, "unreadable_file"]
    assert "perhaps a quote in it is never closed" in (found[1].message or "")


def test_parquet_may_contain_bytes_and_times(tmp_path: Path, spool: Path) -> None:
    path = tmp_path / "pages.parquet"
    day = pa.array([60], pa.timestamp("s", tz="UTC"))
    pq.write_table(pa.table({"id": [5], "html": pa.array([b"<p>caf\xe9</p>"]), "published": day, "more": ["x"]}), path)
    (row,) = rows_of(path, spool)
    assert (row.id, row.content, row.decoded) == ("5", b"<p>caf\xe9</p>", False)
    assert row.published == "1970-01-01T00:01:00Z"


def test_folder_is_read_in_the_order_of_names_and_unknown_files_are_skipped(tmp_path: Path, spool: Path) -> None:
    folder = tmp_path / "pages"
    for name in ("b/two.html", "b/one.txt", "a/zero.html.gz", "c.png", "d.jsonl"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text('{"id": "line", "text": "a"}')
    (folder / "a/zero.html.gz").write_bytes(gzip.compress(b"<p>zero</p>"))
    found = rows_of(folder, spool)
    assert [(row.id.removeprefix(f"{folder}/"), row.form) for row in found] == [
        ("line", "text"),
        ("a/zero.html.gz", "html"),
        ("b/one.txt", "text"),
        ("b/two.html", "html"),
    ]
    assert found[1].content == b"<p>zero</p>"
    assert [row.id for row in rows_of(folder / "**" / "*.txt", spool)] == [str(folder / "b" / "one.txt")]


def test_remote_files_are_read_like_local_ones(tmp_path: Path, spool: Path) -> None:
    system = fsspec.filesystem("memory")
    system.pipe({"/news/a.jsonl": b'{"id": "a", "text": "one"}\n', "/news/b.html": b"<p>two</p>", "/news/c.bin": b""})
    try:
        assert [(row.id, row.content) for row in rows_of("memory://news", spool)] == [
            ("a", b"one"),
            ("memory:///news/b.html", b"<p>two</p>"),
        ]
        assert [row.id for row in rows_of("memory://news/*.jsonl", spool)] == ["a"]
    finally:
        system.rm("/news", recursive=True)


def test_unknown_suffix_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pages.bin"
    path.write_bytes(b"")
    with pytest.raises(BadInput, match=r"has a name that does not end in a known format; expected one of \.html"):
        list(find_files(str(path)))
    with pytest.raises(BadInput, match="no file to read fits"):
        list(find_files(str(tmp_path / "none*.jsonl")))


@pytest.mark.parametrize(("name", "kind"), [("A.WARC.GZ", "warc"), ("x.jsonl.zst", "jsonl"), ("x.gz", None)])
def test_suffix_gives_the_kind_of_file(name: str, kind: str | None) -> None:
    assert file_kind(name) == kind
