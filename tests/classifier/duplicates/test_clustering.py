"""Groups of pairs: certain pairs join, doubtful ones only where enough of them agree."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.clustering import cluster_pairs, connected_components
from copydesk.classifier.duplicates.rules import STORY

Pair = tuple[int, int, float]


def grouped(n: int, *pairs: Pair, incomplete: tuple[int, ...] = ()) -> list[int]:
    left, right = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    similarity = np.array([pair[2] for pair in pairs], np.float64)
    found: list[int] = cluster_pairs(n, left, right, similarity, incomplete=np.isin(np.arange(n), incomplete)).tolist()
    return found


def group(*members: int, similarity: float = 0.3) -> list[Pair]:
    """Every pair of some documents."""
    return [(a, b, similarity) for a, b in combinations(members, 2)]


def test_documents_without_pairs_stand_alone() -> None:
    assert grouped(3) == [0, 1, 2]


def test_a_story_is_named_by_its_least_document() -> None:
    assert grouped(4, (2, 3, 0.9), (1, 3, 0.9), (1, 2, 0.3)) == [0, 1, 1, 1]


def test_two_documents_share_a_story_on_one_doubtful_pair() -> None:
    assert grouped(2, (0, 1, 0.2)) == [0, 0]


def test_one_doubtful_pair_glues_no_two_stories() -> None:
    assert grouped(6, *group(0, 1, 2), *group(3, 4, 5), (2, 3, 0.25)) == [0, 0, 0, 3, 3, 3]


def test_four_tenths_of_the_pairs_between_two_groups_are_enough() -> None:
    two, five = group(0, 1, similarity=0.4), group(2, 3, 4, 5, 6, similarity=0.4)
    between = [(a, b, 0.2) for a, b in ((0, 2), (0, 3), (1, 4), (1, 5))]
    assert grouped(7, *two, *five, *between[:3]) == [0, 0, 2, 2, 2, 2, 2]
    assert grouped(7, *two, *five, *between) == [0] * 7


@pytest.mark.parametrize("similarity", [STORY.certain_similarity, np.nextafter(STORY.certain_similarity, 1), 1.0])
def test_copies_that_a_certain_pair_connects_count_as_one(similarity: float) -> None:
    assert grouped(4, (0, 1, similarity), (2, 3, similarity), (1, 2, 0.25)) == [0] * 4


def test_chain_of_certain_pairs_splits_where_its_ends_are_not_one_story() -> None:
    near = [(number, number + 1, 0.9) for number in range(5)]
    next_but_one = [(number, number + 2, 0.7) for number in range(4)]
    assert grouped(3, *near[:2]) == [0, 0, 2]
    assert grouped(3, *near[:2], *next_but_one[:1]) == [0] * 3
    assert len(set(grouped(6, *near, *next_but_one))) == 2


def test_pairs_that_may_be_missing_split_no_copies() -> None:
    copies = [(0, number, 0.95) for number in range(1, 50)]
    assert grouped(51, *copies, (20, 50, 0.25), incomplete=tuple(range(50))) == [0] * 51
    assert len(set(grouped(51, *copies))) > 2


doubtful = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from([0.2, 0.3, 0.4, 0.5, 0.9])), max_size=25
).map(lambda pairs: list({(min(a, b), max(a, b)): (a, b, s) for a, b, s in pairs if a != b}.values()))


@settings(max_examples=150, deadline=None)
@given(doubtful, st.randoms(use_true_random=False))
def test_the_order_of_pairs_and_their_sides_change_nothing(pairs: list[Pair], rng: object) -> None:
    turned = [(b, a, s) for a, b, s in pairs]
    rng.shuffle(turned)  # type: ignore[attr-defined]
    assert grouped(10, *turned) == grouped(10, *pairs)


@settings(max_examples=150, deadline=None)
@given(doubtful)
def test_stories_lie_within_all_pairs_and_copies_stay_together(pairs: list[Pair]) -> None:
    found = grouped(10, *pairs)
    (everywhere,) = set(grouped(10, *pairs, *group(*range(10), similarity=0.95)))
    assert everywhere == 0
    everything = connected_components(
        10, *(np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    ).tolist()
    assert all(everything[a] == everything[found[a]] and found[a] <= a for a in range(10))


def test_the_strongest_pair_is_joined_first() -> None:
    left, right = np.array([0, 1, 2]), np.array([1, 2, 3])
    similarity = np.array([0.4, 0.3, 0.2])
    assert cluster_pairs(4, left, right, similarity).tolist() == [0, 0, 0, 3]
    assert cluster_pairs(4, left, right, similarity, strength=similarity[::-1]).tolist() == [0, 1, 1, 1]
