"""Tests of `json_blocks`: it writes what the encoder of the contract writes."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier import Page
from copydesk.classifier.article import PageScores
from copydesk.classifier.json_blocks import json_blocks
from copydesk.classifier.pipeline import classify_page
from copydesk.classifier.types import KINDS, LABELS
from copydesk.service.rows.contract import Block
from tests.support.small_model import small_model

numbers = st.integers(0, 2**31 - 1)
odds = st.floats(0, 1) | st.sampled_from([5e-324, 2.2250738585072014e-308, 1 / 3, 1e-5, 1e-4, float("nan")])
rows = st.tuples(numbers, numbers, st.sampled_from(range(3)), st.sampled_from(range(16)), odds, odds, odds)


def scores_of(blocks: list[tuple[int, int, int, int, float, float, float]]) -> PageScores:
    """Return a page's scores with these blocks."""
    scores = classify_page(Page("", text="A line."), small_model()).scores
    assert scores is not None
    starts, ends, labels, kinds, *columns = zip(*blocks, strict=True) if blocks else [()] * 7
    return replace(
        scores,
        starts=np.array(starts, np.int32),
        ends=np.array(ends, np.int32),
        labels=np.array(labels, np.int8),
        kinds=np.array(kinds, np.int8),
        probabilities=np.array(columns, np.float64).T.copy(),
    )


@settings(deadline=None, max_examples=50)
@given(st.lists(rows, max_size=6))
def test_bytes_are_those_of_the_objects(blocks: list[tuple[int, int, int, int, float, float, float]]) -> None:
    scores = scores_of(blocks)
    assert bytes(json_blocks(scores)) == msgspec.json.encode(list(map(Block.of, scores.scored_blocks())))


def test_longest_block_has_room() -> None:
    label, kind = LABELS.index(max(LABELS, key=len)), KINDS.index(max(KINDS, key=len))
    odd = -2.2250738585072014e-308
    block = (2**31 - 1, 2**31 - 1, label, kind, odd, odd, odd)
    assert len(json_blocks(scores_of([block] * 1000))) <= 256 * 1000


@pytest.mark.parametrize(("column", "value"), [("labels", 3), ("labels", -1), ("kinds", 16), ("kinds", -1)])
def test_numbers_without_a_name_are_refused(column: str, value: int) -> None:
    scores = scores_of([(0, 1, 0, 0, 1.0, 0.0, 0.0)])
    getattr(scores, column)[0] = value
    with pytest.raises(ValueError, match="found a label or a kind that there is not"):
        json_blocks(scores)


def test_numbers_of_all_sizes_are_the_shortest_that_are_read_alike() -> None:
    generator = np.random.default_rng(7)
    powers = 10.0 ** (-5.5 * generator.random(3_000))
    decimals = [round(odd, places) for odd in powers[:500].tolist() for places in range(1, 18)]
    edges = [np.nextafter(2.0**-power, to) for power in range(18) for to in (0, 2, 2.0**-power)]
    found = np.array([*powers, *decimals, *edges, 1e-5, np.nextafter(1e-5, 0), np.nextafter(1e-5, 1)]).clip(0, 1)
    blocks = [(0, 1, 0, 0, a, b, c) for a, b, c in found[: len(found) // 3 * 3].reshape(-1, 3).tolist()]
    scores = scores_of(blocks)
    assert bytes(json_blocks(scores)) == msgspec.json.encode(list(map(Block.of, scores.scored_blocks())))
