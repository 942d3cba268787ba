"""The comparison of two texts in Python: what `overlap.c` is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.overlap import (
    CONTAINED,
    CONTAINS,
    IDENTICAL,
    NEAR_DUPLICATE,
    NO_MATCH,
    NO_SHINGLES,
)
from copydesk.classifier.duplicates.rules import COMPARISON
from copydesk.classifier.duplicates.shingles import SET_BITS
from tests.oracle.differing_facts import Places, differing_facts
from tests.oracle.jit import jit

_MIN_SIMILARITY = COMPARISON.min_similarity
_OCR_COPY_MIN_CONTAINMENT = COMPARISON.ocr_copy_min_containment
_COPY_MIN_COVERAGE = COMPARISON.copy_min_coverage
_MIN_SIZE_RATIO = COMPARISON.min_size_ratio
_MIN_CONTAINMENT = COMPARISON.min_containment
_MIN_PASSAGE_WORDS = COMPARISON.min_passage_words
_MIN_EXCERPT_WORDS = COMPARISON.min_excerpt_words
_MIN_SHARED_SHINGLES = COMPARISON.min_shared_shingles
_MAX_GAP_WORDS = COMPARISON.max_gap_words

_SIMILARITY, _CONTAINS, _CONTAINED, _DISTINCTIVE_SIMILARITY, _DISTINCTIVE_SHARED = range(5)
_RUN, _PASSAGE, _COVERAGE, _FACTS, _BEFORE = range(5, 10)


@jit
def relation_number(counts: NDArray[np.float64], identical: bool) -> tuple[int, bool]:
    """Return the number of the relation, and whether both texts are one story, judging by this pair alone."""
    contains, contained = counts[_CONTAINS], counts[_CONTAINED]
    less, more = min(contains, contained), max(contains, contained)
    if identical:
        return IDENTICAL, True
    similar = is_similar(counts)
    excerpt = more >= _MIN_CONTAINMENT and counts[_PASSAGE] >= _MIN_EXCERPT_WORDS
    if not (similar or excerpt or counts[_PASSAGE] >= _MIN_PASSAGE_WORDS):
        return NO_MATCH, False
    same_story = similar and less > _MIN_SIZE_RATIO * more and counts[_COVERAGE] >= _COPY_MIN_COVERAGE
    if less >= _MIN_CONTAINMENT or (more < _MIN_CONTAINMENT and same_story):
        return NEAR_DUPLICATE, same_story
    return CONTAINS if contains >= contained else CONTAINED, same_story


@jit
def is_similar(counts: NDArray[np.float64]) -> bool:
    """Return whether two texts are similar as wholes; a copy with OCR errors is."""
    more = max(counts[_CONTAINS], counts[_CONTAINED])
    copy = counts[_COVERAGE] >= _COPY_MIN_COVERAGE and more >= _OCR_COPY_MIN_CONTAINMENT
    similar = copy or counts[_DISTINCTIVE_SIMILARITY] >= _MIN_SIMILARITY
    return bool(similar and counts[_DISTINCTIVE_SHARED] >= _MIN_SHARED_SHINGLES)


@jit
def overlap_counts(
    text: NDArray[np.uint32],
    other: NDArray[np.uint32],
    sizes: tuple[int, int],
    common: NDArray[np.uint32],
    identical: bool,
) -> NDArray[np.float64]:
    """Count what a text shares with another; the same both ways, but that `contains` and `contained` change places.

    Args:
        text: The text's shingles in their order.
        other: The other's.
        sizes: Their lengths in words, as in `Shingles`.
        common: Shortened and sorted.
        identical: Whether all words are equal.

    Returns:
        The numbers of `OVERLAP_FIELDS`.
    """
    counts = np.zeros(10)
    swapped = _comes_first(other, text)
    if swapped:
        text, other = other, text
    marks, places, every, distinctive = _mark_shared(text, other, common)
    run, passage, covered, ranges, main, shared_before = _passages(marks, text, sizes)
    shared, n_text, n_other = every
    counts[_SIMILARITY] = _jaccard(every)
    counts[_CONTAINED if swapped else _CONTAINS] = shared / max(1, n_other)
    counts[_CONTAINS if swapped else _CONTAINED] = shared / max(1, n_text)
    counts[_DISTINCTIVE_SIMILARITY] = _jaccard(distinctive)
    counts[_DISTINCTIVE_SHARED] = distinctive[0]
    counts[_RUN] = run
    counts[_PASSAGE] = passage
    if len(ranges):
        counts[_BEFORE] = max(0, min(main, places.first[main]) - shared_before)
    replaced = 0
    if shared and not identical:
        counts[_FACTS], replaced = differing_facts(text, other, places, sizes)
    counts[_COVERAGE] = max(0.0, min(1.0, (covered - replaced) / max(1, min(n_text, n_other))))
    if identical:
        counts[_SIMILARITY : _DISTINCTIVE_SIMILARITY + 1] = 1.0
        counts[_COVERAGE] = 1.0
    return counts


@jit
def shared_ranges(text: NDArray[np.uint32], other: NDArray[np.uint32], sizes: tuple[int, int]) -> NDArray[np.int64]:
    """Return ranges of a text's words, shape (n_ranges, 2): the first and one past the last."""
    marks, _, _, _ = _mark_shared(text, other, NO_SHINGLES)
    return _passages(marks, text, sizes)[3]


