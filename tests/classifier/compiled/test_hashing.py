"""Tests of `hashing`: the values, which saved models and indexes hold, stay what they are."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.compiled import code_points, hash_code_points, hash_ignoring_case, mix, mix32, scatter


def test_hashes_are_those_that_models_and_indexes_hold() -> None:
    points = code_points("Vik’s ferry")
    found = (
        mix(np.uint64(7), np.uint64(3)),
        scatter(np.uint64(7)),
        mix32(np.uint32(7)),
        hash_code_points(points),
        hash_ignoring_case(points, 0, len(points)),
    )
    assert [int(value) for value in found] == [
        16616101746815609346,
        7191089600892374487,
        415870660,
        16281581697859210048,
        1794660360013872401,
    ]


def test_case_of_ascii_letters_alone_is_ignored() -> None:
    points = code_points("AZaz[Éé")
    hashes = [int(hash_ignoring_case(points, at, at + 1)) for at in range(len(points))]
    assert hashes[:2] == hashes[2:4]
    assert len(set(hashes)) == 5
