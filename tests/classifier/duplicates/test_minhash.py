"""Tests of `minhash`: datasketch is the oracle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.minhash import EMPTY, permutations, sign
from copydesk.classifier.duplicates.normalized_words import read_words
from copydesk.classifier.duplicates.shingles import Shingles, read_shingles
from copydesk.classifier.duplicates.types import SigningScheme

HASHES = st.lists(st.lists(st.integers(0, 2**24 - 1), max_size=12), min_size=1, max_size=4)


def shingles_of(rows: list[list[int]]) -> Shingles:
    """Shingles with these hashes, and marks that do not matter."""
    values = np.array([value << 8 | value % 251 for row in rows for value in row], np.uint32)
    return Shingles(values, np.cumsum([0, *map(len, rows)]).astype(np.int64), (3, 5))


def datasketch(row: list[int], num_perm: int, seed: int) -> MinHash:
    minhash = MinHash(num_perm=num_perm, seed=seed, hashfunc=int)
    for value in row:
        minhash.update(value)
    return minhash


@settings(max_examples=60, deadline=None)
@given(HASHES, st.sampled_from([1, 7, 64, 128, 256]), st.integers(0, 2**32 - 1))
def test_signature_is_datasketchs_own(rows: list[list[int]], num_perm: int, seed: int) -> None:
    signed = sign(shingles_of(rows), SigningScheme(num_perm=num_perm, seed=seed))
    assert signed.shape == (len(rows), num_perm)
    for values, row in zip(signed, rows, strict=True):
        assert values.tolist() == datasketch(row, num_perm, seed).hashvalues.tolist()
    bulk = MinHash.bulk(rows, num_perm=num_perm, seed=seed, hashfunc=int)
    assert signed.tolist() == [minhash.hashvalues.tolist() for minhash in bulk]


def test_signature_loads_as_datasketchs_kinds() -> None:
    rows = [[1, 2, 3, 4], [3, 4, 5, 6]]
    one, other = sign(shingles_of(rows), SigningScheme())
    loaded = MinHash(hashvalues=one, seed=1, scheme="affine32")
    assert loaded.jaccard(datasketch(rows[1], 128, 1)) == pytest.approx(float(np.mean(one == other)))
    lean = LeanMinHash(seed=1, hashvalues=one, scheme="affine32")
    assert lean == LeanMinHash(datasketch(rows[0], 128, 1))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 2**24 - 1), min_size=1, max_size=12))
def test_signature_ignores_order_and_repetition(row: list[int]) -> None:
    shuffled = sorted(row, key=lambda value: (value * 2654435761) % 97) + row[:3]
    one, other = sign(shingles_of([row, shuffled]), SigningScheme())
    assert one.tolist() == other.tolist()


def test_first_values_are_the_same_when_no_more_are_asked() -> None:
    shingles = read_shingles(read_words(["one two three four five"]), SigningScheme())
    assert sign(shingles, SigningScheme(), values=22).tolist() == sign(shingles, SigningScheme())[:, :22].tolist()


def test_text_without_shingles_has_an_empty_row() -> None:
    assert (sign(shingles_of([[], [5]]), SigningScheme())[0] == EMPTY).all()


@pytest.mark.parametrize("shared", [0, 40, 100, 160, 200])
def test_share_of_equal_values_estimates_the_similarity_within_theory(shared: int) -> None:
    draw = np.random.default_rng(shared)
    scheme = SigningScheme()
    errors = []
    similarity = shared / (400 - shared)
    for _ in range(60):
        values = draw.integers(0, 2**24, 400 - shared).tolist()
        one, other = sign(shingles_of([values[:200], values[200 - shared :]]), scheme)
        errors.append(np.mean(one == other) - similarity)
    theory = math.sqrt(similarity * (1 - similarity) / scheme.num_perm)
    assert abs(np.mean(errors)) <= 4 * theory / math.sqrt(60)
    assert max(map(abs, errors)) <= 5 * theory


def test_permutations_cannot_be_changed_by_a_caller() -> None:
    with pytest.raises(ValueError, match="read-only"):
        permutations(128, 1)[0, 0] = 0
