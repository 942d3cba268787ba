"""Neighbours' say in labels: exact on short chains, nothing where affinities are 1, and runs out of lone blocks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.arrays import Doubles
from tests.oracle.chain import chain_probabilities

STICKY = np.array([[2.0, 0.5, 0.5], [0.5, 2.0, 0.5], [0.5, 0.5, 2.0]])
rows = st.lists(st.tuples(*[st.floats(0.001, 1.0)] * 3), min_size=1, max_size=5)
factors = st.lists(st.floats(0.05, 20.0), min_size=9, max_size=9)


def shares(table: Sequence[tuple[float, ...]]) -> Doubles:
    found = np.array(table, np.float64)
    found /= found.sum(axis=1, keepdims=True)
    return found


@settings(max_examples=60, deadline=None)
@given(rows, factors)
def test_each_block_gets_its_share_of_all_ways_to_label_the_page(
    table: list[tuple[float, ...]], by: list[float]
) -> None:
    own, affinities = shares(table), np.array(by).reshape(3, 3)
    expected = np.zeros_like(own)
    for labels in product(range(3), repeat=len(own)):
        chance = np.prod([own[i, label] for i, label in enumerate(labels)])
        chance *= np.prod([affinities[a, b] for a, b in pairwise(labels)])
        for block, label in enumerate(labels):
            expected[block, label] += chance
    expected /= expected.sum(axis=1, keepdims=True)
    assert chain_probabilities(own, affinities) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_a_doubtful_block_follows_its_neighbours() -> None:
    own = shares([(9, 0.5, 0.5), (4, 5, 1), (9, 0.5, 0.5)])
    found = chain_probabilities(own, STICKY)
    assert own[1].argmax() == 1
    assert found[1].argmax() == 0


def test_neighbours_say_nothing_where_affinities_are_1_or_there_is_none() -> None:
    own = shares([(1, 2, 3), (3, 2, 1)])
    assert chain_probabilities(own, np.ones((3, 3))) is own
    assert len(chain_probabilities(np.empty((0, 3)), STICKY)) == 0
    assert chain_probabilities(own[:1], STICKY) == pytest.approx(own[:1])


def test_a_long_page_of_certain_blocks_stays_finite() -> None:
    own = np.tile([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], (50_000, 1))
    found = chain_probabilities(own, STICKY)
    assert np.isfinite(found).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(len(own)))
