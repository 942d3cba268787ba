"""Tests of the hash functions: the values, which saved models and indexes hold, stay what they are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.compiled import code_points, core_function
from tests.oracle import hashing

mix = core_function("cd_mix", "u64 u64", "u64")
mix32 = core_function("cd_mix32", "u64", "u64")
hash_code_points = core_function("cd_hash_code_points", "u32* i64", "u64")
hash_ignoring_case = core_function("cd_hash_ignoring_case", "u32* i64 i64", "u64")


def test_hashes_are_those_that_models_and_indexes_hold() -> None:
    points = code_points("Vik’s ferry")
    found = (mix(7, 3), mix(7, 1), mix32(7), hash_code_points(points, 11), hash_ignoring_case(points, 0, 11))
    assert found == (
        16616101746815609346,
        7191089600892374487,
        415870660,
        16281581697859210048,
        1794660360013872401,
    )


@settings(deadline=None)  # the first call compiles
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.text(max_size=40))
def test_plain_python_gives_the_same_hashes(value: int, salt: int, text: str) -> None:
    points = code_points(text)
    found = (mix(value, salt), mix32(value % 2**32), hash_code_points(points, len(points)))
    assert found == (
        int(hashing.mix(np.uint64(value), np.uint64(salt))),
        int(hashing.mix32(np.uint32(value % 2**32))),
        int(hashing.hash_code_points(points)),
    )
    assert hash_ignoring_case(points, 0, len(points)) == int(hashing.hash_ignoring_case(points, 0, len(points)))


def test_case_of_ascii_letters_alone_is_ignored() -> None:
    points = code_points("AZaz[Éé")
    hashes = [hash_ignoring_case(points, at, at + 1) for at in range(len(points))]
    assert hashes[:2] == hashes[2:4]
    assert len(set(hashes)) == 5
