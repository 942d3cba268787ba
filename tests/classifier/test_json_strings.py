"""Tests of `json_strings`: it finds and decodes what Python decodes, to the same bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.json_strings import cut_string

PIECES = (
    *(
        "a",
        "plain text of more than eight bytes ",
        "x" * 70,
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


def decoded(raw: bytes) -> bytes | None:
    """Return what the string in a line decodes to, and check the rest of the line; room is behind it, or not."""
    found = set()
    for rest in (b"}", b"} " + b"y" * 200):
        cut = cut_string(b'{"html":"' + raw + b'"' + rest, b"html", replacement=b"-0")
        assert cut is None or cut[1] == b'{"html":-0' + rest
        found.add(None if cut is None else cut[0])
    assert len(found) == 1
    return found.pop()


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES) | st.text(st.characters(exclude_characters='"\\'), max_size=9), max_size=12))
def test_strings_are_decoded_as_python_does(pieces: list[str]) -> None:
    raw = "".join(pieces).encode("utf-8", "surrogatepass")
    assert decoded(raw) == expected(raw)
    assert cut_string(b'{"html":"' + raw, b"html", replacement=b"") is None


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=24).filter(lambda raw: b'"' not in raw))
def test_bytes_are_valid_utf8_where_python_says_so(raw: bytes) -> None:
    if not raw.endswith(b"\\"):
        assert decoded(raw) == expected(raw)


@pytest.mark.parametrize("n", range(140))
def test_every_place_of_a_block_is_looked_at(n: int) -> None:
    for piece in (b"\\n", b'\\\\\\"', "é".encode(), b"\x1f", b"\xff", b"\\u00e9"):
        raw = b"x" * n + piece + b"y" * (140 - n)
        assert decoded(raw) == expected(raw)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\{}[]:,é', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("html", "a", '"html":"x"')), inner),
    max_leaves=8,
)


@settings(deadline=None, max_examples=300)
@given(
    st.dictionaries(st.sampled_from(("a", "html", '"html":"x"', "b")), VALUES),
    st.booleans(),
    st.sampled_from(((",", ":"), (" , ", "\t:\r\n"))),
)
def test_the_member_is_found_among_others(row: dict[str, object], ascii: bool, separators: tuple[str, str]) -> None:
    line = json.dumps(row, ensure_ascii=ascii, separators=separators).encode()
    cut = cut_string(line, b"html", replacement=b"-1")
    if not isinstance(html := row.get("html"), str):
        assert cut is None
    else:
        assert cut is not None
        assert cut[0] == html.encode()
        assert json.loads(cut[1]) == row | {"html": -1}


@settings(deadline=None, max_examples=500)
@given(st.text('{}[]":,\\ha ', max_size=40).map(lambda text: text.replace("h", '"html"').encode()))
def test_a_line_is_json_if_the_cut_one_is(line: bytes) -> None:
    cut = cut_string(line, b"html", replacement=b"-1")
    if cut is not None:
        assert is_json(line) == is_json(cut[1])


def is_json(line: bytes) -> bool:
    """Return whether a line is JSON."""
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
