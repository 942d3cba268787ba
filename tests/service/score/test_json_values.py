"""JSON files: arrays and objects, cut anywhere, broken anywhere."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.options import ColumnNames, PageOptions
from copydesk.service.score.tables import read_json
from copydesk.service.score.tables.json_values import split_values
from tests.support.score_inputs import MAX_PAGE_BYTES, rows_of

LIMIT = 10_000


class Pieces(io.RawIOBase):
    """A stream that gives few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data = data
        self._step = step

    def read1(self, size: int) -> bytes:
        data, self._data = self._data[: self._step], self._data[self._step :]
        return data


def split(data: bytes, step: int = 1 << 20, limit: int = LIMIT) -> list[tuple[int, bytes | None]]:
    return list(split_values(Pieces(data, step), limit))  # type: ignore[arg-type]


def read(data: str, columns: ColumnNames | None = None) -> list[InputRow]:
    options = PageOptions(MAX_PAGE_BYTES, columns=columns or ColumnNames())
    return list(read_json(io.BytesIO(data.encode()), "f", options))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(['"', "\\", "[", "}", ",", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=3), max_size=5)


@settings(max_examples=200, deadline=None)
@given(OBJECTS, st.sampled_from([None, 1]), st.booleans(), st.booleans(), st.integers(1, 9))
def test_every_object_is_found_at_its_place(
    objects: list[Any], indent: int | None, ascii: bool, array: bool, step: int
) -> None:
    def dump(value: object) -> str:
        return json.dumps(value, indent=indent, ensure_ascii=ascii)

    text = dump(objects) if array else "\n".join(map(dump, objects))
    data = text.encode("utf-8", "surrogatepass")
    found = split(data, step)
    assert [json.loads((value or b"").decode("utf-8", "surrogatepass")) for _, value in found] == objects
    assert all(value is not None and data[start : start + len(value)] == value for start, value in found)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from('[]{}",\\: a1\n'), max_size=25).map(str.encode))
def test_any_bytes_are_split_alike_however_they_come(data: bytes) -> None:
    def outcome(step: int) -> object:
        try:
            return split(data, step)
        except ValueError as error:
            return str(error)

    whole = outcome(1 << 20)
    if isinstance(whole, list):
        assert outcome(1) == whole
    else:
        assert isinstance(outcome(1), str)


def test_value_that_is_too_large_is_none_and_the_next_is_found() -> None:
    data = b'[{"a": "' + b"x" * LIMIT + b'"}, {"b": 1}]'
    assert split(data) == split(data, 1000) == [(1, None), (LIMIT + 12, b'{"b": 1}')]


@pytest.mark.parametrize(
    "data", ['[{"a": 1}', '[{"a": "x', '{"a": 1', "words", '"text"', "[1] 2", "[1][2]", "]", "12", "{}}"]
)
def test_what_is_no_array_and_no_objects_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match=r"the JSON ends in the middle|expected an array of objects"):
        split(data.encode())


def test_array_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "pages.json"
    path.write_text('\ufeff[{"id": 1, "text": "one"},\n {"id": "b"}, 5, {"id": "c", "text": "three"}, {"id": ')
    rows = rows_of(path, tmp_path)
    assert [(row.id.removeprefix(f"{path}:"), row.code) for row in rows] == [
        ("1", None),
        ("b", "bad_row"),
        ("44", "bad_row"),
        ("c", None),
        ("48", "unreadable_file"),
    ]


def test_objects_over_several_lines_are_read() -> None:
    rows = [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}]
    for text in (
        json.dumps(rows[0], indent=2),
        json.dumps(rows, indent=2),
        "\n".join(json.dumps(r, indent=1) for r in rows),
    ):
        found = read(text)
        assert [row.code for row in found] == [None] * len(found)
        assert [row.id for row in found] in (["a"], ["a", "b"])


def test_not_a_number_in_a_field_that_is_not_read_does_no_harm() -> None:
    rows = read('[{"id": "a", "text": "x", "score": NaN, "more": [Infinity, -Infinity]}, {"id": NaN, "text": "x"}]')
    assert [(row.id, row.code) for row in rows] == [("a", None), ("f:72", None)]


def test_missing_fields_are_named_with_those_that_are_there() -> None:
    (row,) = read('{"Id": 1, "HTML": "x"}')
    assert row.message == "no field 'html' or 'text'; the fields are 'Id', 'HTML'; perhaps --html-column 'HTML'"
    (row,) = read('{"id": 1, "text": null}')
    assert row.message == "neither text nor html, expected exactly one of them"


def test_field_that_is_read_alone_wins() -> None:
    both = '{"id": "a", "html": "<p>a", "text": "b"}'
    assert [(row.code, row.content) for row in read(f'[{both}, {{"html": "<p>a", "text": ""}}]')] == [
        ("bad_row", both.encode()),
        (None, b"<p>a"),
    ]
    assert [row.content for row in read(both, ColumnNames(text=None))] == [b"<p>a"]
    assert [row.content for row in read(both, ColumnNames(html=None, text="text"))] == [b"b"]
    (row,) = read('{"text": "b"}', ColumnNames(text=None))
    assert row.message == "no field 'html'; the fields are 'text'; name one with --html-column"


def test_nested_fields_are_named_with_dots() -> None:
    data = '{"id": "a", "page": {"raw": {"html": "<p>x"}}}{"id": "b", "page.raw.html": "<p>y"}'
    assert [row.content for row in read(data, ColumnNames(html="page.raw.html"))] == [b"<p>x", b"<p>y"]
