"""Looks up code points: their classes and their lower case, as tables for compiled loops."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

OTHER, LETTER, DIGIT, IDEOGRAPH, SPACE = range(5)

_BMP = 0x10000
_IDEOGRAPHS = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x0E00, 0x0EFF))
"""Scripts without spaces between words, as inclusive ranges: kana, Han, Thai, Lao."""


@cache
def character_tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """Return the class and the one-character lower case of every code point below 0x10000."""
    classes = np.zeros(_BMP, np.uint8)
    lower = np.arange(_BMP, dtype=np.uint32)
    for code in range(_BMP):
        character = chr(code)
        category = unicodedata.category(character)[0]
        if category in "LM":
            classes[code] = LETTER
            small = character.lower()
            if len(small) == 1:
                lower[code] = ord(small)
        elif category == "N":
            classes[code] = DIGIT
        elif category == "Z" or character.isspace():
            classes[code] = SPACE
    for first, last in _IDEOGRAPHS:
        within = classes[first : last + 1]
        within[within == LETTER] = IDEOGRAPH
    return classes, lower


def code_points(text: str) -> NDArray[np.uint32]:
    """Return the code points of a text, lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
