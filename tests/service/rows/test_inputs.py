"""Inputs: which format a file holds, gzip, limits, files that break off."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from copydesk.service.rows import inputs
from copydesk.service.rows.inputs import STDIN, Format, format_of_content, format_of_name, read_inputs, read_unparsed
from copydesk.service.rows.jsonl import BadRow, Line, PageRow, Row
from copydesk.service.rows.page_rows import parse_row

LIMIT = 100_000


def read(*names: Path | str, wanted: Format | None = None, limit: int = LIMIT) -> list[Row]:
    return list(chain.from_iterable(read_inputs([str(name) for name in names], wanted, max_page_bytes=limit)))


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def the_page(rows: list[Row]) -> PageRow:
    (row,) = rows
    assert isinstance(row, PageRow)
    return row


def the_error(rows: list[Row]) -> BadRow:
    (row,) = rows
    assert isinstance(row, BadRow)
    return row


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("page.html", Format.HTML),
        ("folder.jsonl/PAGE.HTM", Format.HTML),
        ("page.xhtml.gz", Format.HTML),
        ("page.txt", Format.TEXT),
        ("page.md", Format.TEXT),
        ("pages.jsonl", Format.JSONL),
        ("pages.2025.ndjson.gz", Format.JSONL),
        ("page", None),
        ("page.gz", None),
        ("page.json", None),
        ("-", None),
    ],
)
def test_name_tells_the_format(name: str, expected: Format | None) -> None:
    assert format_of_name(name) is expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'{"id": "a", "text": "x"}\n', Format.JSONL),
        (b'\xef\xbb\xbf {"text":"half a line', Format.JSONL),
        (b'{}\n{"id": "a", "text": "x"}\n', Format.JSONL),
        (b"{} words", Format.TEXT),
        (b"{curly words in braces}", Format.TEXT),
        (b"<!doctype html><p>x", Format.HTML),
        (b"\n\n  <HTML>", Format.HTML),
        ("\ufeff<html>".encode("utf-16-le"), Format.HTML),
        (b"<!-- a comment --><p>x", Format.HTML),
        (b"<3 is a heart", Format.TEXT),
        (b"Plain words, <b>some bold</b>", Format.TEXT),
        (b"", Format.TEXT),
    ],
)
def test_content_tells_the_format_where_the_name_does_not(head: bytes, expected: Format) -> None:
    assert format_of_content(head) is expected


def test_single_page_has_the_file_s_name_as_its_id(tmp_path: Path) -> None:
    path = written(tmp_path, "page.txt", b"Words.")
    row = the_page(read(path))
    assert (row.id, row.line, row.page.text, row.page.html) == (str(path), None, "Words.", None)


def test_wanted_format_overrules_the_name(tmp_path: Path) -> None:
    path = written(tmp_path, "page.txt", b"<p>Words.")
    assert the_page(read(path, wanted=Format.HTML)).page.html == "<p>Words."


@pytest.mark.parametrize("name", ["page.html.gz", "page.gz", "named-plain.html"])
def test_gzip_is_unpacked_whatever_the_name_says(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(b"<p>Words."))
    assert the_page(read(path)).page.html == "<p>Words."


def test_gzipped_rows_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, "pages.jsonl.gz", b'{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}\n')
    assert [row.id for row in read(path)] == [1, 2]


def test_several_inputs_are_read_in_order(tmp_path: Path) -> None:
    one = written(tmp_path, "one.txt", b"One.")
    two = written(tmp_path, "two.jsonl", b'{"id": "a", "text": "x"}\n{"id": "b", "text": "y"}\n')
    assert [row.id for row in read(one, two, one)] == [str(one), "a", "b", str(one)]


@pytest.mark.skipif(sys.platform != "linux", reason="has names of other bytes")
def test_id_of_a_file_whose_name_is_not_utf8_is_whole_characters(tmp_path: Path) -> None:
    good, bad = (tmp_path / os.fsdecode(name) for name in (b"caf\xe9.html", b"caf\xe9\xff.csv"))
    good.write_bytes(b"<p>Words.")
    bad.write_bytes(b"nr;date;story\n1;2;3\n")
    page, error = read(good, bad)
    assert [page.id, error.id] == [f"{tmp_path}/caf\ufffd.html", f"{tmp_path}/caf\ufffd\ufffd.csv"]
    assert isinstance(page, PageRow)
    assert page.page.id == page.id


def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"<p>Words.")))
    row = the_page(read("-"))
    assert (row.id, row.page.html) == ("-", "<p>Words.")


@pytest.mark.parametrize("wanted", [None, Format.TEXT, Format.HTML])
def test_empty_standard_input_is_no_page(monkeypatch: pytest.MonkeyPatch, wanted: Format | None) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    error = the_error(read("-", wanted=wanted))
    assert error.code == "not_a_page"
    assert error.message.startswith("nothing came from standard input, expected a page or JSON lines")


@pytest.mark.parametrize("given", ["https://pier.example/ferry\n", "pages/ferry.html"])
def test_address_on_standard_input_is_no_page(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
    error = the_error(read("-"))
    assert error.code == "not_a_page"
    assert error.message == f"found only {given.strip()!r}, expected a page; read the file or fetch the address first"


@pytest.mark.parametrize(("head", "is_table"), [(b"nr;date;story\n", True), (b"Rain; sun\n", False)])
def test_table_that_is_too_large_for_a_page_is_named(tmp_path: Path, head: bytes, is_table: bool) -> None:
    rows = read(written(tmp_path, "page", head + b"1;2024-05-01;Words.\n" * LIMIT))
    assert the_error(rows).code == "too_large"
    assert the_error(rows).message.endswith("; it looks like a CSV file, which copydesk score reads") is is_table


class Dribble(io.RawIOBase):
    """A pipe whose writer sends one byte at a time."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        byte, self._data = self._data[:1], self._data[1:]
        buffer[: len(byte)] = byte
        return len(byte)


