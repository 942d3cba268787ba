"""Blocks to hashed TF-IDF tokens in three fields (words, shape, markup) and to dense columns of shape."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.code_points import character_tables, code_points
from copydesk.classifier.compiled.jit import jit
from copydesk.classifier.features.block_text import read_blocks
from copydesk.classifier.features.cards import card_columns
from copydesk.classifier.features.layout import markup_tokens, shape_columns, shape_tokens
from copydesk.classifier.features.markup_words import hash_hrefs, hash_names
from copydesk.classifier.features.repeats import count_repeats
from copydesk.classifier.types import Blocks

FEATURES_VERSION = 3
"""Changes with anything here, in `cards`, `lexical` or `shape` that moves a value; stored in every model."""

FIELDS = ("words", "shape", "markup")


@dataclass(frozen=True, slots=True)
class PageFeatures:
    """What the model sees of one page of n blocks.

    Attributes:
        tokens: All hashes, the lower 32 bits of each, by field, then by block.
        ends: Shape (len(FIELDS), n): where each block's tokens of a field end, in `tokens`.
        words: Hashes of plain words, by block.
        word_ends: Shape (n,).
        columns: Shape (n, n_columns): `shape.COLUMNS`, then `cards.CARD_COLUMNS`.
        spans: Shape (n_elements, 2): half-open range of blocks in each element.
        parents: Shape (n_elements,): number of the element around, -1 for the outermost.
        elements: Shape (n,): innermost element of each block; all -1 for plain text.
        paths: Shape (n,): a hash of the block's tags and names, equal for blocks set alike.
    """

    tokens: NDArray[np.uint32]
    ends: NDArray[np.int64]
    words: NDArray[np.uint64]
    word_ends: NDArray[np.int64]
    columns: NDArray[np.float32]
    spans: NDArray[np.int64]
    parents: NDArray[np.int64]
    elements: NDArray[np.int64]
    paths: NDArray[np.uint64]


def describe(page: Blocks) -> PageFeatures:
    """Compute everything the model needs from a segmented page; a pure function of it."""
    blocks = page.blocks
    n = len(blocks)
    classes, lower = character_tables()
    starts = np.fromiter(map(attrgetter("start"), blocks), np.int64, n)
    ends = np.fromiter(map(attrgetter("end"), blocks), np.int64, n)
    points = code_points(page.text)
    tokens, token_ends, words, word_ends, stats = read_blocks(points, starts, ends, classes, lower)
    repeats = count_repeats(points, starts, ends)
    title = _title_tokens(page.head_title)
    tree = _tree(page)
    markup = page.markup
    links = np.zeros((n, 3), np.int64)
    if markup is not None:
        links[:] = np.array([markup.link_chars, markup.links, markup.images], np.int64).T
    columns, paths, element_paths = shape_columns(
        stats,
        links,
        repeats,
        words,
        word_ends,
        title,
        tree.elements,
        tree.parents,
        tree.spans,
        tree.tags,
        tree.names,
        tree.name_ends,
    )
    cards = card_columns(stats, links, tree.targets, tree.elements, tree.parents, tree.spans, element_paths)
    shape = shape_tokens(stats, links, columns, markup is not None)
    marks, mark_ends = markup_tokens(
        tree.elements,
        tree.parents,
        tree.spans,
        tree.tags,
        tree.names,
        tree.name_ends,
        tree.inline,
        tree.inline_ends,
        tree.hrefs,
        tree.href_ends,
        stats,
        links,
    )
    all_tokens, all_ends = _joined(tokens, token_ends, shape, marks, mark_ends)
    return PageFeatures(
        tokens=all_tokens,
        ends=all_ends,
        words=words,
        word_ends=word_ends,
        columns=np.concatenate([columns, cards], axis=1),
        spans=tree.spans,
        parents=tree.parents,
        elements=tree.elements,
        paths=paths,
    )


@jit
def _joined(
    words: NDArray[np.uint64],
    word_ends: NDArray[np.int64],
    shape: NDArray[np.uint64],
    marks: NDArray[np.uint64],
    mark_ends: NDArray[np.int64],
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Put the fields' tokens one after the other, the lower 32 bits of each, and where each block's end."""
    n, width = shape.shape
    tokens = np.empty(len(words) + n * width + len(marks), np.uint32)
    at = 0
    for part in (words, shape.ravel(), marks):
        for k in range(len(part)):
            tokens[at + k] = np.uint32(part[k])
        at += len(part)
    ends = np.empty((3, n), np.int64)
    for b in range(n):
        ends[0, b] = word_ends[b]
        ends[1, b] = len(words) + width * (b + 1)
        ends[2, b] = len(words) + width * n + mark_ends[b]
    return tokens, ends


def _title_tokens(title: str) -> NDArray[np.uint64]:
    """Return the sorted distinct word hashes of the head's title."""
    if not title:
        return np.empty(0, np.uint64)
    classes, lower = character_tables()
    points = code_points(title[:400])
    whole = np.array([0], np.int64), np.array([len(points)], np.int64)
    return np.unique(read_blocks(points, *whole, classes, lower)[2])


@dataclass(frozen=True, slots=True)
class _Tree:
    elements: NDArray[np.int64]
    parents: NDArray[np.int64]
    spans: NDArray[np.int64]
    tags: NDArray[np.uint64]
    names: NDArray[np.uint64]
    name_ends: NDArray[np.int64]
    inline: NDArray[np.uint64]
    inline_ends: NDArray[np.int64]
    hrefs: NDArray[np.uint64]
    href_ends: NDArray[np.int64]
    targets: NDArray[np.uint64]


def _tree(page: Blocks) -> _Tree:
    markup = page.markup
    if markup is None:
        n = len(page.blocks)
        none = np.empty(0, np.uint64)
        no_ends = np.zeros(n, np.int64)
        no_elements = np.empty(0, np.int64)
        spans = np.empty((0, 2), np.int64)
        return _Tree(
            no_ends - 1,
            no_elements,
            spans,
            none,
            none,
            no_elements,
            none,
            no_ends,
            none,
            no_ends,
            no_ends.astype(np.uint64),
        )
    holding = zip(markup.names, markup.firsts, markup.lasts, strict=True)
    names, name_ends = hash_names([names if first < last else "" for names, first, last in holding])
    inline, inline_ends = hash_names(markup.inline)
    hrefs, href_ends = hash_hrefs(markup.hrefs)
    return _Tree(
        elements=np.array(markup.elements, np.int64),
        parents=np.array(markup.parents, np.int64),
        spans=np.array([markup.firsts, markup.lasts], np.int64).T.copy(),
        tags=np.array([hash_tag(tag) for tag in markup.tags], np.uint64),
        names=names,
        name_ends=name_ends,
        inline=inline,
        inline_ends=inline_ends,
        hrefs=hrefs,
        href_ends=href_ends,
        targets=np.array([_target(href) for href in markup.hrefs], np.uint64),
    )


def _target(href: str) -> int:
    """Return a hash of what a link points to without its place on that page, 0 for nothing."""
    page = href.partition("#")[0]
    return crc32(page.encode("utf-8", "replace")) if page else 0


@lru_cache(maxsize=1 << 10)
def hash_tag(tag: str) -> int:
    """Return a tag name's hash."""
    return crc32(tag.encode("utf-8", "replace"))
