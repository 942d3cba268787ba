"""Finds what repeats on a page: texts, link targets, and elements that are built alike, as lists of teasers are."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import CodePoints, Doubles, Floats, Hashes, Integers
from copydesk.classifier.features import columns, counts
from copydesk.classifier.features.repetition import MAX_ELEMENT_BLOCKS
from tests.oracle.hashing import hash_code_points, mix
from tests.oracle.jit import jit
from tests.oracle.page_arrays import TreeArrays

_MAX_IMAGES = 50.0

_N_PARTS = len(columns.ELEMENT_PARTS)
_ALIKE, _LOG_BLOCKS, _TARGETS, _LONGEST, _IMAGES, _LINK_SHARE, _LOG_CHARS_ALIKE, _SPREAD_ALIKE = range(_N_PARTS)

_CHARS, _LINK_CHARS, _N_IMAGES = range(3)
"""Columns of the running sums."""


@jit
def count_repeats(points: CodePoints, starts: Integers, ends: Integers) -> Integers:
    """Count, for each block, the blocks with exactly its text, itself among them; shape (n,)."""
    n = len(starts)
    bits = 4
    while (1 << bits) < 2 * n:
        bits += 1
    firsts = np.full(1 << bits, -1, np.int64)  # a hash table with open addressing: the first block of each text
    hashes = np.empty(n, np.uint64)
    same = np.empty(n, np.int64)
    repeats = np.zeros(n, np.int64)
    for b in range(n):
        hashes[b] = hash_code_points(points[starts[b] : ends[b]])
        place = np.int64(hashes[b] >> np.uint64(64 - bits))
        while firsts[place] >= 0:
            other = firsts[place]
            if hashes[other] == hashes[b] and _equal(points[starts[other] : ends[other]], points[starts[b] : ends[b]]):
                break
            place = (place + 1) & (len(firsts) - 1)
        else:
            firsts[place] = b
        same[b] = firsts[place]
        repeats[same[b]] += 1
    return repeats[same]


@jit
def _equal(points: CodePoints, others: CodePoints) -> bool:
    if len(points) != len(others):
        return False
    for i in range(len(points)):  # noqa: SIM110 numba compiles no generator in `all`
        if points[i] != others[i]:
            return False
    return True


@jit
def fill_repetition_columns(out: Floats, table: Integers, tree: TreeArrays, paths: Hashes) -> None:
    """Fill the columns of `REPETITION_COLUMNS`, which are still zero.

    Args:
        table: Shape (n, N_COUNTS).
        paths: Shape (n_elements,): a hash of the element's tags and names all the way up.
    """
    n = len(table)
    if len(tree.parents) == 0:
        return
    before = _fill_targets(out, tree.targets)
    sums = np.zeros((n + 1, 3))
    for b in range(n):
        sums[b + 1, _CHARS] = sums[b, _CHARS] + table[b, counts.CHARS]
        sums[b + 1, _LINK_CHARS] = sums[b, _LINK_CHARS] + table[b, counts.LINK_CHARS]
        sums[b + 1, _N_IMAGES] = sums[b, _N_IMAGES] + table[b, counts.IMAGES]
    parts = np.zeros((len(tree.parents), _N_PARTS), np.float32)
    _fill_alike(parts, sums, tree, paths)
    _fill_contents(parts, sums, table, tree, before)
    _fill_levels(out, tree, parts)


@jit
def _fill_targets(out: Floats, targets: Hashes) -> Integers:
    """Fill how many blocks have a block's link target; return the last block before with the same one, or -1."""
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
                out[b, columns.LINKED] = 1.0
                out[b, columns.SAME_TARGET] = np.log1p(j - i)
                out[b, columns.TARGET_BEFORE] = b > 0 and targets[b - 1] == targets[b]
                out[b, columns.TARGET_AFTER] = b + 1 < n and targets[b + 1] == targets[b]
        i = j
    return before


@jit
def _fill_contents(parts: Floats, sums: Doubles, table: Integers, tree: TreeArrays, before: Integers) -> None:
    """Fill how much each element holds: blocks, distinct link targets, its longest block, images, share of links."""
    parents, spans, targets = tree.parents, tree.spans, tree.targets
    for e in range(len(parts)):
        first, last = spans[e, 0], spans[e, 1]
        if last == first:
            continue
        around = parents[e]
        if around >= 0 and spans[around, 0] == first and spans[around, 1] == last:
            parts[e, _LOG_BLOCKS : _LINK_SHARE + 1] = parts[around, _LOG_BLOCKS : _LINK_SHARE + 1]
            continue
        parts[e, _LOG_BLOCKS] = np.log1p(last - first)
        parts[e, _TARGETS] = parts[e, _LONGEST] = -1.0
        if last - first <= MAX_ELEMENT_BLOCKS:
            longest, different = 0, 0
            for b in range(first, last):
                longest = max(longest, table[b, counts.CHARS])
                different += targets[b] != 0 and before[b] < first
            parts[e, _TARGETS] = different
            parts[e, _LONGEST] = np.log1p(longest)
        chars = sums[last, _CHARS] - sums[first, _CHARS]
        parts[e, _IMAGES] = min(sums[last, _N_IMAGES] - sums[first, _N_IMAGES], _MAX_IMAGES)
        parts[e, _LINK_SHARE] = (sums[last, _LINK_CHARS] - sums[first, _LINK_CHARS]) / max(1.0, chars)


@jit
def _fill_alike(parts: Floats, sums: Doubles, tree: TreeArrays, paths: Hashes) -> None:
    """Fill how many siblings have each element's tag and names, and mean and spread of their lengths."""
    parents, spans = tree.parents, tree.spans
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
            size = sums[spans[order[j], 1], _CHARS] - sums[spans[order[j], 0], _CHARS]
            total += size
            squares += size * size
            j += 1
        mean = total / (j - i)
        for k in range(i, j):
            parts[order[k], _ALIKE] = np.log1p(j - i)
            parts[order[k], _LOG_CHARS_ALIKE] = np.log1p(mean)
            parts[order[k], _SPREAD_ALIKE] = np.sqrt(max(0.0, squares / (j - i) - mean * mean)) / max(1.0, mean)
        i = j


@jit
def _fill_levels(out: Floats, tree: TreeArrays, parts: Floats) -> None:
    """Fill the levels; of elements with the same blocks, the one with most siblings alike is used."""
    parents, spans, elements = tree.parents, tree.spans, tree.elements
    for b in range(len(out)):
        e = elements[b]
        at = columns.FIRST_ELEMENT
        while e >= 0 and at < columns.N_COLUMNS:
            best = e
            size = spans[e, 1] - spans[e, 0]
            while parents[e] >= 0 and spans[parents[e], 1] - spans[parents[e], 0] == size:
                e = parents[e]
                if parts[e, _ALIKE] >= parts[best, _ALIKE]:
                    best = e
            for part in range(_N_PARTS):
                out[b, at + part] = parts[best, part]
            at += _N_PARTS
            e = parents[e]
