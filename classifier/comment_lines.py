"""Tells what a line of a reader's comment is: the name of its author, its time, its text, or a control beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum, auto
from typing import NamedTuple

from copydesk.classifier.fields import MONTHS, cut_dates
from copydesk.classifier.letter_case import fold_case
from copydesk.classifier.types import clean

MAX_HEADER = 120
"""Characters of the longest line with an author or a time: a choice."""

MAX_NAME, MAX_NAME_WORDS = 50, 6
"""Characters and words of the longest name: a choice."""


def _pattern(*words: str, before: str = "", after: str = "") -> re.Pattern[str]:
    """Compile a pattern that matches any of the words in folded text."""
    return re.compile(f"{before}(?:{'|'.join(words)}){after}")


_AUTHOR_NAME = re.compile(
    r"author|user(?:-?_?name|-?link)|nick(?:name)?\b|fn\b(?<=\bfn)|poster\b(?<=\bposter)|cite\b(?<=\bcite)"
)
"""In folded names; boundaries come last, so that few places are looked at."""
_TEXT_NAME = re.compile(r"content|body|text|message\b")
_SAYS = _pattern(
    "says?|said|wrote|writes|commented|replied|sagte?|schreibt|schrieb|meint|dit|a dit|a écrit|dice|dijo|escribió",
    "ha scritto|scrive|diz|disse|escreveu|zegt|schreef|skriver|säger|siger|sier|mówi|pisze|napisał|říká|napsal",
    "говорит|пишет|каже|diyor ki|sanoo|kirjoitti",
    before=r"\s+",
    after=r"\s*:?$",
)
_POSTED = re.compile(r"^(?:posted|written|comment)\s+by:?\s+", re.IGNORECASE)
_BEFORE_TIME = _pattern(
    r"[\s|·•,–—-]",
    r"\b(?:on|at|am|um|le|el|il|em|op|den|dne|vor|hace|fa|há|il y a|for|posted|says?)\b[.:]?",
    r"\b(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)(?:day)?\b[.:]?",
    before="(?:",
    after=")+$",
)
_DAY = re.compile(r"\w{3,12}[.,]? \d\d?|\d\d?\.? \w{3,12}\.?")
"""A day without a year, if its word is a month."""

_TAG = re.compile(r"</?[a-z][^<>]{0,30}>", re.IGNORECASE)
_GLUED = re.compile(r"\w{0,30}?[^\W\d_A-Z](?=[A-Z][^\W\d_A-Z]{2,9}\s\d)")
"""A name that ends where the name of a month begins, since only their elements were apart."""

_UNITS = (
    "s|secs?|seconds?|mins?|minutes?|hrs?|hours?|h|d|days?|w|wks?|weeks?|mos?|months?|y|yrs?|years?",
    "sekunden?|minuten?|stunden?|tag(?:en)?|wochen?|monat(?:en)?|jahr(?:en)?",
)
_AGO = _pattern(
    r"(?:an?|one)\s\w{3,6}\sago\b",
    rf"\d{{1,3}}\+?\s?(?:{_UNITS[0]})\b(?:\s+ago\b)?",
    r"(?:just now|yesterday|gestern|hier|ayer|ieri|ontem|igår|gisteren|wczoraj|вчера)\b",
    rf"vor\s+\w{{1,8}}\s+(?:{_UNITS[1]})\b",
    r"(?:il y a|hace|há|fa)\s+\w{1,4}\s+\w{2,9}",
    r"\w{1,4}\s+(?:\w{3,9}\s+)?(?:geleden|sedan|siden|sitten|temu|назад|önce)\b",
    before=r"\b",
    after=r"|\d{1,3}\s?(?:秒|分|時間|小时|小時|天|日|週間|个月|か月|年|초|분|시간|일|주|개월|년)\s?(?:前|전)",
)
_COUNTED = "[km]|likes?|votes?|points?|repl(?:y|ies)(?: by .{0,40})?|reactions?|upvotes?|comments?"
_CONTROLS = _pattern(
    "reply|replies|like[sd]?|dislike|share|report(?: comment| abuse)?|flag|permalink|link|edit|delete|quote|upvote",
    "downvote|vote|helpful|log in to reply|antworten?|melden|teilen|gefällt mir|zitieren|répondre|signaler|partager",
    "j.aime|responder|denunciar|compartir|me gusta|citar|rispondi|segnala|condividi|mi piace|reageer|rapporteer",
    "antwoord(?:en)?|svara?|anmäl|rapporter|gilla|odpowiedz|zgłoś|odpovědět|ответить|пожаловаться|yanitla|balas",
    "回复|返信|답글|at|pinned|verified|guest|author|auf .{0,40} antworten|(?:show|view|hide|load) .{0,30}",
    r"repl(?:y|ies) to\b.{0,60}|in reply to\b.{0,60}|(?:like\s?)?liked by .{0,60}",
    rf"[\W\d_]{{1,12}}|(?:\d[\d.,]{{0,8}}\s?(?:{_COUNTED})?\s*){{1,4}}",
    after=r"\s*[:.…»↩]?(?:\s*\(?\d{1,6}\)?)?",
)


class Role(IntEnum):
    """What a line of a comment is, as far as it shows by itself; an integer, as its hash takes no Python code."""

    AUTHOR = auto()
    TIME = auto()  # perhaps with the author in the same line
    SHORT = auto()  # may be a name
    TEXT = auto()


HEADER = (Role.AUTHOR, Role.TIME)
"""What is not part of a comment's text."""


