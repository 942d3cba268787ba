"""Tests of `candidates`: pairs that share a key, each once, and no quadratic step for a common one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.candidates import candidate_pairs, split_pairs
from copydesk.classifier.duplicates.rules import COMPARISON
from copydesk.classifier.duplicates.shingles import Ragged

KEYS = st.lists(st.sets(st.integers(0, 40), max_size=5), max_size=8)


def ragged(rows: list[set[int]]) -> Ragged[np.uint64]:
    values = np.array([value for row in rows for value in sorted(row)], np.uint64)
    return Ragged(values, np.cumsum([0, *map(len, rows)]).astype(np.int64))


def pairs(rows: list[set[int]], stories: list[int] | None = None) -> list[tuple[int, int]]:
    of_documents = None if stories is None else np.array(stories, np.int64)
    left, right = split_pairs(candidate_pairs([ragged(rows)], np.arange(len(rows)), stories=of_documents).pairs)
    return list(zip(left.tolist(), right.tolist(), strict=True))


@settings(max_examples=80, deadline=None)
@given(KEYS)
def test_pairs_are_those_that_share_a_key(rows: list[set[int]]) -> None:
    expected = [(a, b) for a, b in combinations(range(len(rows)), 2) if rows[a] & rows[b]]
    assert pairs(rows) == expected


@settings(max_examples=50, deadline=None)
@given(KEYS, st.integers(0, 8), st.permutations(range(8)))
def test_chunks_and_order_do_not_matter(rows: list[set[int]], limit: int, order: list[int]) -> None:
    rows = rows + [set()] * (8 - len(rows))
    expected = candidate_pairs([ragged(rows)], np.arange(8)).pairs
    moved = [rows[number] for number in order]
    chunks = [ragged(moved[:limit]), ragged(moved[limit:])]
    assert candidate_pairs(chunks, np.array(order)).pairs.tolist() == expected.tolist()


def test_common_key_links_its_documents_without_pairing_all() -> None:
    for n in (
        COMPARISON.max_documents_per_key - 1,
        COMPARISON.max_documents_per_key,
        COMPARISON.max_documents_per_key + 1,
    ):
        rows: list[set[int]] = [{7} for _ in range(n)]
        found = candidate_pairs([ragged(rows)], np.arange(n))
        if n <= COMPARISON.max_documents_per_key:
            assert (len(found.pairs), found.common_keys) == (n * (n - 1) // 2, 0)
        else:
            assert (len(found.pairs), found.common_keys) == (2 * n - 3, 1)
            left, right = split_pairs(found.pairs)
            assert all(b - a == 1 or a == 0 for a, b in zip(left, right, strict=True))


def test_pairs_of_documents_with_a_common_key_are_incomplete() -> None:
    for n in (
        COMPARISON.max_documents_per_key - 1,
        COMPARISON.max_documents_per_key,
        COMPARISON.max_documents_per_key + 1,
    ):
        rows: list[set[int]] = [{7} for _ in range(n)]
        found = candidate_pairs([ragged([{8}, *rows, {8}])], np.arange(n + 2))
        assert found.pairs_incomplete.tolist() == [False, *[n > COMPARISON.max_documents_per_key] * n, False]


def test_key_of_many_stories_is_no_evidence() -> None:
    rows: list[set[int]] = [{7} for _ in range(COMPARISON.max_stories_per_key + 1)]
    assert pairs(rows, list(range(COMPARISON.max_stories_per_key + 1))) == []
    assert len(pairs(rows, [0, *range(COMPARISON.max_stories_per_key)])) == len(list(combinations(rows, 2)))
