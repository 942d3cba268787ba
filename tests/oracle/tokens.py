"""Hashes what a block looks like, beside its neighbours and in the element tree, into tokens for the linear model."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Floats, Hashes, Integers
from copydesk.classifier.features import columns, counts
from copydesk.classifier.features.tokens import ANCESTORS, FAR_SECTIONS, LEAD_TOKENS, MAX_MARKUP_TOKENS, SHAPE_TOKENS
from copydesk.classifier.markup_arrays import hash_tags
from tests.oracle.hashing import mix
from tests.oracle.jit import jit
from tests.oracle.page_arrays import TreeArrays

_REACH = 3
"""Neighbours on each side that are looked at."""

_SECTIONS = hash_tags(("nav", "header", "footer", "aside", "main", "article"))

_LENGTH, _LAST, _ELLIPSIS, _LINK_SHARE, _FIRST_WORD, _CAPITALS, _DIGITS, _SENTENCES = range(8)
"""Columns of a block's binned shape."""


@jit
def _bin(value: float, scale: float, top: int) -> int:
    return min(top, int(np.float64(value) * scale))


@jit
def shape_tokens(table: Integers, dense: Floats, has_tree: bool) -> Hashes:
    """Hash each block's shape, its neighbours' shapes and its place; shape (n, SHAPE_TOKENS), more in plain text."""
    n = len(table)
    shapes = _binned_shapes(table, dense, has_tree)
    out = np.zeros((n, SHAPE_TOKENS if has_tree else SHAPE_TOKENS + LEAD_TOKENS), np.uint64)
    for b in range(n):
        at = 0
        for value in _block_values(shapes[b + _REACH], table[b], dense[b]):
            out[b, at] = mix(np.uint64(value), np.uint64(100 + at))
            at += 1
        for value in _place_values(shapes[b + _REACH], dense[b], b, n):
            out[b, at] = mix(np.uint64(value), np.uint64(100 + at))
            at += 1
        _fill_neighbour_tokens(out[b], at, shapes[b : b + 2 * _REACH + 1])
        out[b, SHAPE_TOKENS - 1] = mix(np.uint64(min(b, 3) * 4 + min(n - 1 - b, 3)), np.uint64(306))
        if not has_tree:
            out[b, SHAPE_TOKENS] = mix(np.uint64(table[b, counts.FIRST_PAIR]), np.uint64(307))
            out[b, SHAPE_TOKENS + 1] = mix(np.uint64(table[b, counts.LEAD]), np.uint64(308))
    return out


@jit
def _binned_shapes(table: Integers, dense: Floats, has_tree: bool) -> Integers:
    """Bin each block's shape; shape (n + 2 * _REACH, 8), empty rows before and after the page."""
    n = len(table)
    shapes = np.zeros((n + 2 * _REACH, 8), np.int64)
    for b in range(n):
        row, c, shape = table[b], dense[b], shapes[b + _REACH]
        last = row[counts.LAST_CHAR]
        is_mark = last < 48 or 57 < last < 65 or 90 < last < 97 or last > 0x2000
        shape[_LENGTH] = 1 + _bin(c[columns.LOG_CHARS], 2.0, 18)
        shape[_LAST] = last if is_mark else (1 if last > 57 else 2)
        shape[_ELLIPSIS] = row[counts.ELLIPSIS]
        shape[_LINK_SHARE] = (1 + _bin(c[columns.LINK_SHARE], 4.0, 4)) if has_tree else 0
        shape[_FIRST_WORD] = row[counts.FIRST_WORD]
        shape[_CAPITALS] = _bin(c[columns.CAPITALS], 5.0, 5)
        shape[_DIGITS] = _bin(c[columns.DIGITS], 5.0, 5)
        shape[_SENTENCES] = min(row[counts.SENTENCES], 4)
    return shapes


@jit
def _block_values(shape: Integers, row: Integers, c: Floats) -> tuple[int, ...]:
    """Return what is hashed of a block by itself."""
    first = row[counts.FIRST_CHAR]
    is_mark = first < 48 or 57 < first < 65 or first > 122
    title_case = _bin(c[columns.TITLE_CASE], 5.0, 5)
    length = shape[_LENGTH]
    return (
        length,
        shape[_LAST],
        shape[_ELLIPSIS],
        shape[_LINK_SHARE],
        shape[_FIRST_WORD],
        shape[_CAPITALS],
        shape[_DIGITS],
        shape[_SENTENCES],
        min(row[counts.WORDS], 12),
        row[counts.LAST_WORD],
        min(row[counts.COMMAS], 4),
        first if is_mark else (1 if first >= 97 else 2),
        title_case,
        min(row[counts.QUOTES], 3),
        min(row[counts.BARS], 4),
        _bin(c[columns.LONGEST_WORD], 0.34, 8),
        min(int(c[columns.REPEATS]), 4),
        _bin(c[columns.TITLE_SHARE], 4.0, 4),
        min(int(c[columns.TITLE_FOUND]), 8),
        length * 64 + shape[_LAST] % 64,
        length * 8 + shape[_CAPITALS],
        length * 8 + shape[_SENTENCES],
        length * 8 + title_case,
        length * 8 + shape[_LINK_SHARE],
        shape[_FIRST_WORD] * 8 + min(row[counts.WORDS], 7),
    )


