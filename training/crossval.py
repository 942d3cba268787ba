"""Fits the final model, and one model per fold that never sees the sites it is scored on (cross-validation by site)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np
from joblib import Parallel, delayed
from lightgbm import Dataset
from numpy.typing import NDArray

from copydesk.classifier import LABELS, Kind
from copydesk.classifier.model import ALL_COLUMNS, UNDER_METADATA, FormModel, HashedLinear, Trees, context_columns
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
    bin_columns,
    calibrate,
    calibrated,
    constant,
    fit_affinities,
    fit_linear,
    fit_page_types,
    fit_question,
    some_rows,
)
from copydesk.training.freed_memory import give_back

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

    Empties `table.features`, to save memory.

    Raises:
        CorpusError: All sites but those of one fold contain only, or no, body blocks.
    """
    everything = np.flatnonzero(table.learnt)
    parts = [everything, *(everything[table.folds[everything] != fold] for fold in range(n_folds))]  # the longest first
    for rows in parts:
        _check_both_answers(table, rows)
    run = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")
    names = ["all pages", *(f"fold {fold + 1} of {n_folds}" for fold in range(n_folds))]
    first_fits = run(delayed(fit)(table, rows) for fit in (fit_linear, fit_page_types) for rows in parts)
    said = [f"{stage}, {name}" for stage in ("first stage", "page types") for name in names]
    found = list(_with_progress(first_fits, said, say))
    linears, types = found[: len(parts)], found[len(parts) :]
    columns = _held_out_columns(table, linears[1:], types[1:])
    binned = list(run(delayed(bin_rows)(columns, rows) for rows in parts))
    questions = [_questions(table, columns, *each) for each in zip(binned, parts, strict=True)]
    fits = run(delayed(ask)() for each in questions for ask in (*each.of_groups.values(), *each.of_parts.values()))
    said = []
    for name, (of_groups, of_parts) in zip(names, questions, strict=True):
        said += [*[""] * (len(of_groups) + len(of_parts) - 1), f"second stage, {name}"]
    trees = iter(list(_with_progress(fits, said, say)))
    models = [_gather(trees, *each) for each in zip(questions, linears, types, strict=True)]
    held_out = _held_out_odds(table, columns, models[1:])
    kept = [table.folds != fold for fold in range(-1, n_folds)]  # no row is of fold -1
    final, *folds = (_calibrate(model, table, held_out, rows) for model, rows in zip(models, kept, strict=True))
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


def _with_progress(fits: Iterable[T], said: Sequence[str], say: Say) -> Iterator[T]:
    """Return the fits, and say of each what is said of it, if anything."""
    for fit, what in zip(fits, said, strict=True):
        if what:
            say(what)
        yield fit


def bin_rows(columns: NDArray[np.float32], rows: NDArray[np.int64]) -> Dataset:
    """Sort the values of some rows into bins, without a copy of the rows, which would take a gigabyte."""
    runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
    return bin_columns([columns[run[0] : run[-1] + 1] for run in runs])


class _Questions(NamedTuple):
    """What the trees of one model are asked, by name. Each is a function that fits the trees of one question, so that
    jobs share the questions of all models."""

    of_groups: dict[str, Callable[[], Trees]]
    of_parts: dict[str, Callable[[], Trees]]


def _questions(table: Table, columns: NDArray[np.float32], binned: Dataset, rows: NDArray[np.int64]) -> _Questions:
    """Return the questions of a model.

    Those about groups of kinds, which are about most rows, share the bins of all rows. Those about parts have bins of
    their own: with the shared ones, headlines of HTML have an F1 of 0.944 in place of 0.956, and captions 0.879 in
    place of 0.891.

    Args:
        table: The blocks.
        columns: Of all rows of the table, see `_held_out_columns`.
        binned: Those of the rows to learn from.
        rows: The numbers of these rows.
    """
    return _Questions(_group_questions(table, binned, rows), _part_questions(table, columns, rows))


