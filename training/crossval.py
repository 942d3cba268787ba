"""Fits the final model, and one model a fold that never sees the sites it is scored on (cross-validation by site)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from copydesk.classifier.model import FormModel, HashedLinear, Trees
from copydesk.training.corpora import CorpusError
from copydesk.training.dataset import Table
from copydesk.training.fit import (
    KIND_TREES,
    TREES,
    WEAK,
    calibrate,
    calibrated,
    context_matrix,
    fit_linear,
    fit_page_types,
    fit_question,
)

T = TypeVar("T")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FormModels:
    """One form's final model, and for each fold the model that was fitted without its sites."""

    final: FormModel
    folds: tuple[FormModel, ...]


def fit_form(table: Table, *, n_folds: int, jobs: int, say: Say) -> FormModels:
    """Fit both stages for one form.

    The second stage learns from first-stage answers about pages that the first stage had not seen: each
    page's answers come from the linear models of its fold.

    Raises:
        CorpusError: All sites but those of one fold hold no body, or nothing else.
    """
    everything = np.flatnonzero(table.learnt)
    parts = [everything[table.folds[everything] != fold] for fold in range(n_folds)] + [everything]
    for rows in parts:
        _check_both_answers(table, rows)
    run = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")
    linears = list(_with_progress(run(delayed(fit_linear)(table, rows) for rows in parts), "first stage", n_folds, say))
    types = list(
        _with_progress(run(delayed(fit_page_types)(table, rows) for rows in parts), "page types", n_folds, say)
    )
    columns = _held_out_columns(table, linears, types)
    fits = run(delayed(_Questions.fit)(table, columns, rows) for rows in parts)
    questions = list(_with_progress(fits, "second stage", n_folds, say))
    held_out = _held_out_odds(table, columns, questions[:n_folds])
    forms = tuple(
        fitted.form(linear, page_types, _calibration(table, held_out, table.folds != fold))
        for fold, (fitted, linear, page_types) in enumerate(zip(questions, linears, types, strict=True))
    )
    return FormModels(final=forms[n_folds], folds=forms[:n_folds])


def _check_both_answers(table: Table, rows: NDArray[np.int64]) -> None:
    body = int((table.codes[rows] == "E").sum())
    if not 0 < body < len(rows):
        sites = {page.origin.site for page in table.pages}
        raise CorpusError(
            f"without the sites of one fold {len(rows)} blocks are left to learn from, {body} of them body; expected "
            f"some body and some not, from at least two of the {len(sites)} sites; label more sites, try another "
            "number of folds, or train together with another corpus"
        )


def _with_progress(fits: Iterable[T], stage: str, n_folds: int, say: Say) -> Iterator[T]:
    for number, fit in enumerate(fits):
        say(f"{stage}, " + (f"fold {number + 1} of {n_folds}" if number < n_folds else "all pages"))
        yield fit


@dataclass(frozen=True, slots=True)
class _Questions:
    """The second stage's trees before calibration."""

    body: Trees
    teaser: Trees
    metadata: Trees
    comment: Trees
    heading: Trees

    @classmethod
    def fit(cls, table: Table, columns: NDArray[np.float32], rows: NDArray[np.int64]) -> _Questions:
        codes, gold, weights = table.codes[rows], table.gold[rows], table.weights[rows]
        body_weights = weights * np.where(gold, 1.0, WEAK) * table.page_shares()[rows]
        body = fit_question(columns[rows], codes == "E", body_weights)

        def among(chosen: str, positive: str, n_trees: int) -> Trees:
            within = gold & np.isin(codes, list(chosen))
            answers = np.isin(codes[within], list(positive))
            return fit_question(columns[rows[within]], answers, weights[within], n_trees=n_trees)

        return cls(
            body=body,
            teaser=among("MCBTH", "TH", TREES),
            metadata=among("MCB", "M", KIND_TREES),
            comment=among("MCB", "C", KIND_TREES),
            heading=among("TH", "H", KIND_TREES),
        )

    def form(
        self, linear: HashedLinear, page_types: HashedLinear, calibration: Sequence[tuple[float, float]]
    ) -> FormModel:
        body, teaser = calibration
        return FormModel(
            first_stage=linear,
            page_types=page_types,
            body=calibrated(self.body, *body),
            teaser=calibrated(self.teaser, *teaser),
            metadata=self.metadata,
            comment=self.comment,
            heading=self.heading,
        )


def _held_out_columns(
    table: Table, linears: Sequence[HashedLinear], types: Sequence[HashedLinear]
) -> NDArray[np.float32]:
    """Return the second stage's columns, each page's from the first-stage models that did not see its site."""
    pages = list(zip(table.folds[table.row_ends - 1], table.features, strict=True))
    answers = [linears[fold].score_blocks(features) for fold, features in pages]
    return context_matrix(table, answers, [types[fold].log_probabilities(features) for fold, features in pages])


def _held_out_odds(table: Table, columns: NDArray[np.float32], questions: Sequence[_Questions]) -> NDArray[np.float64]:
    """Return the odds of body and of teaser, shape (n_rows, 2), each row from the fold that did not see it."""
    odds = np.zeros((len(columns), 2))
    for fold, fitted in enumerate(questions):
        rows = np.flatnonzero(table.folds == fold)
        odds[rows, 0] = fitted.body.scores(columns[rows])
        odds[rows, 1] = fitted.teaser.scores(columns[rows])
    return odds


def _calibration(
    table: Table, odds: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Calibrate both questions on held-out odds of the labelled rows; on the weak ones where nobody labelled any."""
    known = chosen & ~table.synthetic & (table.codes != "") & (table.gold | ~table.gold.any())
    rest = known & ~np.isin(table.codes, ["E", "?"])
    return (
        calibrate(odds[known, 0], table.codes[known] == "E"),
        calibrate(odds[rest, 1], np.isin(table.codes[rest], ["T", "H"])),
    )
