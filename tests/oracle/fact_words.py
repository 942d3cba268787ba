"""The marks of `fact_words` in Python: what the C code is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.fact_words import NAME, NUMBER, ORDINARY, kind_table
from tests.oracle.hashing import scatter
from tests.oracle.jit import jit

_FIRST_NAME, _FIRST_NUMBER = 32, 64
_DATELINE_WITHIN, _DATELINE_WORDS = 30, 10
"""A dateline lies within so many words of a text's begin and has at most so many, up to a dash: it tells of the agency,
not of the story, so its words are ordinary."""

_MOST_NAMES = 0.5
"""Share of a text's words above which capitals tell no names: it is set in capitals, or as a title. A choice; German,
which writes all nouns with a capital, has about a third."""
_SPACE = np.uint32(ord(" "))
_TABLE = 0x20000
_SKIPPED, _DIGIT, _CAPITAL, _SENTENCE_END, _LINE_END, _DASH, _OTHER = range(7)
_ONE, _NUMERAL, _POWER, _ORDINAL, _DAY, _UNIT = range(7, 13)
_NUMERAL_STEP = 5


@jit
def mark_kind(mark: np.uint8) -> int:
    """Return the kind of a marked word."""
    return ORDINARY if mark < _FIRST_NAME else NAME if mark < _FIRST_NUMBER else NUMBER


def mark_words(
    points: NDArray[np.uint32],
    limits: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    bounds: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """Return the mark of each word; the arguments are those of `normalized_words`."""
    return _mark(points, limits, hashes, starts, ends, bounds, kind_table())


@jit
def _mark(
    points: NDArray[np.uint32],
    limits: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    bounds: NDArray[np.int64],
    kinds: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    marks = np.empty(len(hashes), np.uint8)
    for t in range(len(bounds) - 1):
        text = points[limits[t] : limits[t + 1]]
        end = np.int64(0)
        line = bounds[t]
        n_names = 0
        numerals_end = bounds[t]
        for i in range(bounds[t], bounds[t + 1]):
            if i < numerals_end:
                end = max(end, np.int64(ends[i]))
                continue
            sentence_start, line_start, dash = _read_gap(text, end, np.int64(starts[i]), kinds)
            end = max(end, np.int64(ends[i]))
            if dash and i - line <= _DATELINE_WORDS and i - bounds[t] <= _DATELINE_WITHIN:
                marks[line:i] &= np.uint8(_FIRST_NAME - 1)
            line = i if line_start else line
            marks[i] = hashes[i] >> np.uint64(40) & np.uint64(_FIRST_NAME - 1)
            initial = _kind_of(text[starts[i]], kinds)
            if initial in (_ONE, _NUMERAL, _POWER):
                numerals_end = _mark_numerals(text, hashes, starts, ends, bounds[t], i, bounds[t + 1], kinds, marks)
            elif initial == _DIGIT:
                marks[i] = np.uint64(_FIRST_NUMBER) | hashes[i] >> np.uint64(40) & np.uint64(_FIRST_NUMBER - 1)
            elif initial == _CAPITAL and not sentence_start and i > bounds[t]:
                marks[i] |= np.uint8(_FIRST_NAME)
                n_names += 1
        if n_names > _MOST_NAMES * (bounds[t + 1] - bounds[t]):
            for i in range(bounds[t], bounds[t + 1]):
                if mark_kind(marks[i]) == NAME:
                    marks[i] &= np.uint8(_FIRST_NAME - 1)
    return marks


@jit
def _mark_numerals(
    text: NDArray[np.uint32],
    hashes: NDArray[np.uint64],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    first: int,
    i: int,
    last: int,
    kinds: NDArray[np.uint8],
    marks: NDArray[np.uint8],
) -> int:
    """Mark the run of numerals that begins with word i; return its end."""
    initial = _kind_of(text[starts[i]], kinds)
    end = i + 1
    number = hashes[i]
    while end < last and starts[end] == ends[end - 1]:
        if _kind_of(text[starts[end]], kinds) not in (_ONE, _NUMERAL, _POWER):
            break
        number = scatter(number ^ hashes[end])
        end += 1
    is_number = end > i + 1
    if i > first and starts[i] == ends[i - 1] and _kind_of(text[starts[i - 1]], kinds) == _ORDINAL:
        is_number = True
    if end < last and starts[end] == ends[end - 1]:
        unit = _kind_of(text[starts[end]], kinds)
        is_number = is_number or unit == _DAY or (unit == _UNIT and initial != _ONE)
    for j in range(i, end):
        marks[j] = hashes[j] >> np.uint64(40) & np.uint64(_FIRST_NAME - 1)
        if is_number and initial != _POWER and (j - i) % _NUMERAL_STEP == 0:
            marks[j] = np.uint64(_FIRST_NUMBER) | number >> np.uint64(40) & np.uint64(_FIRST_NUMBER - 1)
    return end


@jit
def _read_gap(
    text: NDArray[np.uint32], first: np.int64, end: np.int64, kinds: NDArray[np.uint8]
) -> tuple[bool, bool, bool]:
    """Return whether a gap between words ends a sentence, ends a line, and has a dash among other characters."""
    sentence = line = dash = False
    if end == first + 1 and text[first] == _SPACE:  # as between most words
        return sentence, line, dash
    for at in range(first, end):
        kind = _kind_of(text[at], kinds)
        line |= kind == _LINE_END
        sentence |= kind == _SENTENCE_END
        dash |= kind == _DASH
    return sentence or line, line, dash and bool(end > first + 1)


@jit
def _kind_of(point: np.uint32, kinds: NDArray[np.uint8]) -> int:
    return int(kinds[point]) if point < np.uint32(_TABLE) else _OTHER
