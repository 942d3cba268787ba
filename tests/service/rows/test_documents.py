"""Tests of `documents`: what becomes a document, and what is said of a row that does not."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier import Article, Page
from copydesk.classifier.fields.dates import read_date
from copydesk.service.rows.classify_rows import Classify
from copydesk.service.rows.contract import LabelledPage
from copydesk.service.rows.documents import ParsedDocument, describe_without_body, read_documents
from copydesk.service.rows.jsonl import BadRow, Line, PageRow, encode_row
from copydesk.service.rows.origins import describe_unused, read_seconds
from copydesk.service.rows.times import ISO_TIME
from tests.support.stub_classifier import answer, stand_in

LIMIT = 1000


def read(content: bytes | dict[str, object], classifier: Classify = stand_in) -> ParsedDocument | BadRow:
    line = content if isinstance(content, bytes) else json.dumps(content).encode()
    (found,) = read_documents([Line(7, line)], lambda: classifier, max_page_bytes=LIMIT)
    return found


def document(content: dict[str, object]) -> ParsedDocument:
    found = read(content)
    assert isinstance(found, ParsedDocument)
    return found


def bad(content: bytes | dict[str, object]) -> BadRow:
    found = read(content)
    assert isinstance(found, BadRow)
    return found


def test_answer_of_classify_gives_its_body_whatever_else_it_holds() -> None:
    found = document({"id": 5, "text": "Menu\n\nThe crane is gone.", "blocks": [], "body": "The crane is gone."})
    assert (found.id, found.line, found.body, found.source) == (5, 7, "The crane is gone.", None)
    assert math.isnan(found.published)


def test_page_is_classified_first() -> None:
    assert document({"id": "a", "text": "Menu\nThe old crane was taken down."}).body == "The old crane was taken down."
    page = document({"id": "a", "html": "<p>Menu</p>\n<p>The old crane was taken down.</p>", "source": "Herald"})
    assert (page.body, page.source) == ("The old crane was taken down.", "Herald")


def dated(pages: Iterable[Page]) -> Iterator[Article]:
    """Answer pages that say when and where they were published."""
    for page in pages:
        yield replace(answer(page), published=page.url or None, site="The Herald\0")


@pytest.mark.parametrize(
    ("own", "seconds", "source"),
    [
        ({}, 86400, "The Herald"),
        ({"source": None, "published": None}, 86400, "The Herald"),
        ({"published": "1970-01-03"}, 2 * 86400, "The Herald"),
        ({"source": "own"}, 86400, "own"),
    ],
)
def test_row_s_own_time_and_source_go_before_those_of_the_page(
    own: dict[str, object], seconds: float, source: str
) -> None:
    found = read({"id": "a", "text": "x", "url": "1970-01-02", **own}, dated)
    assert isinstance(found, ParsedDocument)
    assert (found.published, found.source) == (seconds, source)


@pytest.mark.parametrize("published", ["May", "2024-02-30", "0000-00-00", "2024-05-01T24:01", ""])
def test_time_of_a_page_that_cannot_be_read_costs_no_document(published: str) -> None:
    page = read({"id": "a", "text": "x", "url": published}, dated)
    row = read({"id": "a", "body": "x", "published": published, "found_in": {"published": "meta"}})
    for found in (page, row):
        assert isinstance(found, ParsedDocument)
        assert math.isnan(found.published)


@pytest.mark.parametrize(
    ("site", "source"), [("", None), ("\0\ud800", None), ("x" * 2001, "x" * 2000), (5, None), (None, None)]
)
def test_site_of_a_row_of_classify_is_a_source_that_an_index_can_store(site: object, source: str | None) -> None:
    assert document({"id": "a", "body": "x", "site": site, "found_in": {}}).source == source
    assert document({"id": "a", "body": "x", "site": site}).source is None


DATES = st.one_of(
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda time: time.isoformat()),
    st.dates().map(lambda day: day.strftime("%d %B %Y, %H:%M UTC+9")),
    st.integers(0, 10**13).map(str),
    st.from_regex(r"[012]\d{3}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?", fullmatch=True),
)


@settings(max_examples=300, deadline=None)
@given(DATES)
def test_every_date_that_is_read_on_a_page_fits_the_contract(text: str) -> None:
    found = read_date(text)
    assert found is None or (re.fullmatch(ISO_TIME, found) and not math.isnan(read_seconds(found)))


def test_row_of_classify_is_the_document_of_its_page() -> None:
    page = Page("a", text="The old crane was taken down.", url="2024-05-01T08:30:00+02:00")
    (article,) = dated([page])
    row = read(encode_row(LabelledPage.of(PageRow("a", None, page), article)))
    assert row == read({"id": "a", "text": page.text, "url": page.url}, dated)
    assert row == ParsedDocument("a", 7, page.text or "", 1714545000.0, "The Herald")


def test_no_model_is_asked_for_where_every_row_has_a_body() -> None:
    def fails() -> Classify:
        raise AssertionError("the model was loaded")

    line = Line(1, b'{"id": "a", "body": "", "published": "1970-01-02"}')
    assert read_documents([line], fails, max_page_bytes=LIMIT) == [ParsedDocument("a", 1, "", 86400.0)]


@pytest.mark.parametrize(
    ("published", "seconds"),
    [
        ("1970-01-02", 86400),
        ("1970-01-01T00:01:00", 60),
        ("1970-01-01T01:01:00+01:00", 60),
        ("1970-01-01T00:00:30.5Z", 30.5),
        ("1969-12-31T23:59:59Z", -1),
    ],
)
def test_time_without_an_offset_is_in_utc(published: str, seconds: float) -> None:
    assert document({"id": "a", "body": "x", "published": published}).published == seconds


@pytest.mark.parametrize(
    ("fields", "code", "said"),
    [
        ({"body": "x"}, "no_id", "line 7: no id, expected one, as matches name documents by it; give every row its"),
        ({"id": None, "body": "x"}, "no_id", "line 7: no id"),
        ({"id": True, "body": "x"}, "bad_row", "line 7: id is true or false, expected a string or a number"),
        ({"id": "a"}, "bad_row", "line 7: neither body, text nor html; expected a body, or a page as one of text and"),
        (
            {"id": "a", "text": "x", "html": "x"},
            "bad_row",
            "line 7: both text and html, expected exactly one of them; leave one out",
        ),
        ({"id": "a", "body": 5}, "bad_row", "line 7: body is a number, expected a string"),
        ({"id": "a", "body": "x" * 1001}, "too_large", "line 7: the page has more than 1000 bytes"),
        ({"id": "a", "error": {"code": "binary", "message": "no text"}}, "binary", "holds an error, no page: no text"),
        ({"id": "a", "error": "broken"}, "bad_row", "line 7: the row holds an error, no page"),
    ],
)
def test_bad_row_says_what_is_wrong(fields: dict[str, object], code: str, said: str) -> None:
    found = bad(fields)
    assert (found.id, found.line, found.code) == (None if fields.get("id") is True else fields.get("id"), 7, code)
    assert said in found.message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("published", value) for value in ("May", "yesterday", "2024-02-30", ["2024-05-01"], True, 10**30, 1e300)),
        *(("published", value) for value in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "1" * 5000)),
        *(("source", value) for value in (["x"], {"name": "x"})),
    ],
)
def test_value_that_cannot_be_used_costs_no_document(field: str, value: object) -> None:
    found = document({"id": "a", "body": "x", "published": "1970-01-02", "source": "us", field: value})
    assert [value.field for value in found.unused] == [field]
    assert (math.isnan(found.published), found.source) == ((True, "us") if field == "published" else (False, None))


@pytest.mark.parametrize(
    ("source", "name"), [(7, "7"), (1.5, "1.5"), (True, "true"), ("", None), (None, None), ("x" * 2001, "x" * 2000)]
)
def test_source_is_any_scalar(source: object, name: str | None) -> None:
    found = document({"id": "a", "body": "x", "source": source})
    assert (found.source, found.unused) == (name, ())


def test_values_that_cannot_be_used_are_counted_in_one_line_for_each_field() -> None:
    assert describe_unused({"source": 1, "published": 1200}) == [
        "published could not be used in 1,200 rows and counts as unknown; expected a time in ISO 8601 or RFC 822 "
        "(as in RSS), or in seconds or milliseconds since 1970",
        "source could not be used in 1 row and counts as unknown; expected a text or a number",
    ]
    assert describe_unused({}) == []


def test_list_or_object_that_cannot_be_used_is_named() -> None:
    found = document({"id": "a", "body": "x", "source": ["gazette"], "published": {"t": 1}})
    assert dict(found.unused) == {"source": "a list", "published": "an object"}


def test_body_at_the_limit_is_read() -> None:
    assert len(document({"id": "a", "body": "x" * 1000}).body) == 1000


def test_lines_that_are_no_json_objects_are_bad_rows() -> None:
    assert bad(b'{"id": "half", "bo').code == "bad_json"
    assert bad(b"[]").message == "line 7: a list, expected an object with the fields of one row"
    assert bad(b'{"id": "\xff", "body": ""}').code == "bad_encoding"


def test_classifier_that_fails_spoils_its_own_row_alone() -> None:
    def breaks(pages: object) -> None:
        raise ZeroDivisionError

    lines = [Line(1, b'{"id": "a", "text": "x"}'), Line(2, b'{"id": "b", "body": "x"}')]
    first, second = read_documents(lines, lambda: breaks, max_page_bytes=LIMIT)  # type: ignore[arg-type, return-value]
    assert isinstance(first, BadRow)
    assert (first.id, first.code) == ("a", "internal")
    assert isinstance(second, ParsedDocument)


@pytest.mark.parametrize(
    ("n_empty", "n_documents", "said"),
    [(0, 2, ""), (1, 1, "1 of 1 document has"), (1, 2, "1 of 2 documents has"), (2, 1200, "2 of 1,200 documents have")],
)
def test_documents_without_a_body_are_counted(n_empty: int, n_documents: int, said: str) -> None:
    expected = [f"{said} no body and cannot be compared"] if said else []
    assert describe_without_body(n_empty, n_documents) == expected