class Piece(NamedTuple):
    """A line of a comment's header, or a block of its text.

    `unit` is the element around the comment, -1 if unknown; `below` says that the line ends its comment.
    """

    role: Role
    unit: int
    text: str
    author: str = ""
    time: str = ""
    below: bool = False


def cut_comment(text: str, unit: int, names: str) -> Iterator[Piece]:
    """Cut a block into the lines of a header, or take it whole."""
    text = clean(text).strip()
    if not text:
        return
    if len(text) > MAX_HEADER:
        yield Piece(Role.TEXT, unit, text)
        return
    lines = [line for each in text.split("\n") if (line := each.strip())]
    splits = [*map(_split_time, lines)]
    if len(lines) > 1 and not any(splits):
        yield Piece(Role.TEXT, unit, text)
        return
    for line, split in zip(lines, splits, strict=True):
        piece = _piece(line, split, unit, names)
        if piece is not None:
            yield piece


def _piece(line: str, split: tuple[str, str] | None, unit: int, names: str) -> Piece | None:
    """Tell what a line is, `split` by its time; None for a control or a count of votes."""
    if split is not None:
        return Piece(Role.TIME, unit, line, *split, _POSTED.match(line) is not None)
    folded = fold_case(line)
    if _CONTROLS.fullmatch(folded):
        return None
    if _SAYS.search(folded) or (_POSTED.match(line) and _is_name(_name(line))):
        return Piece(Role.AUTHOR, unit, line, _name(line), below=_POSTED.match(line) is not None)
    if not _is_name(line):
        return Piece(Role.TEXT, unit, line)
    names = fold_case(names)
    is_author = _AUTHOR_NAME.search(names) is not None and _TEXT_NAME.search(names) is None
    return Piece(Role.AUTHOR if is_author else Role.SHORT, unit, line, _name(line))


def _split_time(line: str) -> tuple[str, str] | None:
    """Return the author and the time of a line that has a time and at most a name before it; None for other lines."""
    if _DAY.fullmatch(line) and any(word.strip(".,").lower() in MONTHS for word in line.split()):
        return "", line
    before = _replace(_AGO, "\n", cut_dates(line))
    first, found, rest = before.partition("\n")
    if not found or len(line) > MAX_HEADER or len(re.findall(r"\w+", rest)) > 4:
        return None
    name = _replace(_BEFORE_TIME, "", first)
    glued = _GLUED.match(line, len(first))
    if glued is not None:
        name = line[: glued.end()]
    if name and not _is_name(_name(name)):
        return None
    return _name(name), line[len(name) :].strip(" \t,|·•–—-:")


def _is_name(text: str) -> bool:
    return 0 < len(text) <= MAX_NAME and len(text.split()) <= MAX_NAME_WORDS and text[-1] not in ".!?…。！？;,"


def _name(text: str) -> str:
    return _POSTED.sub("", _replace(_SAYS, "", _TAG.sub("", text))).strip(" \t:,|·•–—-")


def _replace(pattern: re.Pattern[str], by: str, text: str) -> str:
    """Replace what a pattern of folded text matches."""
    parts, end = [], 0
    for match in pattern.finditer(fold_case(text)):
        parts.append(text[end : match.start()])
        end = match.end()
    return by.join([*parts, text[end:]])
