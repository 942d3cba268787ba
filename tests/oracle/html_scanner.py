"""Finds the tags in the bytes of an HTML page: where each begins and ends, and its name."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.oracle.jit import jit

MAX_ATTRIBUTES = 256
"""Attributes of one tag. More are cut off, since a parser compares each with all before it."""

Bytes = NDArray[np.uint8]

_LT, _GT, SLASH, _EQUALS, _BANG, _DASH, _QUESTION, _QUOTE, _TICK, _BRACKET = (ord(c) for c in "<>/=!-?\"']")
_PRIME = 1_000_003  # of a name's hash
_STRETCH = 32  # bytes that are compared at a time
_CDATA, _COMMENT = np.frombuffer(b"<![CDATA[", np.uint8), np.frombuffer(b"<!--", np.uint8)
_SCRIPT = 8105380979647886263  # `name_hash` of "script"


@jit
def name_hash(data: Bytes, at: int) -> tuple[int, int]:
    """Hash the tag name at a place, in lower case; return the hash and the place after the name."""
    value = np.int64(0)
    for k in range(at, len(data)):
        c = data[k]
        if c in (SLASH, _GT) or _is_space(c):
            return int(value), k
        value = value * _PRIME + (c | 32 if 65 <= c <= 90 else c)
    return int(value), len(data)


@jit
def tag_end(data: Bytes, at: int) -> tuple[int, int, bool]:
    """Return where a tag ends, where it has too many attributes (0 if it has not), and whether it ends in `/>`."""
    n = len(data)
    excess = 0
    attributes = 0
    while True:
        before = at
        at = _after_spaces(data, at, SLASH)
        if at == n or data[at] == _GT:
            return at, excess, at > before and data[at - 1] == SLASH
        attributes += 1
        if attributes == MAX_ATTRIBUTES + 1:
            excess = at
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
    """Return the next place with neither white space nor the other byte."""
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
    """Return the next place of `<`, or the page's length; compares many bytes at a time, as text is long."""
    while at + _STRETCH <= len(data):
        found = False
        for c in data[at : at + _STRETCH]:
            found |= c == _LT
        if found:
            break
        at += _STRETCH
    return _next(data, at, _LT)


@jit
def after_non_tag(data: Bytes, at: int, foreign: bool) -> int:
    """Return the place after a `<` that does not begin a tag: a comment, a declaration, a broken end tag, or text.

    Args:
        foreign: Whether it is in SVG or MathML, where `<![CDATA[` has an end of its own.
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

    In a script, an end tag after `<!--` and `<script` is ignored, since old pages put scripts into comments.
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
    """Return whether there is `-->` between two places; its dashes may be those of `<!--`."""
    found = False
    for k in range(first + 4, last):
        found |= data[k] == _GT and data[k - 1] == _DASH and data[k - 2] == _DASH
    return found


@jit
def _begins(data: Bytes, at: int, wanted: Bytes) -> bool:
    """Return whether some bytes are at a place."""
    equal = at + len(wanted) <= len(data)
    for k in range(len(wanted) if equal else 0):
        equal &= data[at + k] == wanted[k]
    return equal
