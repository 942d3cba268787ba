"""Training pages as one table: folds by site, weights, and TF-IDF rows as the classifier computes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.model import HashedLinear
from copydesk.classifier.model.hashed_linear import BLOCK_BITS, tfidf_values
from copydesk.classifier.segmentation import segment_text
from copydesk.training.align import LabelledPage, label_page
from copydesk.training.corpora import TrainingPage
from copydesk.training.dataset import MOST_ROWS, RAREST, Table, build_table, fold_of
from tests.support.training_pages import made_page

SITES = ("alder.example", "birch.example", "cedar.example")


def one_by_one(function: Callable[..., Any], pages: Sequence[Any]) -> list[Any]:
    return [function(page) for page in pages]


def page_of(text: str, codes: Sequence[str], *, site: str = "made.example", gold: bool = True) -> LabelledPage:
    source = TrainingPage("1", "own", site, "news", "en", "", (), tuple(codes) if gold else None, None)
    return LabelledPage(source, "text", segment_text(text), tuple(codes), tuple(codes), gold)


def made_labelled(site: str, number: int, form: str = "html") -> LabelledPage:
    page = made_page(site, number)
    codes = tuple({"text": "E"}.get(kind, "B") for _, kind in page.blocks)
    texts = tuple(text for text, _ in page.blocks)
    labelled = label_page(TrainingPage(page.id, "own", site, "news", "en", page.html, texts, codes, None), form)
    assert labelled is not None
    return labelled


@pytest.fixture(scope="module")
def table() -> Table:
    pages = [made_labelled(site, number) for site in SITES for number in range(2)]
    return build_table(pages, n_folds=4, run=one_by_one)


def rows_of(*rows: Sequence[int]) -> Table:
    """A table of bare rows: the columns of one field each, nothing else known."""
    n = len(rows)
    ends = np.cumsum([len(row) for row in rows]).astype(np.int64)
    return Table(
        pages=(),
        features=[],
        row_ends=np.array([n], np.int64),
        columns=np.array([column for row in rows for column in row], np.int32),
        field_ends=np.repeat(ends[:, None], 3, axis=1),
        codes=np.array(["E"] * n),
        parts=np.array(["E"] * n),
        has_parts=np.ones(n, np.bool_),
        has_headline=np.ones(n, np.bool_),
        gold=np.ones(n, np.bool_),
        weights=np.ones(n),
        learnt=np.ones(n, np.bool_),
        synthetic=np.zeros(n, np.bool_),
        folds=np.zeros(n, np.int64),
    )


@given(st.text(max_size=30), st.integers(1, 9))
def test_a_fold_is_one_of_the_folds(site: str, n_folds: int) -> None:
    assert 0 <= fold_of(site, n_folds) < n_folds


def test_the_fold_of_a_site_never_changes() -> None:
    assert [fold_of(f"{name}.example", 4) for name in ("alder", "birch", "cedar", "elm")] == [3, 1, 1, 1]


def test_a_site_keeps_its_fold_when_other_sites_come_and_go(table: Table) -> None:
    alone = build_table([made_labelled("birch.example", 0)], n_folds=4, run=one_by_one)
    assert set(alone.folds) == {fold_of("birch.example", 4)}
    assert set(alone.folds) == set(table.folds[table.row_ends[1] : table.row_ends[3]])


def test_all_pages_of_a_site_share_its_fold(table: Table) -> None:
    starts = np.concatenate([[0], table.row_ends[:-1]])
    for page, start, end in zip(table.pages, starts, table.row_ends, strict=True):
        assert set(table.folds[start:end]) == {fold_of(page.origin.site, 4)}


def test_rows_stand_in_page_order(table: Table) -> None:
    assert list(table.codes) == [code for page in table.pages for code in page.codes]
    assert table.row_ends[-1] == len(table.codes) == len(table.field_ends) == len(table.weights)


def test_every_field_of_a_row_has_unit_length_or_none(table: Table) -> None:
    rows = np.arange(len(table.codes))
    values = tfidf_values(table.columns, table.field_ends, table.idf(rows)).astype(np.float64)
    starts = np.concatenate([[0], table.field_ends.ravel()[:-1]])
    lengths = [float((values[a:b] ** 2).sum()) for a, b in zip(starts, table.field_ends.ravel(), strict=True)]
    assert all(length == 0 or length == pytest.approx(1, abs=1e-5) for length in lengths)
    assert sum(length > 0 for length in lengths) > 2 * len(rows)


def test_matrix_rows_give_the_scores_that_the_classifier_gives(table: Table) -> None:
    rng = np.random.default_rng(3)
    rows = np.arange(len(table.codes))
    idf = table.idf(rows)
    weights = rng.normal(size=(1 << BLOCK_BITS, 6)).astype(np.float32)
    linear = HashedLinear(idf, weights, rng.normal(size=6).astype(np.float32))
    served = np.concatenate([linear.score_blocks(features).own for features in table.features])
    np.testing.assert_allclose(table.matrix(rows, idf) @ weights + linear.intercepts, served, atol=1e-4)


def test_matrix_takes_the_rows_asked_for_in_their_order(table: Table) -> None:
    idf = table.idf(np.arange(len(table.codes)))
    everything = table.matrix(np.arange(len(table.codes)), idf)
    some = np.array([0, 7, 8, len(table.codes) - 1, 3])
    assert (table.matrix(some, idf) != everything[some]).nnz == 0


@pytest.mark.parametrize(("blocks", "learnt"), [(RAREST - 1, False), (RAREST, True), (RAREST + 1, True)])
def test_a_column_of_too_few_blocks_has_no_idf(blocks: int, learnt: bool) -> None:
    table = rows_of(*[[5, 9, 9]] * blocks, *[[5]] * 4)
    idf = table.idf(np.arange(len(table.codes)))
    assert bool(idf[9] > 0) == learnt
    assert idf[5] > 0
    assert np.count_nonzero(idf) == 1 + learnt


def test_idf_counts_blocks_and_only_those_asked_for() -> None:
    table = rows_of([5, 5], [5], [5], [9, 5], [9], [9])
    assert table.idf(np.array([0, 1, 2]))[5] == pytest.approx(1.0)
    assert table.idf(np.array([0, 1, 2]))[9] == 0
    assert table.idf(np.arange(6))[5] == pytest.approx(np.log(7 / 5) + 1, abs=1e-3)


def test_pages_weigh_by_their_rows_and_long_blocks_more_than_short(table: Table) -> None:
    starts = np.concatenate([[0], table.row_ends[:-1]])
    sums = [table.weights[a:b].sum() / (b - a) for a, b in zip(starts, table.row_ends, strict=True)]
    assert sums == pytest.approx([sums[0]] * len(sums))
    chars = np.array([b.end - b.start for page in table.pages for b in page.blocks.blocks])[: table.row_ends[0]]
    first = table.weights[: table.row_ends[0]]
    assert first[chars.argmax()] == first.max() > first[chars.argmin()]


def test_a_page_weighs_as_the_root_of_its_known_rows() -> None:
    sizes = {"short": 4, "middle": 9, "long": 36, "unknown": 9}
    pages = [
        page_of("\n\n".join(["The same line"] * n), ["" if name == "unknown" else "B"] * n) for name, n in sizes.items()
    ]
    table = build_table(pages, n_folds=2, run=one_by_one)
    factors = dict(zip(sizes, table.page_shares()[table.row_ends - 1], strict=True))
    assert factors == pytest.approx({"short": 1.5, "middle": 1.0, "long": 0.5, "unknown": 1.0})


@pytest.mark.parametrize(("blocks", "learnt"), [(MOST_ROWS, MOST_ROWS), (MOST_ROWS + 20, MOST_ROWS)])
def test_a_page_of_very_many_blocks_teaches_a_part_of_them(blocks: int, learnt: int) -> None:
    page = page_of("\n\n".join(f"Line number {n}" for n in range(blocks)), ["B"] * blocks)
    table = build_table([page], n_folds=2, run=one_by_one)
    assert len(table.codes) == blocks
    assert table.learnt.sum() == learnt


def test_blocks_without_a_code_are_not_learnt_from() -> None:
    table = build_table([page_of("One line\n\nAnother line", ["E", ""])], n_folds=2, run=one_by_one)
    assert list(table.learnt) == [True, False]


@pytest.mark.parametrize(("gold", "learnt"), [(True, True), (False, False)])
def test_a_line_that_is_mostly_link_is_body_only_where_a_person_says_so(gold: bool, learnt: bool) -> None:
    html = '<p>The ferry crosses the harbour.</p><p><a href="/x">Read more about the old ferry</a></p>'
    source = TrainingPage("1", "own", "made.example", "news", "en", html, (), None, "x")
    page = label_page(source, "html")
    assert page is not None
    page = LabelledPage(page.origin, "html", page.blocks, ("E", "E"), ("E", "E"), gold)
    assert list(build_table([page], n_folds=2, run=one_by_one).learnt) == [True, learnt]
