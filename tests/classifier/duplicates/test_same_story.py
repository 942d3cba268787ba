"""Tests of `same_story`: a pair tells one story unless one of the two tells a rival as wholly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.overlap import (
    COVERED,
    FIGURES,
    IDENTICAL,
    MISREAD,
    NEAR_DUPLICATE,
    PASSAGE_WORDS,
    SAME_SIZE,
    SIMILAR,
)
from copydesk.classifier.duplicates.same_story import (
    APART,
    DOUBTFUL,
    EVIDENT,
    LEAST_SIZE,
    MARGIN,
    OWN,
    TOLD,
    one_story,
    verdicts,
)

BIT = 0.001


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents, how much of the shorter one they share, and the rest of what counts."""

    one: int
    other: int
    coverage: float = 1.0
    size: float = 0.9
    similarity: float = 0.5
    passage: float = 100
    identical: bool = False


def told(*pairs: Pair, crowded: tuple[int, ...] = ()) -> list[tuple[int, int]]:
    """Return the pairs that tell one story."""
    ordered = sorted(pairs, key=lambda pair: (min(pair.one, pair.other), max(pair.one, pair.other)))
    names = [(min(pair.one, pair.other), max(pair.one, pair.other)) for pair in ordered]
    counted = np.zeros((len(ordered), len(FIGURES)))
    for row, pair in zip(counted, ordered, strict=True):
        sizes = (1.0, pair.size) if pair.one < pair.other else (pair.size, 1.0)
        found = dict(zip(("contains", "contained"), sizes, strict=True), own_similarity=pair.similarity, own_shared=99)
        found |= {"coverage": pair.coverage, "passage": pair.passage}
        row[:] = [found.get(name, 0) for name in FIGURES]
    numbers = np.array([one << 32 | other for one, other in names], np.uint64)
    relations = np.array([IDENTICAL if pair.identical else NEAR_DUPLICATE for pair in ordered], np.int8)
    same = one_story(numbers, np.isin(np.arange(10), crowded), counted, relations)
    return [name for name, one in zip(names, same.tolist(), strict=True) if one]


def test_identical_texts_tell_one_story_whatever_they_hold() -> None:
    assert told(Pair(0, 1, identical=True), Pair(0, 2, similarity=0), Pair(1, 3, similarity=0))[0] == (0, 1)


@pytest.mark.parametrize("size", [LEAST_SIZE, 0.3, SAME_SIZE, 1.0])
def test_text_that_nothing_else_explains_may_be_of_any_size(size: float) -> None:
    assert told(Pair(0, 1, size=size, similarity=0)) == [(0, 1)]


@pytest.mark.parametrize(
    ("pair", "story"),
    [
        (Pair(0, 1, size=LEAST_SIZE - BIT), False),
        (Pair(0, 1, coverage=TOLD - BIT), False),
        (Pair(0, 1, coverage=TOLD), True),
        (Pair(0, 1, coverage=TOLD + BIT), True),
        (Pair(0, 1, passage=PASSAGE_WORDS - 1, similarity=MISREAD - BIT), False),
        (Pair(0, 1, passage=PASSAGE_WORDS, similarity=MISREAD - BIT), True),
        (Pair(0, 1, passage=0, similarity=MISREAD), True),
        (Pair(0, 1, passage=0, similarity=MISREAD, coverage=COVERED - BIT), False),
        (Pair(0, 1, passage=0, similarity=SIMILAR, coverage=COVERED - BIT), True),
    ],
)
def test_boundaries_without_rivals(pair: Pair, story: bool) -> None:
    assert told(pair) == [(0, 1)] * story


@pytest.mark.parametrize("size", [0.3, SAME_SIZE])
def test_digest_of_two_stories_tells_neither(size: float) -> None:
    assert told(Pair(0, 1, size=size), Pair(0, 2, size=size)) == []


