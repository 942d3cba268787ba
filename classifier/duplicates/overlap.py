"""The verdict on a candidate: what an asked text shares with a stored set, exactly, and how the two stand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.jit import jit
from copydesk.classifier.duplicates.normalized_words import Words
from copydesk.classifier.duplicates.shingles import SET_BITS, Shingles
from copydesk.classifier.duplicates.types import Match, Overlap, Relation

SIMILAR = 0.2
"""Least Jaccard similarity of two versions of one story: syndicated copies with 5 % of their characters misread have
0.2 to 0.4; the highest of two stories that share an inserted paragraph was 0.19 (syndication set, seeds 7 and 11)."""

MISREAD = 0.1
"""The same where shared runs cover most of the shorter text, as they do in a misread copy: errors are strewn."""

SAME_SIZE = 0.5
"""The shorter version of one story has more than this share of the longer one's shingles: of several stories told in
full inside a digest, at most one can."""

COVERED = 0.7
"""Shared runs cover at least this share of the shorter version, judged by the pair alone: errors are strewn over a
misread copy, while a passage that was taken over, or furniture left in two bodies, leaves the rest alone. On syndicated
pages a closed set clustered by such pairs has precision 0.984 and recall 0.846; `rivals` knows more and does better."""

HELD = 0.8
"""A text contains another when it holds this share of the other's shingles: what cutting, a new headline and a
dateline leave."""

PASSAGE_WORDS = 40
"""Words of a shared passage that make a match by themselves: at 40, passages of 60 words were all found and 0.1 % of
matches were false; runs that unrelated articles share had at most 37 words (articles with inserts, digests)."""

EXCERPT_WORDS = 20
"""The same for a text that the other contains."""

LEAST_SHARED = 6
"""Fewest shared shingles that make two texts similar, lest a stock phrase match two short notes."""

GAP_WORDS = 12
"""Runs of shared shingles that at most so many words part are one range."""

NO_SHINGLES = np.empty(0, np.uint32)

_RELATIONS = (None, Relation.IDENTICAL, Relation.NEAR_DUPLICATE, Relation.CONTAINS, Relation.CONTAINED)
NO_MATCH, IDENTICAL, NEAR_DUPLICATE, CONTAINS, CONTAINED = range(5)
"""Numbers of the relations, as `decide` gives them."""

FIGURES = "similarity contains contained own_similarity own_shared longest_run passage coverage".split()
"""What `figures` counts, in this order: the fields of `Overlap`."""
_SIMILARITY, _CONTAINS, _CONTAINED, _OWN_SIMILARITY, _OWN_SHARED, _RUN, _PASSAGE, _COVERAGE = range(8)


def compare(
    words: Words,
    shingles: Shingles,
    text: int,
    other: NDArray[np.uint32],
    *,
    common: NDArray[np.uint32] = NO_SHINGLES,
) -> Overlap:
    """Compare one text with a stored set of shingles.

    Args:
        words: Of the asked texts.
        shingles: Of the same texts.
        text: Which of them is asked.
        other: The other's shingles cut to SET_BITS, as `shingle_sets` and `unpack_set` give them.
        common: Sorted shingles, cut alike, that many otherwise different texts hold; they are no evidence.
    """
    asked = shingles.values[int(shingles.bounds[text]) : int(shingles.bounds[text + 1])]
    counted, runs = figures(asked, shingles.sizes, other, common)
    similarity, contains, contained, own_similarity, own_shared, run, passage, coverage = counted.tolist()
    first = int(words.bounds[text])
    ranges = tuple((int(words.starts[first + a]), int(words.ends[first + b - 1])) for a, b in runs.tolist())
    return Overlap(
        similarity, contains, contained, own_similarity, int(own_shared), int(run), int(passage), coverage, ranges
    )


def judge(id: str, overlap: Overlap, *, identical: bool) -> Match | None:
    """Say how the asked text stands to document `id`, None where they are no match.

    `identical` tells that the digests of their words are equal.
    """
    counted = np.array([getattr(overlap, name) for name in FIGURES], np.float64)
    number, same_story = decide(counted, identical)
    relation = relation_of(number)
    return None if relation is None else Match(id, relation, bool(same_story), overlap)


def relation_of(number: int) -> Relation | None:
    """Name the relation that `decide` gave as a number."""
    return _RELATIONS[number]


@jit
def decide(counted: NDArray[np.float64], identical: bool) -> tuple[int, bool]:
    """Return the number of the relation, and whether both are versions of one story, from `figures`."""
    contains, contained = counted[_CONTAINS], counted[_CONTAINED]
    less, more = min(contains, contained), max(contains, contained)
    if identical:
        return IDENTICAL, True
    similar = is_similar(counted)
    excerpt = more >= HELD and counted[_PASSAGE] >= EXCERPT_WORDS
    if not (similar or excerpt or counted[_PASSAGE] >= PASSAGE_WORDS):
        return NO_MATCH, False
    same_story = similar and less > SAME_SIZE * more and counted[_COVERAGE] >= COVERED
    if less >= HELD or (more < HELD and same_story):
        return NEAR_DUPLICATE, same_story
    return CONTAINS if contains >= contained else CONTAINED, same_story


@jit
def is_similar(counted: NDArray[np.float64]) -> bool:
    """Tell from `figures` whether two texts are alike as wholes, a misread copy included."""
    least = MISREAD if counted[_COVERAGE] >= COVERED else SIMILAR
    return bool(counted[_OWN_SIMILARITY] >= least) and bool(counted[_OWN_SHARED] >= LEAST_SHARED)


@jit
def figures(
    asked: NDArray[np.uint32], sizes: tuple[int, int], other: NDArray[np.uint32], common: NDArray[np.uint32]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Count what an asked text shares with another.

    Args:
        asked: The asked text's shingles in their order, not cut.
        sizes: Their lengths in words, as in `Shingles`.
        other: The other's, cut, in any order; repetition counts once.
        common: Cut and sorted.

    Returns:
        The figures in the order of `FIGURES`, and the ranges: first word and one past the last, shape (n_ranges, 2).
    """
    marks, shared, n_asked, n_other, own_shared, own_asked, own_other = _mark(
        asked >> np.uint32(32 - SET_BITS), other, common
    )
    run, passage, covered, ranges = _passages(marks, asked, sizes)
    counted = np.zeros(8)
    counted[_SIMILARITY] = shared / max(1, n_asked + n_other - shared)
    counted[_CONTAINS] = shared / max(1, n_other)
    counted[_CONTAINED] = shared / max(1, n_asked)
    counted[_OWN_SIMILARITY] = own_shared / max(1, own_asked + own_other - own_shared)
    counted[_OWN_SHARED] = own_shared
    counted[_RUN] = run
    counted[_PASSAGE] = passage
    counted[_COVERAGE] = min(1.0, covered / max(1, min(n_asked, n_other)))
    return counted, ranges


