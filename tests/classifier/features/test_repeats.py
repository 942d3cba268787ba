"""Repeats against counting the texts themselves."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.compiled.code_points import code_points
from copydesk.classifier.features.repeats import count_repeats


def counted(texts: list[str]) -> list[int]:
    """Count the repeats of blocks that follow each other without a gap."""
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    starts = ends - np.array([len(text) for text in texts], np.int64)
    found: list[int] = count_repeats(code_points("".join(texts)), starts, ends).tolist()
    return found


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="ab字\ud800😀", min_size=1, max_size=3), max_size=60))
def test_repeats_are_the_counts_of_equal_texts(texts: list[str]) -> None:
    counts = Counter(texts)
    assert counted(texts) == [counts[text] for text in texts]


def test_many_blocks_of_few_texts_are_counted_whole() -> None:
    texts = [f"line {number % 701}" for number in range(5_000)]
    counts = Counter(texts)
    assert counted(texts) == [counts[text] for text in texts]


def test_texts_that_differ_in_one_character_are_not_one() -> None:
    assert counted(["x" * 500 + "a", "x" * 500 + "b", "x" * 501, "x" * 500 + "a"]) == [2, 1, 1, 2]
