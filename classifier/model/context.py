"""The company a block keeps: the first stage's answers around it, as dense columns for the second stage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.jit import jit
from copydesk.classifier.features.cards import CARD_COLUMNS
from copydesk.classifier.features.layout import COLUMNS
from copydesk.classifier.features.page_features import FIELDS, PageFeatures
from copydesk.classifier.model.hashed_linear import Answers
from copydesk.classifier.model.landmarks import SURROUNDINGS, fill_surroundings
from copydesk.classifier.model.page_type import PAGE_TYPES
from copydesk.classifier.types import KINDS

NEIGHBOURS = 5
"""Blocks on each side whose answers are read one by one."""

WINDOWS = (3, 8, 20)
"""Blocks before, after and around over which answers are averaged."""

CONTAINERS = 5
"""Enclosing elements, of different extent, over which answers are averaged."""

SIMILARITY_BITS = 11
"""Words are compared in a table of two to this many places."""

_KIND_NAMES = tuple(str(kind) for kind in KINDS)
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
    names += SURROUNDINGS
    names += [f"own {k} by {part}" for part in FIELDS for k in _KIND_NAMES]
    names += [f"page is {page_type}" for page_type in PAGE_TYPES]
    return tuple(names)


CONTEXT_COLUMNS = _names()
"""Columns that the context adds, in order; those of shape and cards follow them."""

N_CONTEXT = len(CONTEXT_COLUMNS)

ALL_COLUMNS = CONTEXT_COLUMNS + COLUMNS + CARD_COLUMNS


def context_columns(page: PageFeatures, answers: Answers, page_types: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the second stage's columns, shape (n, len(ALL_COLUMNS)).

    Args:
        page: Of n blocks.
        answers: What the first stage says of them.
        page_types: Log-probabilities of PAGE_TYPES.
    """
    clipped = np.clip(answers.own, -8.0, 8.0).astype(np.float32)
    odds = 1.0 / (1.0 + np.exp(-clipped.astype(np.float64)))
    shares = odds / odds.sum(axis=1, keepdims=True)
    n = len(clipped)
    out = np.zeros((n, N_CONTEXT + page.columns.shape[1]), np.float32)
    out[:, N_CONTEXT:] = page.columns
    if n:
        types = N_CONTEXT - len(PAGE_TYPES)
        out[:, types:N_CONTEXT] = page_types
        out[:, types - answers.by_field.shape[1] : types] = answers.by_field
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
    weights = np.empty(len(scores))
    for b in range(len(scores)):
        weights[b] = np.sqrt(np.expm1(columns[b, 0]))
    sums = _running_sums(shares, columns, weights)
    out[:, :6] = scores
    at = 6
    for d in range(1, NEIGHBOURS + 1):
        at = _fill_answers(out, at, scores, (0, 4), d)
    for d in (1, 2):
        at = _fill_answers(out, at, scores, (1, 2, 3, 5), d)
    for d in (1, 2, 3):
        at = _fill_shapes(out, at, columns, d)
    for w in WINDOWS:
        at = _fill_windows(out, at, sums, w)
    _fill_alike(out, at, shares, weights, columns, order, paths)
    at += 7
    _fill_containers(out, at, sums, elements, parents, spans)
    at += 6 * CONTAINERS
    _fill_page(out, at, sums, shares, weights)
    at += 11
    _fill_likeness(out, at, shares, words, word_ends)
    at += 4
    fill_surroundings(out, at, scores, shares, columns, len(parents) > 0)


