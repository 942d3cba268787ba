"""Finds the lines that rules may match as line_signs.c does, by Python alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copydesk.classifier.captions import CREDIT_FROM_END, MIN_CAPTION
from copydesk.classifier.edge_words import MAX_COMMENTS, MAX_REPLIES
from copydesk.classifier.line_signs import LineSigns
from copydesk.classifier.lone_blocks import COLONS, MAX_LABEL

_CREDIT = re.compile(r"[©/:|]| by ")
_OPENS = r"(?:[VvFf][Ii\x80-\U0010ffff]|[Ww][Aa\x80-\U0010ffff]|[Aa][Rr\x80-\U0010ffff]|[Ssſ][Yy\x80-\U0010ffff])"
_SHOWN = re.compile(rf"[\s\S]?{_OPENS}|[^()]{{0,200}}\({_OPENS}")
_COMMENTS = re.compile(r"[oO][mM][mMeE]|[eE][aA][cC]|[oO][rR][uU]|[^\x00-\x7f]")


def signs_of(lines: Sequence[str]) -> LineSigns:
    """Return the numbers of the lines of each sort."""
    rules = (_may_have_credit, _may_say_what_is_shown, _may_head_comments, _is_label)
    return LineSigns(*([n for n, line in enumerate(lines) if line and is_like(line)] for is_like in rules))


def _may_have_credit(line: str) -> bool:
    return len(line) >= MIN_CAPTION and _CREDIT.search(line[-CREDIT_FROM_END:]) is not None


def _may_say_what_is_shown(line: str) -> bool:
    return _SHOWN.match(line) is not None


def _may_head_comments(line: str) -> bool:
    is_counted = line[0] in "123456789" and len(line) <= MAX_REPLIES
    return is_counted or (len(line) <= MAX_COMMENTS and _COMMENTS.search(line) is not None)


def _is_label(line: str) -> bool:
    return len(line) <= MAX_LABEL and line[-1] in COLONS
