"""Fits the final model, and one model per fold that never sees the sites it is scored on (cross-validation by site)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from copydesk.classifier import LABELS, Kind
from copydesk.classifier.model import UNDER_METADATA, FormModel, HashedLinear, Trees, context_columns
from copydesk.training.corpora import CODE_OF_KIND, GROUP_CODE, PART_CODES, CorpusError
from copydesk.training.dataset import Table
from copydesk.training.fit import (
    CHAIN,
    GROUP_BOOSTING,
    KNOWN_TITLE,
    LABEL_BOOSTING,
    LEAN,
    PART_BOOSTING,
    TAUGHT,
    WEAK,
    WEAK_ELSEWHERE,
    WRITTEN_PART,
    calibrate,
    calibrated,
    constant,
    fit_affinities,
    fit_linear,
    fit_page_types,
    fit_question,
)

MARKUP_PARTS = (Kind.STANDFIRST, Kind.SUBHEADING, Kind.CAPTION)
"""Parts, beside the headline, that the model tells from other body blocks of HTML; markup says the others."""
TEXT_PARTS = (*MARKUP_PARTS, Kind.LIST_ITEM, Kind.QUOTE, Kind.TABLE, Kind.PREFORMATTED)
"""Parts that it tells apart in plain text."""
BODY_CODES, METADATA_CODES = ("".join(code for code in PART_CODES if GROUP_CODE[code] == group) for group in "EM")

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
        CorpusError: All sites but those of one fold contain only, or no, body blocks.
    """
    everything = np.flatnonzero(table.learnt)
    parts = [everything[table.folds[everything] != fold] for fold in range(n_folds)] + [everything]
    for rows in parts:
        _check_both_answers(table, rows)
    run = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")
    report = partial(_with_progress, n_folds=n_folds, say=say)
    linears = list(report(run(delayed(fit_linear)(table, rows) for rows in parts), "first stage"))
    types = list(report(run(delayed(fit_page_types)(table, rows) for rows in parts), "page types"))
    columns = _held_out_columns(table, linears, types)
    first_stages = zip(parts, linears, types, strict=True)
    fits = run(delayed(_fit_second_stage)(table, columns, *first_stage) for first_stage in first_stages)
    models = list(report(fits, "second stage"))
    held_out = _held_out_odds(table, columns, models[:n_folds])
    *folds, final = (_calibrate(model, table, held_out, table.folds != fold) for fold, model in enumerate(models))
    return FormModels(final, tuple(folds))


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


def _fit_second_stage(
    table: Table, columns: NDArray[np.float32], rows: NDArray[np.int64], linear: HashedLinear, page_types: HashedLinear
) -> FormModel:
    """Fit the second stage's trees; return the model, not yet calibrated, without an estimate of quality."""
    form = table.pages[0].form
    codes, gold, weights = table.codes[rows], table.gold[rows], table.weights[rows]
    weak = np.where(table.of_articles()[rows], WEAK, WEAK_ELSEWHERE)
    body_weights = weights * np.where(gold, 1.0, weak) * table.page_shares()[rows]

    def among(chosen: str, positive: str, boosting: Mapping[str, Any] = GROUP_BOOSTING) -> Trees:
        within = np.isin(codes, list(chosen)) & (gold | (codes != "E"))
        answers = np.isin(codes[within], list(positive))
        trust = weights[within] * np.where(gold[within], 1.0, TAUGHT)
        return fit_question(columns[rows[within]], answers, trust, boosting)

    return FormModel(
        first_stage=linear,
        page_types=page_types,
        body=fit_question(columns[rows], codes == "E", body_weights, LABEL_BOOSTING[form]),
        teaser=among("MCBTH", "TH", LABEL_BOOSTING[form]),
        metadata=among("MCB", "M"),
        comment=among("MCB", "C"),
        heading=among("TH", "H"),
        parts=fit_parts(table, columns, rows),
        quality=constant(0.0),
        affinities=np.ones((len(LABELS), len(LABELS))),
    )


def fit_parts(table: Table, columns: NDArray[np.float32], rows: NDArray[np.int64]) -> dict[str, Trees]:
    """Fit the trees that tell apart the parts of an article and of its metadata, by kind.

    Args:
        columns: Of all rows of the table, see `_held_out_columns`.
        rows: Those to learn from.
    """
    form, codes, parts = table.pages[0].form, table.codes[rows], table.parts[rows]
    weights = table.weights[rows] * np.where(table.written()[rows], WRITTEN_PART, 1.0)

    def fit(kind: Kind, within: NDArray[np.bool_], trust: float | NDArray[np.float64]) -> Trees:
        answers = parts[within] == CODE_OF_KIND[kind]
        trees = fit_question(columns[rows[within]], answers, weights[within] * trust, PART_BOOSTING[form])
        return calibrated(trees, 1.0, LEAN[form].get(kind, 0.0))

    titled = table.has_headline[rows] & (codes != "")
    found = {str(Kind.HEADLINE): fit(Kind.HEADLINE, titled, np.where(table.has_parts[rows[titled]], 1.0, KNOWN_TITLE))}
    body_parts = TEXT_PARTS if form == "text" else MARKUP_PARTS
    for kinds, chosen in ((body_parts, BODY_CODES), (UNDER_METADATA, METADATA_CODES)):
        within = np.isin(parts, list(chosen)) & table.has_parts[rows]
        found |= {str(kind): fit(kind, within, 1.0) for kind in kinds}
    return found


def _held_out_columns(
    table: Table, linears: Sequence[HashedLinear], types: Sequence[HashedLinear]
) -> NDArray[np.float32]:
    """Return the second stage's columns, each page's from the first-stage models that did not see its site."""
    pages = list(zip(table.folds[table.row_ends - 1], table.features, strict=True))
    return np.concatenate(
        [
            context_columns(features, linears[fold].score_blocks(features), types[fold].log_probabilities(features))
            for fold, features in pages
        ]
    )


def _held_out_odds(table: Table, columns: NDArray[np.float32], models: Sequence[FormModel]) -> NDArray[np.float64]:
    """Return the odds of body and of teaser, shape (n_rows, 2), each row from the fold that did not see it."""
    odds = np.zeros((len(columns), 2))
    for fold, model in enumerate(models):
        rows = np.flatnonzero(table.folds == fold)
        odds[rows, 0] = model.body.scores(columns[rows])
        odds[rows, 1] = model.teaser.scores(columns[rows])
    return odds


def _calibrate(model: FormModel, table: Table, odds: NDArray[np.float64], chosen: NDArray[np.bool_]) -> FormModel:
    """Calibrate body and teaser on hand-labelled rows, or on rows labelled from reference bodies if there are none.

    The same rows teach which labels follow each other.
    """
    known = chosen & ~table.synthetic & (table.codes != "") & (table.gold | ~table.gold.any())
    rest = known & ~np.isin(table.codes, ["E", "?"])
    body = calibrate(odds[known, 0], table.codes[known] == "E")
    teaser = calibrate(odds[rest, 1], np.isin(table.codes[rest], ["T", "H"]))
    starts = [0, *table.row_ends[:-1].tolist()]
    pages = [table.codes[first:end][known[first:end]] for first, end in zip(starts, table.row_ends, strict=True)]
    return replace(
        model,
        body=calibrated(model.body, *body),
        teaser=calibrated(model.teaser, *teaser),
        affinities=fit_affinities(pages, CHAIN[table.pages[0].form]),
    )