@jit
def _running_sums(
    shares: NDArray[np.float64], columns: NDArray[np.float32], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sum up weight, weighted text, comment, teaser, metadata, log chars, chars; shape (n + 1, 7)."""
    n = len(weights)
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
    return sums


@jit
def _fill_answers(
    out: NDArray[np.float32], at: int, scores: NDArray[np.float32], kinds: tuple[int, ...], distance: int
) -> int:
    """Fill the first stage's answers for the blocks so far before and after; returns where to go on."""
    n = len(scores)
    for side in (-1, 1):
        for b in range(n):
            o = b + side * distance
            for k in range(len(kinds)):
                out[b, at + k] = scores[o, kinds[k]] if 0 <= o < n else -9.0
        at += len(kinds)
    return at


@jit
def _fill_shapes(out: NDArray[np.float32], at: int, columns: NDArray[np.float32], distance: int) -> int:
    """Fill the shape of the blocks so far before and after; returns where to go on."""
    n = len(columns)
    for side in (-1, 1):
        for b in range(n):
            o = b + side * distance
            if 0 <= o < n:
                out[b, at] = columns[o, 0]
                out[b, at + 1] = columns[o, 15]
                out[b, at + 2] = columns[o, 6]
                out[b, at + 3] = columns[o, 7]
            else:
                out[b, at] = -1.0
        at += 4
    return at


@jit
def _fill_windows(out: NDArray[np.float32], at: int, sums: NDArray[np.float64], width: int) -> int:
    """Average over the blocks in a window before, after and around; returns where to go on."""
    n = len(out)
    for side in range(3):
        for b in range(n):
            first = b + 1 if side == 1 else max(0, b - width)
            last = b if side == 0 else min(n, b + 1 + width)
            total = sums[last, 0] - sums[first, 0] if last > first else 0.0
            if total > 0.0:
                out[b, at] = (sums[last, 1] - sums[first, 1]) / total
                out[b, at + 1] = (sums[last, 2] - sums[first, 2]) / total
                out[b, at + 2] = (sums[last, 3] - sums[first, 3]) / total
                out[b, at + 3] = (sums[last, 5] - sums[first, 5]) / (last - first)
            else:
                for k in range(4):
                    out[b, at + k] = -1.0
        at += 4
    return at


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
    words: NDArray[np.uint64],
    word_ends: NDArray[np.int64],
) -> None:
    """Compare each block's words with the page's body, with its neighbours', by cosine.

    The words of the page stand in one hashed table, weighted by the log of their rarity on the page.
    """
    n = len(word_ends)
    places = (words & np.uint64((1 << SIMILARITY_BITS) - 1)).astype(np.int64)
    rarity = _rarity(places, word_ends)
    body = _body_words(places, word_ends, shares, rarity)
    norm = 0.0
    for place in range(len(body)):
        norm += body[place] * body[place]
    own = np.zeros(len(body))
    before = np.zeros(len(body))
    before_norm = 0.0
    for b in range(n):
        begin = word_ends[b - 1] if b > 0 else np.int64(0)
        for k in range(begin, word_ends[b]):
            own[places[k]] += rarity[places[k]]
        own_norm, dot, change, dot_before = _compare(places, begin, word_ends[b], own, body, before, shares[b, 0])
        if own_norm > 0.0:
            out[b, at] = dot / np.sqrt(own_norm * max(norm - change, 1e-9))
            if b > 0 and before_norm > 0.0:
                out[b, at + 1] = dot_before / np.sqrt(own_norm * before_norm)
                out[b - 1, at + 2] = out[b, at + 1]
        for k in range(word_ends[b - 2] if b > 1 else np.int64(0), begin):
            before[places[k]] = 0.0
        for k in range(begin, word_ends[b]):
            before[places[k]] = own[places[k]]
            own[places[k]] = 0.0
        before_norm = own_norm
        out[b, at + 3] = own_norm


@jit
def _rarity(places: NDArray[np.int64], word_ends: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how rare each place of the table is among the page's blocks."""
    n = len(word_ends)
    blocks_with = np.zeros(1 << SIMILARITY_BITS)
    seen = np.full(1 << SIMILARITY_BITS, -1, np.int64)
    for b in range(n):
        for k in range(word_ends[b - 1] if b > 0 else np.int64(0), word_ends[b]):
            place = places[k]
            if seen[place] != b:
                seen[place] = b
                blocks_with[place] += 1.0
    rarity = np.empty(len(blocks_with))
    for place in range(len(blocks_with)):
        rarity[place] = np.log((1.0 + n) / (1.0 + blocks_with[place])) + 0.1
    return rarity


@jit
def _body_words(
    places: NDArray[np.int64],
    word_ends: NDArray[np.int64],
    shares: NDArray[np.float64],
    rarity: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Sum up the page's words, each block's by its share of text."""
    body = np.zeros(len(rarity))
    for b in range(len(word_ends)):
        for k in range(word_ends[b - 1] if b > 0 else np.int64(0), word_ends[b]):
            body[places[k]] += shares[b, 0] * rarity[places[k]]
    return body


@jit
def _compare(
    places: NDArray[np.int64],
    begin: np.int64,
    end: np.int64,
    own: NDArray[np.float64],
    body: NDArray[np.float64],
    before: NDArray[np.float64],
    share: float,
) -> tuple[float, float, float, float]:
    """Compare the words of one block, whose places are given, with the body's and with the block's before.

    A word may stand twice: a place that is done is marked by its sign.

    Returns:
        The block's squared length, its product with the rest of the body, by how much the body's squared
        length shrinks without the block, and the block's product with the one before.
    """
    own_norm = dot = change = dot_before = 0.0
    for k in range(begin, end):
        place = places[k]
        value = own[place]
        if value > 0.0:
            left = body[place] - share * value
            own_norm += value * value
            dot += value * max(left, 0.0)
            change += body[place] * body[place] - left * left
            dot_before += value * before[place]
            own[place] = -value
    for k in range(begin, end):
        own[places[k]] = abs(own[places[k]])
    return own_norm, dot, change, dot_before
