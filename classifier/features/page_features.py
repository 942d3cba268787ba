"""Turns a segmented page into what the model sees: hashed tokens in three fields, and dense columns."""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Floats, Hashes, Integers
from copydesk.classifier.compiled import code_points
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.features.block_text import MAX_TOKENS
from copydesk.classifier.features.columns import N_COLUMNS
from copydesk.classifier.features.declared import read_declared
from copydesk.classifier.features.tables import tables
from copydesk.classifier.features.tokens import MAX_MARKUP_TOKENS, SHAPE_TOKENS
from copydesk.classifier.types import Blocks, Markup

FEATURES_VERSION = 5
"""Raised by any change in this package that moves a value; stored in every model."""

FIELDS = ("words", "shape", "markup")
"""Fields of tokens; each has unit length, so that no field outweighs the others."""

_fill_page = core_function(
    "cd_page_features", "u32* i64 i64* i64 i64 i64 u8* i64 i64* u8* u8* u32* i64* u64* f32*", "i64"
)


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
    n_elements = 0 if markup is None else len(markup.parents)
    numbers, texts, text_ends = _integers(_places(page)), b"", np.empty(0, np.int64)
    if markup is not None:
        texts, text_ends = _texts(markup)
    room = MAX_TOKENS * len(points) + n * (SHAPE_TOKENS + (MAX_MARKUP_TOKENS if markup else 0))
    tokens, columns = np.empty(room, np.uint32), np.empty((n, N_COLUMNS), np.float32)
    integers, hashes = np.empty(4 * n + 2 * n_elements, np.int64), np.empty(n + len(points), np.uint64)
    given = points, len(points), numbers, n, n_elements, markup is not None
    read = np.frombuffer(texts, np.uint8), len(texts), text_ends, tables(), read_declared(page.head)
    n_tokens = _fill_page(*given, *read, tokens, integers, hashes, columns)
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
        parents=numbers[6 * n : 6 * n + n_elements] if markup else np.empty(0, np.int64),
        elements=numbers[5 * n : 6 * n] if markup else np.full(n, -1, np.int64),
        paths=hashes[:n],
    )


def _places(page: Blocks) -> tuple[int, ...]:
    """Return the numbers of `cd_page_features`: first those of the blocks, then those of the elements."""
    m, blocks = page.markup, [place for block in page.blocks for place in block]
    if m is None:
        return tuple(blocks)
    return (*blocks, *m.link_chars, *m.links, *m.images, *m.elements, *m.parents, *m.firsts, *m.lasts)


def _texts(markup: Markup) -> tuple[bytes, Integers]:
    """Return tags, names, inline names and links in UTF-8, one after the other, and where each ends."""
    texts = (*markup.tags, *markup.names, *markup.inline, *markup.hrefs)
    joined, ends = "".join(texts), np.cumsum(_integers(list(map(len, texts))))
    encoded = joined.encode("utf-8", "surrogatepass")
    if len(encoded) > len(joined):
        starts = np.flatnonzero(np.frombuffer(encoded, np.int8) >= -64)  # no bytes within a character
        ends = np.append(starts, len(encoded))[ends]
    return encoded, ends


def _integers(values: Sequence[int]) -> Integers:
    """Return some integers as an array, three times as fast as NumPy reads them."""
    return np.frombuffer(pack(f"={len(values)}q", *values), np.int64)
