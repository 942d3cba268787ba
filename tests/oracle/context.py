"""Fills the columns of the second stage as `context.c` does, compiled by numba."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from copydesk.classifier.arrays import Doubles, Floats, Integers
from copydesk.classifier.features import PageFeatures, columns
from copydesk.classifier.model import groups
from copydesk.classifier.model.context import (
    ALL_COLUMNS,
    CONTAINERS,
    LANDMARK_COLUMNS,
    N_CONTEXT,
    NEIGHBOURS,
    RHYTHM_COLUMNS,
    SIMILARITY_COLUMNS,
    WINDOWS,
)
from copydesk.classifier.model.hashed_linear import PAGE_TYPES, FirstStageScores
from tests.oracle.jit import jit
from tests.oracle.landmarks import fill_landmarks
from tests.oracle.part_context import fill_parts
from tests.oracle.rhythm import fill_rhythm
from tests.oracle.word_similarity import fill_similarity

_WIDE, _CLOSE = (
    (groups.TEXT, groups.TEASER),
    (groups.METADATA, groups.COMMENT, groups.FURNITURE, groups.TEASER_HEADING),
)
_SHAPE = (columns.LOG_CHARS, columns.LINK_SHARE, columns.ENDS_SENTENCE, columns.ELLIPSIS)
_N_GROUPS, _N_ALIKE, _N_CONTAINER, _N_PAGE = len(groups.GROUPS), 7, 6, 11
_N_SIMILARITY, _N_LANDMARKS, _N_RHYTHM = len(SIMILARITY_COLUMNS), len(LANDMARK_COLUMNS), len(RHYTHM_COLUMNS)


_WEIGHT, _TEXT, _COMMENT, _TEASER, _METADATA, _LOG_CHARS, _TEXT_CHARS = range(7)
"""Columns of the running sums: the root of each block's length, times its share of each group, and lengths."""

_SHARES = (_TEXT, _COMMENT, _TEASER)
_N_SHARES = len(_SHARES)


class _Blocks(NamedTuple):
    """What is known of each block.

    Attributes:
        scores: Shape (n, n_groups): the first stage's log-odds, clipped.
        parts: Shape (n, n_parts): the same for each of `LINEAR_PARTS`.
        shares: Shape (n, n_groups): the odds, each row scaled to sum to 1.
        weights: Shape (n,): square roots of the blocks' lengths in characters.
        sums: Shape (n + 1, 7): running sums of the weighted shares and of the weights.
    """

    scores: Floats
    parts: Floats
    shares: Doubles
    weights: Doubles
    sums: Doubles


def context_columns(page: PageFeatures, first_stage: FirstStageScores, page_types: Floats) -> Floats:
    """Return the second stage's columns, shape (n, len(ALL_COLUMNS)); `page_types` are log-probabilities."""
    every = np.clip(first_stage.own, -8.0, 8.0).astype(np.float32)
    clipped, parts = every[:, :_N_GROUPS].copy(), every[:, _N_GROUPS:].copy()
    odds = 1.0 / (1.0 + np.exp(-clipped.astype(np.float64)))
    shares = odds / odds.sum(axis=1, keepdims=True)
    n = len(clipped)
    out = np.zeros((n, len(ALL_COLUMNS)), np.float32)
    out[:, N_CONTEXT:] = page.columns
    if n:
        types = N_CONTEXT - len(PAGE_TYPES)
        out[:, types:N_CONTEXT] = page_types
        out[:, types - first_stage.by_field.shape[1] : types] = first_stage.by_field
        blocks = _Blocks(clipped, parts, shares, *_weights_and_sums(shares, page.columns))
        _fill(out, blocks, page, np.argsort(page.paths, kind="stable"))
    return out


