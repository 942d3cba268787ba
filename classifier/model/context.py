"""Fills the columns that the second stage sees of a block: what the first stage says of the blocks around it.

Neighbours one by one, windows, blocks set in the same way, enclosing elements, the page as a whole; `landmarks` and
`word_similarity` add theirs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled import jit
from copydesk.classifier.features import FIELDS, PageFeatures, columns
from copydesk.classifier.model.hashed_linear import (
    COMMENT,
    FURNITURE,
    METADATA,
    PAGE_TYPES,
    TEASER,
    TEASER_HEADING,
    TEXT,
    FirstStageScores,
)
from copydesk.classifier.model.landmarks import LANDMARK_COLUMNS, fill_landmarks
from copydesk.classifier.model.word_similarity import SIMILARITY_COLUMNS, fill_similarity
from copydesk.classifier.types import KINDS

NEIGHBOURS = 5
"""Blocks on each side whose scores are columns of their own."""

WINDOWS = (3, 8, 20)
"""Blocks before, after and around over which scores are averaged."""

CONTAINERS = 5
"""Enclosing elements, each with more blocks than the one inside it, over which scores are averaged."""

_KIND_NAMES = tuple(str(kind) for kind in KINDS)
_SIDES = ("before", "after")
_WIDE_KINDS, _CLOSE_KINDS = (TEXT, TEASER), (METADATA, COMMENT, FURNITURE, TEASER_HEADING)
_SHAPE = (columns.LOG_CHARS, columns.LINK_SHARE, columns.ENDS_SENTENCE, columns.ELLIPSIS)
_ALIKE = ("text", "metadata", "comment", "teaser", "log_chars", "count", "page share")
_SHARE_NAMES = ("text", "comment", "teaser")
_CONTAINER = (*_SHARE_NAMES, "log_blocks", "log_chars", "share of text")
_PAGE = (
    *(f"page {kind}" for kind in _SHARE_NAMES),
    *("page metadata", "page log text"),
    *("from run start", "from run end", "in run", "run share", "from first text", "from last text"),
)
_N_KINDS, _N_ALIKE, _N_CONTAINER, _N_PAGE = len(KINDS), len(_ALIKE), len(_CONTAINER), len(_PAGE)
_N_SIMILARITY = len(SIMILARITY_COLUMNS)


def _names() -> tuple[str, ...]:
    names = [f"own {kind}" for kind in _KIND_NAMES]
    for d in range(1, NEIGHBOURS + 1):
        names += [f"{_KIND_NAMES[k]} {d} {side}" for side in _SIDES for k in _WIDE_KINDS]
    for d in (1, 2):
        names += [f"{_KIND_NAMES[k]} {d} {side}" for side in _SIDES for k in _CLOSE_KINDS]
    for d in (1, 2, 3):
        names += [f"{columns.COLUMNS[k]} {d} {side}" for side in _SIDES for k in _SHAPE]
    for width in WINDOWS:
        sides = (*_SIDES, "around")
        names += [f"{what} in {width} {side}" for side in sides for what in (*_SHARE_NAMES, "log_chars")]
    names += [f"{what} set alike" for what in _ALIKE]
    names += [f"{what} in container {level}" for level in range(CONTAINERS) for what in _CONTAINER]
    names += [*_PAGE, *SIMILARITY_COLUMNS, *LANDMARK_COLUMNS]
    names += [f"own {kind} by {part}" for part in FIELDS for kind in _KIND_NAMES]
    names += [f"page is {page_type}" for page_type in PAGE_TYPES]
    return tuple(names)


CONTEXT_COLUMNS = _names()
"""Columns that the context adds, in order; the page's own dense columns follow them."""

N_CONTEXT = len(CONTEXT_COLUMNS)

ALL_COLUMNS = CONTEXT_COLUMNS + columns.COLUMNS

_WEIGHT, _TEXT, _COMMENT, _TEASER, _METADATA, _LOG_CHARS, _TEXT_CHARS = range(7)
"""Columns of the running sums: the root of each block's length, times its share of each kind, and lengths."""

_SHARES = (_TEXT, _COMMENT, _TEASER)
_N_SHARES = len(_SHARES)


class _Blocks(NamedTuple):
    """What is known of each block.

    Attributes:
        scores: Shape (n, n_kinds): the first stage's log-odds, clipped.
        shares: Shape (n, n_kinds): the odds, each row scaled to sum to 1.
        weights: Shape (n,): square roots of the blocks' lengths in characters.
        sums: Shape (n + 1, 7): running sums, see above.
        dense: Shape (n, N_COLUMNS).
    """

    scores: NDArray[np.float32]
    shares: NDArray[np.float64]
    weights: NDArray[np.float64]
    sums: NDArray[np.float64]
    dense: NDArray[np.float32]


