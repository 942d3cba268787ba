"""CSV: delimiters, encodings and quotes are found out, and no row is swallowed."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.options import ColumnNames, PageOptions
from copydesk.service.score.tables import read_csv
from tests.support.score_inputs import MAX_PAGE_BYTES, rows_of

HARBOUR = "The pilots of the harbour, who struck; went back to work."


def read(data: str | bytes, name: str = "pages.csv", columns: ColumnNames | None = None) -> list[InputRow]:
    content = data if isinstance(data, bytes) else data.encode()
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return rows_of(path, Path(folder), columns=columns)


def told(data: bytes, *, delimiter: str | None = None, encoding: str | None = None) -> list[InputRow]:
    options = PageOptions(MAX_PAGE_BYTES, csv_delimiter=delimiter, csv_encoding=encoding)
    return list(read_csv(io.BytesIO(data), "f", options))


def found(rows: list[InputRow]) -> list[tuple[str, str | None]]:
    return [(row.id, (row.content or b"").decode() if row.code is None else row.code) for row in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", ["pages.csv", "pages.tsv", "pages.csv.gz"])
def test_delimiter_is_found_out(delimiter: str, ending: str, name: str) -> None:
    rows = [["id", "day", "text"], ["a", "1,5", HARBOUR], ["b", "x", "Words"]]
    lines = [delimiter.join(f'"{value}"' if delimiter in value else value for value in row) for row in rows]
    assert found(read(ending.join(lines), name)) == [("a", HARBOUR), ("b", "Words")]


def test_column_that_is_read_alone_wins() -> None:
    pages = "id,html,text\na,<p>a,a\nb,<p>b,\nc,,c\n"
    assert found(read(pages)) == [("a", "bad_row"), ("b", "<p>b"), ("c", "c")]
    assert found(read(pages, columns=ColumnNames(text=None))) == [("a", "<p>a"), ("b", "<p>b"), ("c", "bad_row")]
    assert found(read(pages, columns=ColumnNames(html=None))) == [("a", "a"), ("b", "bad_row"), ("c", "c")]


def test_line_that_names_the_delimiter_is_no_row() -> None:
    assert found(read(f'sep=;\nid;text\na;"{HARBOUR}"\n')) == [("a", HARBOUR)]
    assert found(read(f'\ufeff"sep=^"\r\nid^text\r\na^{HARBOUR}\r\n')) == [("a", HARBOUR)]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("page", ["Café au port", "新しい港が開いた", "Words"])
def test_encoding_is_found_out(codec: str, page: str) -> None:
    assert found(read(f"id,text\nä,{page}\n".encode(codec))) == [("ä", page)]


def test_delimiter_and_encoding_can_be_told() -> None:
    data = "id^text\n№ 1^Порт открыт\n".encode("cp1251")
    assert found(told(data, delimiter="^", encoding="cp1251")) == [("№ 1", "Порт открыт")]


def test_page_that_is_not_utf8_is_decoded_later_and_names_are_windows_1252() -> None:
    (row,) = read("id,text,source\ncafé,Le café du port,Société\n".encode("cp1252"))
    assert (row.id, row.source, row.content, row.decoded) == ("café", "Société", b"Le caf\xe9 du port", False)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('id,text\na,"one"\nb,"never closed\nc,more\nd,more\n', [("a", "one"), ("f:1", "unreadable_file")]),
        ('id,text\na,"one"\nb,"never closed\nc,"two"\nd,"three"\n', [("a", "one"), ("f:1", "unreadable_file")]),
        ('id,text\na,"one"\nb,"never closed\nc,""\nd,"three"\n', [("a", "one"), ("f:1", "unreadable_file")]),
        ('id,text\na,"one"\nb,"last', [("a", "one"), ("f:1", "unreadable_file")]),
        ('id,text\na,"two\nlines"\nb,"a ""word"""\n', [("a", "two\nlines"), ("b", 'a "word"')]),
        ('id,text\na,6" of snow\nb,"x" y\n', [("a", '6" of snow'), ("b", "x y")]),
        ("id,text\na,one", [("a", "one")]),
        ("id,text\n\n\na,one\n\n", [("a", "one")]),
        ("id,text\n", []),
        ("", []),
        ("\ufeff", []),
    ],
)
def test_quote_that_is_never_closed_is_an_error_from_there_on(data: str, expected: list[tuple[str, str]]) -> None:
    rows = read(data)
    assert [
        (row.id if row.code is None else f"f:{row.position}", value)
        for row, (_, value) in zip(rows, found(rows), strict=True)
    ] == expected


def test_quotes_may_be_escaped_by_backslashes() -> None:
    data = 'id,text\na,"He said \\"no, never\\" to\nus"\nb,"plain"\n'
    assert found(read(data)) == [("a", 'He said "no, never" to\nus'), ("b", "plain")]
    assert found(read('id,text\na,"C:\\dir\\"\nb,"plain"\n')) == [("a", "C:\\dir\\"), ("b", "plain")]


def test_row_with_too_many_fields_is_an_error_and_with_too_few_has_none_there() -> None:
    rows = read("id,text,url\na,one, two and three,u\nb,words\nc,words,u,,\n")
    assert found(rows) == [(rows[0].id, "bad_row"), ("b", "words"), ("c", "words")]
    assert (rows[0].message or "").startswith("4 fields, the first row names 3 columns; put a field that contains")


def test_line_without_an_end_is_an_error_and_never_in_memory() -> None:
    rows = read(b"id,text\na,one\nb," + b"x" * (8 * MAX_PAGE_BYTES + 1024 * 1024))
    assert [row.code for row in rows] == [None, "unreadable_file"]


def test_missing_columns_are_one_error() -> None:
    (row,) = read("Key;Body text;date\n" + "a;b;c\n" * 10)
    assert (row.code, row.position) == ("bad_columns", 0)
    assert row.message is not None
    assert "the columns are 'Key', 'Body text', 'date'" in row.message
    assert found(read("Key;Body text\na;b\n", columns=ColumnNames(id="Key", text="Body text"))) == [("a", "b")]


def test_two_columns_of_one_name_are_an_error_if_they_are_read() -> None:
    (row,) = read("id,text,day,text\na,b,c,d\n")
    assert row.code == "bad_columns"
    assert "2 columns are named 'text', expected one" in (row.message or "")
    assert found(read("id,text,day,day\na,b,c,d\n")) == [("a", "b")]


CELLS = st.text(st.sampled_from('ab ,;\t|"\n\r\\é'), max_size=8)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), st.sampled_from(",;\t|"), st.sampled_from("\r\n"))
def test_what_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str]], delimiter: str, ending: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=ending)
    writer.writerows([("id", "text"), *((f"r{number}", f"x{cell}{more}") for number, (cell, more) in enumerate(rows))])
    expected = [(f"r{number}", f"x{cell}{more}") for number, (cell, more) in enumerate(rows)]
    assert found(told(out.getvalue().encode())) == expected
