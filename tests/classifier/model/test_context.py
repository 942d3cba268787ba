"""The context columns against plain averages over the same blocks."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from copydesk.classifier.features import FIELDS, PageFeatures, columns, compute_features
from copydesk.classifier.model import ALL_COLUMNS, FirstStageScores, context_columns
from copydesk.classifier.model.context import CONTAINERS, CONTEXT_COLUMNS, NEIGHBOURS, WINDOWS
from copydesk.classifier.model.groups import GROUPS, LINEAR_PARTS
from copydesk.classifier.model.hashed_linear import PAGE_TYPES
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import Kind
from tests.support.small_model import HTML_PAGE, TEXT_PAGE

Table = NDArray[np.float32]
Values = NDArray[np.float64]

N_CLASSES = len(GROUPS) + len(LINEAR_PARTS)

TEXT = compute_features(segment_text(TEXT_PAGE))
HTML = compute_features(segment_html(HTML_PAGE))
PAGES = pytest.mark.parametrize("page", [TEXT, HTML], ids=["text", "html"])


def scores(page: PageFeatures) -> Table:
    return np.random.default_rng(7).normal(0, 3, (len(page.columns), N_CLASSES)).astype(np.float32)


TYPES = np.log(np.arange(1, len(PAGE_TYPES) + 1, dtype=np.float32))


def first_stage(own: Table) -> FirstStageScores:
    """The scores that are given, with parts by field that all have different values."""
    shape = len(own), len(FIELDS) * len(GROUPS)
    return FirstStageScores(own, np.arange(shape[0] * shape[1], dtype=np.float32).reshape(shape))


def filled(page: PageFeatures) -> Table:
    return context_columns(page, first_stage(scores(page)), TYPES)


def column(table: Table, name: str) -> Table:
    return table[:, ALL_COLUMNS.index(name)]


def shares(page: PageFeatures) -> dict[str, Values]:
    """The first stage's odds as shares of one, by the words of the column names."""
    odds = 1 / (1 + np.exp(-np.clip(scores(page)[:, : len(GROUPS)], -8, 8).astype(np.float64)))
    odds /= odds.sum(axis=1, keepdims=True)
    by_kind = dict(zip(map(str, GROUPS), odds.T, strict=True))
    return by_kind | {"teaser": by_kind[Kind.TEASER] + by_kind[Kind.TEASER_HEADING]}


def weights(page: PageFeatures) -> Values:
    """Square roots of the blocks' lengths."""
    found: Values = np.sqrt(np.expm1(page.columns[:, columns.LOG_CHARS].astype(np.float64)))
    return found


def mean(values: Values, by: Values, blocks: range) -> float:
    return float(np.average(values[blocks], weights=by[blocks])) if len(blocks) else -1.0


@pytest.mark.parametrize("page", [TEXT, HTML, compute_features(segment_text("")), compute_features(segment_html(""))])
def test_every_block_gets_every_column(page: PageFeatures) -> None:
    table = filled(page)
    assert table.shape == (len(page.columns), len(ALL_COLUMNS))
    assert np.isfinite(table).all()


def test_names_are_distinct_and_the_page_s_own_columns_follow_the_context() -> None:
    assert len(set(ALL_COLUMNS)) == len(ALL_COLUMNS) == len(CONTEXT_COLUMNS) + columns.N_COLUMNS
    np.testing.assert_array_equal(filled(HTML)[:, len(CONTEXT_COLUMNS) :], HTML.columns)


@PAGES
def test_scores_of_neighbours_are_columns(page: PageFeatures) -> None:
    table, given = filled(page), np.clip(scores(page), -8, 8)
    n = len(given)
    for distance in range(1, NEIGHBOURS + 1):
        for side, step in (("before", -distance), ("after", distance)):
            wanted = [given[b + step, 0] if 0 <= b + step < n else -9.0 for b in range(n)]
            np.testing.assert_array_equal(column(table, f"text {distance} {side}"), np.array(wanted, np.float32))


@PAGES
@pytest.mark.parametrize("width", WINDOWS)
def test_windows_are_averages_weighted_by_the_root_of_length(page: PageFeatures, width: int) -> None:
    table, n = filled(page), len(page.columns)
    for b in range(n):
        first, last = max(0, b - width), min(n, b + width + 1)
        sides = {"before": range(first, b), "after": range(b + 1, last), "around": range(first, last)}
        for side, blocks in sides.items():
            for kind in ("text", "comment", "teaser"):
                found = column(table, f"{kind} in {width} {side}")[b]
                assert found == pytest.approx(mean(shares(page)[kind], weights(page), blocks), rel=1e-5)
            lengths = page.columns[blocks, columns.LOG_CHARS].astype(np.float64)
            found = column(table, f"log_chars in {width} {side}")[b]
            assert found == pytest.approx(lengths.mean() if len(lengths) else -1.0, rel=1e-5)


