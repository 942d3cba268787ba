"""Tests of `json_strings`: it decodes what Python decodes, to the same bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.json_strings import unescape_json

PIECES = (
    *(
        "a",
        "plain text of more than eight bytes ",
        '\\"',
        "\\\\",
        "\\/",
        "\\n\\t\\r\\b\\f",
        "\\u00e9",
        "\\uD83D\\uDE00",
    ),
    *(
        "é",
        "日本",
        "😀",
        "\u0080",
        "\u07ff",
        "\u0800",
        "\uffff",
        "\x7f",
        "\\u0000",
        "\\ud83d",
        "\\udc00",
        "\\u12",
        "\\x",
    ),
    *("\x01", "\n", "\\uD83Dx", "\\u12g4"),
)


def expected(raw: bytes) -> bytes | None:
    """Return what the standard library decodes; None for what it refuses, and for halves of surrogate pairs."""
    try:
        return str(json.loads(b'"' + raw + b'"')).encode()
    except ValueError:
        return None


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES) | st.text(st.characters(exclude_characters='"\\'), max_size=9), max_size=12))
def test_strings_are_decoded_as_python_does(pieces: list[str]) -> None:
    raw = "".join(pieces).encode("utf-8", "surrogatepass")
    assert unescape_json(raw) == expected(raw)
    assert unescape_json(raw + b"\\") is None


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=24).filter(lambda raw: b'"' not in raw))
def test_bytes_are_valid_utf8_where_python_says_so(raw: bytes) -> None:
    assert unescape_json(raw) == expected(raw)


@pytest.mark.parametrize("n", range(20))
def test_every_place_of_a_word_is_looked_at(n: int) -> None:
    for piece in (b"\\n", "é".encode(), b"\x1f", b"\xff"):
        raw = b"x" * n + piece + b"y" * (20 - n)
        assert unescape_json(raw) == expected(raw)
