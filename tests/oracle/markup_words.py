"""Splits class names and link targets into words and hashes them, a whole page in one pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from copydesk.classifier.arrays import CodePoints, Hashes, Integers
from copydesk.classifier.compiled import code_points
from copydesk.classifier.features.markup_words import MAX_HREF_WORDS, MAX_NAME_WORDS
from tests.oracle.hashing import hash_ignoring_case
from tests.oracle.jit import jit

_OTHER, _LOWER, _UPPER, _DIGIT = range(4)

HashesByText = tuple[Hashes, Integers]


def hash_names(texts: Sequence[str]) -> HashesByText:
    """Hash the words of class names and ids, split at hyphens and in camel case, of two letters or more.

    Returns:
        All hashes one after the other, and where each text's end: shape (len(texts),).
    """
    return _name_words(*_joined(texts))


def hash_hrefs(texts: Sequence[str]) -> HashesByText:
    """Hash the words of link targets' paths, and of each target its number of words and its first character.

    Returns:
        As `hash_names`; an empty target has no hashes.
    """
    return _href_words(*_joined(texts))


def _joined(texts: Sequence[str]) -> tuple[CodePoints, Integers]:
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return code_points("".join(texts)), np.cumsum(lengths)


@jit
def _kind(point: int) -> int:
    if 97 <= point <= 122:
        return _LOWER
    if 65 <= point <= 90:
        return _UPPER
    return _DIGIT if 48 <= point <= 57 else _OTHER


@jit
def _word_end(points: CodePoints, start: int, end: int) -> int:
    """Return where the word that starts here ends: it is letters of one case, or a capital before small ones."""
    kind = _kind(points[start])
    at = start + 1
    if kind == _UPPER and at < end and _kind(points[at]) == _LOWER:
        kind = _LOWER
    while at < end and _kind(points[at]) == kind:
        at += 1
    return at


@jit
def _name_words(points: CodePoints, ends: Integers) -> HashesByText:
    out = np.empty(len(points) // 2 + 1, np.uint64)
    out_ends = np.empty(len(ends), np.int64)
    n = 0
    start = 0
    for text in range(len(ends)):
        end = ends[text]
        first = n
        at = start
        while at < end and n - first < MAX_NAME_WORDS:
            if _kind(points[at]) in (_OTHER, _DIGIT):
                at += 1
                continue
            stop = _word_end(points, at, end)
            if stop - at >= 2:
                out[n] = hash_ignoring_case(points, at, stop)
                n += 1
            at = stop
        out_ends[text] = n
        start = end
    return out[:n], out_ends


@jit
def _path_start(points: CodePoints, start: int, end: int) -> int:
    """Return where a target's path starts, after the host if it names one."""
    for at in range(start, end - 1):
        if points[at] == 47 and points[at + 1] == 47:
            at += 2
            while at < end and points[at] != 47:
                at += 1
            return at
        if points[at] == 47 or points[at] == 63 or points[at] == 35:
            return start
    return start


@jit
def _href_words(points: CodePoints, ends: Integers) -> HashesByText:
    out = np.empty((MAX_HREF_WORDS + 1) * len(ends), np.uint64)
    out_ends = np.empty(len(ends), np.int64)
    n = 0
    start = 0
    for text in range(len(ends)):
        end = ends[text]
        if end > start:
            at = _path_start(points, start, end)
            absolute = at > start
            words = 0
            while at < end:
                kind = _kind(points[at])
                mark = points[at] == 35 or points[at] == 63
                stop = at + 1 if kind == _OTHER else _word_end(points, at, end)
                if mark or (kind == _DIGIT and stop - at >= 4) or (kind in (_LOWER, _UPPER) and stop - at >= 2):
                    if words < MAX_HREF_WORDS:
                        out[n] = hash_ignoring_case(points, at, stop)
                        n += 1
                    words += 1
                at = stop
            out[n] = np.uint64((min(words, 12) * 2 + absolute) * 128 + min(points[start], 127))
            n += 1
        out_ends[text] = n
        start = end
    return out[:n], out_ends
