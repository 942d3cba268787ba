"""Answers as JSON: the same values however they are written."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.service.rows.jsonl import encode_row_fast

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(st.characters(exclude_categories=[])), VALUES))
def test_whatever_is_written_reads_back(fields: dict[str, object]) -> None:
    line = encode_row_fast(fields)
    assert line.endswith(b"\n")
    assert b"\n" not in line[:-1]
    assert json.loads(line) == fields


def test_half_a_character_and_a_long_number_are_written() -> None:
    fields = {"id": 2**70, "text": "\ud800"}
    assert json.loads(encode_row_fast(fields)) == fields
