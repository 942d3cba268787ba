"""Tests of `overlap`: what two texts share, and the relation that follows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.normalized_words import read_words, text_digests
from copydesk.classifier.duplicates.overlap import (
    NO_SHINGLES,
    OVERLAP_FIELDS,
    overlap_from_counts,
    relation_number,
    relation_of,
    shared_ranges,
)
from copydesk.classifier.duplicates.rules import COMPARISON
from copydesk.classifier.duplicates.shingles import read_shingles, shorten
from copydesk.classifier.duplicates.stored_texts import pack_shingles, unpack_shingles
from copydesk.classifier.duplicates.types import Match, Overlap, Relation, SigningScheme
from tests.support.compared_texts import overlap_counts

SCHEME = SigningScheme()
TEXTS = st.lists(st.sampled_from("abcde"), max_size=40).map(" ".join)


def numbered(first: int, end: int) -> str:
    return " ".join(f"w{number}" for number in range(first, end))


def stored(text: str) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """The other's shingles as an index returns them."""
    return unpack_shingles(pack_shingles(read_shingles(read_words([text]), SCHEME).values))


def overlap(text: str, other: str, common: np.ndarray[tuple[int], np.dtype[np.uint32]] = NO_SHINGLES) -> Overlap:
    words = read_words([text])
    shingles = read_shingles(words, SCHEME)
    counts = overlap_counts(shingles.row(0), stored(other), shingles.sizes, common, False)
    return overlap_from_counts(counts.tolist(), shared_ranges(words, shingles, 0, stored(other), identical=False))


def match(text: str, other: str) -> Match | None:
    digests = text_digests(read_words([text, other]))
    return match_by_overlap(overlap(text, other), identical=bool(digests[0] == digests[1] != 0))


def match_by_overlap(found: Overlap, *, identical: bool = False) -> Match | None:
    """The match that follows from what two texts share, seen by themselves."""
    counts = np.array([getattr(found, name) for name in OVERLAP_FIELDS], np.float64)
    number, same_story = relation_number(counts, identical)
    relation = relation_of(number)
    return None if relation is None else Match("other", relation, bool(same_story), found)


def relation(text: str, other: str) -> Relation | None:
    found = match(text, other)
    return None if found is None else found.relation


def triples(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return set(zip(words, words[1:], words[2:], strict=False))


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_shares_are_those_of_the_exact_sets(one: str, other: str) -> None:
    a, b = triples(one), triples(other)
    found = overlap(one, other)
    assert found.similarity == pytest.approx(len(a & b) / max(1, len(a | b)))
    assert found.contains == pytest.approx(len(a & b) / max(1, len(b)))
    assert found.contained == pytest.approx(len(a & b) / max(1, len(a)))
    assert (found.distinctive_similarity, found.distinctive_shared) == (found.similarity, len(a & b))


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_shares_are_symmetric(one: str, other: str) -> None:
    there, back = overlap(one, other), overlap(other, one)
    swapped = replace(back, contains=back.contained, contained=back.contains, ranges=there.ranges)
    assert there == swapped


def longest_run(text: str, other: str) -> int:
    words = text.split()
    shared = [triple in triples(other) for triple in zip(words, words[1:], words[2:], strict=False)]
    runs = "".join("x" if mark else " " for mark in shared).split()
    return max(map(len, runs)) + 2 if runs else 0


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_longest_run_and_ranges_hold_only_what_is_shared(one: str, other: str) -> None:
    found = overlap(one, other)
    assert found.longest_run in (longest_run(one, other), longest_run(other, one))  # in the shorter one
    assert found.passage >= found.longest_run
    for start, end in found.ranges:
        first = one[start:end].split()[:3]
        assert tuple(first) in triples(other)


def test_ranges_are_characters_of_the_first_text() -> None:
    text = f"{numbered(0, 50)} — “{numbered(100, 160)}”! {numbered(200, 250)}"
    other = f"{numbered(300, 340)} {numbered(100, 160)} {numbered(400, 440)}"
    found = overlap(text, other)
    assert [text[start:end] for start, end in found.ranges] == [numbered(100, 160)]
    assert found.longest_run == found.passage == 60


def test_words_before_the_longest_range_are_those_that_no_other_range_has() -> None:
    beginning, story = numbered(0, 100), numbered(100, 400)
    gap, other_gap = numbered(1000, 1080), numbered(2000, 2070)
    assert overlap(f"{gap} {story}", f"{other_gap} {story}").words_before == 70
    assert overlap(f"{beginning} {gap} {story}", f"{beginning} {other_gap} {story}").words_before == 70
    assert overlap(f"{beginning} {gap} {story}", f"{beginning} {story}").words_before == 0


def test_few_other_words_do_not_part_a_range() -> None:
    other = numbered(0, 90)
    text = f"{numbered(0, 30)} x y z {numbered(30, 60)} {numbered(500, 530)} {numbered(60, 90)}"
    found = overlap(text, other)
    parts = [text[start:end] for start, end in found.ranges]
    assert parts == [f"{numbered(0, 30)} x y z {numbered(30, 60)}", numbered(60, 90)]
    assert (found.longest_run, found.passage) == (30, 3 * 28 - 2 * 2 + 2)  # in the shorter text, `other`


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [
        (numbered(0, 100), numbered(0, 100).upper(), Relation.IDENTICAL),
        (numbered(0, 100), numbered(5, 100), Relation.NEAR_DUPLICATE),
        (numbered(0, 100), numbered(0, 70), Relation.CONTAINS),
        (numbered(0, 70), numbered(0, 100), Relation.CONTAINED),
        (numbered(0, 2000), numbered(900, 960), Relation.CONTAINS),
        (numbered(0, 500), numbered(440, 900), Relation.CONTAINS),
        (numbered(440, 900), numbered(0, 500), Relation.CONTAINED),
        (numbered(0, 400), numbered(400, 800), None),
        (numbered(0, 400), numbered(380, 800), None),
        ("", "", None),
        ("two words", "Two words!", Relation.IDENTICAL),
        ("two words", "two words more", None),
    ],
)
def test_relation(text: str, other: str, expected: Relation | None) -> None:
    assert relation(text, other) is expected


