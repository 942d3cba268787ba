"""Trains a model from corpora, and writes it with its manifest and model card."""

from __future__ import annotations

import argparse
import hashlib
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from joblib import Memory, Parallel, delayed

from copydesk.classifier import Page
from copydesk.classifier.artifact import save_model
from copydesk.classifier.model import Model, Predictions, expected_f1
from copydesk.classifier.pipeline import assemble, collect_scores, predict
from copydesk.classifier.plurals import counted
from copydesk.training.align import LabelledPage, label_page, teach
from copydesk.training.article_scores import score_articles, score_confidence, score_parts
from copydesk.training.augment import vary
from copydesk.training.corpora import (
    CorpusError,
    TrainingPage,
    is_feedback,
    is_made,
    read_feedback,
    read_jsonl,
    read_made,
    read_shared,
)
from copydesk.training.crossval import FormModels, fit_form
from copydesk.training.dataset import (
    LENGTH_WEIGHT,
    MOST_ROWS,
    MOST_SYNTHETIC_ROWS,
    RAREST,
    SYNTHETIC_WEIGHT,
    build_table,
    fold_of,
)
from copydesk.training.dress_scores import score_dresses
from copydesk.training.dresses import dress
from copydesk.training.evaluate import PageResult, page_score
from copydesk.training.external_scorers import ScoreTables, Table, run_scorers, write_answers
from copydesk.training.fit import (
    ALPHA,
    CHAIN,
    EPOCHS,
    GROUP_BOOSTING,
    KNOWN_TITLE,
    LABEL_BOOSTING,
    LEAN,
    PART_BOOSTING,
    TAUGHT,
    TYPE_C,
    TYPE_STEPS,
    WEAK,
    WEAK_ELSEWHERE,
    WRITTEN_PART,
)
from copydesk.training.freed_memory import give_back
from copydesk.training.in_text_teasers import collect_headlines
from copydesk.training.model_card import write_card
from copydesk.training.no_article import article_alone_page, front_pages, messages, without_article
from copydesk.training.quality import ALONE_WEIGHT, NO_ARTICLE_WEIGHT, QUALITY_BOOSTING, body_f1, fit_quality

LIBRARIES = ("numpy", "scipy", "scikit-learn", "lightgbm", "selectolax", "joblib")
BATCH = 16
TRUSTED = 1.0
"""Confidence with which a page is answered while models learn how sure to be: a low one changes the answer."""

MOST_NAMED = 5
"""Ids that a warning names at most."""

FEW_PAGES = 50
"""Pages below which a warning is written: a choice, as a fold then tests on about a dozen pages."""


