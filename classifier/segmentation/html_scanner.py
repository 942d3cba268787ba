"""Tags in the bytes of an HTML page: where they begin, what they are called, where they end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled import jit

MAX_ATTRIBUTES = 256
"""Attributes of one tag; a parser compares each with all before it."""

Bytes = NDArray[np.uint8]

_LT, _GT, SLASH, _EQUALS, _BANG, _DASH, _QUESTION, _QUOTE, _TICK, _BRACKET = (ord(c) for c in "<>/=!-?\"']")
_PRIME, _STRETCH = 1_000_003, 32  # of a name's hash, bytes compared in one go
_CDATA, _COMMENT = np.frombuffer(b"<![CDATA[", np.uint8), np.frombuffer(b"<!--", np.uint8)


def _hash(name: str) -> int:
    """Hash a name in lower case as `name_hash` does, in plain Python."""
    value = 0
    for c in name.encode():
        value = (value * _PRIME + c) & 0xFFFFFFFFFFFFFFFF
    return value - (1 << 64) if value >> 63 else value


_SCRIPT = _hash("script")


@jit
def name_hash(data: Bytes, at: int) -> tuple[int, int]:
    """Hash the tag name at a place, in lower case; return the hash and the place after the name."""
    value = 0
    for k in range(at, len(data)):
        c = data[k]
        if c in (SLASH, _GT) or _is_space(c):
            return value, k
        value = value * _PRIME + (c | 32 if 65 <= c <= 90 else c)
    return value, len(data)


@jit
def tag_end(data: Bytes, at: int) -> tuple[int, int, bool]:
    """Return the place of a tag's `>` or the page's end, where attributes become too many or 0, and if `/` ends it."""
    n = len(data)
    crowd = 0
    attributes = 0
    while True:
        before = at
        at = _after_spaces(data, at, SLASH)
        if at == n or data[at] == _GT:
            return at, crowd, at > before and data[at - 1] == SLASH
        attributes += 1
        if attributes == MAX_ATTRIBUTES + 1:
            crowd = at
        at = _after_spaces(data, _name_end(data, at + 1, _EQUALS, SLASH), 32)
        if at == n or data[at] != _EQUALS:
            continue
        at = _after_spaces(data, at + 1, 32)
        if at < n and (data[at] == _QUOTE or data[at] == _TICK):
            at = min(n, _next(data, at + 1, data[at]) + 1)
        else:
            at = _name_end(data, at, _GT, _GT)


@jit
def _name_end(data: Bytes, at: int, stop: int, other_stop: int) -> int:
    """Return the place of the next white space, `>`, or one of two further bytes."""
    for k in range(at, len(data)):
        c = data[k]
        if c in (stop, other_stop, _GT) or _is_space(c):
            return k
    return len(data)


@jit
def _after_spaces(data: Bytes, at: int, other: int) -> int:
    """Return the next place that holds neither white space nor the other byte."""
    for k in range(at, len(data)):
        if data[k] != other and not _is_space(data[k]):
            return k
    return len(data)


@jit
def _is_space(c: int) -> bool:
    return c <= 32 and (c == 32 or c == 10 or c == 9 or c == 13 or c == 12)


@jit
def _next(data: Bytes, at: int, wanted: int) -> int:
    """Return the next place of a byte, or the page's length."""
    for k in range(at, len(data)):
        if data[k] == wanted:
            return k
    return len(data)


@jit
def next_tag(data: Bytes, at: int) -> int:
    """Return the next place of `<`, or the page's length; a stretch at a time, as scripts and text are long."""
    while at + _STRETCH <= len(data):
        found = False
        for c in data[at : at + _STRETCH]:
            found |= c == _LT
        if found:
            break
        at += _STRETCH
    return _next(data, at, _LT)


@jit
def after_oddity(data: Bytes, at: int, foreign: bool) -> int:
    """Return the place after a `<` that begins no tag: a comment, a declaration, an odd end tag, or just text.

    `foreign` tells that it stands in SVG or MathML, where a section of character data goes on to its own end.
    """
    n = len(data)
    c = data[at + 1]
    if foreign and _begins(data, at, _CDATA):
        for k in range(at + len(_CDATA), n - 2):
            if data[k] == _BRACKET and data[k + 1] == _BRACKET and data[k + 2] == _GT:
                return k + 3
        return n
    if c == _BANG and at + 3 < n and data[at + 2] == _DASH and data[at + 3] == _DASH:
        for k in range(at + 4, n):
            odd = k > at + 6 and data[k - 1] == _BANG and data[k - 3] == _DASH
            if data[k] == _GT and data[k - 2] == _DASH and (odd or data[k - 1] == _DASH):
                return k + 1
        return n
    if c in (_BANG, _QUESTION, SLASH):
        return _next(data, at + 2, _GT) + 1
    return at + 1


@jit
def raw_end(data: Bytes, at: int, name: int) -> int:
    """Return the place of the end tag that ends raw text, or -1.

    In a script, `<!--` and then `<script` hide the next end tag, as old pages wrapped scripts in comments.
    """
    script = name == _SCRIPT
    escaped = hidden = False
    at = next_tag(data, at)
    end = at
    while at < len(data) - 2:
        if escaped and _closes_comment(data, end, at):
            escaped = hidden = False
        end = at
        if data[at + 1] == SLASH and name_hash(data, at + 2)[0] == name:
            if not hidden:
                return at
            hidden = False
        elif script and _begins(data, at, _COMMENT):
            escaped = True
        elif escaped and name_hash(data, at + 1)[0] == _SCRIPT:
            hidden = True
        at = next_tag(data, at + 1)
    return -1


@jit
def _closes_comment(data: Bytes, first: int, last: int) -> bool:
    """Tell whether `-->` stands in a stretch; its first dashes may be those of `<!--`."""
    found = False
    for k in range(first + 4, last):
        found |= data[k] == _GT and data[k - 1] == _DASH and data[k - 2] == _DASH
    return found


@jit
def _begins(data: Bytes, at: int, wanted: Bytes) -> bool:
    """Tell whether some bytes stand at a place."""
    equal = at + len(wanted) <= len(data)
    for k in range(len(wanted) if equal else 0):
        equal &= data[at + k] == wanted[k]
    return equal
