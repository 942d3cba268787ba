"""Fills the dense columns of a block's shape and of its place on the page and in the element tree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Floats, Hashes, Integers
from copydesk.classifier.features import columns, counts
from copydesk.classifier.features.call_words import MAX_CALL_WORDS
from copydesk.classifier.features.declared import DECLARED_PLACES, STATED_PLACES
from copydesk.classifier.features.part_names import N_PARTS
from tests.oracle.hashing import mix
from tests.oracle.jit import jit
from tests.oracle.page_arrays import TextArrays, TreeArrays

_LOOKED_UP = 60
"""Words at a block's start that are looked up in the titles and the description that the page declares."""

_LOOKED_AT = 4
"""Elements around a block that are searched for these tags."""

_HEADINGS = (3173249898, 606773968, 1395495494, 3444115429, 3125688179, 591881929)
_LI, _P = 3170889640, 2181537457
_FIGURE, _FIGCAPTION, _UL, _OL, _QUOTE = 794276730, 2123174919, 1469428287, 3887614180, 4030392724
"""CRC-32 of the tag names h1 to h6, li, p, figure, figcaption, ul, ol and blockquote, as of `hash_tag`."""


@jit
def fill_layout_columns(
    out: Floats, text: TextArrays, tree: TreeArrays, parts: NDArray[np.uint8]
) -> tuple[Hashes, Hashes]:
    """Fill the columns of `LAYOUT_COLUMNS` in `out`, shape (n, N_COLUMNS), all zero; `parts` as of `parts_by_name`.

    Returns:
        Path hashes of the blocks and of the elements: equal where tags and names are equal all the way up.
    """
    n = len(out)
    paths = np.zeros(n, np.uint64)
    depths, element_paths = _element_paths(tree)
    page_chars = page_words = page_links = 0
    for b in range(n):
        page_chars += text.counts[b, counts.CHARS]
        page_words += text.counts[b, counts.WORDS]
        page_links += text.counts[b, counts.LINK_CHARS]
    words_before = 0
    for b in range(n):
        row, c = text.counts[b], out[b]
        _fill_words(c, row)
        _fill_ends(c, row)
        c[columns.LINK_SHARE] = min(1.0, row[counts.LINK_CHARS] / max(1, row[counts.CHARS]))
        c[columns.LINKS] = min(row[counts.LINKS], 12)
        c[columns.IMAGES] = min(row[counts.IMAGES], 5)
        c[columns.REPEATS] = min(text.repeats[b], 6)
        if text.declared_words.any():
            _fill_declared(c, text, b)
        c[columns.STATED_SHARE] = _stated_share(text, b) if text.stated_words > 0 else -1.0
        c[columns.STATED_LOG_WORDS] = np.log1p(text.stated_words)
        c[columns.CALL] = _call(text, b)
        e = tree.elements[b]
        if e >= 0:
            paths[b] = element_paths[e]
            c[columns.DEPTH] = min(depths[e], 40)
            _fill_element(c, tree.tags[e], tree.spans[e], b)
            _fill_around(c, e, tree, parts)
        c[columns.PLACE_BY_BLOCKS] = (b + 0.5) / n
        c[columns.PLACE_BY_WORDS] = (words_before + row[counts.WORDS] * 0.5) / max(1, page_words)
        c[columns.LOG_PAGE_BLOCKS] = np.log1p(n)
        c[columns.LOG_PAGE_WORDS] = np.log1p(page_words)
        c[columns.PAGE_LINK_SHARE] = page_links / max(1, page_chars)
        words_before += row[counts.WORDS]
    _fill_path_shares(out, paths, text.counts, page_chars)
    return paths, element_paths


@jit
def _element_paths(tree: TreeArrays) -> tuple[Integers, Hashes]:
    """Return each element's depth, and a hash of the tags and names from it all the way up."""
    parents = tree.parents
    depths = np.zeros(len(parents), np.int64)
    paths = np.zeros(len(parents), np.uint64)
    for e in range(len(parents)):
        here = tree.tags[e]
        for k in range(tree.name_ends[e - 1] if e > 0 else 0, tree.name_ends[e]):
            here = here * np.uint64(31) + tree.names[k]
        if parents[e] >= 0:
            depths[e] = depths[parents[e]] + 1
            here = mix(here + paths[parents[e]] * np.uint64(17), np.uint64(11))
        paths[e] = here
    return depths, paths


@jit
def _fill_words(c: Floats, row: Integers) -> None:
    n_words = max(1, row[counts.WORDS])
    n_letters, n_digits = row[counts.LETTERS], row[counts.DIGITS]
    c[columns.LOG_CHARS] = np.log1p(row[counts.CHARS])
    c[columns.LOG_WORDS] = np.log1p(row[counts.WORDS])
    c[columns.CAPITALS] = row[counts.CAPITALS] / max(1, n_letters)
    c[columns.DIGITS] = n_digits / max(1, n_letters + n_digits)
    c[columns.SENTENCES] = min(row[counts.SENTENCES], 12)
    c[columns.COMMAS] = row[counts.COMMAS] / n_words
    c[columns.TITLE_CASE] = row[counts.TITLE_WORDS] / n_words
    c[columns.QUOTES] = min(row[counts.QUOTES], 6)
    c[columns.BARS] = min(row[counts.BARS], 6)
    c[columns.LONGEST_WORD] = min(row[counts.LONGEST_WORD], 30)
    c[columns.WORD_LENGTH] = min((n_letters + n_digits) / n_words, 20)


