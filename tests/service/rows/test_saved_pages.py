"""Pages that a browser saved as one file, from files and standard input."""

from __future__ import annotations

import gzip
from itertools import chain
from pathlib import Path

import pytest

from copydesk.service.rows.inputs import Format, read_inputs
from copydesk.service.rows.jsonl import BadRow, PageRow, Row

URL = "https://gazette.example/ferry"
SAVED = f"""From: <Saved by Blink>
Snapshot-Content-Location: {URL}
MIME-Version: 1.0
Content-Type: multipart/related;
\tboundary="m"

--m
Content-Type: text/html; charset=iso-8859-15
Content-Transfer-Encoding: quoted-printable

<p>Tickets cost 18 =A4.</p>
--m--
""".replace("\n", "\r\n").encode()


def read(path: Path, data: bytes, wanted: Format | None = None) -> Row:
    path.write_bytes(gzip.compress(data) if path.name.endswith(".gz") else data)
    (row,) = chain.from_iterable(read_inputs([str(path)], wanted, max_page_bytes=10_000))
    return row


@pytest.mark.parametrize("name", ["a.mhtml", "a.mht", "a.MHTML.gz", "a.html", "a.txt", "a"])
def test_saved_page_is_read_whatever_its_name(tmp_path: Path, name: str) -> None:
    row = read(tmp_path / name, SAVED)
    assert isinstance(row, PageRow)
    assert (row.page.html or "").strip() == "<p>Tickets cost 18 \u20ac.</p>"
    assert row.page.url == URL


def test_saved_page_is_text_where_text_is_wanted(tmp_path: Path) -> None:
    row = read(tmp_path / "a.mhtml", SAVED, Format.TEXT)
    assert isinstance(row, PageRow)
    assert (row.page.text or "").startswith("From: <Saved by Blink>")


def test_saved_page_without_html_is_an_error(tmp_path: Path) -> None:
    row = read(tmp_path / "a.mhtml", SAVED.replace(b"text/html", b"text/css"))
    assert isinstance(row, BadRow)
    assert row.code == "not_a_page"
    assert "no HTML part" in row.message


def test_page_of_such_a_name_that_is_not_saved_so_is_html(tmp_path: Path) -> None:
    row = read(tmp_path / "a.mht", b"One <b>two")
    assert isinstance(row, PageRow)
    assert row.page.html == "One <b>two"
