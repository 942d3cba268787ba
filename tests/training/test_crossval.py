"""Cross-validation: each fold's model is ignorant of its sites, and a fit that cannot be is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from copydesk.classifier.model import run_first_stage, run_second_stage
from copydesk.classifier.types import LABELS, Label
from copydesk.training.align import LabelledPage, label_page
from copydesk.training.corpora import CODE_OF_KIND, CorpusError, TrainingPage
from copydesk.training.crossval import FormModels, bin_rows, fit_form
from copydesk.training.dataset import Table, build_table, fold_of
from copydesk.training.fit import bin_columns, fit_question
from tests.support.training_pages import MadePage, made_pages

N_FOLDS = 2


def labelled(page: MadePage, *, site: str | None = None) -> LabelledPage:
    texts, kinds = zip(*page.blocks, strict=True)
    codes = tuple(CODE_OF_KIND[kind] for kind in kinds)
    found = label_page(
        TrainingPage(page.id, "own", site or page.site, "news", "en", page.html, texts, codes, None), "html"
    )
    assert found is not None
    return found


def table_of(pages: Sequence[LabelledPage]) -> Table:
    return build_table(pages, n_folds=N_FOLDS, run=lambda function, pages: [function(page) for page in pages])


def fit(table: Table, said: list[str] | None = None) -> FormModels:
    own = replace(table, features=[*table.features])
    return fit_form(own, n_folds=N_FOLDS, jobs=1, say=(said if said is not None else []).append)


@pytest.fixture(scope="module")
def table() -> Table:
    return table_of([labelled(page) for page in made_pages()])


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def fitted(table: Table, said: list[str]) -> FormModels:
    return fit(table, said)


def test_the_made_sites_fill_both_folds() -> None:
    assert {fold_of(page.site, N_FOLDS) for page in made_pages()} == {0, 1}


def test_progress_names_every_fit(fitted: FormModels, said: list[str]) -> None:
    parts = ["all pages", "fold 1 of 2", "fold 2 of 2"]
    stages = ("first stage", "page types", "second stage")
    assert said == [f"{stage}, {part}" for stage in stages for part in parts]
    assert len(fitted.folds) == N_FOLDS


def test_fitting_empties_the_features_to_save_memory(table: Table) -> None:
    own = replace(table, features=[*table.features])
    fit_form(own, n_folds=N_FOLDS, jobs=1, say=lambda _: None)
    assert own.features == []


def test_every_page_is_answered_well_by_the_model_that_never_saw_its_site(table: Table, fitted: FormModels) -> None:
    right = total = 0
    for page, features in zip(table.pages, table.features, strict=True):
        model = fitted.folds[fold_of(page.origin.site, N_FOLDS)]
        judged = run_second_stage(features, run_first_stage(features, model), model)
        np.testing.assert_allclose(judged.probabilities.sum(axis=1), 1.0, atol=1e-9)
        body = judged.probabilities.argmax(axis=1) == LABELS.index(Label.BODY)
        right += int((body == (np.array(page.codes) == "E")).sum())
        total += len(page.codes)
    assert right / total > 0.97


def test_the_first_stage_of_a_fold_does_not_depend_on_the_labels_of_its_sites(table: Table, fitted: FormModels) -> None:
    turned = np.where((table.folds == 0) & (table.codes == "T"), "E", table.codes)
    other = fit(replace(table, codes=turned))
    assert np.array_equal(other.folds[0].first_stage.weights, fitted.folds[0].first_stage.weights)
    assert np.array_equal(other.folds[0].first_stage.idf, fitted.folds[0].first_stage.idf)
    assert not np.array_equal(other.folds[1].first_stage.weights, fitted.folds[1].first_stage.weights)


def test_pages_of_one_site_cannot_be_cross_validated() -> None:
    pages = [labelled(page, site="made.example") for page in made_pages()[:4]]
    with pytest.raises(CorpusError, match=r"without the sites of one fold 0 blocks .* at least two of the 1 sites"):
        fit(table_of(pages))


@pytest.mark.parametrize("code", ["E", "B"])
def test_a_corpus_with_one_answer_only_is_refused(table: Table, code: str) -> None:
    with pytest.raises(CorpusError, match=r"of them body; expected some body and some not"):
        fit(replace(table, codes=np.full(len(table.codes), code)))


def test_references_alone_give_a_model_that_knows_body_and_no_teasers(table: Table) -> None:
    weak = replace(table, codes=np.where(table.codes == "E", "E", "?"), gold=np.zeros(len(table.codes), np.bool_))
    model = fit(weak).final
    features = table.features[0]
    judged = run_second_stage(features, run_first_stage(features, model), model)
    body = np.array(table.pages[0].codes) == "E"
    assert ((judged.probabilities[:, LABELS.index(Label.BODY)] > 0.5) == body).mean() > 0.9
    assert judged.probabilities[:, LABELS.index(Label.TEASER)].max() < 0.01


@pytest.mark.parametrize("left_out", [[], [0], [5, 6, 300], range(100, 200), range(0, 400, 2), [399]])
def test_bins_of_some_rows_are_those_of_a_copy(left_out: Sequence[int]) -> None:
    columns = np.random.default_rng(4).random((400, 3)).astype(np.float32)
    rows = np.delete(np.arange(400), left_out)
    answers, weights = columns[rows, 0] > columns[rows, 1], np.ones(len(rows))
    found, expected = (
        fit_question(bins, answers, weights).scores(columns)
        for bins in (partial(bin_rows, columns, rows), partial(bin_columns, [columns[rows]]))
    )
    assert list(found) == list(expected)
    assert len(set(found.tolist())) > 10