@jit
def _fill(out: Floats, blocks: _Blocks, page: PageFeatures, order: Integers) -> None:
    out[:, :_N_GROUPS] = blocks.scores
    at = _N_GROUPS
    for d in range(1, NEIGHBOURS + 1):
        at = _fill_scores(out, at, blocks.scores, _WIDE, d)
    for d in (1, 2):
        at = _fill_scores(out, at, blocks.scores, _CLOSE, d)
    for d in (1, 2, 3):
        at = _fill_shapes(out, at, page.columns, d)
    for width in WINDOWS:
        at = _fill_windows(out, at, blocks.sums, width)
    _fill_alike(out, at, blocks, page, order)
    at += _N_ALIKE
    _fill_containers(out, at, blocks.sums, page)
    at += _N_CONTAINER * CONTAINERS
    _fill_page(out, at, blocks)
    at += _N_PAGE
    fill_similarity(out, at, blocks.shares, page.words, page.word_ends)
    at += _N_SIMILARITY
    fill_landmarks(out, at, blocks.scores, blocks.shares, page.columns, len(page.parents) > 0)
    at += _N_LANDMARKS
    fill_rhythm(out, at, page.columns)
    at += _N_RHYTHM
    fill_parts(out, at, blocks.parts, page.columns, blocks.sums[:, _TEXT_CHARS])


@jit
def _weights_and_sums(shares: Doubles, dense: Floats) -> tuple[Doubles, Doubles]:
    """Return the blocks' weights and running sums, see `_Blocks`."""
    n = len(shares)
    weights = np.empty(n)
    sums = np.zeros((n + 1, 7))
    for b in range(n):
        weights[b] = np.sqrt(np.expm1(dense[b, columns.LOG_CHARS]))
        w = weights[b]
        sums[b + 1, _WEIGHT] = sums[b, _WEIGHT] + w
        sums[b + 1, _TEXT] = sums[b, _TEXT] + w * shares[b, groups.TEXT]
        sums[b + 1, _COMMENT] = sums[b, _COMMENT] + w * shares[b, groups.COMMENT]
        sums[b + 1, _TEASER] = sums[b, _TEASER] + w * (shares[b, groups.TEASER] + shares[b, groups.TEASER_HEADING])
        sums[b + 1, _METADATA] = sums[b, _METADATA] + w * shares[b, groups.METADATA]
        sums[b + 1, _LOG_CHARS] = sums[b, _LOG_CHARS] + dense[b, columns.LOG_CHARS]
        sums[b + 1, _TEXT_CHARS] = sums[b, _TEXT_CHARS] + w * w * shares[b, groups.TEXT]
    return weights, sums


@jit
def _fill_scores(out: Floats, at: int, scores: Floats, chosen: tuple[int, ...], distance: int) -> int:
    """Fill the scores of the blocks at that distance, -9 beyond the page; return the next free column."""
    n = len(scores)
    for side in (-1, 1):
        for b in range(n):
            o = b + side * distance
            for k in range(len(chosen)):
                out[b, at + k] = scores[o, chosen[k]] if 0 <= o < n else -9.0
        at += len(chosen)
    return at


@jit
def _fill_shapes(out: Floats, at: int, dense: Floats, distance: int) -> int:
    """Fill the shape of the blocks at that distance, a length of -1 beyond the page; return the next column."""
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
def _fill_shares(out: Floats, b: int, at: int, sums: Doubles, span: tuple[int, int]) -> None:
    """Fill the weighted shares of text, comment and teaser in a span of blocks into a block's columns from `at` on."""
    first, last = span
    total = max(sums[last, _WEIGHT] - sums[first, _WEIGHT], 1e-9)
    for k in range(_N_SHARES):
        out[b, at + k] = (sums[last, _SHARES[k]] - sums[first, _SHARES[k]]) / total


