"""The company a block keeps: the first stage's answers around it, as dense columns for the second stage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.features import PageFeatures
from classifier.jit import jit
from classifier.shape import COLUMNS

NEIGHBOURS = 5
"""Blocks on each side whose answers are read one by one."""

WINDOWS = (3, 8, 20)
"""Blocks before, after and around over which answers are averaged."""

CONTAINERS = 5
"""Enclosing elements, of different extent, over which answers are averaged."""

SIMILARITY_BITS = 11
"""Words are compared in a table of two to this many places."""

_KIND_NAMES = ("text", "metadata", "comment", "furniture", "teaser", "teaser_heading")
_SIDES = ("before", "after", "around")


def _names() -> tuple[str, ...]:
    names = [f"own {k}" for k in _KIND_NAMES]
    for d in range(1, NEIGHBOURS + 1):
        names += [f"{k} {d} {side}" for side in ("before", "after") for k in ("text", "teaser")]
    for d in (1, 2):
        names += [
            f"{k} {d} {side}"
            for side in ("before", "after")
            for k in ("metadata", "comment", "furniture", "teaser_heading")
        ]
    for d in (1, 2, 3):
        names += [
            f"{k} {d} {side}"
            for side in ("before", "after")
            for k in ("log_chars", "link_share", "ends_sentence", "ellipsis")
        ]
    for w in WINDOWS:
        names += [f"{k} in {w} {side}" for side in _SIDES for k in ("text", "comment", "teaser", "log_chars")]
    names += [f"{k} set alike" for k in ("text", "metadata", "comment", "teaser", "log_chars", "count", "page share")]
    for c in range(CONTAINERS):
        names += [
            f"{k} in container {c}" for k in ("text", "comment", "teaser", "log_blocks", "log_chars", "share of text")
        ]
    names += ["page text", "page comment", "page teaser", "page metadata", "page log text"]
    names += ["from run start", "from run end", "in run", "run share", "from first text", "from last text"]
    names += ["like the body", "like the block before", "like the block after", "rarity of words"]
    return tuple(names)


CONTEXT_COLUMNS = _names()
"""Columns that the context adds, in order; the shape columns follow them."""

N_CONTEXT = len(CONTEXT_COLUMNS)

ALL_COLUMNS = CONTEXT_COLUMNS + COLUMNS


def context_columns(page: PageFeatures, scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the second stage's columns, shape (n, len(ALL_COLUMNS)), from the first stage's scores, shape (n, 6)."""
    clipped = np.clip(scores, -8.0, 8.0).astype(np.float32)
    odds = 1.0 / (1.0 + np.exp(-clipped.astype(np.float64)))
    shares = odds / odds.sum(axis=1, keepdims=True)
    n = len(scores)
    out = np.zeros((n, N_CONTEXT + page.columns.shape[1]), np.float32)
    out[:, N_CONTEXT:] = page.columns
    if n:
        _fill(
            out,
            clipped,
            shares,
            page.columns,
            page.words,
            page.word_ends,
            page.elements,
            page.parents,
            page.spans,
            np.argsort(page.paths, kind="stable"),
            page.paths,
        )
    return out


