"""Trains a model from corpora, and writes it with its manifest and model card."""

from __future__ import annotations

import argparse
import hashlib
import platform
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from joblib import Memory, Parallel, delayed

from copydesk.classifier import Page
from copydesk.classifier.artifact import save_model
from copydesk.classifier.model import FormModel, Model
from copydesk.classifier.pipeline import assemble, collect_scores, predict
from copydesk.training.align import LabelledPage, label_page
from copydesk.training.augment import vary
from copydesk.training.corpora import CorpusError, TrainingPage, is_feedback, read_feedback, read_jsonl, read_shared
from copydesk.training.crossval import FormModels, fit_form
from copydesk.training.dataset import LENGTH_WEIGHT, MOST_ROWS, RAREST, SYNTHETIC_WEIGHT, build_table, fold_of
from copydesk.training.evaluate import FORMS, PageResult
from copydesk.training.external_scorers import run_scorers, write_answers
from copydesk.training.fit import ALPHA, BOOSTING, EPOCHS, KIND_TREES, TREES, TYPE_C, TYPE_STEPS, WEAK
from copydesk.training.model_card import write_card

LIBRARIES = ("numpy", "scipy", "scikit-learn", "lightgbm", "numba", "selectolax", "joblib")
BATCH = 16


class Clock:
    """Writes to stderr what was just done, and when."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    def __call__(self, *what: str) -> None:
        print(f"{time.monotonic() - self.start:7.0f} s  {': '.join(what)}", file=sys.stderr, flush=True)


def train(chosen: argparse.Namespace, say: Clock) -> None:
    """Read, label, fit, evaluate and write."""
    sources = read_sources(chosen.corpora)
    say(f"{len(sources)} pages read")
    check_forms(sources)
    memory = Memory(chosen.cache, verbose=0)
    forms: dict[str, FormModels] = {}
    results: list[PageResult] = []
    for form in FORMS:
        run = partial(_run_parallel, chosen.jobs)
        labelled = [page for page in run(memory.cache(label_page), sources, form) if page is not None and page.codes]
        if not labelled:
            raise CorpusError(f"no page can be used as {form}; give pages with html and a body or labelled blocks")
        say(form, f"{len(labelled)} pages labelled, {sum(len(page.codes) for page in labelled)} blocks")
        synthetic = vary(labelled, n_folds=chosen.folds) if form == "text" else []
        table = build_table([*labelled, *synthetic], n_folds=chosen.folds, run=run)
        say(form, "features")
        forms[form] = fitted = fit_form(table, n_folds=chosen.folds, jobs=chosen.jobs, say=partial(say, form))
        results += held_out_results(labelled, fitted, form)
        say(form, "cross-validated")
        del table
    text, html = forms["text"], forms["html"]
    write(chosen, Model(text.final, html.final, ""), sources, results, say)
    if chosen.fold_models is not None:
        for fold, parts in enumerate(zip(text.folds, html.folds, strict=True)):
            save_model(Model(*parts, ""), chosen.fold_models / f"fold-{fold}", {"fold": fold, "folds": chosen.folds})


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
        if path.suffix in (".jsonl", ".ndjson"):
            sources += read_jsonl(path)
        else:
            sources += read_feedback(path) if is_feedback(path) else read_shared(path)
    if not sources:
        raise CorpusError(f"{', '.join(map(str, paths))} hold no pages; expected at least one")
    return sources


def _run_parallel(jobs: int, function: Callable[..., Any], items: Sequence[Any], *rest: Any) -> list[Any]:
    done: list[Any] = Parallel(n_jobs=jobs, batch_size=BATCH)(delayed(function)(item, *rest) for item in items)
    return done


def held_out_results(pages: Sequence[LabelledPage], fitted: FormModels, form: str) -> list[PageResult]:
    """Answer every page with the model of its fold, as the pipeline would."""
    return [_held_out(page, fitted.folds[fold_of(page.origin.site, len(fitted.folds))], form) for page in pages]


def _held_out(labelled: LabelledPage, model: FormModel, form: str) -> PageResult:
    scores = collect_scores(labelled.blocks, predict(labelled.blocks, model))
    article = assemble(Page(labelled.origin.id, text=scores.text), scores, "cross-validated")
    return PageResult(labelled.origin, form, labelled.codes if labelled.gold else None, article)


def write(
    chosen: argparse.Namespace, model: Model, sources: Sequence[TrainingPage], results: Sequence[PageResult], say: Clock
) -> None:
    """Score the held-out answers, then write model, manifest and card."""
    scores: dict[str, Any] = {}
    for folder in chosen.corpora:
        if (folder / "score").is_dir():
            scores = dict(run_scorers(results, folder))
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
        "trees": TREES,
        "kind_trees": KIND_TREES,
        "boosting": dict(BOOSTING),
        "most_rows": MOST_ROWS,
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