@jit
def _comes_first(text: NDArray[np.uint32], other: NDArray[np.uint32]) -> bool:
    """Return whether a text is the shorter one; of two of one length, the one with the first lesser shingle is."""
    if len(text) != len(other):
        return len(text) < len(other)
    for i in range(len(text)):
        one, two = text[i] >> np.uint32(32 - SET_BITS), other[i] >> np.uint32(32 - SET_BITS)
        if one != two:
            return bool(one < two)
    return False


@jit
def _jaccard(counts: tuple[int, int, int]) -> float:
    shared, n_text, n_other = counts
    return shared / max(1, n_text + n_other - shared)


@jit
def _mark_shared(
    text: NDArray[np.uint32], other: NDArray[np.uint32], common: NDArray[np.uint32]
) -> tuple[NDArray[np.int8], Places, tuple[int, int, int], tuple[int, int, int]]:
    """Mark which shingles of a text the other has: 0 it has not, 1 it has, 2 it has but common; 8 more for repetitions.

    Also find their places in the other, and count the different shingles in both, in the text and in the other: all of
    them, and the distinctive ones.
    """
    size = 16
    while size < 2 * (len(text) + len(other)):
        size *= 2
    slots = np.zeros(size, np.uint32)
    kinds = np.zeros(size, np.int8)  # 1: the text has it, 2: the other has it, 4: it is common
    ends = np.empty((size, 2), np.int32)  # first and last place in the other
    counts = np.zeros((8,), np.int64)
    for i in range(len(text)):
        value = text[i] >> np.uint32(32 - SET_BITS)
        at = _slot(slots, value)
        if slots[at] == 0:
            slots[at] = value + np.uint32(1)
            kinds[at] = 1 | _common_bit(common, value)
            counts[kinds[at]] += 1
    following = np.full(len(other), np.int32(-1))
    for place in range(len(other)):
        value = other[place] >> np.uint32(32 - SET_BITS)
        at = _slot(slots, value)
        if slots[at] == 0:
            slots[at] = value + np.uint32(1)
            kinds[at] = 2 | _common_bit(common, value)
            counts[kinds[at]] += 1
            ends[at, 0] = place
        elif not kinds[at] & 2:
            counts[kinds[at]] -= 1
            kinds[at] |= 2
            counts[kinds[at]] += 1
            ends[at, 0] = place
        else:
            following[ends[at, 1]] = place
        ends[at, 1] = place
    marks = np.zeros(len(text), np.int8)
    first = np.full(len(text), np.int32(-1))
    for i in range(len(text)):
        at = _slot(slots, text[i] >> np.uint32(32 - SET_BITS))
        if kinds[at] & 2:
            marks[i] = (2 if kinds[at] & 4 else 1) | kinds[at] & 8
            kinds[at] |= 8
            first[i] = ends[at, 0]
    both, of_text, of_other = counts[3], counts[1] + counts[3], counts[2] + counts[3]
    with_common = both + counts[7], of_text + counts[5] + counts[7], of_other + counts[6] + counts[7]
    return marks, Places(first, following), with_common, (both, of_text, of_other)


@jit
def _slot(slots: NDArray[np.uint32], value: np.uint32) -> np.int64:
    """Return a value's place in a hash table (open addressing): its own, or the free one for it."""
    mask = np.int64(len(slots) - 1)
    at = ((np.int64(value) * np.int64(0x9E3779B1)) >> np.int64(12)) & mask
    while slots[at] != 0 and slots[at] != value + np.uint32(1):
        at = (at + 1) & mask
    return at


@jit
def _common_bit(common: NDArray[np.uint32], value: np.uint32) -> int:
    if len(common) == 0:
        return 0
    at = np.searchsorted(common, value)
    return 4 if at < len(common) and common[at] == value else 0


@jit
def _passages(
    marks: NDArray[np.int8], text: NDArray[np.uint32], sizes: tuple[int, int]
) -> tuple[int, int, int, NDArray[np.int64], int, int]:
    """Return the longest run, the best passage, the shingles inside ranges, the ranges, where the longest begins, and
    the words in the ranges before that one.
    """
    ranges = np.empty((len(marks), 2), np.int64)
    n = longest = run = best = score = covered = in_range = most = main = earlier = shared_before = 0
    last = -_MAX_GAP_WORDS
    for i in range(len(marks)):
        if marks[i] == 0:
            run = 0
            score = max(0, score - 1)
            continue
        size = sizes[1] if text[i] & np.uint32(1) else sizes[0]
        end = i + size
        if n and i <= ranges[n - 1, 1] + _MAX_GAP_WORDS:
            ranges[n - 1, 1] = max(ranges[n - 1, 1], end)
            new = i - last
        else:
            earlier += ranges[n - 1, 1] - ranges[n - 1, 0] if n else 0
            ranges[n, 0], ranges[n, 1] = i, end
            n += 1
            new = 1
            in_range = 0
        last = i
        if not marks[i] & 8:  # a repetition covers no more of the other
            covered += new
            in_range += new
            if in_range > most:
                most, main, shared_before = in_range, ranges[n - 1, 0], earlier
        if marks[i] & 1:
            run += 1
            score += 1
            longest = longest if longest >= run + size - 1 else run + size - 1
            best = best if best >= score + size - 1 else score + size - 1
    return longest, best, covered, ranges[:n].copy(), main, shared_before
