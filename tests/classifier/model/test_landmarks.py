"""Landmarks, headings above and rhythm against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from copydesk.classifier.features import columns
from copydesk.classifier.model.context import LAGS, LANDMARK_COLUMNS
from copydesk.classifier.model.groups import GROUPS
from copydesk.classifier.types import Kind
from tests.oracle.landmarks import FAR, fill_landmarks

Table = NDArray[np.float32]


def filled(kinds: list[Kind], *, chars: list[int] | None = None, headings: list[int] | None = None) -> Table:
    """Landmark columns of a page of blocks that are surely of these kinds; those in `headings` are set as headings."""
    n = len(kinds)
    scores = np.full((n, len(GROUPS)), -4.0, np.float32)
    for b, kind in enumerate(kinds):
        scores[b, GROUPS.index(str(kind))] = 4.0
    odds = 1 / (1 + np.exp(-scores.astype(np.float64)))
    dense = np.zeros((n, columns.N_COLUMNS), np.float32)
    dense[:, columns.LOG_CHARS] = np.log1p(chars or [200] * n)
    dense[:, columns.LOG_WORDS] = np.log1p(np.array(chars or [200] * n) // 6)
    dense[headings or [], columns.HEADING] = 1.0
    out = np.zeros((n, len(LANDMARK_COLUMNS)), np.float32)
    fill_landmarks(out, 0, scores, odds / odds.sum(axis=1, keepdims=True), dense, headings is not None)
    return out


def column(table: Table, name: str) -> list[float]:
    return [float(value) for value in table[:, LANDMARK_COLUMNS.index(name)]]


def test_landmarks_count_blocks_since_and_until_the_nearest_of_a_kind() -> None:
    table = filled([Kind.TEXT, Kind.COMMENT, Kind.TEXT, Kind.FURNITURE, Kind.COMMENT])
    assert column(table, "blocks since comment") == [FAR, FAR, 1, 2, 3]
    assert column(table, "blocks until comment") == [1, 3, 2, 1, FAR]
    assert column(table, "blocks since teaser") == [FAR] * 5


@pytest.mark.parametrize(("chars", "wanted"), [(99, FAR), (100, FAR), (101, 1)])
def test_a_short_text_is_no_landmark(chars: int, wanted: int) -> None:
    table = filled([Kind.TEXT, Kind.FURNITURE], chars=[chars, 50])
    assert column(table, "blocks since text")[1] == wanted


def test_a_far_landmark_is_as_far_as_none() -> None:
    table = filled([Kind.COMMENT, *[Kind.FURNITURE] * (FAR + 5)])
    since = column(table, "blocks since comment")
    assert since[FAR - 1 : FAR + 3] == [FAR - 1, FAR, FAR, FAR]


def test_the_heading_above_has_columns_of_distance_and_scores() -> None:
    table = filled([Kind.TEXT, Kind.TEASER_HEADING, Kind.TEASER, Kind.TEASER], headings=[1])
    assert column(table, "blocks since heading") == [-9, -9, 1, 2]
    assert column(table, "teaser_heading of heading above") == [-9, -9, 4, 4]
    assert column(table, "log_chars of heading above")[3] == pytest.approx(np.log1p(200))


def test_in_plain_text_a_short_line_counts_as_a_heading() -> None:
    table = filled([Kind.TEXT, Kind.FURNITURE, Kind.TEXT], chars=[300, 20, 300])
    assert column(table, "blocks since heading") == [-9, -9, 1]


def test_a_list_of_headlines_and_summaries_repeats_after_two_blocks() -> None:
    table = filled([Kind.TEASER_HEADING, Kind.TEASER] * 8, chars=[40, 160] * 8)
    for b in range(len(table)):
        by_lag = {lag: column(table, f"log_chars changes over {lag}")[b] for lag in LAGS}
        assert by_lag[2] == by_lag[4] == 0.0
        assert by_lag[1] == pytest.approx(np.log1p(160) - np.log1p(40), rel=1e-5)


def test_a_page_of_one_block_has_no_rhythm_and_no_neighbours() -> None:
    table = filled([Kind.TEXT])
    assert column(table, "log_chars changes over 1") == [0.0]
    assert column(table, "own text above neighbours") == [0.0]
    assert column(table, "kind before") == column(table, "kind after") == [-1.0]


def test_text_before_and_after_share_the_page() -> None:
    table = filled([Kind.TEXT, Kind.TEXT, Kind.TEXT], chars=[100, 200, 100])
    assert column(table, "share of text before") == pytest.approx([0.0, 0.25, 0.75], rel=1e-5)
    before, after = column(table, "log text before"), column(table, "log text after")
    assert before == pytest.approx(after[::-1], rel=1e-5)


def test_the_margin_is_the_lead_of_the_strongest_kind() -> None:
    table = filled([Kind.TEXT, Kind.COMMENT, Kind.TEXT])
    assert column(table, "own margin") == [8.0] * 3
    assert column(table, "own kind") == [0.0, 2.0, 0.0]
    assert column(table, "own text above neighbours") == [4.0, -8.0, 4.0]
