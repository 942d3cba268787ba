"""UTF-8: the count of characters is that of Python's decoder, and what it refuses is refused."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.segmentation.utf8 import count_utf8, to_utf8
from tests.oracle.utf8 import count_characters

EDGES = ["", "a", "\x7f", "\x80", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff"]


@given(st.text())
def test_each_character_is_counted_once(text: str) -> None:
    data = to_utf8(text)
    assert count_utf8(data) == count_characters(data) == len(data.decode())


@given(st.lists(st.one_of(st.binary(max_size=4), st.sampled_from(EDGES).map(str.encode), st.just(b"12345678"))))
def test_bytes_are_refused_where_python_refuses_them(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert count_utf8(data) == count_characters(data)


@pytest.mark.parametrize("before", range(9))
def test_all_pairs_and_ends_of_bytes_are_judged_as_python_does(before: int) -> None:
    chance = random.Random(before)
    for first in range(0x70, 0x100):
        for second in (0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF):
            rest = bytes(chance.choice((0x20, 0x7F, 0x80, 0x90, 0xBF, 0xC0)) for _ in range(chance.randrange(4)))
            data = b"x" * before + bytes([first, second]) + rest
            assert count_utf8(data) == count_characters(data), data