@jit
def _mark(
    asked: NDArray[np.uint32], other: NDArray[np.uint32], common: NDArray[np.uint32]
) -> tuple[NDArray[np.int8], int, int, int, int, int, int]:
    """Tell which shingles of the asked text the other holds: 0 if not, 1 if so, 2 if so but common; 8 more if again.

    Returns:
        The marks; distinct shingles that both hold, the asked text, the other; the same three without common ones.
    """
    size = 16
    while size < 2 * (len(asked) + len(other)):
        size *= 2
    slots = np.zeros(size, np.uint32)
    kinds = np.zeros(size, np.int8)  # 1: the asked text holds it, 2: the other does, 4: it is common
    counts = np.zeros((8,), np.int64)
    for value in asked:
        at = _slot(slots, value)
        if slots[at] == 0:
            slots[at] = value + np.uint32(1)
            kinds[at] = 1 | _common_bit(common, value)
            counts[kinds[at]] += 1
    for i in range(len(other)):
        at = _slot(slots, other[i])
        if slots[at] == 0:
            slots[at] = other[i] + np.uint32(1)
            kinds[at] = 2 | _common_bit(common, other[i])
            counts[kinds[at]] += 1
        elif not kinds[at] & 2:
            counts[kinds[at]] -= 1
            kinds[at] |= 2
            counts[kinds[at]] += 1
    marks = np.zeros(len(asked), np.int8)
    for i in range(len(asked)):
        at = _slot(slots, asked[i])
        if kinds[at] & 2:
            marks[i] = (2 if kinds[at] & 4 else 1) | kinds[at] & 8
            kinds[at] |= 8
    own = counts[3], counts[1] + counts[3], counts[2] + counts[3]
    return marks, own[0] + counts[7], own[1] + counts[5] + counts[7], own[2] + counts[6] + counts[7], *own


@jit
def _slot(slots: NDArray[np.uint32], value: np.uint32) -> np.int64:
    """Find a value's place in a table of open addressing: where it stands, or the free place where it would."""
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
    marks: NDArray[np.int8], asked: NDArray[np.uint32], sizes: tuple[int, int]
) -> tuple[int, int, int, NDArray[np.int64]]:
    """Return the longest run, the best passage, how many shingles the ranges cover, and the ranges in words."""
    ranges = np.empty((len(marks), 2), np.int64)
    n = longest = run = best = score = covered = 0
    last = -GAP_WORDS
    for i in range(len(marks)):
        if marks[i] == 0:
            run = 0
            score = max(0, score - 1)
            continue
        size = sizes[1] if asked[i] & np.uint32(1) else sizes[0]
        end = i + size
        if n and i <= ranges[n - 1, 1] + GAP_WORDS:
            ranges[n - 1, 1] = max(ranges[n - 1, 1], end)
            new = i - last
        else:
            ranges[n, 0], ranges[n, 1] = i, end
            n += 1
            new = 1
        last = i
        if not marks[i] & 8:  # what a text says again covers no more of the other
            covered += new
        if marks[i] & 1:
            run += 1
            score += 1
            longest = longest if longest >= run + size - 1 else run + size - 1
            best = best if best >= score + size - 1 else score + size - 1
    return longest, best, covered, ranges[:n].copy()