@jit
def _fill_ends(c: Floats, row: Integers) -> None:
    first, last = row[counts.FIRST_CHAR], row[counts.LAST_CHAR]
    if last == 34 or last == 0x201D or last == 41 or last == 0xBB:
        c[columns.ENDS_SENTENCE] = 0.5
    if last == 46 or last == 33 or last == 63 or last == 0x061F or last == 0x06D4 or last == 0x0964 or last == 0x1362:
        c[columns.ENDS_SENTENCE] = 1.0
    if last == 0x3002 or last == 0xFF01 or last == 0xFF1F:
        c[columns.ENDS_SENTENCE] = 1.0
    if last == 58:
        c[columns.ENDS_SENTENCE] = -0.5
    c[columns.ELLIPSIS] = row[counts.ELLIPSIS]
    c[columns.STARTS_LOWER] = 97 <= first <= 122
    c[columns.STARTS_DIGIT] = 48 <= first <= 57


@jit
def _fill_declared(c: Floats, text: TextArrays, b: int) -> None:
    """Fill how many of the words at a block's start the declared texts have, and how alike they are (Dice)."""
    in_title = in_social = in_description = in_headline = 0
    begin = text.word_ends[b - 1] if b > 0 else 0
    for k in range(begin, min(text.word_ends[b], begin + _LOOKED_UP)):
        texts = text.declared[text.words[k] & np.uint64(DECLARED_PLACES - 1)]
        in_title += texts & 1
        in_social += texts >> 1 & 1
        in_description += texts >> 2 & 1
        in_headline += texts >> 3 & 1
    n_words, sizes = max(1, text.counts[b, counts.WORDS]), text.declared_words
    c[columns.TITLE_FOUND] = min(in_title, 20)
    c[columns.TITLE_SHARE] = in_title / n_words
    declared = max(in_social / (n_words + sizes[1]), in_headline / (n_words + sizes[3]))
    c[columns.TITLE_MATCH] = 2.0 * max(in_title / (n_words + sizes[0]), declared)
    c[columns.DESCRIPTION_SHARE] = in_description / n_words
    c[columns.DESCRIPTION_MATCH] = 2.0 * in_description / (n_words + sizes[2])


@jit
def _stated_share(text: TextArrays, b: int) -> float:
    """Return the share of a block's pairs of words that the stated text of the article has; 0 for a single word."""
    begin = text.word_ends[b - 1] if b > 0 else 0
    end = min(text.word_ends[b], begin + _LOOKED_UP)
    found = 0
    for k in range(begin, end - 1):
        pair = text.words[k] * np.uint64(31) + text.words[k + 1]
        found += text.stated[pair & np.uint64(STATED_PLACES - 1)]
    return float(found / max(1, end - begin - 1))


@jit
def _call(text: TextArrays, b: int) -> float:
    """Return how surely the block's first words lead to another page, by all calls one after the other."""
    begin = text.word_ends[b - 1] if b > 0 else 0
    key, found = np.uint64(0), 0
    for k in range(begin, min(text.word_ends[b], begin + MAX_CALL_WORDS)):
        key = key * np.uint64(31) + text.words[k]
        for place in range(len(text.call_keys)):
            if text.call_keys[place] == key and key != 0:
                found = max(found, int(text.call_levels[place]))
    return float(found)


@jit
def _fill_element(c: Floats, tag: np.uint64, span: Integers, b: int) -> None:
    """Fill what the innermost element around a block is, how much it holds, and where in it the block is."""
    size = span[1] - span[0]
    c[columns.SIBLINGS] = np.log1p(size)
    c[columns.SIBLING_PLACE] = (b - span[0]) / max(1, size)
    for k in range(len(_HEADINGS)):
        if tag == _HEADINGS[k]:
            c[columns.HEADING] = 6.0 - k  # 6 for h1 down to 1 for h6, 0 for any other tag
    c[columns.LIST_ITEM] = tag == _LI
    c[columns.PARAGRAPH] = tag == _P


@jit
def _fill_around(c: Floats, element: int, tree: TreeArrays, parts: NDArray[np.uint8]) -> None:
    """Fill whether the innermost elements around a block are a heading, figure, list or quote, or named as a part.

    `parts` has a bit for each of PART_NAMES whose words an element's names have.
    """
    for level in range(_LOOKED_AT):
        if element < 0:
            break
        tag = tree.tags[element]
        for k in range(len(_HEADINGS)):
            if tag == _HEADINGS[k]:
                c[columns.IN_HEADING] = max(c[columns.IN_HEADING], 6.0 - k)
        c[columns.IN_FIGURE] = max(c[columns.IN_FIGURE], 1.0 * (tag == _FIGURE) + 2.0 * (tag == _FIGCAPTION))
        c[columns.IN_LIST] = max(c[columns.IN_LIST], 1.0 * (tag in (_UL, _OL)))
        c[columns.IN_QUOTE] = max(c[columns.IN_QUOTE], 1.0 * (tag == _QUOTE))
        for part in range(N_PARTS):
            if parts[element] >> part & 1 and c[columns.FIRST_NAMED + part] == 0.0:
                c[columns.FIRST_NAMED + part] = _LOOKED_AT - level
        element = tree.parents[element]


@jit
def _fill_path_shares(out: Floats, paths: Hashes, table: Integers, page_chars: int) -> None:
    """Fill the share of the page's characters that has the same path as each block."""
    n = len(paths)
    order = np.argsort(paths)
    i = 0
    while i < n:
        j = i
        chars = 0
        while j < n and paths[order[j]] == paths[order[i]]:
            chars += table[order[j], counts.CHARS]
            j += 1
        for k in range(i, j):
            out[order[k], columns.PATH_SHARE] = chars / max(1, page_chars)
        i = j
