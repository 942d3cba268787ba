"""Text that is safe and fits on a terminal: no escape sequences from pages, widths in columns, colours."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

SPACES = re.compile(r"\s+")
PLAIN = re.compile(r"[ -~]*")
FORMAT_KEPT = "\u200c\u200d"
"""Joiners belong to words of many scripts; every other invisible format character could reorder the line."""


class Style(Enum):
    """Colours out of the terminal's own sixteen, so that they fit its theme."""

    BOLD = "1"
    DIM = "90"
    RED = "31"
    GREEN = "32"
    MAGENTA = "35"
    CYAN = "36"


def painted(text: str, style: Style, *, color: bool) -> str:
    """Put text into a style, where colour is wanted."""
    return f"\x1b[{style.value}m{text}\x1b[0m" if color else text


def clean(text: str) -> str:
    """Make text from outside harmless on one line: white space as single spaces, controls as visible signs."""
    text = SPACES.sub(" ", text).strip()
    return text if PLAIN.fullmatch(text) else "".join(map(_clean_character, text))


def _clean_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc":
        return chr(0x2400 + ord(character)) if ord(character) < 0x20 else "\ufffd"
    if category == "Cf":
        return character if character in FORMAT_KEPT else ""
    return "\ufffd" if category in ("Cs", "Cn") else character


def width(text: str) -> int:
    """Count the columns that clean text takes: two for wide characters, none for combining ones."""
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shortened(text: str, columns: int) -> str:
    """Clean text and cut it to at most `columns`, with an ellipsis where something is left out."""
    line = clean(text[: 8 * columns])  # a longer stretch that cleans to less than the columns is blank filler
    whole = len(text) <= 8 * columns
    if whole and width(line) <= columns:
        return line
    kept, used = [], 0
    for character in line:
        used += _character_width(character)
        if used > columns - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def bar(share: float, columns: int) -> str:
    """Draw a share of 0 to 1 as a line of fixed width, in halves of a column."""
    full, half = divmod(round(max(0.0, min(1.0, share)) * columns * 2), 2)
    return ("━" * full + "╸" * half).ljust(columns)
