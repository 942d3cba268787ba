"""Turns a segmented page into what the model sees: hashed tokens in three fields, and dense columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Floats, Hashes, Integers
from copydesk.classifier.compiled import code_points, jit
from copydesk.classifier.features import counts
from copydesk.classifier.features.block_text import HEAD_CHARS, BlockWords, read_blocks
from copydesk.classifier.features.columns import N_COLUMNS
from copydesk.classifier.features.layout import fill_layout_columns
from copydesk.classifier.features.markup_words import hash_hrefs, hash_names
from copydesk.classifier.features.page_arrays import DECLARED_PLACES, STATED_PLACES, TextArrays, TreeArrays
from copydesk.classifier.features.part_names import parts_by_name
from copydesk.classifier.features.repetition import count_repeats, fill_repetition_columns
from copydesk.classifier.features.tokens import markup_tokens, shape_tokens
from copydesk.classifier.types import Blocks, Head, Markup

FEATURES_VERSION = 5
"""Raised by any change in this package that moves a value; stored in every model."""

FIELDS = ("words", "shape", "markup")
"""Fields of tokens; each has unit length, so that no field outweighs the others."""

_DECLARED_CHARS = 600
"""Characters of a declared title or description that are read."""

_ARTICLE_BODY = re.compile(r'"articleBody"\s*:\s*"((?:[^"\\]|\\.){100,100000})')
_TAG = re.compile(r"<[^<>]*>")
_HEADLINE = re.compile(r'"headline"\s*:\s*"([^"]{1,600})"')

_SOCIAL_TITLES, _DESCRIPTIONS = ("og:title", "twitter:title"), ("og:description", "description", "twitter:description")
"""Names of `meta` elements, the first of which that the page has counts."""


class PageFeatures(NamedTuple):
    """What the model sees of one page of n blocks.

    Attributes:
        tokens: All hashes, the lower 32 bits of each, by field, then by block.
        ends: Shape (len(FIELDS), n): where each block's tokens of a field end, in `tokens`.
        words: Hashes of plain words, by block.
        word_ends: Shape (n,).
        columns: Shape (n, N_COLUMNS), see `columns`.
        spans: Shape (n_elements, 2): half-open range of blocks in each element.
        parents: Shape (n_elements,): number of the element around, -1 for the outermost.
        elements: Shape (n,): innermost element of each block; all -1 for plain text.
        paths: Shape (n,): a hash of the tags and names around the block, the same for blocks set in the same way.
    """

    tokens: NDArray[np.uint32]
    ends: Integers
    words: Hashes
    word_ends: Integers
    columns: Floats
    spans: Integers
    parents: Integers
    elements: Integers
    paths: Hashes


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
    text = TextArrays(read.counts, read.words, read.word_ends, repeats, *_declared(page.head), *_stated(page.head))
    tree = _no_tree(n) if page.markup is None else _tree(page.markup)
    columns = np.zeros((n, N_COLUMNS), np.float32)
    paths, element_paths = fill_layout_columns(columns, text, tree, parts_by_name(tree.names, tree.name_ends))
    fill_repetition_columns(columns, text.counts, tree, element_paths)
    shapes = shape_tokens(text.counts, columns, page.markup is not None)
    read = read._replace(tokens=read.tokens.astype(np.uint64))
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


def _declared(head: Head) -> tuple[NDArray[np.uint8], Integers]:
    """Return the table of the words that the page declares as titles and as description, and their numbers."""
    metas = dict(reversed(head.metas))  # of several with one name the first
    social, description = (next(filter(None, map(metas.get, names)), "") for names in (_SOCIAL_TITLES, _DESCRIPTIONS))
    headline = next((found[1] for script in head.json_ld if (found := _HEADLINE.search(script))), "")
    texts = (head.title, social, description, headline)
    table, sizes = np.zeros(DECLARED_PLACES, np.uint8), np.zeros(len(texts), np.int64)
    given = [(number, text[:_DECLARED_CHARS]) for number, text in enumerate(texts) if text]
    if given:
        ends = np.cumsum([len(text) for _, text in given])
        starts = np.concatenate(([0], ends[:-1]))
        read = read_blocks(code_points("".join(text for _, text in given)), starts, ends)
        for (number, _), words in zip(given, np.split(read.words, read.word_ends[:-1]), strict=True):
            sizes[number] = len(set(words.tolist()))
            table[words % np.uint64(DECLARED_PLACES)] |= np.uint8(1 << number)
    return table, sizes


def _stated(head: Head) -> tuple[NDArray[np.bool_], int]:
    """Return the table of the pairs of words of the article's text that JSON-LD states, and how many words it has."""
    found = next((found[1] for script in head.json_ld if (found := _ARTICLE_BODY.search(script))), "")
    if not found:
        return np.zeros(1, np.bool_), 0
    table = np.zeros(STATED_PLACES, np.bool_)
    points = code_points(_TAG.sub(" ", _unescaped(found)))
    starts = np.arange(0, len(points), HEAD_CHARS)
    words = read_blocks(points, starts, np.minimum(starts + HEAD_CHARS, len(points))).words
    table[(words[:-1] * np.uint64(31) + words[1:]) % np.uint64(STATED_PLACES)] = True
    return table, len(words)


def _unescaped(text: str) -> str:
    """Return what stands between the quotes of a JSON string, as it is if that is broken."""
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


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