@jit
def _fill(
    out: NDArray[np.float32],
    scores: NDArray[np.float32],
    shares: NDArray[np.float64],
    columns: NDArray[np.float32],
    words: NDArray[np.uint64],
    word_ends: NDArray[np.int64],
    elements: NDArray[np.int64],
    parents: NDArray[np.int64],
    spans: NDArray[np.int64],
    order: NDArray[np.int64],
    paths: NDArray[np.uint64],
) -> None:
    n = len(scores)
    weights = np.empty(n)
    for b in range(n):
        weights[b] = np.sqrt(np.expm1(columns[b, 0]))
    # running sums: weight, weighted text, comment, teaser, metadata, log chars, chars
    sums = np.zeros((n + 1, 7))
    for b in range(n):
        w = weights[b]
        sums[b + 1, 0] = sums[b, 0] + w
        sums[b + 1, 1] = sums[b, 1] + w * shares[b, 0]
        sums[b + 1, 2] = sums[b, 2] + w * shares[b, 2]
        sums[b + 1, 3] = sums[b, 3] + w * (shares[b, 4] + shares[b, 5])
        sums[b + 1, 4] = sums[b, 4] + w * shares[b, 1]
        sums[b + 1, 5] = sums[b, 5] + columns[b, 0]
        sums[b + 1, 6] = sums[b, 6] + w * w * shares[b, 0]
    at = 0
    for b in range(n):
        for k in range(6):
            out[b, k] = scores[b, k]
    at = 6
    for d in range(1, NEIGHBOURS + 1):
        for side in (-1, 1):
            for b in range(n):
                o = b + side * d
                inside = 0 <= o < n
                out[b, at] = scores[o, 0] if inside else -9.0
                out[b, at + 1] = scores[o, 4] if inside else -9.0
            at += 2
    for d in (1, 2):
        for side in (-1, 1):
            for b in range(n):
                o = b + side * d
                inside = 0 <= o < n
                out[b, at] = scores[o, 1] if inside else -9.0
                out[b, at + 1] = scores[o, 2] if inside else -9.0
                out[b, at + 2] = scores[o, 3] if inside else -9.0
                out[b, at + 3] = scores[o, 5] if inside else -9.0
            at += 4
    for d in (1, 2, 3):
        for side in (-1, 1):
            for b in range(n):
                o = b + side * d
                if 0 <= o < n:
                    out[b, at] = columns[o, 0]
                    out[b, at + 1] = columns[o, 15]
                    out[b, at + 2] = columns[o, 6]
                    out[b, at + 3] = columns[o, 7]
                else:
                    out[b, at] = -1.0
            at += 4
    for w in WINDOWS:
        for side in range(3):
            for b in range(n):
                first = b + 1 if side == 1 else max(0, b - w)
                last = b if side == 0 else min(n, b + 1 + w)
                total = sums[last, 0] - sums[first, 0] if last > first else 0.0
                if total > 0.0:
                    out[b, at] = (sums[last, 1] - sums[first, 1]) / total
                    out[b, at + 1] = (sums[last, 2] - sums[first, 2]) / total
                    out[b, at + 2] = (sums[last, 3] - sums[first, 3]) / total
                    out[b, at + 3] = (sums[last, 5] - sums[first, 5]) / (last - first)
                else:
                    out[b, at] = -1.0
                    out[b, at + 1] = -1.0
                    out[b, at + 2] = -1.0
                    out[b, at + 3] = -1.0
            at += 4
    _fill_alike(out, at, shares, weights, columns, order, paths)
    at += 7
    _fill_containers(out, at, sums, elements, parents, spans)
    at += 6 * CONTAINERS
    _fill_page(out, at, sums, shares, weights)
    at += 11
    _fill_likeness(out, at, shares, weights, words, word_ends)


@jit
def _fill_alike(
    out: NDArray[np.float32],
    at: int,
    shares: NDArray[np.float64],
    weights: NDArray[np.float64],
    columns: NDArray[np.float32],
    order: NDArray[np.int64],
    paths: NDArray[np.uint64],
) -> None:
    """Average over the blocks that are set alike: same tags and names all the way up."""
    n = len(order)
    i = 0
    while i < n:
        j = i
        total = 0.0
        text = 0.0
        metadata = 0.0
        comment = 0.0
        teaser = 0.0
        chars = 0.0
        while j < n and paths[order[j]] == paths[order[i]]:
            b = order[j]
            w = weights[b]
            total += w
            text += w * shares[b, 0]
            metadata += w * shares[b, 1]
            comment += w * shares[b, 2]
            teaser += w * (shares[b, 4] + shares[b, 5])
            chars += columns[b, 0]
            j += 1
        for k in range(i, j):
            b = order[k]
            out[b, at] = text / total
            out[b, at + 1] = metadata / total
            out[b, at + 2] = comment / total
            out[b, at + 3] = teaser / total
            out[b, at + 4] = chars / (j - i)
            out[b, at + 5] = np.log1p(j - i)
            out[b, at + 6] = (j - i) / n
        i = j


@jit
def _fill_containers(
    out: NDArray[np.float32],
    at: int,
    sums: NDArray[np.float64],
    elements: NDArray[np.int64],
    parents: NDArray[np.int64],
    spans: NDArray[np.int64],
) -> None:
    """Average over the enclosing elements, skipping those that hold no more blocks than the one inside."""
    n = len(elements)
    page_text = max(sums[n, 6], 1e-9)
    for b in range(n):
        e = elements[b]
        held = 1
        level = 0
        while e >= 0 and level < CONTAINERS:
            first, last = spans[e, 0], spans[e, 1]
            if last - first > held:
                held = last - first
                total = max(sums[last, 0] - sums[first, 0], 1e-9)
                slot = at + 6 * level
                out[b, slot] = (sums[last, 1] - sums[first, 1]) / total
                out[b, slot + 1] = (sums[last, 2] - sums[first, 2]) / total
                out[b, slot + 2] = (sums[last, 3] - sums[first, 3]) / total
                out[b, slot + 3] = np.log1p(held)
                out[b, slot + 4] = np.log1p(total)
                out[b, slot + 5] = (sums[last, 6] - sums[first, 6]) / page_text
                level += 1
            e = parents[e]
        for rest in range(level, CONTAINERS):
            for k in range(6):
                out[b, at + 6 * rest + k] = -1.0


