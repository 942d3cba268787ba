"""How documents join clusters in the order of adding: by links that suffice, and not by fewer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.clustering import cluster_pairs, connected_components
from copydesk.service.index.clusters import MEMBERS_COMPARED, Clusters, links_by_document, read_connected, replay

Pairs = dict[tuple[int, int], float]


def cluster_of_each(n: int, pairs: Pairs, *, incomplete: bool = False) -> list[int]:
    edges = [edge for (a, b), similarity in pairs.items() for edge in ((a, b, similarity), (b, a, similarity))]
    found = replay(links_by_document(range(n), edges), dict.fromkeys(range(n), incomplete))
    return [found[number] for number in range(n)]


def clique(numbers: range, similarity: float) -> Pairs:
    return dict.fromkeys(combinations(numbers, 2), similarity)


def test_one_pair_between_two_groups_does_not_merge_them() -> None:
    pairs = clique(range(3), 0.4) | clique(range(3, 6), 0.4)
    for pair in ((0, 3), (2, 5)):
        assert cluster_of_each(6, pairs | {pair: 0.3}) == [0, 0, 0, 3, 3, 3]


def test_two_documents_stay_in_one_cluster_whatever_is_added_later() -> None:
    pairs = {(0, 1): 0.3, **{(0, n): 0.5 for n in (2, 3)}, **{(1, n): 0.5 for n in (4, 5)}, (2, 3): 0.5, (4, 5): 0.5}
    assert cluster_of_each(2, {(0, 1): 0.3}) == [0, 0]
    assert cluster_of_each(6, pairs)[:2] == [0, 0]


def test_document_joins_by_four_pairs_of_ten_and_not_by_three() -> None:
    pairs = clique(range(10), 0.5)
    assert cluster_of_each(11, pairs | {(number, 10): 0.3 for number in range(4)})[10] == 0
    assert cluster_of_each(11, pairs | {(number, 10): 0.3 for number in range(3)})[10] == 10


def test_documents_that_a_certain_link_connects_count_as_one() -> None:
    pairs = clique(range(9), 0.7)
    assert cluster_of_each(11, pairs | {(8, 9): 0.3}) == [0] * 10 + [10]
    assert cluster_of_each(11, pairs | {(8, 9): 0.3, (9, 10): 0.9}) == [0] * 11


def test_chain_of_certain_links_splits_where_its_ends_are_not_one_story() -> None:
    chain = {(number, number + 1): 0.7 for number in range(5)}
    assert cluster_of_each(6, chain) == [0, 0, 2, 2, 4, 4]
    assert cluster_of_each(4, {(0, 1): 0.7, (2, 3): 0.8, (0, 3): 0.7}) == [0, 0, 2, 2]


def test_document_joins_a_chain_by_seven_links_of_ten_and_not_by_six() -> None:
    pairs = clique(range(10), 0.7)
    assert cluster_of_each(11, pairs | {(number, 10): 0.6 for number in range(7)})[10] == 0
    assert cluster_of_each(11, pairs | {(number, 10): 0.6 for number in range(6)})[10] == 10


def test_only_members_that_certain_links_connect_decide_on_a_chain() -> None:
    pairs = clique(range(2), 0.7) | clique(range(2, 8), 0.5) | {(a, b): 0.3 for a in range(2) for b in range(2, 5)}
    assert cluster_of_each(8, pairs) == [0] * 8
    copy_of_the_first = {(0, 8): 0.9, (1, 8): 0.7}
    assert cluster_of_each(9, pairs | copy_of_the_first) == [0] * 9
    assert cluster_of_each(9, pairs | {(0, 8): 0.9})[8] == 8
    assert cluster_of_each(9, pairs | {(0, 8): 1.0})[8] == 0


def test_document_between_two_clusters_joins_the_one_that_is_more_similar() -> None:
    pairs = clique(range(2), 0.4) | clique(range(2, 4), 0.4)
    assert cluster_of_each(5, pairs | {(number, 4): 0.6 for number in range(4)}) == [0, 0, 2, 2, 0]
    assert cluster_of_each(5, pairs | {(number, 4): 0.6 + number / 10 for number in range(4)}) == [0, 0, 2, 2, 2]


def test_link_to_the_oldest_member_is_enough_where_links_are_unknown() -> None:
    pairs = clique(range(10), 0.9)
    assert cluster_of_each(11, pairs | {(0, 10): 0.9, (9, 10): 0.9}, incomplete=True)[10] == 0
    assert cluster_of_each(11, pairs | {(8, 10): 0.9, (9, 10): 0.9}, incomplete=True)[10] == 10


def test_joining_one_cluster_may_make_the_links_to_another_suffice() -> None:
    pairs = {(0, 3): 0.3, (1, 3): 0.9, (2, 3): 0.3}
    assert cluster_of_each(4, pairs) == [0, 0, 0, 0]


def test_only_the_oldest_members_of_a_large_cluster_are_compared() -> None:
    pairs = clique(range(MEMBERS_COMPARED + 20), 0.4)
    new = MEMBERS_COMPARED + 20
    old = {(number, new): 0.3 for number in range(40)}
    young = {(number, new): 0.3 for number in range(MEMBERS_COMPARED - 39, new)}
    assert cluster_of_each(new + 1, pairs | old)[new] == 0
    assert cluster_of_each(new + 1, pairs | young)[new] == new


def test_stored_members_are_read_once_and_their_links_only_in_doubt() -> None:
    reads: list[object] = []

    def read(cluster: int) -> list[int]:
        reads.append(cluster)
        return [1, 2, 3]

    def read_links(numbers: Sequence[int]) -> list[tuple[int, int, float]]:
        reads.append(list(numbers))
        return [(a, b, 0.4) for a in numbers for b in numbers if a != b]

    clusters = Clusters(read, read_links)
    of = {1: 1, 2: 1, 3: 1}
    join = partial(clusters.clusters_to_join, cluster_of=of, incomplete=False)
    assert join({1: 0.9, 2: 0.3, 3: 0.3}) == {1}
    assert reads == [1]
    assert join({1: 0.3}) == set()
    assert join({1: 0.3, 2: 0.3}) == {1}
    assert reads == [1, [1, 2, 3]]


@given(st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 9)), st.sampled_from([0.3, 0.5, 0.7]), max_size=25))
def test_clusters_lie_within_those_by_all_links(drawn: Pairs) -> None:
    pairs = {(a, b): similarity for (a, b), similarity in drawn.items() if a < b}
    found = cluster_of_each(10, pairs)
    left, right = np.array([*pairs, (0, 0)], np.int64).T.copy()
    every = connected_components(10, left, right)
    assert all(every[number] == every[found[number]] for number in range(10))


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_cliques_form_the_clusters_of_a_closed_set_in_any_order(seed: int) -> None:
    chance = random.Random(seed)
    of = [chance.randrange(4) for _ in range(12)]
    pairs = {(a, b): chance.choice([0.25, 0.5, 0.7]) for a, b in combinations(range(12), 2) if of[a] == of[b]}
    left, right = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    closed = cluster_pairs(12, left, right, np.array(list(pairs.values()), np.float64))
    assert cluster_of_each(12, pairs) == closed.tolist()


def test_documents_of_a_group_that_is_too_large_are_left_out_and_read_no_further(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("copydesk.service.index.clusters.MAX_REBUILT", 3)
    edges = [(a + at, a + 1 - at, 0.9) for a in [0, 1, *range(10, 99)] for at in (0, 1)]  # 0 to 2, and 10 to 99
    n_read = 0

    def read(numbers: Sequence[int], _most: int) -> list[tuple[int, int, float]]:
        nonlocal n_read
        n_read += len(numbers)
        return [edge for edge in edges if edge[0] in numbers]

    for seeds in ([10, 1], [1, 10, 98], [99, 12, 2]):
        n_read = 0
        assert read_connected(seeds, read).keys() == {0, 1, 2}
        assert n_read <= 3 + 2 * 4
    assert read_connected([99, 98], read) == {}


def test_connected_documents_are_all_read() -> None:
    edges = [(1, 2, 0.5), (2, 1, 0.5), (2, 3, 0.4), (3, 2, 0.4), (4, 5, 0.9), (5, 4, 0.9)]
    found = read_connected([1], lambda numbers, _most: [edge for edge in edges if edge[0] in numbers])
    assert found == {1: {2: 0.5}, 2: {1: 0.5, 3: 0.4}, 3: {2: 0.4}}