@pytest.mark.parametrize("packed", [False, True])
def test_format_is_told_however_slowly_the_bytes_come(monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    data = b'{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}'
    stream = io.BufferedReader(Dribble(gzip.compress(data) if packed else data))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
    assert [row.id for row in read("-")] == [1, 2]


@pytest.mark.skipif(os.name != "posix", reason="has other pipes")
def test_rows_are_waited_for_on_a_pipe_that_does_not_block(monkeypatch: pytest.MonkeyPatch) -> None:
    end, start = os.pipe()
    os.set_blocking(end, False)
    rows = [b'{"id": %d, "text": "a"}\n' % number for number in range(3)]

    def send() -> None:
        for row in rows:
            time.sleep(0.1)
            os.write(start, row)
        os.close(start)

    sender = threading.Thread(target=send)
    with os.fdopen(end, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        sender.start()
        found = [row.id for row in read("-")]
    sender.join()
    assert found == [0, 1, 2]


@pytest.mark.parametrize(("size", "fits"), [(LIMIT - 1, True), (LIMIT, True), (LIMIT + 1, False)])
@pytest.mark.parametrize("name", ["page.txt", "page.txt.gz"])
def test_page_may_have_exactly_the_limit(tmp_path: Path, name: str, size: int, fits: bool) -> None:
    rows = read(written(tmp_path, name, b"word " * (size // 5) + b"x" * (size % 5)))
    if fits:
        assert len(the_page(rows).page.text or "") == size
    else:
        assert the_error(rows).code == "too_large"
        assert f"more than {LIMIT} bytes" in the_error(rows).message


@pytest.mark.attack
def test_decompression_bomb_is_refused_without_being_unpacked(tmp_path: Path) -> None:
    path = written(tmp_path, "bomb.html.gz", bytes(100_000_000))
    tracemalloc.start()
    error = the_error(read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.code == "too_large"
    assert peak < 5_000_000


def test_gzip_that_breaks_off_answers_what_came_before(tmp_path: Path) -> None:
    rows = b"".join(b'{"id": %d, "text": "%d"}\n' % (i, i**9) for i in range(5000))
    path = tmp_path / "pages.jsonl.gz"
    path.write_bytes(gzip.compress(rows)[:-2000])
    *good, last = read(path)
    assert len(good) > 1000
    assert [row.id for row in good] == list(range(len(good)))
    assert isinstance(last, BadRow)
    assert (last.id, last.code) == (str(path), "unreadable_file")


@pytest.mark.parametrize("data", [b"\x1f\x8b", b"\x1f\x8bnot gzip at all", gzip.compress(b"x" * 50, mtime=0)[:-9]])
def test_damaged_gzip_is_an_error_row_and_the_next_file_is_read(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(data)
    bad, good = read(path, written(tmp_path, "next.txt", b"Words."))
    assert isinstance(bad, BadRow)
    assert bad.code == "unreadable_file"
    assert isinstance(good, PageRow)


def test_file_that_vanished_is_an_error_row(tmp_path: Path) -> None:
    assert the_error(read(tmp_path / "gone.txt")).code == "unreadable_file"


def test_binary_file_is_an_error_row(tmp_path: Path) -> None:
    error = the_error(read(written(tmp_path, "picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)))
    assert error.code == "binary"


def test_empty_file_is_an_empty_page(tmp_path: Path) -> None:
    assert the_page(read(written(tmp_path, "empty.html", b""))).page.html == ""
    assert read(written(tmp_path, "empty.jsonl", b"")) == []


HEADER = b"id,text\na,The pilots went back to work.\n"


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("pages.csv", b"anything", "a CSV file"),
        ("pages.tsv.gz", b"anything", "a CSV file"),
        ("pages.txt", HEADER, "a CSV file"),
        ("pages", HEADER.replace(b",", b"\t"), "a CSV file"),
        ("pages.json", b'[{"id": "a", "text": "x"}]', "a JSON array"),
        ("pages", b'\xef\xbb\xbf [\n  {\n "id": 1}]', "a JSON array"),
        ("pages.json", b'{\n  "id": "a"\n}', "JSON over several lines"),
        ("page.json", b'{"id": "a",\n "text": "x"}', "JSON over several lines"),
        ("page.html", b"WARC/1.0\r\nWARC-Type: response\r\n", "a WARC file"),
        ("crawl.warc.gz", b"", "a WARC file"),
        ("page.html", b"PAR1\x15\x04", "a Parquet file"),
    ],
)
def test_table_or_archive_is_named_with_the_command_that_reads_it(
    name: str, data: bytes, what: str, tmp_path: Path
) -> None:
    path = written(tmp_path, name, data)
    row = the_error(read(path))
    assert (row.id, row.code) == (str(path), "not_a_page")
    assert row.message.startswith(f"found {what}, expected a page or JSON lines; copydesk score reads")
    assert row.message.endswith(f"copydesk score {path} --output FOLDER")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.txt", b"html, css\nTwo languages of the web."),
        ("page.txt", b"[Update] The storm has passed.\n\nIt was strong."),
        ("page.txt", b"{curly} words\n"),
        ("page.txt", b"Identity, text and html: a talk.\n"),
        ("page.txt", b""),
        ("pages.json", b'{"id": "a", "text": "x"}\n{"id": "b", "text": "y"}\n'),
        ("pages.json", b'{"id": "a", "text": "x"}'),
    ],
)
def test_pages_and_json_lines_are_read(name: str, data: bytes, tmp_path: Path) -> None:
    assert all(isinstance(row, PageRow) for row in read(written(tmp_path, name, data)))


def test_format_that_is_named_is_believed(tmp_path: Path) -> None:
    assert the_page(read(written(tmp_path, "notes.csv", HEADER), wanted=Format.TEXT)).page.text == HEADER.decode()


@pytest.mark.parametrize(
    "content", [b"The pool opens.\n\nIn spring.\n", b"[1, 2]\n[3]\n", b"<p>a\n<p>b\n", b"a,b\n1,2\n" * 5000]
)
def test_file_that_is_no_jsonl_is_one_bad_row(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes"
    path.write_bytes(content)
    (row,) = read(path, wanted=Format.JSONL)
    assert isinstance(row, BadRow)
    assert (row.id, row.code) == (str(path), "bad_json")
    assert row.message.startswith("the file does not look like JSON lines: none of its first lines begins with a brace")


@pytest.mark.parametrize("content", [b'damaged\n{"text": "a"}\n', b"damaged\n", b'\n {"text": "a"}\n', b""])
def test_file_that_may_be_jsonl_is_read_line_by_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes"
    path.write_bytes(content)
    found = read(path, wanted=Format.JSONL)
    assert all(row.line is not None for row in found)
    assert len(found) == len(list(filter(bytes.strip, content.splitlines())))


def ids_of(groups: Iterable[Sequence[Row]]) -> list[list[object]]:
    return [[row.id for row in group] for group in groups]


def rows_of(ids: Iterable[int], content: str = "Ferries") -> bytes:
    return b"".join(json.dumps({"id": id, "text": content}).encode() + b"\n" for id in ids)


def test_rows_of_files_are_grouped_across_files(tmp_path: Path) -> None:
    names = [written(tmp_path, "a.jsonl", rows_of(range(10))), written(tmp_path, "b.jsonl.gz", rows_of(range(10, 40)))]
    names += [written(tmp_path, f"{number}.txt", b"Ferries") for number in range(3)]
    groups = ids_of(read_inputs([str(name) for name in names], None, max_page_bytes=LIMIT))
    assert [len(group) for group in groups] == [16, 16, 11]
    assert list(chain.from_iterable(groups)) == [*range(40), *map(str, names[2:])]


def test_group_ends_where_it_is_large(tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", rows_of(range(5), "x" * 600_000))
    assert ids_of(read_inputs([str(path)], None, max_page_bytes=10_000_000)) == [[0, 1], [2, 3], [4]]


def test_row_of_a_pipe_is_read_before_the_next_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    file = written(tmp_path, "a.jsonl", rows_of([1]))
    with os.fdopen(reading, "rb") as stdin, os.fdopen(writing, "wb", buffering=0) as out:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stdin))
        groups = read_inputs([str(file), STDIN, str(file)], Format.JSONL, max_page_bytes=LIMIT)
        assert [row.id for row in next(groups)] == [1]
        for ids in ([2], [3, 4]):
            out.write(rows_of(ids))
            assert [row.id for row in next(groups)] == ids
        out.close()
        assert ids_of(groups) == [[1]]


def read_parsed(*args: Any, **limit: Any) -> Iterable[Row]:
    return chain.from_iterable(read_inputs(*args, **limit))


@pytest.mark.parametrize("read_all", [read_unparsed, read_parsed])
def test_reader_that_fails_is_answered_with_an_error_after_the_rows_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_all: Callable[..., Iterable[Line | Row]]
) -> None:
    def fails(stream: BinaryIO, *, max_page_bytes: int) -> Iterator[list[Line | BadRow]]:
        yield [BadRow("a", 1, "bad_json", "why")]
        raise RuntimeError("half way")

    monkeypatch.setattr(inputs, "read_line_groups", fails)
    path = written(tmp_path, "a.jsonl", rows_of([1]))
    found = list(read_all([str(path), str(path)], None, max_page_bytes=LIMIT))
    assert [(row.id, row.code) for row in found if isinstance(row, BadRow)] == [("a", "bad_json"), (None, "internal")]
    assert len(found) == 2


def test_row_on_which_the_parser_fails_is_a_bad_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(row: Line, **options: object) -> Row:
        if row.number == 2:
            raise RuntimeError("secret text")
        return parse_row(row, max_page_bytes=LIMIT)

    monkeypatch.setattr(inputs, "parse_row", fails)
    found = read(written(tmp_path, "a.jsonl", rows_of([1, 2, 3])))
    assert [(row.id, row.line) for row in found] == [(1, 1), (None, 2), (3, 3)]
    assert isinstance(found[1], BadRow)
    assert found[1].code == "internal"
    assert "secret" not in found[1].message
