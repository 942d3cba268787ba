"""Tests of `jsonl`: the fields that are read of the JSON of a line."""

from __future__ import annotations

import json
import re
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.service.rows.jsonl import (
    READ_FIELDS,
    READ_WHOLE,
    BadField,
    BadRow,
    Line,
    PageRow,
    parse_fields,
    parse_object,
)
from copydesk.service.rows.page_rows import parse_row

pytestmark = pytest.mark.slow

LIMIT = 1000


pieces = st.sampled_from(
    [
        *'{}[]:,"\\ ',
        '"a"',
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\ud800",
        "1",
        "-0",
        "0.1",
        "1e400",
        "9" * 30,
        "true",
        "null",
        "NaN",
        "é",
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(pieces, max_size=12).map("".join).map(lambda value: f'{{"a":{value}}}'.encode()))
def test_object_is_what_the_standard_library_reads(line: bytes) -> None:
    try:
        expected = json.loads(line)
    except ValueError:
        with pytest.raises(BadField):
            parse_object(line)
    else:
        assert repr(parse_object(line)) == repr(expected)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(READ_WHOLE), st.lists(pieces, max_size=12).map("".join))
def test_fields_that_are_read_are_those_of_the_object(name: str, value: str) -> None:
    line = f'{{"other":[{{}}],"{name}":{value}}}'.encode()
    try:
        expected = parse_object(line)
    except BadField as error:
        with pytest.raises(BadField, match=re.escape(str(error))):
            parse_fields(line)
    else:
        assert repr(parse_fields(line)) == repr({key: expected[key] for key in READ_FIELDS if key in expected})


members = st.sampled_from(
    [
        *('"html":"<p>A \\"pool\\".</p>"', '"html":"<p>"', '"html":""', '"ht\\u006dl":"<b>"', '"html" : "\\ud800"'),
        *('"html":null', '"html":[{"html":"x"}]', '"html":-0e-0', '"text":"Words."', '"text":null', '"text":1'),
        *(
            '"id":"a"',
            '"id":NaN',
            '"other":{"html":"<i>"}',
            '"other":[[1,"\\"html\\":"],2]',
            '"blocks":[{}]',
            '"id":1,}',
        ),
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(members, max_size=4))
def test_fields_with_encoded_html_are_those_of_text(given_members: list[str]) -> None:
    line = f"{{{','.join(given_members)}}}".encode()
    try:
        expected = parse_fields(line)
    except BadField as error:
        with pytest.raises(BadField, match=re.escape(str(error))):
            parse_fields(line, encoded=True)
    else:
        found = parse_fields(line, encoded=True)
        if isinstance(html := found.get("html"), bytes):
            found["html"] = html.decode()
        assert sorted(map(repr, found.items())) == sorted(map(repr, expected.items()))


@pytest.mark.attack
@pytest.mark.parametrize("end", ["0", "NaN"])
@pytest.mark.parametrize("name", ["x", "text", "blocks"])
@pytest.mark.parametrize("bomb", ["[]", '{"a":1}', '"ab"', "1.5", "[" * 400 + "]" * 400], ids=range(5))
def test_json_bomb_takes_little_memory(bomb: str, name: str, end: str) -> None:
    content = ",".join([bomb] * (12_000_000 // (len(bomb) + 1)))
    line = f'{{"body":"A pool.","{name}":[{content}],"end":{end}}}'.encode()
    del content
    tracemalloc.start()
    try:
        with suppress(BadField):
            parse_fields(line)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(line)


def test_row_with_a_million_commas_in_its_text_is_read() -> None:
    text = 'a,[{\\"' * 1_100_000
    assert len(parse_fields(f'{{"text":"{text}","x":NaN}}'.encode())["text"]) == 5_500_000


@pytest.mark.parametrize(("size", "fits"), [(LIMIT - 1, True), (LIMIT, True), (LIMIT + 1, False)])
@pytest.mark.parametrize("letter", ["a", "\0", "é"])
def test_page_may_have_exactly_the_limit_however_it_is_escaped(size: int, fits: bool, letter: str) -> None:
    text = letter * (size // len(letter.encode())) + "." * (size % len(letter.encode()))
    row = parse_row(Line(1, json.dumps({"id": "a", "text": text}).encode()), max_page_bytes=LIMIT)
    assert isinstance(row, PageRow) is fits
    assert fits or (isinstance(row, BadRow) and row.code == "too_large")
