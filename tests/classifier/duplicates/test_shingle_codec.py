"""Tests of `shingle_codec`: sets come back as they were, and damage is noticed or harmless."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.shingle_codec import pack_set, unpack_set
from copydesk.classifier.duplicates.shingles import SET_BITS
from copydesk.classifier.errors import DamagedSet

LARGEST = 2**SET_BITS - 1


@settings(max_examples=150, deadline=None)
@given(st.sets(st.integers(0, LARGEST), max_size=300))
@example(set())
@example({0})
@example({LARGEST})
@example({0, LARGEST})
@example(set(range(3000)))
def test_set_comes_back(values: set[int]) -> None:
    sorted_values = np.array(sorted(values), np.uint32)
    assert unpack_set(pack_set(sorted_values)).tolist() == sorted_values.tolist()


def test_set_of_an_article_takes_under_nine_hundred_bytes() -> None:
    values = np.unique(np.random.default_rng(5).integers(0, LARGEST, 400)).astype(np.uint32)
    assert len(pack_set(values)) < 860


@pytest.mark.parametrize("values", [[2, 1], [1, 1], [LARGEST + 1]])
def test_values_that_are_no_set_are_refused(values: list[int]) -> None:
    with pytest.raises(ValueError, match=r"values must rise and stay below 2\*\*24; take them from shingle_sets"):
        pack_set(np.array(values, np.uint32))


def test_shortened_set_is_noticed() -> None:
    packed = pack_set(np.arange(0, 100_000, 250, dtype=np.uint32))
    for end in (0, 1, 2, len(packed) // 2, len(packed) - 1):
        with pytest.raises(DamagedSet, match=f"a packed set of {end} bytes does not decode"):
            unpack_set(packed[:end])


def test_set_with_more_behind_it_is_noticed() -> None:
    with pytest.raises(DamagedSet, match="add the document again"):
        unpack_set(pack_set(np.array([7], np.uint32)) + b"\0")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_decode_to_a_set_or_are_refused(data: bytes) -> None:
    try:
        values = unpack_set(data)
    except DamagedSet:
        return
    assert (values[1:] > values[:-1]).all()
    assert not len(values) or values[-1] <= LARGEST
