"""Puts all training pages of one form into one table: one row per block, with its codes, weights and TF-IDF columns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from copydesk.classifier.features import PageFeatures, columns, compute_features
from copydesk.classifier.model import hashed_linear
from copydesk.training.align import LabelledPage
from copydesk.training.corpora import MADE, ONE_STORY

MOST_ROWS = 250
MOST_SYNTHETIC_ROWS = 120
"""Most blocks of one page, and of one put together for training, that are learnt from, drawn at random: more blocks of
one long menu add nothing."""

LENGTH_WEIGHT = 0.35
"""A block's weight is its length in characters to this power. Cross-validated scores hardly differ from 0.25 to 0.5."""

SYNTHETIC_WEIGHT = 0.5
"""Weight of a synthetic page; a real page has 1."""

LINK_LINE_SHARE = 0.6
LINK_LINE_CHARS = 160
"""On article pages without hand labels, body lines with a larger share of link characters than this and fewer
characters than this are left out of training: reference bodies keep "Read more" lines that people label as teasers."""

RAREST = 3
"""A hashed column that fewer training blocks have gets weight 0."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in page order, the pages one after the other.

    Attributes:
        pages: The labelled pages.
        features: Of each page; emptied when they are not needed any more.
        row_ends: Shape (n_pages,): where each page's rows end.
        columns: Hashed columns of all rows, see `hashed_linear.hashed_rows`.
        field_ends: Shape (n_rows, n_fields).
        codes: Shape (n_rows,): codes as in `align.LabelledPage`.
        parts: Shape (n_rows,): codes of PART_CODES, or empty for unknown.
        has_parts: Shape (n_rows,): whether a person gave them.
        has_headline: Shape (n_rows,): whether they tell which blocks of the page are the headline and which are not.
        gold: Shape (n_rows,): whether the row has a hand label.
        weights: Shape (n_rows,): a page's weights sum to its number of learnt rows.
        learnt: Shape (n_rows,): whether the row is used for training in folds that train on its page.
        synthetic: Shape (n_rows,): whether the row is of a page put together for training.
        folds: Shape (n_rows,): the fold that a row's site falls into.
    """

    pages: Sequence[LabelledPage]
    features: list[PageFeatures]
    row_ends: NDArray[np.int64]
    columns: NDArray[np.int32]
    field_ends: NDArray[np.int64]
    codes: NDArray[np.str_]
    parts: NDArray[np.str_]
    has_parts: NDArray[np.bool_]
    has_headline: NDArray[np.bool_]
    gold: NDArray[np.bool_]
    weights: NDArray[np.float64]
    learnt: NDArray[np.bool_]
    synthetic: NDArray[np.bool_]
    folds: NDArray[np.int64]

    def page_shares(self) -> NDArray[np.float64]:
        """Return weight factors, shape (n_rows,), that lower the weight of long pages, for the trees that find body.

        With them a page's total weight is the square root of the sum over its known rows.
        """
        sizes = np.diff(self.row_ends, prepend=0)
        pages = np.repeat(np.arange(len(sizes)), sizes)
        totals = np.bincount(pages, weights=self.weights * (self.codes != ""), minlength=len(sizes))
        known = totals > 0
        factors = np.ones(len(sizes))
        factors[known] = (totals[known] / np.median(totals[known])) ** -0.5
        shares: NDArray[np.float64] = factors[pages]
        return shares

    def of_articles(self) -> NDArray[np.bool_]:
        """Return whether each row is of an article's page, shape (n_rows,)."""
        articles = np.array([page.origin.page_type in ONE_STORY for page in self.pages], np.bool_)
        return np.repeat(articles, np.diff(self.row_ends, prepend=0))

    def written(self) -> NDArray[np.bool_]:
        """Return whether each row is of a page that was written for training, shape (n_rows,)."""
        pages = np.array([page.origin.corpus == MADE for page in self.pages], np.bool_)
        return np.repeat(pages, np.diff(self.row_ends, prepend=0))

    def matrix(self, rows: NDArray[np.int64], idf: NDArray[np.float32]) -> Any:
        """Return the TF-IDF rows as a sparse matrix, shape (len(rows), 2**BLOCK_BITS)."""
        taken, field_ends = self._take(rows)
        return _sparse(hashed_linear.tfidf_values(taken, field_ends, idf), taken, field_ends)

    def idf(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return each column's inverse document frequency over the rows."""
        taken, field_ends = self._take(rows)
        distinct = _sparse(np.ones(len(taken), np.int8), taken, field_ends).indices
        return inverse_frequency(np.bincount(distinct, minlength=1 << hashed_linear.BLOCK_BITS), len(rows))

    def _take(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return `columns` and `field_ends` of some rows."""
        begins = np.concatenate([np.zeros(1, np.int64), self.field_ends[:-1, -1]])[rows]
        sizes = self.field_ends[rows, -1] - begins
        shifts = np.cumsum(sizes) - sizes - begins
        places = np.arange(sizes.sum()) - np.repeat(shifts, sizes)
        return self.columns[places], self.field_ends[rows] + shifts[:, None]


def _sparse(values: NDArray[Any], columns: NDArray[np.int32], field_ends: NDArray[np.int64]) -> Any:
    ends = np.concatenate([np.zeros(1, np.int64), field_ends[:, -1]])
    matrix = sparse.csr_matrix((values, columns, ends), shape=(len(field_ends), 1 << hashed_linear.BLOCK_BITS))
    matrix.sum_duplicates()
    return matrix


def build_table(pages: Sequence[LabelledPage], *, n_folds: int, run: Callable[..., Sequence[PageFeatures]]) -> Table:
    """Compute the features of every page and join them.

    Args:
        pages: Labelled pages of one form.
        n_folds: Parts of the cross-validation.
        run: Maps a function over pages in order, in one process or several.
    """
    features = list(run(_page_features, pages))
    sizes = np.array([len(page.codes) for page in pages], np.int64)
    rows = [hashed_linear.hashed_rows(f) for f in features]
    offsets = np.concatenate([[0], np.cumsum([len(columns) for columns, _ in rows])])[:-1]
    fold_of_page = np.array([fold_of(page.origin.site, n_folds) for page in pages], np.int64)
    learnt, weights = _learnt_rows(pages, features)
    return Table(
        pages=pages,
        features=features,
        row_ends=np.cumsum(sizes),
        columns=np.concatenate([columns for columns, _ in rows]),
        field_ends=np.concatenate([ends + offset for (_, ends), offset in zip(rows, offsets, strict=True)]),
        codes=np.array([code for page in pages for code in page.codes]),
        parts=np.array([part for page in pages for part in page.parts]),
        has_parts=np.repeat(np.array([page.origin.has_parts for page in pages]), sizes),
        has_headline=np.repeat(np.array([page.origin.has_parts or page.headline for page in pages]), sizes),
        gold=np.repeat(np.array([page.gold for page in pages]), sizes),
        weights=weights,
        learnt=learnt,
        synthetic=np.repeat(np.array([page.synthetic for page in pages]), sizes),
        folds=np.repeat(fold_of_page, sizes),
    )


def _page_features(page: LabelledPage) -> PageFeatures:
    return compute_features(page.blocks)


def fold_of(site: str, n_folds: int) -> int:
    """Return the fold of a site: by digest, so that it never depends on which other sites there are."""
    return int(hashlib.sha256(site.encode()).hexdigest(), 16) % n_folds


def _learnt_rows(
    pages: Sequence[LabelledPage], features: Sequence[PageFeatures]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    rng = np.random.default_rng(0)
    learnt, weights = [], []
    for page, feature in zip(pages, features, strict=True):
        n, most = len(page.codes), MOST_SYNTHETIC_ROWS if page.synthetic else MOST_ROWS
        chosen = np.ones(n, np.bool_)
        if n > most:
            chosen[:] = False
            chosen[rng.choice(n, most, replace=False)] = True
        known = np.array(page.codes) != ""
        if not page.gold and page.origin.page_type in ONE_STORY:
            known &= ~((np.array(page.codes) == "E") & _is_link_line(feature))
        weight = np.expm1(feature.columns[:, columns.LOG_CHARS].astype(np.float64)) ** LENGTH_WEIGHT
        learnt.append(chosen & known)
        share = SYNTHETIC_WEIGHT if page.synthetic else 1.0
        weights.append(weight / max(float(weight.sum()), 1e-9) * min(n, MOST_ROWS) * share)
    joined = np.concatenate(weights)
    return np.concatenate(learnt), joined / joined.mean()


def _is_link_line(feature: PageFeatures) -> NDArray[np.bool_]:
    links = feature.columns[:, columns.LINK_SHARE] > LINK_LINE_SHARE
    short: NDArray[np.bool_] = links & (feature.columns[:, columns.LOG_CHARS] < np.log1p(LINK_LINE_CHARS))
    return short


def inverse_frequency(counts: NDArray[np.int64], total: int) -> NDArray[np.float32]:
    """Return each column's smoothed inverse document frequency, rounded as in a saved model; 0 if too rare to learn."""
    idf = np.log((1.0 + total) / (1.0 + counts)) + 1.0
    idf[counts < RAREST] = 0.0
    return rounded(idf)


def rounded(weights: NDArray[Any]) -> NDArray[np.float32]:
    """Round to 16 bits, as a saved model is."""
    return np.ascontiguousarray(weights.astype(np.float16).astype(np.float32))
