"""Guesses the kinds of blocks whose groups are known, for pages on which no person told the parts of the article apart.

From HTML the elements around a block say most of them. The plain-text form of a page learns from the answers of the
HTML model about the same page, by a model that did not see the page's site.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from copydesk.classifier.parts import kind_by_markup
from copydesk.classifier.types import Blocks, Markup
from copydesk.training.corpora import CODE_OF_KIND, GROUP_CODE

PARAGRAPH = 120
"""Characters from which a body block counts as a paragraph; before the first one a block may be a standfirst."""

_LOOKED_AT = 4
"""Elements around a block that are searched."""

_CAPTION = re.compile(r"caption", re.IGNORECASE)
_BYLINE = re.compile(r"byline|author", re.IGNORECASE)
_DATE = re.compile(r"date|time|publish", re.IGNORECASE)
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))


def parts_by_markup(page: Blocks, codes: Sequence[str]) -> list[str]:
    """Return a code of PART_CODES for each block, empty where markup does not say it.

    Args:
        codes: Of GOLD_CODES, `?` for a block only known not to be body, or empty for unknown.
    """
    if page.markup is None:
        return [""] * len(codes)
    found: list[str] = []
    in_text = False
    for number, code in enumerate(codes):
        start, end = page.blocks[number]
        part = ""
        if code == "E":
            part = _body_part(page.markup, number, end - start)
            in_text = in_text or (part == "E" and end - start >= PARAGRAPH)
            if part == "E" and not in_text:
                part = ""
        elif code == "M":
            part = _metadata_part(page.markup, number, page.text[start:end])
        elif code != "?":
            part = code
        found.append(part)
    return found


def _around(markup: Markup, number: int) -> list[tuple[str, str]]:
    """Return tag and names of the innermost elements around a block."""
    found: list[tuple[str, str]] = []
    element = markup.elements[number]
    while element >= 0 and len(found) < _LOOKED_AT:
        found.append((markup.tags[element], markup.names[element]))
        element = markup.parents[element]
    return found


def _body_part(markup: Markup, number: int, n_characters: int) -> str:
    for tag, names in _around(markup, number):
        if tag == "h1":
            return "N"
        if tag == "figcaption" or _CAPTION.search(names):
            return "K"
        if tag in _HEADINGS:
            return "U"
    return CODE_OF_KIND[kind_by_markup(markup, number, n_characters)]


def _metadata_part(markup: Markup, number: int, text: str) -> str:
    names = " ".join(names for _, names in _around(markup, number)[:2])
    has_digit = any(character.isdigit() for character in text)
    if _BYLINE.search(names) and not has_digit:
        return "A"
    return "D" if _DATE.search(names) and has_digit else ""


def fit_to_codes(parts: Sequence[str], codes: Sequence[str]) -> list[str]:
    """Drop guesses that are of another group than the known code; `?` may be any other."""
    return [
        part if GROUP_CODE.get(part) == code or (code == "?" and part in ("A", "D", "M")) else ""
        for part, code in zip(parts, codes, strict=True)
    ]
