"""How blocks look beside their neighbours and in the tree: hashed shape and markup tokens, dense columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.hashing import mix
from copydesk.classifier.compiled.jit import jit

COLUMNS = tuple(
    "log_chars log_words capitals digits sentences commas ends_sentence ellipsis title_case quotes bars longest_word "
    "word_length starts_lower starts_digit link_share links images repeats title_found title_share depth siblings "
    "sibling_place heading list_item paragraph place_by_blocks place_by_words log_page_blocks log_page_words "
    "page_link_share path_share".split()
)
"""Dense columns, in order."""

N_COLUMNS = len(COLUMNS)

SHAPE_TOKENS = 58
"""Shape tokens a block has."""

ANCESTORS = 8
"""Enclosing elements whose names are read."""

NAME_WORDS = 12
"""Words read of one element's names, and of one block's inline elements."""

_H1, _H2, _H3, _H4, _H5, _H6 = 3173249898, 606773968, 1395495494, 3444115429, 3125688179, 591881929
_LI, _P = 3170889640, 2181537457
"""crc32 of the tag names, as `features.hash_tag` gives them."""


@jit
def shape_columns(
    stats: NDArray[np.int64],
    links: NDArray[np.int64],
    repeats: NDArray[np.int64],
    words: NDArray[np.uint64],
    word_ends: NDArray[np.int64],
    title: NDArray[np.uint64],
    elements: NDArray[np.int64],
    parents: NDArray[np.int64],
    spans: NDArray[np.int64],
    tags: NDArray[np.uint64],
    names: NDArray[np.uint64],
    name_ends: NDArray[np.int64],
) -> tuple[NDArray[np.float32], NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the dense columns, shape (n, N_COLUMNS), and the path hashes of the blocks and of the elements."""
    n = len(stats)
    out = np.zeros((n, 33), np.float32)
    paths = np.zeros(n, np.uint64)
    depths, element_paths = _element_paths(parents, tags, names, name_ends)
    page_chars = 0
    page_words = 0
    page_links = 0
    for b in range(n):
        page_chars += stats[b, 0]
        page_words += stats[b, 1]
        page_links += links[b, 0]
    read = 0
    for b in range(n):
        s = stats[b]
        c = out[b]
        _word_columns(c, s)
        _end_columns(c, s)
        c[15] = min(1.0, links[b, 0] / max(1, s[0]))
        c[16] = min(links[b, 1], 12)
        c[17] = min(links[b, 2], 5)
        c[18] = min(repeats[b], 6)
        if len(title) > 0:
            begin = word_ends[b - 1] if b > 0 else 0
            found = _count_found(title, words, begin, min(word_ends[b], begin + 60))
            c[19] = min(found, 20)
            c[20] = found / max(1, s[1])
        e = elements[b]
        if e >= 0:
            paths[b] = element_paths[e]
            c[21] = min(depths[e], 40)
            c[22] = np.log1p(spans[e, 1] - spans[e, 0])
            c[23] = (b - spans[e, 0]) / max(1, spans[e, 1] - spans[e, 0])
            c[24] = _heading_level(tags[e])
            c[25] = tags[e] == _LI
            c[26] = tags[e] == _P
        c[27] = (b + 0.5) / n
        c[28] = (read + s[1] * 0.5) / max(1, page_words)
        c[29] = np.log1p(n)
        c[30] = np.log1p(page_words)
        c[31] = page_links / max(1, page_chars)
        read += s[1]
    _fill_path_shares(out, paths, stats, page_chars)
    return out, paths, element_paths


