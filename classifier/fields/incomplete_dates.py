"""Recognises dates without a year or a day, such as "June 2024" and "Monday 5 June", beside the names of a byline."""

from __future__ import annotations

import re

from copydesk.classifier.fields.date_words import MONTHS, SEASONS, SHORT_WEEKDAYS, WEEKDAYS

MAX_WORDS = 6
"""Words of a date that follows a name, as in "Monday the 5th of June": a choice."""

_DIGIT = re.compile(r"\d")
_BETWEEN = re.compile(r"[\s,.;:/()–—]+|-(?!feira)")
_NUMBER = re.compile(r"\d+(?:st|nd|rd|th|er|º|ª)?")
_NAMED = WEEKDAYS | SHORT_WEEKDAYS | SEASONS | MONTHS.keys()
_SMALL = frozenset("de del do of the den der am on le el em op på".split())
"""Words within a date: "5 de junio"."""


def is_incomplete_date(text: str) -> bool:
    """Return whether a text is a month, weekday or season with a number, and nothing else."""
    if _DIGIT.search(text) is None:
        return False
    found = [word for word in _BETWEEN.split(_lower(text)) if word]
    is_number = [_NUMBER.fullmatch(word) is not None for word in found]
    return (
        any(is_number)
        and not _NAMED.isdisjoint(found)
        and all(number or word in _NAMED or word in _SMALL for word, number in zip(found, is_number, strict=True))
    )


def without_incomplete_date(text: str) -> str:
    """Return a text without the month, weekday or season with a number that it is or that follows a name in it.

    One word and a number are left, since that is a surname and its footnote: "Elaine May 2".
    """
    words = text.split() if _DIGIT.search(text) is not None else []
    for n_before in range(max(0, len(words) - MAX_WORDS), len(words)):
        if n_before != 1 and is_incomplete_date(" ".join(words[n_before:])):
            return " ".join(words[:n_before])
    return text


def is_weekday(text: str) -> bool:
    """Return whether a text is the name of a weekday."""
    return text.strip(" .,").lower() in WEEKDAYS


def _lower(text: str) -> str:
    return text.lower().replace("i\u0307", "i")  # a dot remains of the Turkish capital
