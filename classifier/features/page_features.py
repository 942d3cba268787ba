"""Turns a segmented page into what the model sees: hashed tokens in three fields, and dense columns."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import CodePoints, Floats, Hashes, Integers, spans_of
from copydesk.classifier.compiled import code_points
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.features.block_text import MAX_TOKENS
from copydesk.classifier.features.columns import N_COLUMNS
from copydesk.classifier.features.declared import read_declared
from copydesk.classifier.features.tables import tables
from copydesk.classifier.features.tokens import LEAD_TOKENS, MAX_MARKUP_TOKENS, SHAPE_TOKENS
from copydesk.classifier.types import Blocks

FEATURES_VERSION = 8
"""Raised by any change in this package that moves a value; stored in every model."""

FIELDS = ("words", "shape", "markup")
"""Fields of tokens; each has unit length, so that no field outweighs the others."""

_fill_page = core_function(
    "cd_page_features",
    "u32* i64 i64* i64 i64* i64* i64 u64* i64 u32* i64 u32* i64 u32* i64 u8* u8* u32* i64* u64* f32*",
    "i64",
)
_N_ELEMENT_COLUMNS = 5
_NO_TREE, _NO_HASHES = np.empty(0, np.int64), np.empty(0, np.uint64)
_NO_STRINGS = (np.empty(0, np.uint32),) * 3


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
    given = page_arguments(page)
    n, n_elements, points = len(given.spans), given.n_elements, given.points
    room = MAX_TOKENS * len(points) + n * (SHAPE_TOKENS + (MAX_MARKUP_TOKENS if n_elements else LEAD_TOKENS))
    tokens, columns = np.empty(room, np.uint32), np.empty((n, N_COLUMNS), np.float32)
    integers, hashes = np.empty(4 * n + 2 * n_elements, np.int64), np.empty(n + len(points), np.uint64)
    n_tokens = _fill_page(*given.flat(), tokens, integers, hashes, columns)
    check_answer(n_tokens)
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
        parents=given.of_elements[n_elements : 2 * n_elements],
        elements=given.of_blocks[:n] if n_elements else np.full(n, -1, np.int64),
        paths=hashes[:n],
    )


class PageArguments(NamedTuple):
    """A segmented page as the C library takes it; without markup there are no elements.

    `of_blocks` and `of_elements` are columns of `MarkupArrays` one after the other, in the order of page_features.c.
    """

    points: CodePoints
    spans: Integers
    of_blocks: Integers
    of_elements: Integers
    tag_hashes: Hashes
    names: CodePoints
    inline: CodePoints
    hrefs: CodePoints
    declared: NDArray[np.uint8]

    @property
    def n_elements(self) -> int:
        """The number of elements."""
        return len(self.of_elements) // _N_ELEMENT_COLUMNS

    def flat(self) -> tuple[Any, ...]:
        """Return the arguments in order."""
        return (
            *(self.points, len(self.points), self.spans, len(self.spans), self.of_blocks),
            *(self.of_elements, self.n_elements, self.tag_hashes, len(self.tag_hashes)),
            *(self.names, len(self.names), self.inline, len(self.inline), self.hrefs, len(self.hrefs)),
            *(tables(), self.declared),
        )


def page_arguments(page: Blocks) -> PageArguments:
    """Return a segmented page as the C library takes it."""
    points, declared = code_points(page.text), read_declared(page.head)
    spans = np.ascontiguousarray(spans_of(page.blocks), np.int64)
    if page.markup is None:
        return PageArguments(points, spans, _NO_TREE, _NO_TREE, _NO_HASHES, *_NO_STRINGS, declared)
    tree = page.markup.to_arrays()
    of_blocks = tree.elements, tree.link_chars, tree.links, tree.images, tree.inline.ends, tree.hrefs.ends
    of_elements = tree.tags, tree.parents, tree.firsts, tree.lasts, tree.names.ends
    names, inline, hrefs = (np.asarray(each.points, np.uint32) for each in (tree.names, tree.inline, tree.hrefs))
    of_both = np.concatenate(of_blocks), np.concatenate(of_elements)
    return PageArguments(points, spans, *of_both, tree.tag_hashes, names, inline, hrefs, declared)


def check_answer(answer: int) -> None:
    """Raise the error that the C library's answer to a page stands for."""
    if answer == -1:
        raise MemoryError
    if answer < 0:
        raise ValueError("found blocks or elements that do not fit the page; segment it again")