def test_cut_version_is_contained_and_yet_the_same_story() -> None:
    found = match(numbered(0, 70), numbered(0, 100))
    assert found is not None
    assert (found.relation, found.same_story) == (Relation.CONTAINED, True)


def test_digest_contains_its_stories_and_is_none_of_them() -> None:
    digest = " ".join(numbered(1000 * story, 1000 * story + 200) for story in range(5))
    for story in range(5):
        found = match(digest, numbered(1000 * story, 1000 * story + 200))
        assert found is not None
        assert (found.relation, found.same_story) == (Relation.CONTAINS, False)


def test_two_halves_of_stories_are_neither_story() -> None:
    found = match(f"{numbered(0, 200)} {numbered(1000, 1200)}", numbered(0, 400))
    assert found is not None
    assert found.overlap.similarity > COMPARISON.min_similarity
    assert not found.same_story


def test_copy_with_strewn_errors_is_the_same_story() -> None:
    text = " ".join(f"w{number}" if number % 5 else f"x{number}" for number in range(300))
    found = match(text, numbered(0, 300))
    assert found is not None
    assert found.overlap.longest_run < 10
    assert (found.relation, found.same_story) == (Relation.NEAR_DUPLICATE, True)


def test_passage_said_again_and_again_covers_no_more_of_the_other() -> None:
    passage, other = numbered(0, 50), numbered(0, 200)
    once, again = overlap(passage, other), overlap(" ".join([passage] * 5), other)
    assert once.coverage == 1
    assert overlap(f"{passage} {numbered(900, 1100)}", other).coverage == 48 / 198
    assert again.coverage <= 55 / 52


def test_common_shingles_are_no_evidence_but_count_in_the_shares() -> None:
    notice = numbered(5000, 5060)
    one, other = f"{numbered(0, 60)} {notice}", f"{notice} {numbered(100, 160)}"
    plain, without = overlap(one, other), overlap(one, other, np.unique(shorten(stored(notice))))
    assert match_by_overlap(plain) is not None
    assert match_by_overlap(without) is None
    assert (without.similarity, without.ranges) == (plain.similarity, plain.ranges)
    assert (without.distinctive_similarity, without.distinctive_shared, without.passage) == (0, 0, 0)


RULES, BIT = COMPARISON, 0.001
SIMILARITY, SHARED = "distinctive_similarity", "distinctive_shared"
DIFFERENT = Overlap(0.05, 0.1, 0.1, 0.05, 20, 10, 10, RULES.copy_min_coverage - BIT, 0.0, 0)


@pytest.mark.parametrize(
    ("change", "matches", "story"),
    [
        ({}, False, False),
        ({SIMILARITY: RULES.min_similarity - BIT}, False, False),
        ({SIMILARITY: RULES.min_similarity}, True, False),
        ({SIMILARITY: RULES.min_similarity, "coverage": RULES.copy_min_coverage}, True, True),
        ({"contained": RULES.ocr_copy_min_containment - BIT, "coverage": RULES.copy_min_coverage}, False, False),
        ({"contained": RULES.ocr_copy_min_containment, "coverage": RULES.copy_min_coverage}, True, False),
        ({"contained": RULES.ocr_copy_min_containment, "coverage": RULES.copy_min_coverage - BIT}, False, False),
        ({"contains": 0.2, "contained": 0.3, "coverage": RULES.copy_min_coverage + BIT}, True, True),
        ({SIMILARITY: RULES.min_similarity, "coverage": 1.0, SHARED: RULES.min_shared_shingles - 1}, False, False),
        ({SIMILARITY: RULES.min_similarity, "coverage": 1.0, SHARED: RULES.min_shared_shingles}, True, True),
        ({SIMILARITY: RULES.min_similarity, "coverage": 1.0, "contains": 0.1 / RULES.min_size_ratio}, True, False),
        ({SIMILARITY: RULES.min_similarity, "coverage": 1.0, "contains": 0.1 / RULES.min_size_ratio - BIT}, True, True),
        ({"passage": RULES.min_passage_words - 1}, False, False),
        ({"passage": RULES.min_passage_words}, True, False),
        ({"passage": RULES.min_excerpt_words, "contained": RULES.min_containment - BIT}, False, False),
        ({"passage": RULES.min_excerpt_words, "contained": RULES.min_containment}, True, False),
        ({"passage": RULES.min_excerpt_words - 1, "contained": RULES.min_containment}, False, False),
    ],
)
def test_boundaries_of_the_relation(change: dict[str, float], matches: bool, story: bool) -> None:
    found = match_by_overlap(replace(DIFFERENT, **change))  # type: ignore[arg-type]
    assert (found is not None, found is not None and found.same_story) == (matches, story)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=40))
def test_any_two_texts_can_be_compared(one: str, other: str) -> None:
    found = overlap(one, other)
    assert 0 <= found.similarity <= min(found.contains, found.contained) <= 1
    assert all(0 <= start < end <= len(one) for start, end in found.ranges)
