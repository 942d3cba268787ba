"""Cards: how a block's link and the elements around it repeat on the page, as lists of stories do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.hashing import mix
from copydesk.classifier.compiled.jit import jit

LEVELS = 3
"""Enclosing elements, of different extent, that are read."""

MOST_BLOCKS = 200
"""Blocks of an element whose links are told apart; a larger one is no card."""

_PART = ("alike", "log_blocks", "targets", "longest", "images", "link_share", "log_chars_alike", "spread_alike")

CARD_COLUMNS = (
    "linked",
    "same_target",
    "target_before",
    "target_after",
    *(f"card_{level}_{name}" for level in range(LEVELS) for name in _PART),
)
"""Dense columns, in order; all zero without markup."""

N_CARDS = len(CARD_COLUMNS)

_N_PARTS = len(_PART)


@jit
def card_columns(
    stats: NDArray[np.int64],
    links: NDArray[np.int64],
    targets: NDArray[np.uint64],
    elements: NDArray[np.int64],
    parents: NDArray[np.int64],
    spans: NDArray[np.int64],
    paths: NDArray[np.uint64],
) -> NDArray[np.float32]:
    """Return the columns, shape (n, N_CARDS).

    Args:
        stats: Shape (n, n_stats): each block's characters first, see `lexical.STATS`.
        links: Shape (n, 3): characters in links, links, images.
        targets: Shape (n,): a hash of what each block's link points to, 0 for none.
        elements: Shape (n,): innermost element of each block.
        parents: Shape (n_elements,): number of the element around, -1 for the outermost.
        spans: Shape (n_elements, 2): half-open range of blocks in each element.
        paths: Shape (n_elements,): a hash of the element's tags and names all the way up.
    """
    n = len(stats)
    chars = stats[:, 0]
    out = np.zeros((n, N_CARDS), np.float32)
    if len(parents) == 0:
        return out
    before = _fill_targets(out, targets)
    sums = np.zeros((n + 1, 3))
    for b in range(n):
        sums[b + 1, 0] = sums[b, 0] + chars[b]
        sums[b + 1, 1] = sums[b, 1] + links[b, 0]
        sums[b + 1, 2] = sums[b, 2] + links[b, 2]
    parts = _element_parts(chars, targets, before, sums, parents, spans, paths)
    for b in range(n):
        _fill_levels(out[b], elements[b], parents, spans, parts)
    return out


@jit
def _fill_targets(out: NDArray[np.float32], targets: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Fill how often a block's target stands on the page; returns the block before with the same one, or -1."""
    n = len(targets)
    before = np.full(n, -1, np.int64)
    order = np.argsort(targets, kind="mergesort")
    i = 0
    while i < n:
        j = i
        while j < n and targets[order[j]] == targets[order[i]]:
            if j > i:
                before[order[j]] = order[j - 1]
            j += 1
        if targets[order[i]] != 0:
            for k in range(i, j):
                b = order[k]
                out[b, 0] = 1.0
                out[b, 1] = np.log1p(j - i)
                out[b, 2] = b > 0 and targets[b - 1] == targets[b]
                out[b, 3] = b + 1 < n and targets[b + 1] == targets[b]
        i = j
    return before


@jit
def _element_parts(
    chars: NDArray[np.int64],
    targets: NDArray[np.uint64],
    before: NDArray[np.int64],
    sums: NDArray[np.float64],
    parents: NDArray[np.int64],
    spans: NDArray[np.int64],
    paths: NDArray[np.uint64],
) -> NDArray[np.float32]:
    """Return what `_PART` says of each element, shape (n_elements, len(_PART))."""
    parts = np.zeros((len(parents), _N_PARTS), np.float32)
    _fill_alike(parts, sums, parents, spans, paths)
    for e in range(len(parents)):
        first, last = spans[e, 0], spans[e, 1]
        if last == first:
            continue
        around = parents[e]
        if around >= 0 and spans[around, 0] == first and spans[around, 1] == last:
            parts[e, 1:6] = parts[around, 1:6]
            continue
        parts[e, 1] = np.log1p(last - first)
        parts[e, 2:4] = -1.0
        if last - first <= MOST_BLOCKS:
            longest, different = 0, 0
            for b in range(first, last):
                longest = max(longest, chars[b])
                different += targets[b] != 0 and before[b] < first
            parts[e, 2] = different
            parts[e, 3] = np.log1p(longest)
        parts[e, 4] = min(sums[last, 2] - sums[first, 2], 50.0)
        parts[e, 5] = (sums[last, 1] - sums[first, 1]) / max(1.0, sums[last, 0] - sums[first, 0])
    return parts


@jit
def _fill_alike(
    parts: NDArray[np.float32],
    sums: NDArray[np.float64],
    parents: NDArray[np.int64],
    spans: NDArray[np.int64],
    paths: NDArray[np.uint64],
) -> None:
    """Count each element's siblings with its tag and names, and say how long they are and how differently long."""
    kin = np.empty(len(parents), np.uint64)
    for e in range(len(parents)):
        kin[e] = mix(paths[e], np.uint64(parents[e] + 1)) if spans[e, 1] > spans[e, 0] else np.uint64(0)
    order = np.argsort(kin, kind="mergesort")
    i = 0
    while i < len(order):
        j = i
        total = 0.0
        squares = 0.0
        while j < len(order) and kin[order[j]] == kin[order[i]]:
            size = sums[spans[order[j], 1], 0] - sums[spans[order[j], 0], 0]
            total += size
            squares += size * size
            j += 1
        mean = total / (j - i)
        for k in range(i, j):
            parts[order[k], 0] = np.log1p(j - i)
            parts[order[k], 6] = np.log1p(mean)
            parts[order[k], 7] = np.sqrt(max(0.0, squares / (j - i) - mean * mean)) / max(1.0, mean)
        i = j


@jit
def _fill_levels(
    row: NDArray[np.float32],
    element: int,
    parents: NDArray[np.int64],
    spans: NDArray[np.int64],
    parts: NDArray[np.float32],
) -> None:
    """Fill a block's levels; of elements that hold the same blocks, the one with most siblings alike counts."""
    e = element
    for level in range(LEVELS):
        if e < 0:
            return
        best = e
        held = spans[e, 1] - spans[e, 0]
        while parents[e] >= 0 and spans[parents[e], 1] - spans[parents[e], 0] == held:
            e = parents[e]
            if parts[e, 0] >= parts[best, 0]:
                best = e
        row[4 + level * _N_PARTS : 4 + (level + 1) * _N_PARTS] = parts[best]
        e = parents[e]
