"""Marks lines as line_signs.c does, by Python alone."""

from __future__ import annotations

import re

from copydesk.classifier.captions import CREDIT_FROM_END, MIN_CAPTION
from copydesk.classifier.edge_words import MAX_COMMENTS, MAX_REPLIES
from copydesk.classifier.line_signs import COMMENTS, CREDIT, LABEL, SHOWN
from copydesk.classifier.story_order import COLONS, MAX_LABEL

_CREDIT = re.compile(r"[©/:|]| by ")
_OPENS = r"(?:[VvFf][Ii\x80-\U0010ffff]|[Ww][Aa\x80-\U0010ffff]|[Aa][Rr\x80-\U0010ffff]|[Ssſ][Yy\x80-\U0010ffff])"
_SHOWN = re.compile(rf"[\s\S]?{_OPENS}|[^()]{{0,200}}\({_OPENS}")
_COMMENTS = re.compile(r"[oO][mM][mMeE]|[eE][aA][cC]|[oO][rR][uU]|[^\x00-\x7f]")


def signs_of(line: str) -> int:
    """Return the bits of a line that is not empty."""
    signs = 0
    if len(line) >= MIN_CAPTION and _CREDIT.search(line[-CREDIT_FROM_END:]):
        signs |= CREDIT
    if _SHOWN.match(line):
        signs |= SHOWN
    if (line[0] in "123456789" and len(line) <= MAX_REPLIES) or (len(line) <= MAX_COMMENTS and _COMMENTS.search(line)):
        signs |= COMMENTS
    if len(line) <= MAX_LABEL and line[-1] in COLONS:
        signs |= LABEL
    return signs
