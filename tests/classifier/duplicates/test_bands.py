"""Tests of `bands`: the probability that was asked for, and the same candidates as datasketch's index."""

from __future__ import annotations

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.bands import band_keys, banding_for, candidate_probability
from copydesk.classifier.duplicates.minhash import sign
from copydesk.classifier.duplicates.shingles import KEY_BITS, Shingles
from copydesk.classifier.duplicates.types import Banding, SigningScheme


@settings(max_examples=100, deadline=None)
@given(st.floats(0.2, 1.0), st.floats(0.05, 0.99), st.integers(64, 256))
def test_banding_reaches_its_probability_with_most_rows(similarity: float, probability: float, num_perm: int) -> None:
    banding = banding_for(similarity, probability, num_perm=num_perm)
    assert banding.bands * banding.rows <= num_perm
    assert candidate_probability(similarity, banding) >= probability - 1e-9
    rows = banding.rows + 1
    assert rows > num_perm or candidate_probability(similarity, Banding(num_perm // rows, rows)) < probability + 1e-9


@pytest.mark.parametrize(("probability", "bands"), [(0.9498, 2), (0.95, 2), (0.9502, 3)])
def test_banding_takes_the_fewest_bands(probability: float, bands: int) -> None:
    similarity = 1 - 0.05**0.5  # two bands of one row find it with probability 0.95
    assert banding_for(similarity, probability, num_perm=3).bands == bands


def test_fewer_bands_are_bought_with_fewer_rows() -> None:
    assert banding_for(0.5, 0.95, num_perm=128) == Banding(23, 3)
    assert banding_for(0.5, 0.95, num_perm=32) == Banding(11, 2)


def test_probability_out_of_reach_names_what_can_be_reached() -> None:
    with pytest.raises(
        ValueError, match=r"similarity 0\.1 .* probability 0\.95: 16 bands of 1 row.*0\.8147.*29 values"
    ):
        banding_for(0.1, 0.95, num_perm=16)


@pytest.mark.parametrize(("similarity", "probability"), [(0.0, 0.5), (1.1, 0.5), (0.5, 0.0), (0.5, 1.0)])
def test_similarity_or_probability_out_of_range_is_refused(similarity: float, probability: float) -> None:
    with pytest.raises(ValueError, match="similarity must be above 0 and at most 1"):
        banding_for(similarity, probability, num_perm=128)


def test_too_few_values_are_refused() -> None:
    with pytest.raises(ValueError, match="signatures have 8 values, 3 bands of 3 rows need 9"):
        band_keys(np.zeros((1, 8), np.uint32), Banding(3, 3))


@pytest.mark.parametrize("banding", [Banding(0, 2), Banding(2, 0)])
def test_banding_without_keys_is_refused(banding: Banding) -> None:
    with pytest.raises(ValueError, match="give no key; both must be at least 1"):
        band_keys(np.zeros((1, 8), np.uint32), banding)


def test_keys_are_short_and_a_band_never_meets_another() -> None:
    keys = band_keys(np.zeros((2, 128), np.uint32), Banding(16, 2))
    assert keys.shape == (2, 16)
    assert len(set(keys.ravel().tolist())) == 16
    assert keys.max() < 1 << KEY_BITS


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.sets(st.integers(0, 40), min_size=1, max_size=12), min_size=2, max_size=12),
    st.sampled_from([(16, 2), (8, 4), (32, 1)]),
)
def test_candidates_are_datasketchs(sets: list[set[int]], shape: tuple[int, int]) -> None:
    rows = [sorted(row) for row in sets]
    values = np.array([value for row in rows for value in row], np.uint32)
    shingles = Shingles(values, np.cumsum([0, *map(len, rows)]).astype(np.int64), (3, 5))
    signed = sign(shingles, SigningScheme(num_perm=32))
    keys = band_keys(signed, Banding(*shape))
    index = MinHashLSH(num_perm=32, params=shape)
    loaded = [MinHash(hashvalues=row, seed=1, scheme="affine32") for row in signed]
    for number, minhash in enumerate(loaded):
        index.insert(number, minhash)
    for number, minhash in enumerate(loaded):
        ours = {other for other in range(len(rows)) if set(keys[other].tolist()) & set(keys[number].tolist())}
        assert ours == set(index.query(minhash))
