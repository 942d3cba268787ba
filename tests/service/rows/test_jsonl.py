"""Tests of `jsonl`: lines of bounded length, and the fields that are read of their JSON."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
from contextlib import suppress
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.service.rows.jsonl import (
    LINE_BYTES_PER_PAGE_BYTE,
    LINE_EXTRA_BYTES,
    READ_FIELDS,
    READ_WHOLE,
    BadField,
    BadRow,
    PageRow,
    parse_fields,
    parse_object,
    read_bounded_lines,
    read_bounded_lines_ahead,
    read_lines,
)
from copydesk.service.rows.page_rows import parse_row

pytestmark = pytest.mark.slow

LIMIT = 1000


def read_jsonl(stream: BinaryIO) -> list[PageRow | BadRow]:
    """All rows of a stream."""
    return [parse_row(line, max_page_bytes=LIMIT) for line in read_lines(stream, max_page_bytes=LIMIT)]


class _Pipe(io.RawIOBase):
    """Bytes that arrive a few at a time."""

    def __init__(self, pieces: list[bytes]) -> None:
        super().__init__()
        self._pieces = [piece for piece in pieces if piece]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._pieces.pop(0) if self._pieces else b""
        buffer[: len(data)] = data
        return len(data)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.lists(st.sampled_from(b"ab\n"), max_size=12).map(bytes), max_size=8), st.integers(1, 10))
def test_lines_that_are_read_ahead_are_the_same(arriving: list[bytes], limit: int) -> None:
    expected = list(read_bounded_lines(io.BytesIO(b"".join(arriving)), limit))
    for stream in (io.BytesIO(b"".join(arriving)), io.BufferedReader(_Pipe(arriving), 64)):
        assert list(read_bounded_lines_ahead(stream, limit)) == expected


def test_line_of_a_pipe_is_returned_before_the_next_arrives() -> None:
    pipe = _Pipe([b"one\ntw", b"o\nthree"])
    lines = read_bounded_lines_ahead(io.BufferedReader(pipe, 64), LIMIT)
    assert next(lines) == b"one\n"
    assert len(pipe._pieces) == 1
    assert [*lines] == [b"two\n", b"three"]


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
    rows = read_jsonl(io.BytesIO(json.dumps({"id": "a", "text": text}).encode()))
    assert isinstance(rows[0], PageRow) is fits
    assert fits or (isinstance(rows[0], BadRow) and rows[0].code == "too_large")


def test_lines_are_numbered_with_empty_ones_and_a_byte_order_mark_is_passed_over() -> None:
    data = b'\xef\xbb\xbf{"text": "a"}\r\n\n  \n{"text": "b"}'
    assert [row.line for row in read_jsonl(io.BytesIO(data))] == [1, 4]


class LongLine(io.RawIOBase):
    """One line of as many bytes as wanted, made as it is read, and a good row after it."""

    def __init__(self, n_bytes: int) -> None:
        self._left = n_bytes
        self._tail = b'\n{"id": "after", "text": "x"}\n'

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        n_bytes = min(self._left, len(buffer))
        self._left -= n_bytes
        if n_bytes == 0:
            n_bytes = len(self._tail)
            buffer[:n_bytes], self._tail = self._tail, b""
            return n_bytes
        buffer[:n_bytes] = b"x" * n_bytes
        return n_bytes


def test_line_over_the_limit_is_skipped_without_being_held() -> None:
    tracemalloc.start()
    stream = io.BufferedReader(LongLine(100_000_000), 65536)
    rows = read_jsonl(stream)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    first, after = rows
    assert isinstance(first, BadRow)
    assert (first.line, first.code) == (1, "too_large")
    assert (after.id, after.line) == ("after", 2)
    assert peak < 10_000_000


@pytest.mark.parametrize(("over", "code"), [(-1, "bad_json"), (0, "bad_json"), (1, "too_large")])
def test_line_of_exactly_the_limit_is_read(over: int, code: str) -> None:
    size = LINE_BYTES_PER_PAGE_BYTE * LIMIT + LINE_EXTRA_BYTES + over
    (row,) = read_jsonl(io.BytesIO(b"x" * size))
    assert isinstance(row, BadRow)
    assert row.code == code
