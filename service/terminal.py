"""Makes text fit for a terminal: no escape sequences from pages, a given width in columns, colours."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from enum import Enum
from itertools import accumulate

FORMAT_KEPT = "\u200c\u200d"
"""Zero-width joiners, which words of many scripts need. Other invisible characters could reorder the line."""


class Style(Enum):
    """Colours among the terminal's own sixteen, which follow its theme."""

    BOLD = "1"
    DIM = "90"
    RED = "31"
    GREEN = "32"
    MAGENTA = "35"
    CYAN = "36"


def clean(text: str) -> str:
    """Make untrusted text safe on one line: white space becomes single spaces, control characters visible signs."""
    text = " ".join(text.split())
    if text.isascii() and text.isprintable():
        return text
    return " ".join("".join(map(_clean_character, text)).split())  # spaces around an invisible character join up


def _clean_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc":
        return chr(0x2400 + ord(character)) if ord(character) < 0x20 else "\ufffd"
    if category == "Cf":
        return character if character in FORMAT_KEPT else ""
    return "\ufffd" if category in ("Cs", "Cn") else character


def width(text: str) -> int:
    """Return the number of columns of clean text: two for wide characters, none for combining ones."""
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shortened(text: str, columns: int) -> str:
    """Clean text and cut it to at most `columns`; an ellipsis marks the cut."""
    line = clean(text[: 8 * columns])  # if fewer columns than this are left, the text is mostly blank
    if len(text) <= 8 * columns and width(line) <= columns:
        return line
    n_kept = bisect_right(list(accumulate(map(_character_width, line))), columns - 1)
    return line[:n_kept].rstrip() + "…"


def bar(share: float, columns: int) -> str:
    """Draw a share from 0 to 1 as a line in a field of fixed width, in half columns."""
    full, half = divmod(round(max(0.0, min(1.0, share)) * columns * 2), 2)
    return ("━" * full + "╸" * half).ljust(columns)
