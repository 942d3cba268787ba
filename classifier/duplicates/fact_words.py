"""Marks the words that are likely facts: those that begin with a digit, or with a capital inside a sentence."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

ORDINARY, NAME, NUMBER = range(3)
"""Kinds of words. In scripts without capitals, all words but numbers are ordinary."""

MARK_BITS = 7
"""A mark is below 32 for an ordinary word, below 64 for a name, else for a number; its other bits are of the word's
hash: enough to tell the few words of two short gaps apart."""
_FIRST_NAME, _FIRST_NUMBER = 32, 64

_TABLE = 0x20000
_SKIPPED, _DIGIT, _CAPITAL, _SENTENCE_END, _LINE_END, _DASH, _OTHER = range(7)
_SENTENCE_ENDS, _LINE_ENDS, _DASHES = ".!?:…", "\n\r", "-–—"


def mark_kind(mark: int) -> int:
    """Return the kind of a marked word."""
    return ORDINARY if mark < _FIRST_NAME else NAME if mark < _FIRST_NUMBER else NUMBER


@cache
def kind_table() -> NDArray[np.uint8]:
    """Return the kinds of all code points below `_TABLE`, by which the C code marks words."""
    categories = [unicodedata.category(chr(point)) for point in range(_TABLE)]
    kinds = np.full(_TABLE, _OTHER, np.uint8)
    for point, category in enumerate(categories):
        if category[0] == "N":
            kinds[point] = _DIGIT
        elif category in ("Lu", "Lt"):
            kinds[point] = _CAPITAL
        elif category[0] in "PSZC":
            kinds[point] = _SKIPPED
    for characters, kind in ((_SENTENCE_ENDS, _SENTENCE_END), (_LINE_ENDS, _LINE_END), (_DASHES, _DASH)):
        kinds[[ord(character) for character in characters]] = kind
    return kinds
