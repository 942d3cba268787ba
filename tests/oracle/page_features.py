"""Turns a segmented page into what the model sees: hashed tokens in three fields, and dense columns."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Hashes, Integers
from copydesk.classifier.compiled import code_points
from copydesk.classifier.features import PageFeatures, counts
from copydesk.classifier.features.columns import N_COLUMNS
from copydesk.classifier.features.declared import DECLARED, read_declared
from copydesk.classifier.features.part_names import part_table
from copydesk.classifier.features.tables import TABLES, tables
from copydesk.classifier.types import Blocks, Head, Markup
from tests.oracle.block_text import BlockWords, read_blocks
from tests.oracle.jit import jit
from tests.oracle.layout import fill_layout_columns
from tests.oracle.markup_words import hash_hrefs, hash_names
from tests.oracle.page_arrays import TextArrays, TreeArrays
from tests.oracle.part_names import look_up
from tests.oracle.repetition import count_repeats, fill_repetition_columns
from tests.oracle.tokens import markup_tokens, shape_tokens


def compute_features(page: Blocks) -> PageFeatures:
    """Compute everything the model needs from a segmented page; a pure function of it."""
    n = len(page.blocks)
    starts, ends = _integers(chain.from_iterable(page.blocks), 2 * n).reshape(n, 2).T.copy()
    points = code_points(page.text)
    read = read_blocks(points, starts, ends)
    if page.markup is not None:
        links = chain(page.markup.link_chars, page.markup.links, page.markup.images)
        read.counts[:, counts.LINK_CHARS :] = _integers(links, 3 * n).reshape(3, n).T
    repeats = count_repeats(points, starts, ends)
    declared = *_declared(page.head), *_calls()
    text = TextArrays(read.counts, read.words, read.word_ends, repeats, *declared)
    tree = _no_tree(n) if page.markup is None else _tree(page.markup)
    columns = np.zeros((n, N_COLUMNS), np.float32)
    paths, element_paths = fill_layout_columns(columns, text, tree, look_up(tree.names, tree.name_ends, *part_table()))
    fill_repetition_columns(columns, text.counts, tree, element_paths)
    shapes = shape_tokens(text.counts, columns, page.markup is not None)
    tokens, token_ends = _joined(read, shapes, *markup_tokens(tree, text.counts))
    return PageFeatures(
        tokens=tokens,
        ends=token_ends,
        words=read.words,
        word_ends=read.word_ends,
        columns=columns,
        spans=tree.spans,
        parents=tree.parents,
        elements=tree.elements,
        paths=paths,
    )


@lru_cache
def _calls() -> tuple[Hashes, NDArray[np.uint8]]:
    (table,) = tables().view(TABLES)
    used = table["call_keys"] != 0
    return table["call_keys"][used], table["call_levels"][used]


@jit
def _joined(
    read: BlockWords, shapes: Hashes, marks: Hashes, mark_ends: Integers
) -> tuple[NDArray[np.uint32], Integers]:
    """Put the fields' tokens one after the other, the lower 32 bits of each, and return where each block's end."""
    n, width = shapes.shape
    n_words = len(read.tokens)
    tokens = np.empty(n_words + n * width + len(marks), np.uint32)
    at = 0
    for part in (read.tokens, shapes.ravel(), marks):
        for k in range(len(part)):
            tokens[at + k] = np.uint32(part[k] & np.uint64(0xFFFFFFFF))
        at += len(part)
    ends = np.empty((3, n), np.int64)
    for b in range(n):
        ends[0, b] = read.token_ends[b]
        ends[1, b] = n_words + width * (b + 1)
        ends[2, b] = n_words + width * n + mark_ends[b]
    return tokens, ends


def _declared(head: Head) -> tuple[NDArray[np.uint8], Integers, NDArray[np.bool_], int]:
    declared = read_declared(head)
    found = declared[: DECLARED.itemsize].view(DECLARED)[0]
    stated = declared[DECLARED.itemsize :] if found["stated_words"] else np.zeros(1, np.uint8)
    return found["places"], found["sizes"], stated.view(np.bool_), int(found["stated_words"])


def _no_tree(n: int) -> TreeArrays:
    none, no_ends = np.empty(0, np.uint64), np.zeros(n, np.int64)
    no_elements, no_spans = np.empty(0, np.int64), np.empty((0, 2), np.int64)
    return TreeArrays(
        elements=no_ends - 1,
        parents=no_elements,
        spans=no_spans,
        tags=none,
        names=none,
        name_ends=no_elements,
        inline=none,
        inline_ends=no_ends,
        hrefs=none,
        href_ends=no_ends,
        targets=no_ends.astype(np.uint64),
    )


def _tree(markup: Markup) -> TreeArrays:
    n_blocks, n_elements = len(markup.elements), len(markup.parents)
    elements = zip(markup.names, markup.firsts, markup.lasts, strict=True)
    targets = {href: _hash_target(href) for href in set(markup.hrefs)}
    tags = {tag: hash_tag(tag) for tag in set(markup.tags)}
    return TreeArrays(
        _integers(markup.elements, n_blocks),
        _integers(markup.parents, n_elements),
        _integers(chain(markup.firsts, markup.lasts), 2 * n_elements).reshape(2, n_elements).T.copy(),
        np.fromiter(map(tags.__getitem__, markup.tags), np.uint64, n_elements),
        *hash_names([names if first < last else "" for names, first, last in elements]),
        *hash_names(markup.inline),
        *hash_hrefs(markup.hrefs),
        np.fromiter(map(targets.__getitem__, markup.hrefs), np.uint64, n_blocks),
    )


def _integers(values: Iterable[int], size: int) -> Integers:
    """Return some integers as an array, quicker than `np.array` reads a tuple."""
    return np.fromiter(values, np.int64, size)


def _hash_target(href: str) -> int:
    """Hash what a link points to without its fragment, 0 for nothing."""
    return crc32(href.partition("#")[0].encode("utf-8", "replace")) if href else 0


@lru_cache(maxsize=1 << 10)
def hash_tag(tag: str) -> int:
    """Hash a tag name."""
    return crc32(tag.encode("utf-8", "replace"))