def _gather(trees: Iterator[Trees], asked: _Questions, linear: HashedLinear, page_types: HashedLinear) -> FormModel:
    """Return a model of the next trees, one for each question: not yet calibrated, without an estimate of quality."""
    return FormModel(
        first_stage=linear,
        page_types=page_types,
        **dict(zip(asked.of_groups, trees, strict=False)),
        parts=dict(zip(asked.of_parts, trees, strict=False)),
        quality=constant(0.0),
        affinities=np.ones((len(LABELS), len(LABELS))),
    )


def _group_questions(table: Table, binned: Dataset, rows: NDArray[np.int64]) -> dict[str, Callable[[], Trees]]:
    """Return the questions about the groups of kinds, by the name of the model's trees."""
    form = table.pages[0].form
    codes, gold, weights = table.codes[rows], table.gold[rows], table.weights[rows]
    weak = np.where(table.of_articles()[rows], WEAK, WEAK_ELSEWHERE)
    body_weights = weights * np.where(gold, 1.0, weak) * table.page_shares()[rows]

    def is_body() -> Trees:
        every = np.arange(len(rows))  # a copy, as answers are set in it while other jobs read the bins
        return fit_question(lambda: some_rows(binned, every), codes == "E", body_weights, LABEL_BOOSTING[form])

    def among(chosen: str, positive: str, boosting: Mapping[str, Any] = GROUP_BOOSTING) -> Trees:
        within = np.flatnonzero(np.isin(codes, list(chosen)) & (gold | (codes != "E")))
        answers = np.isin(codes[within], list(positive))
        trust = weights[within] * np.where(gold[within], 1.0, TAUGHT)
        return fit_question(lambda: some_rows(binned, within), answers, trust, boosting)

    return {
        "body": is_body,
        "teaser": partial(among, "MCBTH", "TH", LABEL_BOOSTING[form]),
        "metadata": partial(among, "MCB", "M"),
        "comment": partial(among, "MCB", "C"),
        "heading": partial(among, "TH", "H"),
    }


def _part_questions(
    table: Table, columns: NDArray[np.float32], rows: NDArray[np.int64]
) -> dict[str, Callable[[], Trees]]:
    """Return the questions that tell apart the parts of an article and of its metadata, by kind."""
    form, codes, parts = table.pages[0].form, table.codes[rows], table.parts[rows]
    weights = table.weights[rows] * np.where(table.written()[rows], WRITTEN_PART, 1.0)

    def fit(kind: Kind, within: NDArray[np.int64], trust: float | NDArray[np.float64]) -> Trees:
        answers, chosen = parts[within] == CODE_OF_KIND[kind], rows[within]
        trees = fit_question(lambda: bin_rows(columns, chosen), answers, weights[within] * trust, PART_BOOSTING[form])
        return calibrated(trees, 1.0, LEAN[form].get(kind, 0.0))

    titled = np.flatnonzero(table.has_headline[rows] & (codes != ""))
    trust = np.where(table.has_parts[rows[titled]], 1.0, KNOWN_TITLE)
    asked = {str(Kind.HEADLINE): partial(fit, Kind.HEADLINE, titled, trust)}
    body_parts = TEXT_PARTS if form == "text" else MARKUP_PARTS
    for kinds, chosen in ((body_parts, BODY_CODES), (UNDER_METADATA, METADATA_CODES)):
        within = np.flatnonzero(np.isin(parts, list(chosen)) & table.has_parts[rows])
        asked |= {str(kind): partial(fit, kind, within, 1.0) for kind in kinds}
    return dict(asked)


def _held_out_columns(
    table: Table, linears: Sequence[HashedLinear], types: Sequence[HashedLinear]
) -> NDArray[np.float32]:
    """Return the second stage's columns, each page's from the first-stage models that did not see its site.

    The table's features, which take a gigabyte, are not needed any more and emptied.
    """
    columns = np.empty((len(table.codes), len(ALL_COLUMNS)), np.float32)
    starts = [0, *table.row_ends[:-1].tolist()]
    for features, start, end in zip(table.features, starts, table.row_ends.tolist(), strict=True):
        fold = table.folds[start]
        scores = linears[fold].score_blocks(features), types[fold].log_probabilities(features)
        columns[start:end] = context_columns(features, *scores)
    table.features.clear()
    give_back()
    return columns


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
