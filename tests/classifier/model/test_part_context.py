"""The columns that tell the parts of an article apart, on scores given by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.features import columns
from copydesk.classifier.features.columns import N_COLUMNS
from copydesk.classifier.model.context import PART_COLUMNS
from copydesk.classifier.model.groups import LINEAR_PARTS
from tests.oracle.part_context import FAR, fill_parts

Table = NDArray[np.float32]


def filled(parts: dict[str, list[float]], n: int, *, match: list[float] | None = None) -> dict[str, list[float]]:
    """The columns by name, for n blocks of 100 characters of text each; parts without scores have -4."""
    scores = np.full((n, len(LINEAR_PARTS)), -4.0, np.float32)
    for part, values in parts.items():
        scores[:, LINEAR_PARTS.index(part)] = values
    dense = np.zeros((n, N_COLUMNS), np.float32)
    dense[:, columns.TITLE_MATCH] = match or [0.0] * n
    out: Table = np.zeros((n, len(PART_COLUMNS)), np.float32)
    fill_parts(out, 0, scores, dense, np.linspace(0.0, 100.0 * n, n + 1))
    return {name: out[:, k].tolist() for k, name in enumerate(PART_COLUMNS)}


def test_blocks_know_how_far_the_likeliest_headline_is() -> None:
    found = filled({"headline": [-3.0, 2.0, -1.0, -2.0]}, 4)
    assert found["blocks since likeliest headline"] == [-1.0, 0.0, 1.0, 2.0]
    assert found["margin of likeliest headline"] == [-5.0, 0.0, -3.0, -4.0]
    assert np.allclose(found["log text since likeliest headline"][2:], [0.0, np.log1p(100.0)])


def test_a_headline_far_away_counts_as_at_most_so_far() -> None:
    found = filled({"headline": [5.0] + [-3.0] * (FAR + 9)}, FAR + 10)
    assert max(found["blocks since likeliest headline"]) == FAR


def test_neighbours_beyond_the_page_have_the_lowest_score() -> None:
    found = filled({"caption": [1.0, 2.0]}, 2)
    assert found["own caption"] == [1.0, 2.0]
    assert found["caption 1 before"] == [-9.0, 1.0]
    assert found["caption 1 after"] == [2.0, -9.0]


def test_matches_of_the_title_before_a_block_are_counted() -> None:
    found = filled({}, 4, match=[0.75, 0.25, 1.0, 0.5])
    assert found["title matches before"] == [0.0, 1.0, 1.0, 2.0]
    assert found["margin of title match before"] == [0.75, -0.5, 0.25, -0.5]
    assert found["margin of title match"] == [-0.25, -0.75, 0.0, -0.5]