def containers(page: PageFeatures, block: int) -> list[range]:
    """The blocks of the elements around a block, innermost first, each with more than the one before."""
    found, element, size = [], int(page.elements[block]), 1
    while element >= 0:
        first, last = page.spans[element]
        if last - first > size:
            size = last - first
            found.append(range(first, last))
        element = int(page.parents[element])
    return found[:CONTAINERS]


def test_containers_are_averages_over_the_elements_around() -> None:
    table, by = filled(HTML), weights(HTML)
    text = shares(HTML)["text"]
    page_text = (by**2 * text).sum()
    levels = set()
    for b in range(len(table)):
        around = containers(HTML, b)
        levels.add(len(around))
        for level, blocks in enumerate(around):
            for kind in ("text", "comment", "teaser"):
                found = column(table, f"{kind} in container {level}")[b]
                assert found == pytest.approx(mean(shares(HTML)[kind], by, blocks), rel=1e-5)
            assert column(table, f"log_blocks in container {level}")[b] == pytest.approx(np.log1p(len(blocks)))
            share = (by[blocks] ** 2 * text[blocks]).sum() / page_text
            assert column(table, f"share of text in container {level}")[b] == pytest.approx(share, rel=1e-5)
        for level in range(len(around), CONTAINERS):
            assert column(table, f"text in container {level}")[b] == -1.0
    assert len(levels) > 1


def test_plain_text_has_no_containers() -> None:
    assert (column(filled(TEXT), "text in container 0") == -1.0).all()


@PAGES
def test_blocks_set_alike_are_averaged_over_their_path(page: PageFeatures) -> None:
    table, by, text = filled(page), weights(page), shares(page)["text"]
    for b, path in enumerate(page.paths):
        alike = np.flatnonzero(page.paths == path)
        assert column(table, "text set alike")[b] == pytest.approx(np.average(text[alike], weights=by[alike]), rel=1e-5)
        assert column(table, "page share set alike")[b] == pytest.approx(len(alike) / len(table))


def test_equal_neighbours_are_fully_alike_and_strangers_not_at_all() -> None:
    page = compute_features(segment_text("red boats sail\n\nred boats sail\n\ngreen hills rest"))
    table = context_columns(page, first_stage(np.zeros((3, N_CLASSES), np.float32)), TYPES)
    assert column(table, "like the block before").tolist() == pytest.approx([0.0, 1.0, 0.0])
    assert column(table, "like the block after").tolist() == pytest.approx([1.0, 0.0, 0.0])


def test_a_word_that_stands_twice_in_a_block_still_counts_for_the_next_one() -> None:
    page = compute_features(segment_text("boats boats\n\nboats boats\n\ngreen hills"))
    table = context_columns(page, first_stage(np.zeros((3, N_CLASSES), np.float32)), TYPES)
    assert column(table, "like the block before").tolist() == pytest.approx([0.0, 1.0, 0.0])


def test_the_main_run_is_the_densest_run_of_text() -> None:
    page = compute_features(segment_text("\n\n".join(f"Block {i} speaks of boats." for i in range(6))))
    given = np.full((6, N_CLASSES), -6.0, np.float32)
    given[:, 3] = 6.0
    given[2:5, 0], given[2:5, 3] = 6.0, -6.0
    table = context_columns(page, first_stage(given), TYPES)
    assert column(table, "in run").tolist() == [0, 0, 1, 1, 1, 0]
    assert column(table, "from run start").tolist() == [-2, -1, 0, 1, 2, 3]
    assert column(table, "from last text").tolist() == [-4, -3, -2, -1, 0, 1]


@PAGES
def test_scores_by_field_and_page_types_are_columns(page: PageFeatures) -> None:
    table, given = filled(page), first_stage(scores(page))
    for f, part in enumerate(FIELDS):
        for k, kind in enumerate(GROUPS):
            wanted = given.by_field[:, f * len(GROUPS) + k]
            np.testing.assert_array_equal(column(table, f"own {kind} by {part}"), wanted)
    for t, page_type in enumerate(PAGE_TYPES):
        assert (column(table, f"page is {page_type}") == TYPES[t]).all()