@jit
def _place_values(shape: Integers, c: Floats, b: int, n: int) -> tuple[int, ...]:
    """Return what is hashed of a block's place, and of the page as a whole."""
    return (
        shape[_LENGTH] * 8 + _bin(c[columns.PLACE_BY_BLOCKS], 5.0, 4),
        _bin(c[columns.PLACE_BY_BLOCKS], 20.0, 19),
        _bin(c[columns.PLACE_BY_WORDS], 20.0, 19),
        min(b, 20),
        min(n - 1 - b, 20),
        _bin(c[columns.LOG_PAGE_BLOCKS], 2.0, 20),
        _bin(c[columns.LOG_PAGE_WORDS], 2.0, 24),
        _bin(c[columns.PAGE_LINK_SHARE], 10.0, 10),
    )


@jit
def _fill_neighbour_tokens(slots: Hashes, at: int, shapes: Integers) -> None:
    """Fill a block's slots from `at`: the neighbours one by one, then runs of two and three blocks.

    Args:
        shapes: Shape (2 * _REACH + 1, 8): the block's own in the middle.
    """
    for k in (0, 1, 2, 4, 5, 6):
        other = shapes[k]
        slots[at] = mix(np.uint64(other[_LENGTH]), np.uint64(200 + at))
        slots[at + 1] = mix(np.uint64(other[_LAST] * 8 + other[_ELLIPSIS]), np.uint64(200 + at))
        slots[at + 2] = mix(np.uint64(other[_LENGTH] * 8 + other[_LINK_SHARE]), np.uint64(250 + at))
        at += 3
    second, before, own, after, next_but_one = shapes[1], shapes[2], shapes[3], shapes[4], shapes[5]
    for value in (
        before[_FIRST_WORD],
        after[_FIRST_WORD],
        (before[_LENGTH] * 32 + own[_LENGTH]) * 32 + after[_LENGTH],
        (before[_SENTENCES] * 8 + own[_SENTENCES]) * 8 + after[_SENTENCES],
        (second[_LENGTH] * 32 + before[_LENGTH]) * 32 + own[_LENGTH],
        (own[_LENGTH] * 32 + after[_LENGTH]) * 32 + next_but_one[_LENGTH],
    ):
        slots[at] = mix(np.uint64(value), np.uint64(249 + at))
        at += 1


@jit
def markup_tokens(tree: TreeArrays, table: Integers) -> tuple[Hashes, Integers]:
    """Hash what the tree says of each block: tags and names of its ancestors, inline elements, its link.

    Returns:
        All blocks' tokens one after the other, and shape (n,): where each block's end.
    """
    n = len(tree.elements)
    ends = np.zeros(n, np.int64)
    out = np.empty(n * MAX_MARKUP_TOKENS, np.uint64)
    at = 0
    for b in range(n):
        e = tree.elements[b]
        if e >= 0:
            at = _put_ancestors(out, at, e, tree)
            at = _put_all(out, at, tree.inline, tree.inline_ends, b, 440)
            at = _put_all(out, at, tree.hrefs, tree.href_ends, b, 450)
            at = _put_density(out, at, tree.tags[e], tree.spans[e, 1] - tree.spans[e, 0], table[b])
        ends[b] = at
    return out[:at], ends


@jit
def _put_ancestors(out: Hashes, at: int, element: int, tree: TreeArrays) -> int:
    """Write tags, paths and names of an element and those around it; return the next free place."""
    tags, names, name_ends, parents = tree.tags, tree.names, tree.name_ends, tree.parents
    e = element
    level = 0
    path = np.uint64(0)
    while e >= 0 and level < ANCESTORS:
        path = path * np.uint64(31) + tags[e]
        out[at] = mix(tags[e], np.uint64(400))
        at += 1
        if level < 4:
            out[at] = mix(path, np.uint64(410 + level))
            at += 1
        for k in range(name_ends[e - 1] if e > 0 else 0, name_ends[e]):
            out[at] = mix(names[k], np.uint64(420))
            at += 1
            if level < 2:
                out[at] = mix(names[k], np.uint64(430 + level))
                at += 1
        level += 1
        e = parents[e]
    found = 0
    while e >= 0 and found < FAR_SECTIONS:
        if (tags[e] == _SECTIONS).any():
            out[at] = mix(tags[e], np.uint64(400))
            at += 1
            for k in range(name_ends[e - 1] if e > 0 else 0, name_ends[e]):
                out[at] = mix(names[k], np.uint64(420))
                at += 1
            found += 1
        e = parents[e]
    return at


@jit
def _put_all(out: Hashes, at: int, values: Hashes, ends: Integers, b: int, salt: int) -> int:
    """Write one block's hashes under a salt; return the next free place."""
    for k in range(ends[b - 1] if b > 0 else 0, ends[b]):
        out[at] = mix(values[k], np.uint64(salt))
        at += 1
    return at


@jit
def _put_density(out: Hashes, at: int, tag: np.uint64, n_inside: int, row: Integers) -> int:
    """Write how dense a block's links are, beside its tag and length; return the next free place."""
    chars = row[counts.CHARS]
    density = _bin(row[counts.LINK_CHARS] / max(1, chars), 10.0, 10)
    length = min(18, int(2.0 * np.log1p(chars)))
    out[at] = mix(np.uint64(density), np.uint64(460))
    out[at + 1] = mix(np.uint64(density * 32 + length), np.uint64(461))
    out[at + 2] = mix(np.uint64(min(row[counts.LINKS], 6)), np.uint64(462))
    out[at + 3] = mix(np.uint64(min(row[counts.IMAGES], 3)), np.uint64(463))
    out[at + 4] = mix(np.uint64(min(6, int(np.log1p(n_inside) * 1.5))), np.uint64(464))
    out[at + 5] = mix(tag + np.uint64(density), np.uint64(465))
    out[at + 6] = mix(tag + np.uint64(length), np.uint64(466))
    return at + 7
