"""UTF-8: the count of characters is that of Python's decoder, and what it refuses is refused."""

from __future__ import annotations

import ctypes
import random
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.segmentation import utf8
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


def by_python(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


PIECES = st.lists(st.one_of(st.text(), st.sampled_from(EDGES), st.just("x" * 40), st.just("\ud800"), st.just("\udc00")))


@given(PIECES, st.sampled_from(["", "é", "Ł", "中", "😀"]), st.integers(0, 70))
def test_long_page_is_encoded_as_by_python(pieces: list[str], wide: str, before: int) -> None:
    text = "a" * before + wide + "b" * utf8._FEW + "".join(pieces)
    assert to_utf8(text) == by_python(text)


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="only there C can read the characters of a string")
def test_only_strings_of_two_bytes_a_character_are_read_in_place() -> None:
    class Other(str):
        __slots__ = ()

    wide = "Łx" * utf8._FEW
    address = utf8._address_of_pairs(wide)
    assert address is not None
    assert ctypes.string_at(address, 2 * len(wide)) == wide.encode(f"utf-16-{sys.byteorder[:1]}e")
    for text in (wide[:10], "x" * len(wide), "éx" * len(wide), "😀x" * len(wide), Other(wide)):
        assert utf8._address_of_pairs(text) is None


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="only there C can read the characters of a string")
@pytest.mark.parametrize("text", ["Łx" * utf8._FEW, "éx" * utf8._FEW, "中" * utf8._FEW, "é" * utf8._FEW])
def test_string_that_keeps_its_utf8_is_encoded_as_well(text: str) -> None:
    text += str(id(text))[:1]  # not a constant of this module
    keep = ctypes.pythonapi.PyUnicode_AsUTF8
    keep.restype, keep.argtypes = ctypes.c_void_p, [ctypes.py_object]
    keep(text)
    assert utf8._address_of_pairs(text) is None
    assert to_utf8(text) == text.encode()


def test_another_python_encodes_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "implementation", SimpleNamespace(name="other"))
        assert utf8._bytes_before_pairs.__wrapped__() == -1