@jit
def _element_paths(
    parents: NDArray[np.int64],
    tags: NDArray[np.uint64],
    names: NDArray[np.uint64],
    name_ends: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return each element's depth, and a hash of the tags and names from it all the way up."""
    depths = np.zeros(len(parents), np.int64)
    paths = np.zeros(len(parents), np.uint64)
    for e in range(len(parents)):
        here = tags[e]
        for k in range(name_ends[e - 1] if e > 0 else 0, name_ends[e]):
            here = here * np.uint64(31) + names[k]
        if parents[e] >= 0:
            depths[e] = depths[parents[e]] + 1
            here = mix(here + paths[parents[e]] * np.uint64(17), np.uint64(11))
        paths[e] = here
    return depths, paths


@jit
def _word_columns(c: NDArray[np.float32], s: NDArray[np.int64]) -> None:
    """Fill what the counts of one block say."""
    n_words = max(1, s[1])
    c[0] = np.log1p(s[0])
    c[1] = np.log1p(s[1])
    c[2] = s[3] / max(1, s[2])
    c[3] = s[4] / max(1, s[2] + s[4])
    c[4] = min(s[5], 12)
    c[5] = s[6] / n_words
    c[8] = s[12] / n_words
    c[9] = min(s[13], 6)
    c[10] = min(s[14], 6)
    c[11] = min(s[15], 30)
    c[12] = min((s[2] + s[4]) / n_words, 20)


@jit
def _end_columns(c: NDArray[np.float32], s: NDArray[np.int64]) -> None:
    """Fill what a block's first and last characters say."""
    last = s[7]
    if last == 34 or last == 0x201D or last == 41 or last == 0xBB:
        c[6] = 0.5
    if last == 46 or last == 33 or last == 63 or last == 0x3002 or last == 0xFF01 or last == 0xFF1F:
        c[6] = 1.0
    if last == 58:
        c[6] = -0.5
    c[7] = s[9]
    c[13] = 97 <= s[8] <= 122
    c[14] = 48 <= s[8] <= 57


@jit
def _count_found(title: NDArray[np.uint64], words: NDArray[np.uint64], begin: int, end: int) -> int:
    """Count the words that stand in the sorted title."""
    found = 0
    for k in range(begin, end):
        at = np.searchsorted(title, words[k])
        found += at < len(title) and title[at] == words[k]
    return found


@jit
def _heading_level(tag: np.uint64) -> float:
    """Return 6 for h1 down to 1 for h6, 0 for any other tag."""
    if tag == _H1:
        return 6.0
    if tag == _H2:
        return 5.0
    if tag == _H3:
        return 4.0
    if tag == _H4:
        return 3.0
    if tag == _H5:
        return 2.0
    return 1.0 if tag == _H6 else 0.0


@jit
def _fill_path_shares(
    out: NDArray[np.float32], paths: NDArray[np.uint64], stats: NDArray[np.int64], page_chars: int
) -> None:
    """Fill which share of the page's characters is set like each block."""
    n = len(paths)
    order = np.argsort(paths)
    i = 0
    while i < n:
        j = i
        chars = 0
        while j < n and paths[order[j]] == paths[order[i]]:
            chars += stats[order[j], 0]
            j += 1
        for k in range(i, j):
            out[order[k], 32] = chars / max(1, page_chars)
        i = j


@jit
def _bin(value: float, scale: float, top: int) -> int:
    return min(top, int(value * scale))


@jit
def shape_tokens(
    stats: NDArray[np.int64], links: NDArray[np.int64], columns: NDArray[np.float32], has_tree: bool
) -> NDArray[np.uint64]:
    """Hash each block's shape, its neighbours' and its place; shape (n, SHAPE_TOKENS)."""
    n = len(stats)
    own = _own_shapes(stats, columns, has_tree)
    out = np.zeros((n, 58), np.uint64)
    _fill_own_tokens(out, stats, columns, own)
    _fill_neighbour_tokens(out, own)
    return out


@jit
def _own_shapes(stats: NDArray[np.int64], columns: NDArray[np.float32], has_tree: bool) -> NDArray[np.int64]:
    """Bin each block's shape, with three empty rows before and after; shape (n + 6, 8)."""
    n = len(stats)
    own = np.zeros((n + 6, 8), np.int64)
    for b in range(n):
        c = columns[b]
        o = own[b + 3]
        o[0] = 1 + _bin(c[0], 2.0, 18)
        last = stats[b, 7]
        o[1] = last if (last < 48 or 57 < last < 65 or 90 < last < 97 or last > 0x2000) else (1 if last > 57 else 2)
        o[2] = stats[b, 9]
        o[3] = (1 + _bin(c[15], 4.0, 4)) if has_tree else 0
        o[4] = stats[b, 10]
        o[5] = _bin(c[2], 5.0, 5)
        o[6] = _bin(c[3], 5.0, 5)
        o[7] = min(stats[b, 5], 4)
    return own


@jit
def _fill_own_tokens(
    out: NDArray[np.uint64],
    stats: NDArray[np.int64],
    columns: NDArray[np.float32],
    own: NDArray[np.int64],
) -> None:
    """Fill the first 33 slots of each block: its shape and its place."""
    n = len(out)
    for b in range(n):
        s = stats[b]
        c = columns[b]
        o = own[b + 3]
        slots = out[b]
        first = s[8]
        first_kind = first if (first < 48 or 57 < first < 65 or first > 122) else (1 if first >= 97 else 2)
        title_bin = _bin(c[8], 5.0, 5)
        at = 0
        for value in (
            o[0],
            o[1],
            o[2],
            o[3],
            o[4],
            o[5],
            o[6],
            o[7],
            min(s[1], 12),
            s[11],
            min(s[6], 4),
            first_kind,
            title_bin,
            min(s[13], 3),
            min(s[14], 4),
            _bin(c[11], 0.34, 8),
            min(int(c[18]), 4),
            _bin(c[20], 4.0, 4),
            min(int(c[19]), 8),
            o[0] * 64 + o[1] % 64,
            o[0] * 8 + o[5],
            o[0] * 8 + o[7],
            o[0] * 8 + title_bin,
            o[0] * 8 + o[3],
            o[4] * 8 + min(s[1], 7),
            o[0] * 8 + _bin(c[27], 5.0, 4),
            _bin(c[27], 20.0, 19),
            _bin(c[28], 20.0, 19),
            min(b, 20),
            min(n - 1 - b, 20),
            _bin(c[29], 2.0, 20),
            _bin(c[30], 2.0, 24),
            _bin(c[31], 10.0, 10),
        ):
            slots[at] = mix(np.uint64(value), np.uint64(100 + at))
            at += 1  # noqa: SIM113 numba unrolls a plain loop over the tuple


@jit
def _fill_neighbour_tokens(out: NDArray[np.uint64], own: NDArray[np.int64]) -> None:
    """Fill each block's other slots: three neighbours on each side, and runs of two and three."""
    n = len(out)
    for b in range(n):
        o = own[b + 3]
        slots = out[b]
        at = 33
        for offset in (-3, -2, -1, 1, 2, 3):
            other = own[b + 3 + offset]
            slots[at] = mix(np.uint64(other[0]), np.uint64(200 + at))
            slots[at + 1] = mix(np.uint64(other[1] * 8 + other[2]), np.uint64(200 + at))
            slots[at + 2] = mix(np.uint64(other[0] * 8 + other[3]), np.uint64(250 + at))
            at += 3
        slots[at] = mix(np.uint64(own[b + 2, 4]), np.uint64(300))
        slots[at + 1] = mix(np.uint64(own[b + 4, 4]), np.uint64(301))
        slots[at + 2] = mix(np.uint64((own[b + 2, 0] * 32 + o[0]) * 32 + own[b + 4, 0]), np.uint64(302))
        slots[at + 3] = mix(np.uint64((own[b + 2, 7] * 8 + o[7]) * 8 + own[b + 4, 7]), np.uint64(303))
        slots[at + 4] = mix(np.uint64((own[b + 1, 0] * 32 + own[b + 2, 0]) * 32 + o[0]), np.uint64(304))
        slots[at + 5] = mix(np.uint64((o[0] * 32 + own[b + 4, 0]) * 32 + own[b + 5, 0]), np.uint64(305))
        slots[at + 6] = mix(np.uint64(min(b, 3) * 4 + min(n - 1 - b, 3)), np.uint64(306))


@jit
def markup_tokens(
    elements: NDArray[np.int64],
    parents: NDArray[np.int64],
    spans: NDArray[np.int64],
    tags: NDArray[np.uint64],
    names: NDArray[np.uint64],
    name_ends: NDArray[np.int64],
    inline: NDArray[np.uint64],
    inline_ends: NDArray[np.int64],
    hrefs: NDArray[np.uint64],
    href_ends: NDArray[np.int64],
    stats: NDArray[np.int64],
    links: NDArray[np.int64],
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Hash what the tree says of each block: tags and names of its ancestors, inline elements, its link.

    Returns:
        All blocks' tokens one after the other, and shape (n,): where each block's end.
    """
    n = len(elements)
    ends = np.zeros(n, np.int64)
    out = np.empty(n * (ANCESTORS * (2 * NAME_WORDS + 2) + NAME_WORDS + 24), np.uint64)
    at = 0
    for b in range(n):
        e = elements[b]
        if e >= 0:
            at = _put_ancestors(out, at, e, parents, tags, names, name_ends)
            at = _put_run(out, at, inline, inline_ends, b, NAME_WORDS, 440)
            at = _put_run(out, at, hrefs, href_ends, b, len(hrefs), 450)
            at = _put_density(out, at, tags[e], spans[e, 1] - spans[e, 0], stats[b, 0], links[b])
        ends[b] = at
    return out[:at], ends


@jit
def _put_ancestors(
    out: NDArray[np.uint64],
    at: int,
    element: int,
    parents: NDArray[np.int64],
    tags: NDArray[np.uint64],
    names: NDArray[np.uint64],
    name_ends: NDArray[np.int64],
) -> int:
    """Write tags, paths and names of an element and those around it; returns where to go on."""
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
        begin = name_ends[e - 1] if e > 0 else 0
        for k in range(begin, min(name_ends[e], begin + NAME_WORDS)):
            out[at] = mix(names[k], np.uint64(420))
            at += 1
            if level < 2:
                out[at] = mix(names[k], np.uint64(430 + level))
                at += 1
        level += 1
        e = parents[e]
    return at


@jit
def _put_run(
    out: NDArray[np.uint64], at: int, values: NDArray[np.uint64], ends: NDArray[np.int64], b: int, most: int, salt: int
) -> int:
    """Write the values of one block, at most so many; returns where to go on."""
    begin = ends[b - 1] if b > 0 else 0
    for k in range(begin, min(ends[b], begin + most)):
        out[at] = mix(values[k], np.uint64(salt))
        at += 1
    return at


@jit
def _put_density(
    out: NDArray[np.uint64], at: int, tag: np.uint64, n_inside: int, chars: int, links: NDArray[np.int64]
) -> int:
    """Write how dense a block's links are, beside its tag and length; returns where to go on."""
    density = _bin(links[0] / max(1, chars), 10.0, 10)
    length = min(18, int(2.0 * np.log1p(chars)))
    out[at] = mix(np.uint64(density), np.uint64(460))
    out[at + 1] = mix(np.uint64(density * 32 + length), np.uint64(461))
    out[at + 2] = mix(np.uint64(min(links[1], 6)), np.uint64(462))
    out[at + 3] = mix(np.uint64(min(links[2], 3)), np.uint64(463))
    out[at + 4] = mix(np.uint64(min(6, int(np.log1p(n_inside) * 1.5))), np.uint64(464))
    out[at + 5] = mix(tag + np.uint64(density), np.uint64(465))
    out[at + 6] = mix(tag + np.uint64(length), np.uint64(466))
    return at + 7
