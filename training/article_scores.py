"""Scores what an answer says of the article as a whole: title, fields, parts, body, and how sure it is of the body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from copydesk.classifier import BODY_PARTS, Kind
from copydesk.training.evaluate import FORMS, PageResult, part_scores
from copydesk.training.external_scorers import Table
from copydesk.training.field_scores import read_references, score_fields
from copydesk.training.quality import body_f1, quality_error, reference_body, word_f1
from copydesk.training.title_scores import read_title_references, score_titles

MORE_PARTS = {
    "default": BODY_PARTS,
    "with headline": (Kind.HEADLINE, *BODY_PARTS),
    "with captions": (*BODY_PARTS, Kind.CAPTION),
    "with both": (Kind.HEADLINE, *BODY_PARTS, Kind.CAPTION),
}
"""Choices of parts whose bodies are compared with the references."""

LOW = 0.3
"""Confidence that a page without an article should stay below."""


def score_articles(results: Sequence[PageResult], shared: Path) -> dict[str, Table]:
    """Score answers against the titles, authors, dates and bodies of the corpora, as tables for the model card."""
    titles, fields = read_title_references(shared), read_references(shared)
    tables: dict[str, dict[str, dict[str, float]]] = {"titles": {}, "fields": {}}
    for form in reversed(FORMS):
        answers = {
            corpus: {r.origin.id: r.article for r in results if (r.form, r.origin.corpus) == (form, corpus)}
            for corpus in ("wcxb-dev", "fundus")
        }
        for corpus, found in answers.items():
            if found:
                said = {page: article.title for page, article in found.items()}
                tables["titles"][f"{corpus} {form}"] = score_titles(said, titles[corpus])
        if answers["fundus"]:
            tables["fields"][f"fundus {form}"] = score_fields(answers["fundus"], fields)
        tables[f"choices {form}"] = _score_choices([result for result in results if result.form == form])
    return {name: table for name, table in tables.items() if table}


def _score_choices(results: Sequence[PageResult]) -> dict[str, dict[str, float]]:
    """Return the mean word F1 against the references of each choice of parts, for news and for web articles."""
    groups = {
        "WCXB articles": [r for r in results if r.origin.corpus == "wcxb-dev" and r.origin.page_type == "article"],
        "Fundus": [r for r in results if r.origin.corpus == "fundus"],
    }
    table: dict[str, dict[str, float]] = {}
    for choice, parts in MORE_PARTS.items():
        for name, pages in groups.items():
            bodies = [(page.article.text_of(*parts), reference_body(page.origin)) for page in pages]
            scores = [word_f1(body, reference) for body, reference in bodies if reference]
            if scores:
                table.setdefault(choice, {})[name] = float(np.mean(scores))
    return table


def score_parts(results: Iterable[PageResult]) -> dict[str, Table]:
    """Score the kinds of blocks in both forms."""
    pages = list(results)
    found = {f"parts {form}": part_scores(page for page in pages if page.form == form) for form in FORMS}
    return {name: table for name, table in found.items() if table}


def score_confidence(
    results: Sequence[PageResult], without_article: Mapping[str, Sequence[float]]
) -> dict[str, dict[str, float]]:
    """Compare the confidence with the word F1, by form; `without_article` has that of pages without an article."""
    table = {}
    for form in FORMS:
        pages = [page for page in results if page.form == form and body_f1(page) is not None]
        if pages:
            low = np.array(without_article.get(form, ()), np.float64) < LOW
            table[form] = {
                "n": len(pages),
                "mean confidence": float(np.mean([page.article.confidence for page in pages])),
                "mean word F1": float(np.mean([body_f1(page) or 0.0 for page in pages])),
                "calibration error": quality_error(pages),
                "without article": float(len(low)),
                f"of these below {LOW}": float(low.mean()) if len(low) else 1.0,
            }
    return table
