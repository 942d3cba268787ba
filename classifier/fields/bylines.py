"""Tells whether a line is nothing but a byline or a date, so that it counts as one whatever is around it."""

from __future__ import annotations

import re

from copydesk.classifier.fields.dates import cut_dates, find_dates
from copydesk.classifier.fields.names import clean_names, is_agency, names_author

MAX_LINE = 120
"""Characters of a line that is read; longer ones are sentences."""

MAX_OTHER_WORDS = 2
"""Words of a byline, up to its first comma, that belong to no name, as "Text:" or "Written by": the longest of them."""

_AROUND = " \t\xa0|•·,;:.-–—/()[]*_"
_SENTENCE_ENDS = (".", "!", "?", ":")
_WORD = re.compile(r"[^\W\d_]+")
_WITH_DATE = re.compile(
    r"(?:(?:first|last|(?:re)?publi\w+|posted|updated|created|pubblicato|opublikowano|veröffentlicht|erstellt|"
    r"aktualisiert|geändert|stand|datum|date|fecha|data|mis|mise|jour|actuali\w+|aggiornat\w+|atuali\w+|gepubliceerd|"
    r"bijgewerkt|oppdatert|uppdaterad|opdateret|on|at|in|am|um|vom|den|der|le|el|la|il|à|a|de|em|op|kl|klo|uhr|"
    r"gmt|utc|bst|cet|cest|mez|mesz|edt|est|et|am|pm|h|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|sonnabend|mittwoch|"
    r"(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|"
    r"(?:lune|marte|mercole|giove|vener)dì|sabato|domenica|(?:segunda|terça|quarta|quinta|sexta)|feira|"
    r"(?:maan|dins|woens|donder|vrij|zater|zon)dag|(?:man|tirs|ons|tors|fre|lør|søn|mån|tis|lör|sön)dag)\b[\W_]*)*",
    re.IGNORECASE,
)
"""What may be around a date in a line of its own."""


def is_byline(line: str) -> bool:
    """Return whether a line is a byline, with or without a date: "By Ada Quill", "Von Ada Quill, 3. Mai 2026"."""
    if not names_author(line):
        return False
    begin, *rest = cut_dates(line).split("\n")
    if begin.rstrip().endswith(_SENTENCE_ENDS) or not all(map(_is_around_date, rest)):
        return False
    names = clean_names([begin.strip(_AROUND)], shown=True)
    in_names = {word for name in names for word in _WORD.findall(name.casefold())}
    others = [word for word in _WORD.findall(begin.partition(",")[0].casefold()) if word not in in_names]
    is_name = any(" " in name or not name.isascii() or is_agency(name) for name in names)
    return is_name and len(others) < MAX_OTHER_WORDS + len(names)


def is_date(line: str) -> bool:
    """Return whether a line is a date: "Published on Monday, 3 May 2026, 14:05"."""
    return next(find_dates(line), None) is not None and all(map(_is_around_date, cut_dates(line).split("\n")))


def _is_around_date(text: str) -> bool:
    return _WITH_DATE.fullmatch(text.strip(_AROUND)) is not None
