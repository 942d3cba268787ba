"""Turns a segmented page into what the model sees: hashed tokens in three fields, and dense columns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Floats, Hashes, Integers, spans_of
from copydesk.classifier.compiled import code_points
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.features.block_text import MAX_TOKENS
from copydesk.classifier.features.columns import N_COLUMNS
from copydesk.classifier.features.declared import read_declared
from copydesk.classifier.features.tables import tables
from copydesk.classifier.features.tokens import MAX_MARKUP_TOKENS, SHAPE_TOKENS
from copydesk.classifier.markup_arrays import MarkupArrays
from copydesk.classifier.types import Blocks

FEATURES_VERSION = 5
"""Raised by any change in this package that moves a value; stored in every model."""

FIELDS = ("words", "shape", "markup")
"""Fields of tokens; each has unit length, so that no field outweighs the others."""

_fill_page = core_function("cd_page_features", "u32* i64 i64* i64 i64 i64 u8* i64 u8* u8* u32* i64* u64* f32*", "i64")


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
    """Compute everything the model needs from a segmented page; a pure function of it.

    Raises:
        ValueError: The page's numbers do not fit together: a block outside the text, an element that is not there.
    """
    n, markup, points = len(page.blocks), page.markup, code_points(page.text)
    n_elements, texts = 0, b""
    given = spans_of(page.blocks).astype(np.int64).ravel()
    if markup is not None:
        tree = markup.to_arrays()
        n_elements, texts = len(tree.parents), _join_texts(tree)
        given = np.concatenate((given, *_list_numbers(tree)))
    room = MAX_TOKENS * len(points) + n * (SHAPE_TOKENS + (MAX_MARKUP_TOKENS if markup else 0))
    tokens, columns = np.empty(room, np.uint32), np.empty((n, N_COLUMNS), np.float32)
    integers, hashes = np.empty(4 * n + 2 * n_elements, np.int64), np.empty(n + len(points), np.uint64)
    arguments = (
        points,
        len(points),
        given,
        n,
        n_elements,
        markup is not None,
        np.frombuffer(texts, np.uint8),
        len(texts),
    )
    n_tokens = _fill_page(*arguments, tables(), read_declared(page.head), tokens, integers, hashes, columns)
    if n_tokens == -1:
        raise MemoryError
    if n_tokens < 0:
        raise ValueError("found blocks or elements that do not fit the page; segment it again")
    word_ends = integers[3 * n : 4 * n]
    tokens.resize(n_tokens, refcheck=False)  # gives the rest of the room back
    hashes.resize(n + (int(word_ends[-1]) if n else 0), refcheck=False)
    return PageFeatures(
        tokens=tokens,
        ends=integers[: 3 * n].reshape(3, n),
        words=hashes[n:],
        word_ends=word_ends,
        columns=columns,
        spans=integers[4 * n :].reshape(n_elements, 2),
        parents=given[6 * n : 6 * n + n_elements] if markup else np.empty(0, np.int64),
        elements=given[5 * n : 6 * n] if markup else np.full(n, -1, np.int64),
        paths=hashes[:n],
    )


def _list_numbers(tree: MarkupArrays) -> tuple[Integers, ...]:
    """Return the numbers of a tree in the order in which `cd_page_features` takes them."""
    tag_sizes = np.zeros(len(tree.tag_names), np.int64)
    for tag in set(tree.tags.tolist()):
        tag_sizes[tag] = len(tree.tag_names[tag])
    return (
        *(tree.link_chars, tree.links, tree.images, tree.elements, tree.parents, tree.firsts, tree.lasts),
        *(tag_sizes[tree.tags], tree.names.sizes(), tree.inline.sizes(), tree.hrefs.sizes()),
    )


def _join_texts(tree: MarkupArrays) -> bytes:
    """Return the texts of a tree in UTF-8, in the order in which `cd_page_features` takes them."""
    tags = "".join(map(tree.tag_names.__getitem__, tree.tags.tolist()))
    texts = (tags, tree.names.text(), tree.inline.text(), tree.hrefs.text())
    return "".join(texts).encode("utf-8", "surrogatepass")
