"""Looks up code points: their classes and their lower case, as tables for compiled loops."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import compress
from operator import ne

import numpy as np
from numpy.typing import NDArray

OTHER, LETTER, DIGIT, IDEOGRAPH, SPACE = range(5)

_BMP = 0x10000
_IDEOGRAPHS = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x0E00, 0x0EFF))
"""Scripts without spaces between words, as inclusive ranges: kana, Han, Thai, Lao."""


_CLASS_OF = {"L": LETTER, "M": LETTER, "N": DIGIT, "Z": SPACE}
"""Classes by the first letter of the Unicode category."""


@cache
def character_tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """Return the class and the one-character lower case of every code point below 0x10000."""
    characters = [*map(chr, range(_BMP))]
    categories = [*map(unicodedata.category, characters)]
    class_of = {category: _CLASS_OF.get(category[0], OTHER) for category in set(categories)}
    classes = np.frombuffer(bytearray(map(class_of.__getitem__, categories)), np.uint8)
    for code in range(256):  # white space beyond is in the category Z
        if characters[code].isspace():
            classes[code] = SPACE
    for first, last in _IDEOGRAPHS:
        within = classes[first : last + 1]
        within[within == LETTER] = IDEOGRAPH
    lower = np.arange(_BMP, dtype=np.uint32)
    for character in compress(characters, map(ne, characters, map(str.lower, characters))):
        code, small = ord(character), character.lower()
        if len(small) == 1 and categories[code][0] in "LM":
            lower[code] = ord(small)
    return classes, lower


def code_points(text: str) -> NDArray[np.uint32]:
    """Return the code points of a text, lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
