"""Tables, archives and JSON that are given as the bytes of one page."""

from __future__ import annotations

import gzip

import pytest

import copydesk
from copydesk.classifier import Model, Page, UnreadablePage, classify, decode

CSV = b"id,text\na,The pilots went back to work.\n"
WARC = b"WARC/1.0\r\nWARC-Type: response\r\n"
SCORE, CLASSIFY = "copydesk score FILE --output FOLDER", "copydesk classify FILE"
NOT_PAGES = [
    (CSV, "a CSV file", SCORE),
    (b"\xef\xbb\xbf" + CSV.replace(b",", b";"), "a CSV file", SCORE),
    (b"ID;Title;HTML\n1;Strike;<p>The pilots went back to work.\n", "a CSV file", SCORE),
    (b"url;content\nhttps://pier.example;<p>The pilots went back to work.\n", "a CSV file", SCORE),
    (WARC, "a WARC file", SCORE),
    (gzip.compress(WARC, mtime=0), "a WARC file", SCORE),
    (b"filedesc://crawl.arc 0.0.0.0", "an ARC file", SCORE),
    (b"PAR1\x15\x04\x15\x10", "a Parquet file", SCORE),
    (b'[{"id": "a", "text": "x"}]', "a JSON array", CLASSIFY),
    (b'{\n  "id": "a"\n}', "JSON over several lines", CLASSIFY),
    (b'{"id": "a", "text": "x"}\n{"id": "b", "text": "y"}\n', "a JSON object", CLASSIFY),
]


@pytest.mark.parametrize(("data", "what", "command"), NOT_PAGES)
def test_table_archive_or_json_is_named_with_the_command_that_reads_it(data: bytes, what: str, command: str) -> None:
    with pytest.raises(UnreadablePage) as caught:
        copydesk.extract(data)
    assert caught.value.code == "not_a_page"
    assert str(caught.value).startswith(f"found {what}, expected one HTML or text page; ")
    assert str(caught.value).endswith(command)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04\x14\0\0\0", "a ZIP archive"),
        (b"\x89PNG\r\n\x1a\n\0\0", "an image"),
        (b"%PDF-1.7", "a PDF document"),
        (gzip.compress(b"<p>One", mtime=0), "gzip data"),
        (b"\x1f\x8b\x08 damaged", "gzip data"),
    ],
)
def test_picture_or_archive_is_still_named_as_binary(data: bytes, what: str) -> None:
    with pytest.raises(UnreadablePage, match=f"found {what}") as caught:
        copydesk.extract(data)
    assert caught.value.code == "binary"


@pytest.mark.parametrize(
    "data",
    [
        b"html, css\nTwo languages of the web.",
        b"[Update] The storm has passed.\n\nIt was strong.",
        b"{curly} words\n",
        b"Identity, text and html: a talk.\n",
        b"",
    ],
)
def test_pages_that_look_a_little_like_tables_are_read(data: bytes) -> None:
    assert copydesk.extract(data).text == data.decode()


def test_form_that_is_named_is_believed() -> None:
    assert copydesk.extract(CSV, form="text").text == CSV.decode()


@pytest.mark.parametrize("form", ["text", "html"])
def test_bytes_in_a_page_are_one_error_and_the_next_page_is_read(form: str, model: Model) -> None:
    contents = [CSV, b"%PDF-1.7", b"One", "One"]
    pages = [Page("", **{form: content}) for content in contents]  # type: ignore[arg-type]
    *errors, article = classify(pages, model)
    assert [error.code for error in errors if isinstance(error, UnreadablePage)] == ["not_a_page", "binary", "bad_page"]
    assert str(errors[-1]) == f"{form} is bytes, expected str; decode them with copydesk.decode"
    assert article == copydesk.classify_page(Page("", **{form: decode(b"One", html=True)}), model)
