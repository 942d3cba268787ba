"""A page as arrays, in named tuples that compiled functions can take."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class TextArrays(NamedTuple):
    """What the text says of n blocks.

    Attributes:
        counts: Shape (n, N_COUNTS): see `counts`.
        words: Hashes of all blocks' words, one after the other.
        word_ends: Shape (n,): where each block's words end.
        repeats: Shape (n,): blocks of the page with exactly the block's text, itself among them.
        title: Sorted distinct hashes of the words of the head's title.
    """

    counts: NDArray[np.int64]
    words: NDArray[np.uint64]
    word_ends: NDArray[np.int64]
    repeats: NDArray[np.int64]
    title: NDArray[np.uint64]


class TreeArrays(NamedTuple):
    """What the markup says of n blocks and of the elements around them; without markup there are no elements.

    Attributes:
        elements: Shape (n,): number of the innermost element of each block, -1 without markup.
        parents: Shape (n_elements,): number of the element around, -1 for the outermost.
        spans: Shape (n_elements, 2): half-open range of blocks in each element.
        tags: Shape (n_elements,): hash of each tag name.
        names: Hashes of the words of all elements' class names and ids, one after the other.
        name_ends: Shape (n_elements,): where each element's end.
        inline: The same for the inline elements of each block.
        inline_ends: Shape (n,).
        hrefs: The same for the target of each block's first link.
        href_ends: Shape (n,).
        targets: Shape (n,): hash of that target as a whole, 0 for none.
    """

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
