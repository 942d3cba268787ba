"""Rows of pages: their own time and source are in the answers, and in the documents that are made of these."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from copydesk.classifier import Article, Page
from copydesk.service.rows import ParsedDocument, origins, read_documents
from copydesk.service.rows.classify_rows import ClassifiedRow, Classify, classify_row
from copydesk.service.rows.jsonl import Line, PageRow
from copydesk.service.rows.own_values import Unused
from copydesk.service.rows.page_lines import encode_brief, encode_page
from copydesk.service.rows.page_rows import parse_row
from tests.support.stub_classifier import answer

LIMIT = 10_000
TEXT = "The old crane was taken down on Monday."


def row_of(**own: object) -> PageRow:
    line = Line(7, json.dumps({"id": "a", "text": TEXT} | own).encode())
    row = parse_row(line, max_page_bytes=LIMIT)
    assert isinstance(row, PageRow)
    return row


def dated(pages: Iterable[Page]) -> Iterator[Article]:
    """Answer pages that say when and where they were published."""
    for page in pages:
        places = {"published": "meta", "site": "meta"}
        yield replace(answer(page), published="1970-01-02", site="The Herald", found_in=places)


def undated(pages: Iterable[Page]) -> Iterator[Article]:
    return map(answer, pages)


def answer_to(classify: Classify, **own: object) -> dict[str, Any]:
    answered = classify_row(row_of(**own), classify)
    assert isinstance(answered, ClassifiedRow)
    whole: dict[str, Any] = json.loads(encode_page(answered.row, answered.article))
    brief: dict[str, Any] = json.loads(encode_brief(answered.row, answered.article))
    assert brief == {name: value for name, value in whole.items() if name in brief}
    return whole


@pytest.mark.parametrize(
    ("own", "published", "place", "source"),
    [
        ({}, "1970-01-02", "meta", None),
        ({"published": None, "source": None}, "1970-01-02", "meta", None),
        ({"published": "2024-05-01"}, "2024-05-01", "row", None),
        ({"published": 1714552200}, "2024-05-01T08:30:00Z", "row", None),
        ({"published": "Wed, 01 May 2024 08:30:00 GMT"}, "2024-05-01T08:30:00Z", "row", None),
        ({"source": "wire"}, "1970-01-02", "meta", "wire"),
        ({"source": 5}, "1970-01-02", "meta", "5"),
        ({"published": "yesterday", "source": ["wire"]}, "1970-01-02", "meta", None),
    ],
)
def test_row_s_own_time_and_source_go_before_those_of_the_page(
    own: dict[str, object], published: str, place: str, source: str | None
) -> None:
    found = answer_to(dated, **own)
    assert (found["published"], found["found_in"]["published"]) == (published, place)
    assert (found.get("source"), found["site"], found["found_in"]["site"]) == (source, "The Herald", "meta")


@pytest.mark.parametrize(
    ("found_in", "place"),
    [
        ({"published": "meta", "site": "url"}, "meta"),
        ({"published": "row"}, "row"),
        ({}, "row"),
        (None, "row"),
        ({"published": 5}, "row"),
        ({"published": "\ud800"}, "row"),
        ({"published": "x" * 21}, "row"),
    ],
)
def test_time_of_an_earlier_answer_was_found_where_that_says(found_in: object, place: str) -> None:
    again = answer_to(undated, published="2024-05-01", found_in=found_in)
    assert (again["published"], again["found_in"]["published"]) == ("2024-05-01", place)


def test_answer_has_a_remark_for_each_value_that_cannot_be_used() -> None:
    assert "remarks" not in answer_to(dated, published="2024-05-01", source="wire")
    published, source = answer_to(dated, published="soon", source=[1])["remarks"]
    assert published.startswith('published is "soon", expected a time in ISO 8601')
    assert source == "source is a list, expected a text or a number; it is not used"


def test_markdown_and_html_have_the_time_of_the_row() -> None:
    answered = classify_row(row_of(published="2024-05-01"), dated)
    assert isinstance(answered, ClassifiedRow)
    assert "published: 2024-05-01" in answered.article.to_markdown().replace('"', "")
    assert "2024-05-01" in answered.article.to_html()


@pytest.mark.parametrize("classify", [dated, undated])
@pytest.mark.parametrize(
    "own", [{}, {"published": "2024-05-01"}, {"source": "wire"}, {"published": "nine", "source": {"a": 1}}]
)
def test_answer_is_the_same_document_as_its_row(classify: Classify, own: dict[str, object]) -> None:
    def document(row: dict[str, Any]) -> ParsedDocument:
        (found,) = read_documents([Line(7, json.dumps(row).encode())], lambda: classify, max_page_bytes=LIMIT)
        assert isinstance(found, ParsedDocument)
        return replace(found, unused=(), published=str(found.published))  # type: ignore[arg-type]  # NaN equals nothing

    assert document(answer_to(classify, **own)) == document({"id": "a", "text": TEXT} | own)


def test_values_that_cannot_be_used_are_counted_and_the_first_is_named() -> None:
    row = row_of(published="yesterday", source=["wire"])
    assert row.unused == (Unused("published", '"yesterday"'), Unused("source", "a list"))
    assert (row.published, row.source) == (None, None)
    unused = origins.UnusedValues()
    for id in ("a", "b"):
        unused.add(id, row.unused)
    published, source = unused.describe()
    assert published.startswith('published could not be used in 2 rows (first: "yesterday" in the row a) and counts')
    assert source.startswith("source could not be used in 2 rows (first: a list in the row a) and counts as unknown")