@jit
def _fill_page(
    out: NDArray[np.float32],
    at: int,
    sums: NDArray[np.float64],
    shares: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> None:
    """Describe the page as a whole and where its densest run of text lies (Kadane's maximum run)."""
    n = len(shares)
    total = max(sums[n, 0], 1e-9)
    best, best_first, best_last = 0.0, 0, 0
    here, first = 0.0, 0
    first_text, last_text = n, -1
    for b in range(n):
        gain = weights[b] * (shares[b, 0] - 0.4)
        if here <= 0.0:
            here, first = 0.0, b
        here += gain
        if here > best:
            best, best_first, best_last = here, first, b + 1
        if shares[b, 0] > 0.6:
            first_text = min(first_text, b)
            last_text = b
    run_share = (sums[best_last, 6] - sums[best_first, 6]) / max(sums[n, 6], 1e-9)
    for b in range(n):
        out[b, at] = sums[n, 1] / total
        out[b, at + 1] = sums[n, 2] / total
        out[b, at + 2] = sums[n, 3] / total
        out[b, at + 3] = sums[n, 4] / total
        out[b, at + 4] = np.log1p(sums[n, 6])
        out[b, at + 5] = b - best_first
        out[b, at + 6] = b - best_last
        out[b, at + 7] = best_first <= b < best_last
        out[b, at + 8] = run_share
        out[b, at + 9] = b - first_text
        out[b, at + 10] = b - last_text


@jit
def _fill_likeness(
    out: NDArray[np.float32],
    at: int,
    shares: NDArray[np.float64],
    weights: NDArray[np.float64],
    words: NDArray[np.uint64],
    word_ends: NDArray[np.int64],
) -> None:
    """Compare each block's words with the page's body, with its neighbours', by cosine.

    The words of the page stand in one hashed table, weighted by the log of their rarity on the page.
    """
    n = len(word_ends)
    size = 1 << SIMILARITY_BITS
    mask = np.uint64(size - 1)
    blocks_with = np.zeros(size)
    seen = np.full(size, -1, np.int64)
    for b in range(n):
        begin = word_ends[b - 1] if b > 0 else np.int64(0)
        for k in range(begin, word_ends[b]):
            place = np.int64(words[k] & mask)
            if seen[place] != b:
                seen[place] = b
                blocks_with[place] += 1.0
    rarity = np.empty(size)
    for place in range(size):
        rarity[place] = np.log((1.0 + n) / (1.0 + blocks_with[place])) + 0.1
    body = np.zeros(size)
    for b in range(n):
        begin = word_ends[b - 1] if b > 0 else np.int64(0)
        for k in range(begin, word_ends[b]):
            place = np.int64(words[k] & mask)
            body[place] += shares[b, 0] * rarity[place]
    norm = 0.0
    for place in range(size):
        norm += body[place] * body[place]
    own = np.zeros(size)
    before = np.zeros(size)
    before_norm = 0.0
    for b in range(n):
        begin = word_ends[b - 1] if b > 0 else np.int64(0)
        end = word_ends[b]
        own_norm = 0.0
        for k in range(begin, end):
            place = np.int64(words[k] & mask)
            own[place] += rarity[place]
        dot = 0.0
        dot_before = 0.0
        change = 0.0
        for k in range(begin, end):
            place = np.int64(words[k] & mask)
            value = own[place]
            if value > 0.0:
                left = body[place] - shares[b, 0] * value
                own_norm += value * value
                dot += value * max(left, 0.0)
                change += body[place] * body[place] - left * left
                dot_before += value * before[place]
                own[place] = -value
        for k in range(begin, end):
            place = np.int64(words[k] & mask)
            own[place] = abs(own[place])
        rest = max(norm - change, 1e-9)
        if own_norm > 0.0:
            out[b, at] = dot / np.sqrt(own_norm * rest)
            if b > 0 and before_norm > 0.0:
                out[b, at + 1] = dot_before / np.sqrt(own_norm * before_norm)
                out[b - 1, at + 2] = out[b, at + 1]
        if b > 0:
            begin_before = word_ends[b - 2] if b > 1 else 0
            for k in range(begin_before, word_ends[b - 1]):
                before[np.int64(words[k] & mask)] = 0.0
        for k in range(begin, end):
            place = np.int64(words[k] & mask)
            before[place] = own[place]
            own[place] = 0.0
        before_norm = own_norm
        out[b, at + 3] = own_norm
