"""Marks the words that are likely facts: those that begin with a digit, or with a capital inside a sentence.

In Chinese and Japanese, numerals such as 三十五 are numbers too, see `numeral_end` in C.
"""

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
_ONE, _NUMERAL, _POWER, _ORDINAL, _DAY, _UNIT = range(7, 13)
_CHARACTERS = {
    _SENTENCE_END: ".!?:…",
    _LINE_END: "\n\r",
    _DASH: "-–—",
    _ONE: "一壹贰貳叁參肆伍陆陸柒捌玖拾",
    _NUMERAL: "〇零二三四五六七八九十两兩廿卅",
    _POWER: "百千万亿萬億佰仟",
    _ORDINAL: "第",
    _DAY: "月日号號",
    _UNIT: "年时時点點岁歲歳级級届屆期度次名人个個位家元倍天",
}
"""Characters of each kind. A single numeral is a number after an ordinal or before a day or a unit, but 一 not before a
unit, as 一个 is often an article, nor the numerals of cheques, as 陆 and 伍 are names too. Minutes are no unit, as 十分
means very."""


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
    for kind, characters in _CHARACTERS.items():
        kinds[[ord(character) for character in characters]] = kind
    return kinds
