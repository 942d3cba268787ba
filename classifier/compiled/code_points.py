"""Looks up code points: their classes and their lower case, as tables for compiled loops."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

OTHER, LETTER, DIGIT, IDEOGRAPH, SPACE = range(5)

_BMP = 0x10000
_IDEOGRAPHS = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x0E00, 0x0EFF))
"""Scripts without spaces between words, as inclusive ranges: kana, Han, Thai, Lao."""


_CLASS_OF = {"L": LETTER, "M": LETTER, "N": DIGIT, "Z": SPACE}
"""Classes by the first letter of the Unicode category."""
_ALIKE = ((0x4E00, 0x9FFF, LETTER), (0xAC00, 0xD7A3, LETTER), (0xD800, 0xF8FF, OTHER))
"""Han, Hangul, and code points that are no characters, which all have one class and no case: not looking them up saves
more than half of the time."""
_DOTTED_I = 0x130
"""The only capital letter whose lower case has two characters."""

_as_ucs4 = ctypes.pythonapi.PyUnicode_AsUCS4
_as_ucs4.argtypes = [ctypes.py_object, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int]
_as_ucs4.restype = ctypes.c_void_p
_bytes_at: Callable[[Any], Any] = (ctypes.c_char * 0).from_buffer


@cache
def character_tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """Return the class and the one-character lower case of every code point below 0x10000."""
    points = np.arange(_BMP, dtype=np.uint32)
    classes, is_unknown = np.zeros(_BMP, np.uint8), np.ones(_BMP, np.bool_)
    for first, last, class_ in _ALIKE:
        classes[first : last + 1], is_unknown[first : last + 1] = class_, False
    unknown = points[is_unknown]
    characters = unknown.astype("<u4").tobytes().decode("utf-32-le")
    categories = "".join(map(unicodedata.category, characters)).encode("ascii")
    class_of = np.full(128, OTHER, np.uint8)
    class_of[[*map(ord, _CLASS_OF)]] = [*_CLASS_OF.values()]
    classes[unknown] = class_of[np.frombuffer(categories, np.uint8)[::2]]
    lower = points.copy()
    small = code_points(characters.replace(chr(_DOTTED_I), "-").lower())
    has_case = (classes[unknown] == LETTER) & (unknown != _DOTTED_I)
    lower[unknown[has_case]] = small[has_case]
    for code in range(256):  # white space beyond is in the category Z
        if chr(code).isspace():
            classes[code] = SPACE
    for first, last in _IDEOGRAPHS:
        within = classes[first : last + 1]
        within[within == LETTER] = IDEOGRAPH
    return classes, lower


def code_points(text: str) -> NDArray[np.uint32]:
    """Return the code points of a text, lone surrogates included, in half the time of the codec of UTF-32."""
    points = np.empty(len(text), np.uint32)
    _as_ucs4(text, _bytes_at(points), len(text), 0)
    return points