class _Page(NamedTuple):
    """The arrays of `PageFeatures` that are read here, and the blocks in the order of their paths."""

    words: NDArray[np.uint64]
    word_ends: NDArray[np.int64]
    elements: NDArray[np.int64]
    parents: NDArray[np.int64]
    spans: NDArray[np.int64]
    paths: NDArray[np.uint64]
    order: NDArray[np.int64]


def context_columns(
    page: PageFeatures, first_stage: FirstStageScores, page_types: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the second stage's columns, shape (n, len(ALL_COLUMNS)).

    Args:
        page: Of n blocks.
        first_stage: Its scores.
        page_types: Log-probabilities of PAGE_TYPES.
    """
    clipped = np.clip(first_stage.own, -8.0, 8.0).astype(np.float32)
    odds = 1.0 / (1.0 + np.exp(-clipped.astype(np.float64)))
    shares = odds / odds.sum(axis=1, keepdims=True)
    n = len(clipped)
    out = np.zeros((n, len(ALL_COLUMNS)), np.float32)
    out[:, N_CONTEXT:] = page.columns
    if n:
        types = N_CONTEXT - len(PAGE_TYPES)
        out[:, types:N_CONTEXT] = page_types
        out[:, types - first_stage.by_field.shape[1] : types] = first_stage.by_field
        weights, sums = _weights_and_sums(shares, page.columns)
        order = np.argsort(page.paths, kind="stable")
        arrays = _Page(page.words, page.word_ends, page.elements, page.parents, page.spans, page.paths, order)
        _fill(out, _Blocks(clipped, shares, weights, sums, page.columns), arrays)
    return out


@jit
def _fill(out: NDArray[np.float32], blocks: _Blocks, page: _Page) -> None:
    out[:, :_N_KINDS] = blocks.scores
    at = _N_KINDS
    for d in range(1, NEIGHBOURS + 1):
        at = _fill_scores(out, at, blocks.scores, _WIDE_KINDS, d)
    for d in (1, 2):
        at = _fill_scores(out, at, blocks.scores, _CLOSE_KINDS, d)
    for d in (1, 2, 3):
        at = _fill_shapes(out, at, blocks.dense, d)
    for width in WINDOWS:
        at = _fill_windows(out, at, blocks.sums, width)
    _fill_alike(out, at, blocks, page)
    at += _N_ALIKE
    _fill_containers(out, at, blocks.sums, page)
    at += _N_CONTAINER * CONTAINERS
    _fill_page(out, at, blocks)
    at += _N_PAGE
    fill_similarity(out, at, blocks.shares, page.words, page.word_ends)
    at += _N_SIMILARITY
    fill_landmarks(out, at, blocks.scores, blocks.shares, blocks.dense, len(page.parents) > 0)


@jit
def _weights_and_sums(
    shares: NDArray[np.float64], dense: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the blocks' weights and running sums, see `_Blocks`."""
    n = len(shares)
    weights = np.empty(n)
    sums = np.zeros((n + 1, 7))
    for b in range(n):
        weights[b] = np.sqrt(np.expm1(dense[b, columns.LOG_CHARS]))
        w, share, total = weights[b], shares[b], sums[b + 1]
        total[:] = sums[b]
        total[_WEIGHT] += w
        total[_TEXT] += w * share[TEXT]
        total[_COMMENT] += w * share[COMMENT]
        total[_TEASER] += w * (share[TEASER] + share[TEASER_HEADING])
        total[_METADATA] += w * share[METADATA]
        total[_LOG_CHARS] += dense[b, columns.LOG_CHARS]
        total[_TEXT_CHARS] += w * w * share[TEXT]
    return weights, sums


@jit
def _fill_scores(
    out: NDArray[np.float32], at: int, scores: NDArray[np.float32], kinds: tuple[int, ...], distance: int
) -> int:
    """Fill the scores of the blocks so far before and after, -9 beyond the page; return the next free column."""
    n = len(scores)
    for side in (-1, 1):
        for b in range(n):
            o = b + side * distance
            for k in range(len(kinds)):
                out[b, at + k] = scores[o, kinds[k]] if 0 <= o < n else -9.0
        at += len(kinds)
    return at


@jit
def _fill_shapes(out: NDArray[np.float32], at: int, dense: NDArray[np.float32], distance: int) -> int:
    """Fill the shape of the blocks so far before and after, a length of -1 beyond the page; return the next column."""
    n = len(dense)
    for side in (-1, 1):
        for b in range(n):
            o = b + side * distance
            if 0 <= o < n:
                for k in range(len(_SHAPE)):
                    out[b, at + k] = dense[o, _SHAPE[k]]
            else:
                out[b, at] = -1.0
        at += len(_SHAPE)
    return at


@jit
def _fill_shares(row: NDArray[np.float32], at: int, first: NDArray[np.float64], last: NDArray[np.float64]) -> None:
    """Fill the weighted shares of text, comment and teaser between two rows of the running sums."""
    total = max(last[_WEIGHT] - first[_WEIGHT], 1e-9)
    for k in range(_N_SHARES):
        row[at + k] = (last[_SHARES[k]] - first[_SHARES[k]]) / total


@jit
def _fill_windows(out: NDArray[np.float32], at: int, sums: NDArray[np.float64], width: int) -> int:
    """Average over a window before, after and around a block, -1 where it is empty; return the next free column."""
    n = len(out)
    for side in range(3):
        for b in range(n):
            first = b + 1 if side == 1 else max(0, b - width)
            last = b if side == 0 else min(n, b + 1 + width)
            if last > first and sums[last, _WEIGHT] - sums[first, _WEIGHT] > 0.0:
                _fill_shares(out[b], at, sums[first], sums[last])
                out[b, at + _N_SHARES] = (sums[last, _LOG_CHARS] - sums[first, _LOG_CHARS]) / (last - first)
            else:
                out[b, at : at + _N_SHARES + 1] = -1.0
        at += _N_SHARES + 1
    return at


@jit
def _fill_alike(out: NDArray[np.float32], at: int, blocks: _Blocks, page: _Page) -> None:
    """Average over the blocks set in the same way: equal tags and names all the way up."""
    order, paths = page.order, page.paths
    n = len(order)
    i = 0
    while i < n:
        j = i
        total = text = metadata = comment = teaser = chars = np.float64(0.0)
        while j < n and paths[order[j]] == paths[order[i]]:
            b = order[j]
            w, share = blocks.weights[b], blocks.shares[b]
            total += w
            text += w * share[TEXT]
            metadata += w * share[METADATA]
            comment += w * share[COMMENT]
            teaser += w * (share[TEASER] + share[TEASER_HEADING])
            chars += blocks.dense[b, columns.LOG_CHARS]
            j += 1
        count = j - i
        means = text / total, metadata / total, comment / total, teaser / total
        for k, value in enumerate(means + (chars / count, np.log1p(count), count / n)):  # noqa: RUF005 for numba
            for b in order[i:j]:
                out[b, at + k] = value
        i = j


@jit
def _fill_containers(out: NDArray[np.float32], at: int, sums: NDArray[np.float64], page: _Page) -> None:
    """Average over the enclosing elements, leaving out those with no more blocks than the one inside."""
    n = len(out)
    page_text = max(sums[n, _TEXT_CHARS], 1e-9)
    for b in range(n):
        e = page.elements[b]
        size = 1
        level = 0
        while e >= 0 and level < CONTAINERS:
            first, last = page.spans[e, 0], page.spans[e, 1]
            if last - first > size:
                size = last - first
                slot = at + _N_CONTAINER * level
                _fill_shares(out[b], slot, sums[first], sums[last])
                weight = max(sums[last, _WEIGHT] - sums[first, _WEIGHT], 1e-9)
                text = sums[last, _TEXT_CHARS] - sums[first, _TEXT_CHARS]
                for k, value in enumerate((np.log1p(size), np.log1p(weight), text / page_text)):
                    out[b, slot + _N_SHARES + k] = value
                level += 1
            e = page.parents[e]
        out[b, at + _N_CONTAINER * level : at + _N_CONTAINER * CONTAINERS] = -1.0


@jit
def _fill_page(out: NDArray[np.float32], at: int, blocks: _Blocks) -> None:
    """Describe the page as a whole, and where its densest run of text is (Kadane's maximum run)."""
    n = len(out)
    best, best_first, best_last = 0.0, 0, 0
    here, first = 0.0, 0
    first_text, last_text = n, -1
    for b in range(n):
        text = blocks.shares[b, TEXT]
        if here <= 0.0:
            here, first = 0.0, b
        here += blocks.weights[b] * (text - 0.4)
        if here > best:
            best, best_first, best_last = here, first, b + 1
        if text > 0.6:
            first_text = min(first_text, b)
            last_text = b
    whole, sums = blocks.sums[n], blocks.sums
    run_text = sums[best_last, _TEXT_CHARS] - sums[best_first, _TEXT_CHARS]
    for b in range(n):
        _fill_shares(out[b], at, sums[0], whole)
        for k, value in enumerate(
            (
                whole[_METADATA] / max(whole[_WEIGHT], 1e-9),
                np.log1p(whole[_TEXT_CHARS]),
                float(b - best_first),
                float(b - best_last),
                1.0 if best_first <= b < best_last else 0.0,
                run_text / max(whole[_TEXT_CHARS], 1e-9),
                float(b - first_text),
                float(b - last_text),
            )
        ):
            out[b, at + _N_SHARES + k] = value
