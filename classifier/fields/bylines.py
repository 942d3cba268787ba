"""Tells whether a line is nothing but a byline or a date, so that it counts as one whatever is around it."""

from __future__ import annotations

import re

from copydesk.classifier.fields.dates import cut_dates, find_dates
from copydesk.classifier.fields.introductions import without_cased_introduction, without_introduction
from copydesk.classifier.fields.names import clean_names, is_agency, names_author

MAX_LINE = 120
"""Characters of a line that is read; longer ones are sentences."""

MAX_HAN_NAME, MAX_CASELESS_NAME, MAX_CASELESS_WORDS = 8, 32, 4
"""Characters of a name with Chinese characters or hiragana; characters and words of a name in another script without
letter case. There a sentence is not known by its small letters, but it is longer. All three are choices."""

_AROUND = " \t\xa0|•·,;:.-–—/()[]*_"
_SENTENCE_ENDS = (".", "!", "?", ":", "…", "：", "।", "؟", "۔")
_IN_SENTENCE = re.compile("[。，！？；]")
_EDITOR = re.compile(r"(?:责任编辑|責任編輯|责编|責編|编辑|編輯)\s?[:：]\s?")
"""What is before an editor's name. A line with it is a byline, though no author is read from it."""

_HAN_OR_HIRAGANA = re.compile(r"[\u3041-\u309f\u3400-\u9fff]")
_ADDRESS = re.compile(r"\S+@\S+")
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
    author, *editors = _EDITOR.split(line)
    if not all(_is_byline(f"作者：{editor}") for editor in editors):
        return False
    return _is_byline(author) if author.strip(_AROUND) else bool(editors)


def _is_byline(line: str) -> bool:
    if not names_author(line):
        return False
    begin, *rest = cut_dates(_ADDRESS.sub(" ", line)).split("\n")
    if begin.rstrip().endswith(_SENTENCE_ENDS) or _IN_SENTENCE.search(begin) or not all(map(_is_around_date, rest)):
        return False
    names = clean_names([begin.strip(_AROUND)], shown=True)
    in_names = {word for name in names for word in _WORD.findall(name.casefold())}
    listed = without_introduction(without_cased_introduction(begin)).partition(",")[0]
    others = [word for word in _WORD.findall(listed.casefold()) if word not in in_names]
    is_name = any(" " in name or not name.isascii() or is_agency(name) for name in names)
    has_more = len(others) > len(names)  # such as "and" and a role
    return is_name and not has_more and not any(map(_is_too_long, names))


def _is_too_long(name: str) -> bool:
    """Return whether a name in a script without letter case is so long that it is a part of a sentence."""
    if _HAN_OR_HIRAGANA.search(name) is not None:
        return len(name) > MAX_HAN_NAME
    if name.lower() != name.upper():
        return False
    return len(name) > MAX_CASELESS_NAME or name.count(" ") >= MAX_CASELESS_WORDS


def is_date(line: str) -> bool:
    """Return whether a line is a date: "Published on Monday, 3 May 2026, 14:05"."""
    return next(find_dates(line), None) is not None and all(map(_is_around_date, cut_dates(line).split("\n")))


def _is_around_date(text: str) -> bool:
    return _WITH_DATE.fullmatch(text.strip(_AROUND)) is not None
