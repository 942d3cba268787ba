"""Fits the weights of `title_of_text`: `python -m copydesk.training.headline_weights FOLDER FOLD_MODELS`.

FOLD_MODELS is what `copydesk-train --fold-models` wrote: the odds of a page come from a model that never saw its site.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from copydesk.classifier import load_model
from copydesk.classifier.declared_titles import words_of
from copydesk.classifier.model import FormModel
from copydesk.classifier.page_cutting import cut_text
from copydesk.classifier.parts import name_kinds
from copydesk.classifier.pipeline import predict
from copydesk.classifier.title_of_text import Place, Words, begin_search, read_words
from copydesk.training.corpora import TrainingPage, read_shared
from copydesk.training.dataset import fold_of
from copydesk.training.title_scores import LEAST_SHARE, contained_share

PENALTY = 2.0
"""Weight of the squared weights of standardised features: of 1, 2, 5 and 8 the best by cross-validation."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The candidates of one page: their features, shape (n, n_features), and whether each is the page's title."""

    corpus: str
    fold: int
    features: Floats
    is_title: NDArray[np.bool_]


def read_lines(page: TrainingPage, fold: int, model: FormModel) -> Candidates | None:
    """Read the candidates of a page in plain text; None if it has no two blocks."""
    blocks = cut_text("\n\n".join(page.texts))
    if len(blocks.blocks) < 2:
        return None
    predictions = predict(blocks, model)
    in_body, odds = predictions.probabilities[:, 0], predictions.headline_odds
    features, is_title = [], []
    search = begin_search(blocks, in_body, name_kinds(blocks, predictions), odds)
    for candidate, place in search.lines():
        line = search.text_of(candidate)
        if words := words_of(line):
            features.append((*place, *read_words(search, line, words)))
            is_title.append(contained_share(line, page.title) >= LEAST_SHARE)
    table = np.array(features, np.float64).reshape(len(features), len(Place._fields) + len(Words._fields))
    return Candidates(page.corpus, fold, table, np.array(is_title, np.bool_))


def fit_weights(pages: list[Candidates]) -> Floats:
    """Return the weights that make the titles likeliest among the candidates of their pages (conditional logit)."""
    known = [page for page in pages if page.is_title.any()]
    scale = np.concatenate([page.features for page in known]).std(axis=0) + 1e-9

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = PENALTY * float(weights @ weights), 2 * PENALTY * weights
        for page in known:
            features = page.features / scale
            points = features @ weights
            shares = np.exp(points - points.max())
            among = np.where(page.is_title, shares, 0.0)
            total += float(np.log(shares.sum() / among.sum()))
            slope += (shares / shares.sum() - among / among.sum()) @ features
        return total, slope

    found: Floats = minimize(loss, np.zeros(len(scale)), jac=True, method="L-BFGS-B").x
    weights: Floats = found / scale
    return weights


def main(shared: Path, fold_models: Path) -> None:
    """Print the share of right titles by cross-validation, and the weights from all pages."""
    models = [load_model(path).text for path in sorted(fold_models.iterdir())]
    titled = [(page, fold_of(page.site, len(models))) for page in read_shared(shared) if page.title]
    read = [read_lines(page, fold, models[fold]) for page, fold in titled]
    pages = [lines for lines in read if lines is not None]
    right: dict[str, list[bool]] = {}
    for fold in range(len(models)):
        weights = fit_weights([page for page in pages if page.fold != fold])
        for page in pages:
            if page.fold == fold:
                points = page.features @ weights
                right.setdefault(page.corpus, []).append(len(points) > 0 and bool(page.is_title[points.argmax()]))
    for corpus, hits in right.items():
        print(f"{corpus}  pages {len(hits)}  right {np.mean(hits):.3f}")
    for name, weight in zip(Place._fields + Words._fields, fit_weights(pages), strict=True):
        print(f"{name}={weight:.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