@jit
def _fill_windows(out: Floats, at: int, sums: Doubles, width: int) -> int:
    """Average over a window before, after and around a block, -1 where it is empty; return the next free column."""
    n = len(out)
    for side in range(3):
        for b in range(n):
            first = b + 1 if side == 1 else max(0, b - width)
            last = b if side == 0 else min(n, b + 1 + width)
            if last > first and sums[last, _WEIGHT] - sums[first, _WEIGHT] > 0.0:
                _fill_shares(out, b, at, sums, (first, last))
                out[b, at + _N_SHARES] = (sums[last, _LOG_CHARS] - sums[first, _LOG_CHARS]) / (last - first)
            else:
                for k in range(_N_SHARES + 1):
                    out[b, at + k] = -1.0
        at += _N_SHARES + 1
    return at


@jit
def _fill_alike(out: Floats, at: int, blocks: _Blocks, page: PageFeatures, order: Integers) -> None:
    """Average over the blocks set in the same way: equal tags and names all the way up."""
    weights, shares, dense, paths = blocks.weights, blocks.shares, page.columns, page.paths
    n = len(order)
    i = 0
    while i < n:
        j = i
        total = text = metadata = comment = teaser = chars = np.float64(0.0)
        while j < n and paths[order[j]] == paths[order[i]]:
            b = order[j]
            w = weights[b]
            total += w
            text += w * shares[b, groups.TEXT]
            metadata += w * shares[b, groups.METADATA]
            comment += w * shares[b, groups.COMMENT]
            teaser += w * (shares[b, groups.TEASER] + shares[b, groups.TEASER_HEADING])
            chars += dense[b, columns.LOG_CHARS]
            j += 1
        count = j - i
        means = text / total, metadata / total, comment / total, teaser / total
        for k, value in enumerate(means + (chars / count, np.log1p(count), count / n)):  # noqa: RUF005 for numba
            for m in range(i, j):
                out[order[m], at + k] = value
        i = j


@jit
def _fill_containers(out: Floats, at: int, sums: Doubles, page: PageFeatures) -> None:
    """Average over the enclosing elements, leaving out those with no more blocks than the one inside."""
    n = len(out)
    elements, parents, spans = page.elements, page.parents, page.spans
    page_text = max(sums[n, _TEXT_CHARS], 1e-9)
    for b in range(n):
        e = elements[b]
        size = 1
        level = 0
        while e >= 0 and level < CONTAINERS:
            first, last = spans[e, 0], spans[e, 1]
            if last - first > size:
                size = last - first
                slot = at + _N_CONTAINER * level
                _fill_shares(out, b, slot, sums, (first, last))
                weight = max(sums[last, _WEIGHT] - sums[first, _WEIGHT], 1e-9)
                text = sums[last, _TEXT_CHARS] - sums[first, _TEXT_CHARS]
                for k, value in enumerate((np.log1p(size), np.log1p(weight), text / page_text)):
                    out[b, slot + _N_SHARES + k] = value
                level += 1
            e = parents[e]
        for k in range(_N_CONTAINER * level, _N_CONTAINER * CONTAINERS):
            out[b, at + k] = -1.0


@jit
def _fill_page(out: Floats, at: int, blocks: _Blocks) -> None:
    """Describe the page as a whole, and where its densest run of text is (Kadane's maximum run)."""
    n = len(out)
    best, best_first, best_last = 0.0, 0, 0
    here, first = 0.0, 0
    first_text, last_text = n, -1
    shares, weights = blocks.shares, blocks.weights
    for b in range(n):
        text = shares[b, groups.TEXT]
        if here <= 0.0:
            here, first = 0.0, b
        here += weights[b] * (text - 0.4)
        if here > best:
            best, best_first, best_last = here, first, b + 1
        if text > 0.6:
            first_text = min(first_text, b)
            last_text = b
    sums = blocks.sums
    whole = sums[n]
    run_text = sums[best_last, _TEXT_CHARS] - sums[best_first, _TEXT_CHARS]
    for b in range(n):
        _fill_shares(out, b, at, sums, (0, n))
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
