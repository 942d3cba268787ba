"""Tests of `same_story`: a pair is one story unless a rival explains one of the two texts as well."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.overlap import IDENTICAL, NEAR_DUPLICATE, OVERLAP_FIELDS
from copydesk.classifier.duplicates.rules import COMPARISON, FACTS, STORY, PairFlag
from copydesk.classifier.duplicates.same_story import PairEvidence, same_story_pairs, select_same_story

RULES, BIT = COMPARISON, 0.001


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
    facts: float = 0.0
    before: int = 0


def one_story(*pairs: Pair, incomplete: tuple[int, ...] = ()) -> list[tuple[int, int]]:
    """Return the pairs that are one story."""
    ordered = sorted(pairs, key=lambda pair: (min(pair.one, pair.other), max(pair.one, pair.other)))
    names = [(min(pair.one, pair.other), max(pair.one, pair.other)) for pair in ordered]
    counts = np.zeros((len(ordered), len(OVERLAP_FIELDS)))
    for row, pair in zip(counts, ordered, strict=True):
        sizes = (1.0, pair.size) if pair.one < pair.other else (pair.size, 1.0)
        found = dict(zip(("contains", "contained"), sizes, strict=True), coverage=pair.coverage, passage=pair.passage)
        found |= {"distinctive_similarity": pair.similarity, "distinctive_shared": 99, "differing_facts": pair.facts}
        found["words_before"] = pair.before
        row[:] = [found.get(name, 0) for name in OVERLAP_FIELDS]
    numbers = np.array([one << 32 | other for one, other in names], np.uint64)
    relations = np.array([IDENTICAL if pair.identical else NEAR_DUPLICATE for pair in ordered], np.int8)
    same = same_story_pairs(numbers, np.isin(np.arange(10), incomplete), counts, relations)
    return [name for name, one in zip(names, same.tolist(), strict=True) if one]


def test_identical_texts_are_one_story_whatever_else_matches() -> None:
    assert one_story(Pair(0, 1, identical=True), Pair(0, 2, similarity=0), Pair(1, 3, similarity=0))[0] == (0, 1)


@pytest.mark.parametrize("size", [STORY.min_size_ratio, 0.3, RULES.min_size_ratio, 1.0])
def test_text_that_nothing_else_explains_may_be_of_any_size(size: float) -> None:
    assert one_story(Pair(0, 1, size=size, similarity=0)) == [(0, 1)]


@pytest.mark.parametrize(
    ("changes", "story"),
    [
        ({"size": STORY.min_size_ratio - BIT}, False),
        ({"coverage": STORY.min_lead_coverage - BIT}, False),
        ({"coverage": STORY.min_lead_coverage}, True),
        ({"coverage": STORY.min_lead_coverage, "before": STORY.max_words_before}, True),
        ({"coverage": STORY.min_lead_coverage, "before": STORY.max_words_before + 1}, False),
        ({"coverage": STORY.min_coverage - BIT, "before": STORY.max_words_before + 1}, False),
        ({"coverage": STORY.min_coverage, "before": STORY.max_words_before + 1}, True),
        ({"passage": RULES.min_passage_words - 1, "similarity": 0, "coverage": RULES.copy_min_coverage - BIT}, False),
        ({"passage": RULES.min_passage_words, "similarity": 0, "coverage": RULES.copy_min_coverage - BIT}, True),
        ({"passage": 0, "similarity": 0, "coverage": RULES.copy_min_coverage}, True),
        ({"passage": 0, "similarity": RULES.min_similarity, "coverage": RULES.copy_min_coverage - BIT}, True),
    ],
)
def test_boundaries_without_rivals(changes: dict[str, float], story: bool) -> None:
    assert one_story(Pair(0, 1, **changes)) == [(0, 1)] * story  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0.3, RULES.min_size_ratio])
def test_digest_of_two_stories_is_neither(size: float) -> None:
    assert one_story(Pair(0, 1, size=size), Pair(0, 2, size=size)) == []


def test_texts_of_similar_size_are_one_story_beside_a_rival_of_equal_coverage() -> None:
    story, furniture = Pair(0, 1, size=RULES.min_size_ratio + BIT, coverage=0.69), Pair(0, 2, size=0.2, coverage=0.69)
    assert one_story(story, furniture) == [(0, 1)]
    assert one_story(replace(story, similarity=0), furniture) == []


def test_flash_belongs_to_a_report_whose_other_version_says_it_in_other_words() -> None:
    version, flash = Pair(0, 1), Pair(0, 2, size=0.2)
    assert one_story(version, flash) == [(0, 1), (0, 2)]
    assert one_story(version, replace(flash, coverage=1 - STORY.rival_margin - BIT)) == [(0, 1)]


def test_pair_with_other_facts_is_two_stories_and_no_rival() -> None:
    assert one_story(Pair(0, 1, facts=FACTS.max_differing - BIT)) == [(0, 1)]
    assert one_story(Pair(0, 1, facts=FACTS.max_differing)) == []
    assert one_story(Pair(0, 1, size=0.3), Pair(0, 2, facts=1.0, size=0.3)) == [(0, 1)]


@pytest.mark.parametrize(
    ("rival", "stories"),
    [
        (0.9 - STORY.rival_margin - BIT, [(0, 1)]),
        (0.9 - STORY.rival_margin + BIT, []),
        (0.9, []),
        (0.9 + STORY.rival_margin - BIT, []),
        (0.9 + STORY.rival_margin + BIT, [(0, 2)]),
    ],
)
def test_of_two_rivals_the_one_of_higher_coverage_is_the_story(rival: float, stories: list[tuple[int, int]]) -> None:
    assert one_story(Pair(0, 1, coverage=0.9, size=0.3), Pair(0, 2, coverage=rival, size=0.3)) == stories


@pytest.mark.parametrize(
    ("own", "one"),
    [
        (STORY.rival_min_coverage - BIT, True),
        (STORY.rival_min_coverage, False),
        (STORY.rival_min_coverage + BIT, False),
    ],
)
def test_two_texts_with_a_rival_each_share_furniture(own: float, one: bool) -> None:
    rivals = Pair(0, 2, coverage=0.99, size=0.3), Pair(1, 3, coverage=own, size=0.3)
    assert ((0, 1) in one_story(Pair(0, 1), *rivals)) is one


@pytest.mark.parametrize(
    ("shared", "rival"),
    [(STORY.unrelated_below - BIT, True), (STORY.unrelated_below, False), (STORY.unrelated_below + BIT, False)],
)
def test_text_that_the_other_contains_too_is_no_rival(shared: float, rival: bool) -> None:
    pairs = Pair(0, 1, size=0.3), Pair(0, 2, size=0.3), Pair(1, 2, coverage=shared)
    assert one_story(*pairs) == ([] if rival else [(0, 1), (0, 2)])


@pytest.mark.parametrize(
    ("facts", "rival"),
    [
        (FACTS.max_differing - BIT, False),
        (FACTS.max_differing, True),
        (1 - FACTS.min_shared, True),
        (1 - FACTS.min_shared + BIT, False),
    ],
)
def test_text_that_shares_a_frame_with_the_other_but_not_its_facts_is_a_rival(facts: float, rival: bool) -> None:
    """A flash that is one story with two texts of a template joins neither, instead of joining both."""
    found = one_story(Pair(0, 1, size=0.3), Pair(0, 2, size=0.3), Pair(1, 2, coverage=0.7, facts=facts))
    assert ((0, 1) not in found, (0, 2) not in found) == (rival, rival)


def test_text_that_shares_no_passage_is_no_rival() -> None:
    assert one_story(Pair(0, 1, size=0.3), Pair(0, 2, size=0.3, passage=RULES.min_passage_words - 1, similarity=0)) == [
        (0, 1)
    ]


def test_passage_in_the_middle_of_both_texts_is_no_rival_of_a_story_that_begins_one() -> None:
    story, furniture = Pair(0, 1, size=0.3, coverage=0.6), Pair(0, 2, size=0.3, before=STORY.max_words_before + 1)
    assert one_story(story, furniture) == [(0, 1)]
    assert one_story(story, replace(furniture, before=STORY.max_words_before)) == [(0, 2)]


def test_pages_that_share_their_middle_are_two_stories_if_one_begins_with_another_text() -> None:
    middle = Pair(0, 1, coverage=0.9, before=STORY.max_words_before + 1)
    assert one_story(middle) == [(0, 1)]
    assert one_story(middle, Pair(0, 2, coverage=STORY.min_lead_coverage)) == [(0, 2)]
    assert one_story(middle, Pair(0, 2, coverage=STORY.min_lead_coverage, before=STORY.max_words_before + 1)) == [
        (0, 1)
    ]


def test_version_that_shares_the_beginning_is_no_rival_of_a_misread_one() -> None:
    misread, version = Pair(0, 1, coverage=0.8), Pair(0, 2, coverage=0.95)
    assert one_story(misread, version) == [(0, 1), (0, 2)]
    assert one_story(misread, replace(version, size=0.3)) == [(0, 2)]


def test_missing_pair_of_two_documents_with_incomplete_pairs_is_no_evidence() -> None:
    pairs = Pair(0, 1, size=0.3), Pair(0, 2, size=0.3)
    assert one_story(*pairs, incomplete=(1,)) == one_story(*pairs, incomplete=(0, 2)) == []
    assert one_story(*pairs, incomplete=(1, 2)) == [(0, 1), (0, 2)]


def test_nothing_gives_nothing() -> None:
    assert one_story() == []


shares = st.tuples(st.sampled_from([0.2, 0.5, 0.7, 0.98]), st.sampled_from([0.05, 0.4, 0.9]), st.sampled_from([0, 0.3]))
graphs = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(6, 9)), shares, max_size=12)


@settings(max_examples=100, deadline=None)
@given(graphs, st.permutations(range(10)))
def test_numbers_and_sides_change_nothing(
    graph: dict[tuple[int, int], tuple[float, float, float]], names: list[int]
) -> None:
    plain = one_story(*(Pair(a, b, *found) for (a, b), found in graph.items()))
    renamed = one_story(*(Pair(names[b], names[a], *found) for (a, b), found in graph.items()))
    assert sorted(renamed) == sorted((min(names[a], names[b]), max(names[a], names[b])) for a, b in plain)


@pytest.mark.parametrize(
    ("incomplete", "streamed", "story"),
    [((1, 2), False, True), ((2,), False, False), ((2,), True, True), ((1,), True, False)],
)
def test_in_a_stream_only_pairs_with_older_documents_may_be_missing(
    incomplete: tuple[int, ...], streamed: bool, story: bool
) -> None:
    pairs = np.array([0 << 32 | 1, 0 << 32 | 2], np.uint64)
    flags = np.array([PairFlag.SHARES_PASSAGE | PairFlag.NEEDS_RIVAL_CHECK, PairFlag.SHARES_PASSAGE], np.int8)
    checked = np.array([True, False])
    known = np.isin(np.arange(3), incomplete)
    evidence = PairEvidence(np.array([0.8, 0.8]), flags)
    found = select_same_story(pairs, known, evidence, checked=checked, streamed=streamed)
    assert found.tolist() == [story, False]
