"""The measure of differing facts in Python: what `differing_facts.c` is compared with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.fact_words import MARK_BITS, NUMBER, ORDINARY
from copydesk.classifier.duplicates.rules import COMPARISON, FACTS
from tests.oracle.fact_words import mark_kind
from tests.oracle.jit import jit

_MAX_GAP_WORDS = FACTS.max_gap_words
_MAX_GAP_CHARACTERS = FACTS.max_gap_characters
_NUMBER_WEIGHT = FACTS.number_weight
_NOISE_FACTOR = FACTS.noise_factor
_MIN_PLACES = FACTS.min_places
_MIN_FACTS = FACTS.min_facts
_SHORT_TEXT_WORDS = FACTS.short_text_words
_MIN_SHARED = FACTS.min_shared
_MIN_WEIGHT = FACTS.min_weight
_CORRECTION = FACTS.max_correction
_MIN_PHRASE = FACTS.min_phrase_words
_MAX_COVERED_GAP = COMPARISON.max_gap_words

_MAX_OCCURRENCES = 16
"""Occurrences of a shingle that are searched for the one that continues a text, so that time stays linear."""
_MARKS = 1 << MARK_BITS


class Places(NamedTuple):
    """Where the shingles of a text are in another.

    `first` has the first place in the other of each of the text's shingles, -1 where it has none; `following` the next
    place of the same shingle for each place in the other, -1 after the last.
    """

    first: NDArray[np.int32]
    following: NDArray[np.int32]


@jit
def differing_facts(
    text: NDArray[np.uint32], other: NDArray[np.uint32], places: Places, sizes: tuple[int, int]
) -> tuple[float, int]:
    """Return the share of a text's facts, by weight, that differ from those of another, and its replaced shingles.

    A gap lies between two shared shingles, in both texts at the same place. Facts of a gap differ if both texts have
    some there that the other has not. The share is 0 if so few facts differ as in a correction, or if ordinary words
    differ nearly as often, as in a copy with misread characters. Where the shared words contain next to none of either
    text's facts, all others differ: what the texts share is a frame. Shingles are replaced if whole phrases stand in a
    gap of both texts.

    Args:
        text: The text's shingles in their order, with marks.
        other: The other's.
        places: Where the text's shingles are in the other.
        sizes: Their lengths in words, as in `Shingles`.
    """
    facts = np.zeros(2, np.int64)  # weights: shared, differing
    words = np.zeros(2, np.int64)  # ordinary words: shared, replaced
    n = np.zeros(2, np.int64)  # differing places, differing facts
    seen = np.zeros(_MARKS * _MARKS, np.bool_)
    counted = replaced = 0
    same_start = len(text) > 0 and len(other) > 0 and _mark(text, 0) == _mark(other, 0)
    end = other_end = 1 if same_start else 0
    last = -1
    for i in range(len(text)):
        place = int(places.first[i])
        if place < 0:
            continue
        for _ in range(_MAX_OCCURRENCES):
            if place < 0 or place > last:
                break
            place = int(places.following[place])
        forward = place > last
        place = place if forward else int(places.first[i])
        most = _MAX_GAP_CHARACTERS if text[i] & np.uint32(1) else _MAX_GAP_WORDS
        if forward and end and end < i <= end + most and other_end < place <= other_end + most:
            _compare_gap(text[end:i], other[other_end:place], facts, words, n, seen)
            if _MIN_PHRASE <= i - end <= _MAX_COVERED_GAP and place - other_end >= _MIN_PHRASE:
                replaced += i - end
        size = sizes[1] if text[i] & np.uint32(1) else sizes[0]
        for j in range(max(counted, i), min(i + size, len(text))):
            _count_word(text[j], facts, words)
        counted = max(counted, i + size)
        end, other_end, last = i + size, place + size, place
    weight = min(_weight(text), _weight(other))
    if weight >= _MIN_WEIGHT and facts[0] < _MIN_SHARED * weight:
        return float(1.0 - facts[0] / weight), replaced
    share = facts[1] / max(1, facts[0] + facts[1])
    noise = words[1] / max(1, words[0] + words[1])
    few = n[0] < _MIN_PLACES and (n[1] < _MIN_FACTS or share < _CORRECTION) and len(text) >= _SHORT_TEXT_WORDS
    return 0.0 if few or share < _NOISE_FACTOR * noise else float(share), replaced


@jit
def _weight(text: NDArray[np.uint32]) -> int:
    """Return the weight of all facts of a text."""
    facts, words = np.zeros(1, np.int64), np.zeros(1, np.int64)
    for value in text:
        _count_word(value, facts, words)
    return int(facts[0])


@jit
def _compare_gap(
    text: NDArray[np.uint32],
    other: NDArray[np.uint32],
    facts: NDArray[np.int64],
    words: NDArray[np.int64],
    n: NDArray[np.int64],
    seen: NDArray[np.bool_],
) -> None:
    """Count what differs in a gap; of equal differences of facts, as where a name was corrected, the first counts."""
    weight, n_facts, n_words, mark = _only_in(text, other)
    other_weight, other_facts, other_words, other_mark = _only_in(other, text)
    for j in range(len(text)):
        if _has(other, _mark(text, j)):
            _count_word(text[j], facts, words)
    if n_facts and other_facts and not seen[mark * _MARKS + other_mark]:
        seen[mark * _MARKS + other_mark] = True
        facts[1] += min(weight, other_weight)
        n[0] += 1
        n[1] += min(n_facts, other_facts)
    elif not (n_facts and other_facts):
        words[1] += min(n_words, other_words)


@jit
def _only_in(text: NDArray[np.uint32], other: NDArray[np.uint32]) -> tuple[int, int, int, int]:
    """Return the weight of a gap's facts that the other has not, their number, that of other words, and one mark."""
    weight = n_facts = n_words = first = 0
    for j in range(len(text)):
        mark = _mark(text, j)
        if _has(other, mark):
            continue
        kind = mark_kind(np.uint8(mark))
        if kind == ORDINARY:
            n_words += 1
            continue
        first = first if n_facts else mark
        n_facts += 1
        weight += _NUMBER_WEIGHT if kind == NUMBER else 1
    return weight, n_facts, n_words, first


@jit
def _has(text: NDArray[np.uint32], mark: int) -> bool:
    found = False
    for j in range(len(text)):
        found |= _mark(text, j) == mark
    return found


@jit
def _mark(text: NDArray[np.uint32], j: int) -> int:
    return int(text[j] >> np.uint32(1)) & (_MARKS - 1)


@jit
def _count_word(value: np.uint32, facts: NDArray[np.int64], words: NDArray[np.int64]) -> None:
    """Count a shared word."""
    kind = mark_kind(np.uint8(int(value >> np.uint32(1)) & (_MARKS - 1)))
    if kind == ORDINARY:
        words[0] += 1
    else:
        facts[0] += _NUMBER_WEIGHT if kind == NUMBER else 1