class Clock:
    """Writes to stderr what was just done, and when."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    def __call__(self, *what: str) -> None:
        print(f"{time.monotonic() - self.start:7.0f} s  {': '.join(what)}", file=sys.stderr, flush=True)


class HeldOut(NamedTuple):
    """Answers of one form by models that never saw the page's site.

    Attributes:
        models: The models with an estimate of a body's quality: each fold's from the answers about the other folds.
        results: One answer a page.
        without_article: The confidence in the body of each page that was made without an article.
    """

    models: FormModels
    results: list[PageResult]
    without_article: list[float]


class TrainedForm(NamedTuple):
    """The models of one form, and how they answer pages that they never saw.

    Attributes:
        held_out: The models and their answers.
        dresses: Scores of labelled pages in other dresses, see `score_dresses`.
    """

    held_out: HeldOut
    dresses: Table


def train(chosen: argparse.Namespace, say: Clock) -> None:
    """Read, label, fit, evaluate and write."""
    sources = read_sources(chosen.corpora)
    say(f"{counted(len(sources), 'page')} read")
    if len(sources) < FEW_PAGES:
        say("warning", f"{counted(len(sources), 'page')} to learn from, expected hundreds: the scores will mean little")
    check_forms(sources)
    html = train_form("html", sources, (), chosen, say)
    give_back()
    text = train_form("text", sources, html.held_out.results, chosen, say)
    trained = {"html": html, "text": text}
    results = [result for form in trained.values() for result in form.held_out.results]
    without_article = {name: form.held_out.without_article for name, form in trained.items()}
    scores = {
        **score_parts(results),
        "confidence": score_confidence(results, without_article),
        **{f"dresses {name}": form.dresses for name, form in trained.items()},
    }
    of_html, of_text = html.held_out.models, text.held_out.models
    write(chosen, Model(of_text.final, of_html.final, ""), sources, results, scores, say)
    if chosen.fold_models is not None:
        for fold, parts in enumerate(zip(of_text.folds, of_html.folds, strict=True)):
            save_model(Model(*parts, ""), chosen.fold_models / f"fold-{fold}", {"fold": fold, "folds": chosen.folds})


def train_form(
    form: str, sources: Sequence[TrainingPage], teachers: Sequence[PageResult], chosen: argparse.Namespace, say: Clock
) -> TrainedForm:
    """Label the pages in one form, fit its models and cross-validate them.

    Args:
        form: One of FORMS.
        sources: The pages.
        teachers: Answers about the same pages in the other form, which teach this one.
        chosen: The options of the command line.
        say: Is told what was done.

    Raises:
        CorpusError: No page can be used in this form.
    """
    run = partial(_run_parallel, chosen.jobs)
    memory = Memory(chosen.cache, verbose=0)
    labelled = [page for page in run(memory.cache(label_page), sources, form) if page is not None and page.codes]
    if not labelled:
        raise CorpusError(f"no page can be used as {form}; give pages with html and a body or labelled blocks")
    n_blocks = sum(len(page.codes) for page in labelled)
    say(form, f"{counted(len(labelled), 'page')} labelled, {counted(n_blocks, 'block')}")
    if strangers := [page.origin.id for page in labelled if not page.fits]:
        say(form, "warning", describe_strangers(strangers))
    if teachers:
        answers = {(result.origin.corpus, result.origin.id): result.article for result in teachers}
        labelled = run(teach, [(page, answers.get((page.origin.corpus, page.origin.id))) for page in labelled])
    table = build_table([*labelled, *dressed(labelled, form, n_folds=chosen.folds)], n_folds=chosen.folds, run=run)
    say(form, "features")
    fitted = fit_form(table, n_folds=chosen.folds, jobs=chosen.jobs, say=partial(say, form))
    del table  # its TF-IDF takes 700 MB, and the answers need more
    held_out = answer_held_out(labelled, fitted, form)
    by_fold = partial(answer_by_fold, models=held_out.models, n_folds=chosen.folds)
    dresses = score_dresses(labelled, form, by_fold)
    say(form, "cross-validated")
    return TrainedForm(held_out, dresses)


def describe_strangers(ids: Sequence[str]) -> str:
    """Return the warning about pages whose labels are of another page, by their ids."""
    named = ", ".join(id[:40] for id in ids[:MOST_NAMED]) + (", …" if len(ids) > MOST_NAMED else "")
    return (
        f"{counted(len(ids), 'page')} with labelled blocks or a body that are not on the page ({named}); "
        "give each page its own labels"
    )


def dressed(pages: Sequence[LabelledPage], form: str, *, n_folds: int) -> list[LabelledPage]:
    """Return what else a form learns from: the pages that a person labelled, in other dresses."""
    if form == "text":
        return vary(pages, n_folds=n_folds)
    headlines = collect_headlines(pages, n_folds=n_folds)
    gold = [(page, (fold_of(page.origin.site, n_folds), page.origin.language)) for page in pages if page.gold]
    return [other for page, key in gold for other in dress(page, headlines.get(key, ()))]


def check_forms(sources: Sequence[TrainingPage]) -> None:
    """Refuse corpora of plain text alone before the first fit.

    Raises:
        CorpusError: All pages are plain text; a model answers HTML too, and can learn that only from HTML.
    """
    if not any(source.html for source in sources):
        raise CorpusError(
            f"found {len(sources)} pages of text and none of html, expected some of html: a model answers both, "
            "and html pages teach both; give the html of your pages, or train together with a corpus that has it"
        )


def read_sources(paths: Sequence[Path]) -> list[TrainingPage]:
    """Read every corpus; ids are unique within a corpus."""
    sources: list[TrainingPage] = []
    for path in paths:
        if not path.is_dir():
            sources += read_jsonl(path)
        elif is_made(path):
            sources += read_made(path)
        else:
            sources += read_feedback(path) if is_feedback(path) else read_shared(path)
    if not sources:
        raise CorpusError(f"{', '.join(map(str, paths))} hold no pages; expected at least one")
    return sources


def _run_parallel(jobs: int, function: Callable[..., Any], items: Sequence[Any], *rest: Any) -> list[Any]:
    done: list[Any] = Parallel(n_jobs=jobs, batch_size=BATCH)(delayed(function)(item, *rest) for item in items)
    return done


def answer_held_out(pages: Sequence[LabelledPage], fitted: FormModels, form: str) -> HeldOut:
    """Answer every page with the model of its fold, as the pipeline would, and let the models learn from how well."""
    n_folds = len(fitted.folds)
    made = [*(other for page in pages for other in without_article(page)), *messages(form, pages[0])]
    made += front_pages(pages, form, n_folds=n_folds)
    n_made = len(made)
    made += [alone for page in pages for alone in article_alone_page(page)]
    every = [*pages, *made]
    folds = np.array([fold_of(page.origin.site, n_folds) for page in every])
    answers = [predict(page.blocks, fitted.folds[fold]) for page, fold in zip(every, folds.tolist(), strict=True)]
    results = [_result(page, answer, form, TRUSTED) for page, answer in zip(every, answers, strict=True)]
    scores = [*map(body_f1, results[: len(pages)]), *(page_score(result).body_f1 for result in results[len(pages) :])]
    targets = np.array(scores, np.float64)  # None becomes NaN
    has_body = np.array([result.article.body != "" for result in results])
    known = np.flatnonzero(~np.isnan(targets) & has_body)
    rows = np.concatenate([answer.quality for answer in answers])
    sizes = len(pages), n_made, len(made) - n_made
    weights = np.repeat((1.0, NO_ARTICLE_WEIGHT, ALONE_WEIGHT), sizes)
    parts = [known[folds[known] != fold] for fold in range(n_folds)] + [known]
    qualities = [fit_quality(rows[part], targets[part], weights[part]) for part in parts]
    *by_fold, final = (
        replace(model, quality=quality) for model, quality in zip([*fitted.folds, fitted.final], qualities, strict=True)
    )
    sure = [expected_f1(answer, by_fold[fold]) for answer, fold in zip(answers, folds.tolist(), strict=True)]
    results = [
        _result(page, answer, form, confidence) for page, answer, confidence in zip(every, answers, sure, strict=True)
    ]
    made_results = results[len(pages) : len(pages) + n_made]
    return HeldOut(
        FormModels(final, tuple(by_fold)),
        [_without_own_labels(result) for result in results[: len(pages)]],
        [result.article.confidence for result in made_results],
    )


def answer_by_fold(page: LabelledPage, models: FormModels, n_folds: int) -> PageResult:
    """Answer a page with the model that never saw its site."""
    model = models.folds[fold_of(page.origin.site, n_folds)]
    answer = predict(page.blocks, model)
    return _result(page, answer, page.form, expected_f1(answer, model))


def _result(labelled: LabelledPage, answer: Predictions, form: str, confidence: float) -> PageResult:
    scores = collect_scores(labelled.blocks, answer, confidence)
    article = assemble(Page(labelled.origin.id, text=scores.text), scores, "cross-validated")
    codes = labelled.codes if labelled.gold else None
    parts = labelled.parts if labelled.origin.has_parts else None
    return PageResult(labelled.origin, form, codes, article, parts)


def _without_own_labels(result: PageResult) -> PageResult:
    """Return the answer without the labels that scores are not to be computed from."""
    scored = result.origin.scored
    return replace(
        result, codes=None if scored == "nothing" else result.codes, parts=result.parts if scored == "parts" else None
    )


def write(
    chosen: argparse.Namespace,
    model: Model,
    sources: Sequence[TrainingPage],
    results: Sequence[PageResult],
    scores: ScoreTables,
    say: Clock,
) -> None:
    """Score the held-out answers, then write model, manifest and card."""
    for folder in chosen.corpora:
        if (folder / "score").is_dir():
            scores = {**run_scorers(results, folder), **score_articles(results, folder), **scores}
            say("scored")
    about = {
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "settings": settings(chosen.folds),
        "corpora": digests(sources),
        "scores": scores,
    }
    digest = save_model(model, chosen.output, about)
    write_card(chosen.output, results, scores, {"digest": digest, **about})
    if chosen.answers is not None:
        chosen.answers.mkdir(parents=True, exist_ok=True)
        for corpus, form in {(r.origin.corpus, r.form) for r in results}:
            own = [r for r in results if (r.origin.corpus, r.form) == (corpus, form)]
            write_answers(chosen.answers / f"{corpus}-{form}.jsonl", own)
    say(f"model {digest[:12]} written to {chosen.output}")


def settings(folds: int) -> dict[str, Any]:
    """Return the settings of the fit, for the manifest."""
    return {
        "folds": folds,
        "alpha": ALPHA,
        "epochs": EPOCHS,
        "weak_weight": WEAK,
        "taught_weight": TAUGHT,
        "known_title_weight": KNOWN_TITLE,
        "written_part_weight": WRITTEN_PART,
        "weak_weight_elsewhere": WEAK_ELSEWHERE,
        "group_boosting": dict(GROUP_BOOSTING),
        "label_boosting": {form: dict(found) for form, found in LABEL_BOOSTING.items()},
        "part_boosting": {form: dict(found) for form, found in PART_BOOSTING.items()},
        "quality_boosting": dict(QUALITY_BOOSTING),
        "lean": {form: {str(kind): odds for kind, odds in found.items()} for form, found in LEAN.items()},
        "chain": dict(CHAIN),
        "most_rows": MOST_ROWS,
        "most_synthetic_rows": MOST_SYNTHETIC_ROWS,
        "length_weight": LENGTH_WEIGHT,
        "rarest": RAREST,
        "page_type_c": TYPE_C,
        "page_type_steps": TYPE_STEPS,
        "synthetic_weight": SYNTHETIC_WEIGHT,
    }


def digests(sources: Sequence[TrainingPage]) -> dict[str, dict[str, Any]]:
    """Return each corpus's number of pages and a digest over everything read from it."""
    found: dict[str, Any] = {}
    for source in sources:
        entry = found.setdefault(source.corpus, {"pages": 0, "labelled": 0, "hash": hashlib.sha256()})
        entry["pages"] += 1
        entry["labelled"] += source.codes is not None
        fields = [source.id, source.site, source.page_type, source.html, *source.texts, *(source.codes or ())]
        for field in [*fields, source.reference or ""]:
            entry["hash"].update(field.encode("utf-8", "surrogatepass") + b"\0")
    return {
        name: {"pages": e["pages"], "labelled": e["labelled"], "sha256": e["hash"].hexdigest()}
        for name, e in sorted(found.items())
    }