def test_text_of_one_size_tells_its_story_beside_a_rival_told_as_wholly() -> None:
    furniture = Pair(0, 2, size=0.2)
    assert told(Pair(0, 1, size=SAME_SIZE + BIT), furniture) == [(0, 1)]
    assert told(Pair(0, 1, size=SAME_SIZE + BIT, similarity=0), furniture) == []


@pytest.mark.parametrize(
    ("rival", "stories"),
    [
        (0.9 - MARGIN - BIT, [(0, 1)]),
        (0.9 - MARGIN + BIT, []),
        (0.9, []),
        (0.9 + MARGIN - BIT, []),
        (0.9 + MARGIN + BIT, [(0, 2)]),
    ],
)
def test_of_two_rivals_the_one_told_more_wholly_is_the_story(rival: float, stories: list[tuple[int, int]]) -> None:
    assert told(Pair(0, 1, coverage=0.9, size=0.3), Pair(0, 2, coverage=rival, size=0.3)) == stories


@pytest.mark.parametrize(("own", "one"), [(OWN - BIT, True), (OWN, False), (OWN + BIT, False)])
def test_two_texts_with_a_rival_each_share_furniture(own: float, one: bool) -> None:
    rivals = Pair(0, 2, coverage=0.99, similarity=0), Pair(1, 3, coverage=own, similarity=0)
    assert ((0, 1) in told(Pair(0, 1), *rivals)) is one


@pytest.mark.parametrize(("shared", "rival"), [(APART - BIT, True), (APART, False), (APART + BIT, False)])
def test_text_that_the_other_holds_too_is_no_rival(shared: float, rival: bool) -> None:
    pairs = Pair(0, 1, size=0.3), Pair(0, 2, size=0.3), Pair(1, 2, coverage=shared)
    assert told(*pairs) == ([] if rival else [(0, 1), (0, 2)])


def test_text_that_shares_no_passage_is_no_rival() -> None:
    assert told(Pair(0, 1, size=0.3), Pair(0, 2, size=0.3, passage=PASSAGE_WORDS - 1, similarity=0)) == [(0, 1)]


def test_pair_that_was_not_compared_is_no_evidence_between_crowded_documents() -> None:
    pairs = Pair(0, 1, size=0.3), Pair(0, 2, size=0.3)
    assert told(*pairs, crowded=(1,)) == told(*pairs, crowded=(0, 2)) == []
    assert told(*pairs, crowded=(1, 2)) == [(0, 1), (0, 2)]


def test_nothing_gives_nothing() -> None:
    assert told() == []


figures = st.tuples(
    st.sampled_from([0.2, 0.5, 0.7, 0.98]), st.sampled_from([0.05, 0.4, 0.9]), st.sampled_from([0, 0.3])
)
graphs = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(6, 9)), figures, max_size=12)


@settings(max_examples=100, deadline=None)
@given(graphs, st.permutations(range(10)))
def test_numbers_and_sides_change_nothing(
    graph: dict[tuple[int, int], tuple[float, float, float]], names: list[int]
) -> None:
    plain = told(*(Pair(a, b, *found) for (a, b), found in graph.items()))
    renamed = told(*(Pair(names[b], names[a], *found) for (a, b), found in graph.items()))
    assert sorted(renamed) == sorted((min(names[a], names[b]), max(names[a], names[b])) for a, b in plain)


@pytest.mark.parametrize(
    ("crowded", "streamed", "story"),
    [((1, 2), False, True), ((2,), False, False), ((2,), True, True), ((1,), True, False)],
)
def test_of_a_stream_pairs_of_a_crowded_document_with_older_ones_alone_may_be_missing(
    crowded: tuple[int, ...], streamed: bool, story: bool
) -> None:
    pairs = np.array([0 << 32 | 1, 0 << 32 | 2], np.uint64)
    kinds = np.array([EVIDENT | DOUBTFUL, EVIDENT], np.int8)
    asked = np.array([True, False])
    known = np.isin(np.arange(3), crowded)
    found = verdicts(pairs, known, np.array([0.8, 0.8]), kinds, asked=asked, streamed=streamed)
    assert found.tolist() == [story, False]
