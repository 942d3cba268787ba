"""How clusters join as documents come: certain pairs, pairs that agree, and those that do not."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.clustering import stories
from copydesk.service.index.clusters import MOST_COUNTED, Clusters, linked, replay, spread

Pairs = dict[tuple[int, int], float]


def grouped(n: int, pairs: Pairs) -> list[int]:
    edges = [edge for (a, b), similarity in pairs.items() for edge in ((a, b, similarity), (b, a, similarity))]
    found = replay(linked(range(n), edges))
    return [found[number] for number in range(n)]


def clique(numbers: range, similarity: float) -> Pairs:
    return dict.fromkeys(combinations(numbers, 2), similarity)


def test_one_doubtful_pair_between_two_groups_joins_them_not() -> None:
    pairs = clique(range(3), 0.4) | clique(range(3, 6), 0.4)
    for pair in ((0, 3), (2, 5)):
        assert grouped(6, pairs | {pair: 0.3}) == [0, 0, 0, 3, 3, 3]


def test_two_that_were_alone_when_they_joined_stay_joined() -> None:
    pairs = {(0, 1): 0.3, **{(0, n): 0.5 for n in (2, 3)}, **{(1, n): 0.5 for n in (4, 5)}, (2, 3): 0.5, (4, 5): 0.5}
    assert grouped(2, {(0, 1): 0.3}) == [0, 0]
    assert grouped(6, pairs)[:2] == [0, 0]


def test_document_joins_by_four_pairs_of_ten_and_not_by_three() -> None:
    pairs = clique(range(10), 0.5)
    assert grouped(11, pairs | {(number, 10): 0.3 for number in range(4)})[10] == 0
    assert grouped(11, pairs | {(number, 10): 0.3 for number in range(3)})[10] == 10


def test_versions_that_are_certain_count_as_one() -> None:
    pairs = clique(range(9), 0.7)
    assert grouped(11, pairs | {(8, 9): 0.3}) == [0] * 10 + [10]
    assert grouped(11, pairs | {(8, 9): 0.3, (9, 10): 0.9}) == [0] * 11


def test_certain_pair_joins_whatever_the_others_say() -> None:
    pairs = clique(range(5), 0.4) | clique(range(5, 10), 0.4)
    assert grouped(11, pairs | {(4, 10): 0.6, (9, 10): 0.6}) == [0] * 11
    assert grouped(11, pairs | {(4, 10): 0.6, (9, 10): 0.59}) == [0] * 5 + [5] * 5 + [0]


def test_joining_with_one_cluster_may_make_another_agree() -> None:
    pairs = {(0, 3): 0.3, (1, 3): 0.9, (2, 3): 0.3}
    assert grouped(4, pairs) == [0, 0, 0, 0]


def test_of_a_large_cluster_the_oldest_documents_are_counted() -> None:
    pairs = clique(range(MOST_COUNTED + 20), 0.4)
    new = MOST_COUNTED + 20
    old = {(number, new): 0.3 for number in range(40)}
    young = {(number, new): 0.3 for number in range(MOST_COUNTED - 39, new)}
    assert grouped(new + 1, pairs | old)[new] == 0
    assert grouped(new + 1, pairs | young)[new] == new


def test_clusters_that_were_there_before_are_read_once_and_only_where_pairs_are_counted() -> None:
    asked = []

    def read(cluster: int) -> tuple[list[int], dict[int, dict[int, float]]]:
        asked.append(cluster)
        return [1, 2, 3], {1: {2: 0.4, 3: 0.4}, 2: {1: 0.4, 3: 0.4}, 3: {1: 0.4, 2: 0.4}}

    clusters = Clusters(read)
    of = {1: 1, 2: 1, 3: 1}
    assert clusters.joins({1: 0.9}, of) == {1}
    assert asked == []
    assert clusters.joins({1: 0.3}, of) == set()
    assert clusters.joins({1: 0.3, 2: 0.3}, of) == {1}
    assert asked == [1]


@given(st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 9)), st.sampled_from([0.3, 0.5, 0.7]), max_size=25))
def test_groups_lie_between_those_of_certain_pairs_and_those_of_all(drawn: Pairs) -> None:
    pairs = {(a, b): similarity for (a, b), similarity in drawn.items() if a < b}
    found = grouped(10, pairs)
    sure = grouped(10, {pair: 1.0 for pair, similarity in pairs.items() if similarity >= 0.6})
    every = grouped(10, dict.fromkeys(pairs, 1.0))
    assert all(found[number] == found[sure[number]] for number in range(10))
    assert all(every[number] == every[found[number]] for number in range(10))


@settings(deadline=None)  # the first call compiles
@given(st.integers(0, 10_000))
def test_cliques_are_grouped_as_in_a_closed_set_in_any_order(seed: int) -> None:
    chance = random.Random(seed)
    of = [chance.randrange(4) for _ in range(12)]
    pairs = {(a, b): chance.choice([0.25, 0.5, 0.7]) for a, b in combinations(range(12), 2) if of[a] == of[b]}
    left, right = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    closed = stories(12, left, right, np.array(list(pairs.values()), np.float64))
    assert grouped(12, pairs) == closed.tolist()


def test_all_that_edges_lead_to_is_gathered() -> None:
    edges = [(1, 2, 0.5), (2, 1, 0.5), (2, 3, 0.4), (3, 2, 0.4), (4, 5, 0.9), (5, 4, 0.9)]
    found = spread([1], lambda numbers: [edge for edge in edges if edge[0] in numbers])
    assert found == {1: {2: 0.5}, 2: {1: 0.5, 3: 0.4}, 3: {2: 0.4}}
