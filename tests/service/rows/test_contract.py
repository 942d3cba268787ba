"""Tests of the contract of rows: what a row may have, and what an answer looks like."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import to_builtins

from copydesk.classifier.types import Page
from copydesk.service.rows.contract import ErrorRow, LabelledPage
from copydesk.service.rows.jsonl import (
    BadRow,
    Line,
    PageRow,
    decode_row,
    encode_row,
    encode_row_fast,
    read_page,
)
from copydesk.service.rows.page_rows import parse_row
from tests.support.stub_classifier import answer

pytestmark = pytest.mark.slow

LIMIT = 1000
FIELDS_IN_ORDER = (
    "id url title authors published modified site section tags language language_declared language_detected "
    "description image canonical_url found_in is_article page_type page_types confidence body comments "
    "other_articles model text blocks"
).split()


def parsed(line: str | bytes) -> PageRow | BadRow:
    data = line.encode() if isinstance(line, str) else line
    return parse_row(Line(7, data), max_page_bytes=LIMIT)


def fields_of(row: PageRow, *, explain: bool = False) -> dict[str, Any]:
    """The fields of the answer to a row."""
    fields: dict[str, Any] = to_builtins(LabelledPage.of(row, answer(row.page, explain=explain)))
    return fields


def bad(line: str | bytes) -> BadRow:
    row = parsed(line)
    assert isinstance(row, BadRow)
    return row


def good(line: str | bytes) -> PageRow:
    row = parsed(line)
    assert isinstance(row, PageRow)
    return row


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_any_bytes_at_all_give_one_row(line: bytes) -> None:
    assert parsed(line).line == 7


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "text", "html", "url", "other"), json_values)))
def test_any_object_gives_one_row_that_can_be_written(fields: dict[str, object]) -> None:
    row = parsed(json.dumps(fields))
    out = ErrorRow.of(row) if isinstance(row, BadRow) else LabelledPage.of(row, answer(row.page))
    written = json.loads(encode_row(out).decode("utf-8"), parse_constant=pytest.fail)
    assert written["id"] == row.id


def test_text_and_html_rows_become_pages() -> None:
    assert good('{"id": "a", "text": "Words."}').page == Page(id="a", text="Words.")
    row = good('{"id": "b", "html": "<p>Words.", "url": "https://example.org/b"}')
    assert row.page == Page(id="b", html="<p>Words.", url="https://example.org/b")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"html": "<p>a", "text": ""}, Page("", html="<p>a")),
        ({"html": "", "text": "a"}, Page("", text="a")),
        ({"html": ""}, Page("", html="")),
        ({"text": "", "html": None}, Page("", text="")),
        ({"html": "", "text": ""}, Page("", html="")),
    ],
)
def test_empty_page_beside_another_counts_as_absent(fields: dict[str, str | None], expected: Page) -> None:
    assert read_page(fields, None, 100) == expected
    html = fields.get("html")
    page = read_page({**fields, "html": None if html is None else html.encode()}, None, 100)
    assert (page.text, page.html) == (expected.text, expected.html)


def test_fields_with_other_names_are_passed_over() -> None:
    assert good('{"id": "a", "text": "Words.", "label": {"deep": [1, 2]}, "Text": 5}').page == Page(
        id="a", text="Words."
    )


def test_null_is_as_good_as_left_out() -> None:
    assert good('{"id": null, "text": "Words.", "html": null, "url": null}').page == Page(id="", text="Words.")


@pytest.mark.parametrize("number", [0, 17, -3, 2.5, 123456789012345678901234567890])
def test_number_as_id_comes_back_as_a_number(number: float) -> None:
    row = good(json.dumps({"id": number, "text": "Words."}))
    assert json.loads(encode_row(LabelledPage.of(row, answer(row.page))))["id"] == number
    assert row.page.id == str(number)


def test_row_without_id_is_answered_with_its_line() -> None:
    row = good('{"text": "Words."}')
    fields = fields_of(row)
    assert (fields["id"], fields["line"]) == (None, 7)


def test_row_with_id_has_no_line() -> None:
    row = good('{"id": "a", "text": "Words."}')
    assert "line" not in fields_of(row)


@pytest.mark.parametrize("value", ["[]", "{}", "true", "1e999"])
def test_id_that_is_neither_string_nor_number_is_refused(value: str) -> None:
    row = bad(f'{{"id": {value}, "text": "Words."}}')
    assert (row.id, row.line, row.code) == (None, 7, "bad_row")
    assert "expected a string or a number" in row.message


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('{"id": "a"}', "neither text nor html, expected exactly one of them; the row has 'id'"),
        (
            '{"id": "a", "body": "x"}',
            "of them; only the commands dedup and index and the endpoints "
            "/v1/articles read a body; the row has 'id', 'body'",
        ),
        ('{"id": "a", "html" : null }', "expected exactly one of them; the row has 'id', 'html' (null)"),
        ('{"id": "a", "content": ["x"]}', "expected exactly one of them; the row has 'id', 'content'"),
        ('{"id": "a", "text": "x", "html": "y"}', "both text and html"),
        ('{"id": "a", "text": 5}', "text is a number"),
        ('{"id": "a", "html": ["x"]}', "html is a list"),
        ('{"id": "a", "text": "x", "url": {}}', "url is an object"),
    ],
)
def test_row_that_breaks_the_contract_keeps_its_id(line: str, found: str) -> None:
    row = bad(line)
    assert (row.id, row.code) == ("a", "bad_row")
    assert found in row.message
    assert "expected" in row.message


@pytest.mark.parametrize("line", ['["x"]', '"x"', "5", "null", "true"])
def test_json_that_is_no_object_is_refused(line: str) -> None:
    row = bad(line)
    assert row.code == "bad_row"
    assert "expected an object" in row.message


@pytest.mark.parametrize(
    "line", ['{"id": "a", "text": "half a', "{", "text", '{"id": 1} {"id": 2}', '{"id": nan, "text": ""}']
)
def test_half_a_line_and_other_broken_json_is_refused(line: str) -> None:
    row = bad(line)
    assert (row.id, row.code) == (None, "bad_json")
    assert row.message.startswith("line 7: ")
    assert "expected" in row.message


def test_nan_and_infinity_do_harm_only_where_they_are_read() -> None:
    assert good('{"id": "a", "text": "Words.", "n": [NaN, Infinity, -Infinity], "big": 1e999}').page.text == "Words."
    assert "id is NaN or infinite, expected" in bad('{"id": NaN, "text": ""}').message
    assert "text is NaN or infinite, expected" in bad('{"id": 1, "text": -Infinity}').message


def test_json_nested_too_deep_to_read_is_refused() -> None:
    assert bad('{"id": "a", "text": "x", "other": ' + "[" * 200_000).code == "bad_json"


def test_line_in_another_encoding_is_refused() -> None:
    row = bad('{"id": "a", "text": "Zürich"}'.encode("latin-1"))
    assert row.code == "bad_encoding"
    assert "byte 22 is not UTF-8" in row.message


def test_message_of_a_bad_row_quotes_no_text() -> None:
    assert "secret" not in bad('{"id": "a", "text": "secret').message
    assert "secret" not in bad('{"id": "a", "text": ["secret"]}').message


def test_lone_surrogates_are_text_and_come_back_as_escapes() -> None:
    row = good('{"id": "\\udc80", "html": "a \\ud800 lonely surrogate"}')
    line = encode_row(LabelledPage.of(row, answer(row.page)))
    assert b"\\ud800" in line
    assert json.loads(line.decode("utf-8"))["body"] == "a \ud800 lonely surrogate"


def test_text_is_left_out_where_the_input_was_text() -> None:
    from_text, from_html = good('{"id": "a", "text": "Words."}'), good('{"id": "a", "html": "<p>Words."}')
    assert "text" not in fields_of(from_text)
    assert fields_of(from_html)["text"] == "Words."


def test_answer_has_the_contract_s_fields_in_order() -> None:
    row = good('{"id": "a", "html": "<p>Words."}')
    fields = fields_of(row)
    assert list(fields) == FIELDS_IN_ORDER
    assert list(fields["blocks"][0]) == ["start", "end", "label", "kind", "confidence", "probabilities"]
    assert fields["blocks"][0]["probabilities"] == {"body": 0.1, "boilerplate": 0.8, "teaser": 0.1}


def test_explained_block_has_its_reasons() -> None:
    row = good('{"id": "a", "text": "Words."}')
    explanation = fields_of(row, explain=True)["blocks"][0]["explanation"]
    assert explanation["runner_up"] == "body"
    assert explanation["log_odds"] == 2.0
    assert explanation["reasons"][0] == {"words": "reason 0", "contribution": 1.5}


def test_error_row_has_id_code_and_message() -> None:
    assert to_builtins(ErrorRow.of(BadRow("a", 3, "bad_row", "why"))) == {
        "id": "a",
        "error": {"code": "bad_row", "message": "why"},
    }
    assert to_builtins(ErrorRow.of(BadRow(None, 3, "bad_row", "why"))) == {
        "id": None,
        "line": 3,
        "error": {"code": "bad_row", "message": "why"},
    }


json_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(st.characters(exclude_categories=[])), json_data))
def test_whatever_is_written_reads_back(fields: dict[str, object]) -> None:
    line = encode_row_fast(fields)
    assert line.endswith(b"\n")
    assert b"\n" not in line[:-1]
    assert json.loads(line) == fields


def test_half_a_character_and_a_long_number_are_written() -> None:
    fields = {"id": 2**70, "text": "\ud800"}
    assert json.loads(encode_row_fast(fields)) == fields


@pytest.mark.parametrize(
    "page", [Page("a", text="One line.\n\nMore..."), Page("a", html="<p>A line of twenty letters")]
)
def test_both_encoders_write_the_same_values(page: Page) -> None:
    row = LabelledPage.of(PageRow(page.id, None, page), answer(page, explain=True))
    assert list(json.loads(encode_row(row)).items()) == list(json.loads(encode_row_fast(row)).items())
    assert decode_row(encode_row(row), LabelledPage) == row
