"""The columns of rhythm: lengths that return after a few blocks, and how the blocks around end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.features import columns
from copydesk.classifier.features.columns import N_COLUMNS
from copydesk.classifier.model.context import PERIODS, RHYTHM_COLUMNS
from tests.oracle.rhythm import REACH, fill_rhythm


def filled(
    lengths: list[float], ends: list[float] | None = None, ellipsis: list[float] | None = None
) -> dict[str, list[float]]:
    dense = np.zeros((len(lengths), N_COLUMNS), np.float32)
    dense[:, columns.LOG_CHARS] = lengths
    dense[:, columns.ENDS_SENTENCE] = ends or [0.0] * len(lengths)
    dense[:, columns.ELLIPSIS] = ellipsis or [0.0] * len(lengths)
    out = np.zeros((len(lengths), len(RHYTHM_COLUMNS)), np.float32)
    fill_rhythm(out, 0, dense)
    return {name: out[:, k].tolist() for k, name in enumerate(RHYTHM_COLUMNS)}


@pytest.mark.parametrize("period", PERIODS)
def test_lengths_that_return_after_a_period_do_not_change_after_it(period: int) -> None:
    found = filled([float(b % period) for b in range(40)])
    for other in PERIODS:
        changes = found[f"change of length after {other}"]
        assert (max(changes) == 0.0) == (other % period == 0)


def test_a_single_block_has_no_pair() -> None:
    assert filled([3.0])["change of length after 1"] == [-1.0]


def test_endings_are_shares_of_the_blocks_on_one_side() -> None:
    found = filled([1.0, 5.0, 2.0, 4.0], ends=[1.0, 0.5, 1.0, 0.0], ellipsis=[0.0, 1.0, 0.0, 1.0])
    assert found["sentences in 4 before"] == pytest.approx([-1.0, 1.0, 0.5, 2 / 3])
    assert found["cut off in 4 after"] == pytest.approx([2 / 3, 0.5, 1.0, -1.0])
    assert found["longest in 12 before"] == [-1.0, 1.0, 5.0, 5.0]


@given(st.lists(st.floats(0, 12, width=32), max_size=60))
def test_columns_depend_on_blocks_within_reach_alone(lengths: list[float]) -> None:
    far = 2 * REACH + max(PERIODS)
    alone, longer = filled(lengths), filled([*lengths, *[7.0] * 3])
    for name in RHYTHM_COLUMNS:
        inner = slice(0, max(0, len(lengths) - far))
        assert alone[name][inner] == pytest.approx(longer[name][inner], abs=1e-5)
