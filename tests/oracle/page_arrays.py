"""A page as arrays, in named tuples that compiled functions can take."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Hashes, Integers


class TextArrays(NamedTuple):
    """What the text says of n blocks.

    Attributes:
        counts: Shape (n, N_COUNTS): see `counts`.
        words: Hashes of all blocks' words, one after the other.
        word_ends: Shape (n,): where each block's words end.
        repeats: Shape (n,): blocks of the page with exactly the block's text, itself among them.
        declared: Shape (DECLARED_PLACES,): for each hash modulo that, a bit for each declared text that has a word with
            this hash: 1 the head's title, 2 the title for social media, 4 the description, 8 the headline of JSON-LD.
        declared_words: Shape (4,): how many different words each of these texts has, 0 where the page has no such text.
        stated: Shape (STATED_PLACES,): for each hash modulo that, whether the article's text as JSON-LD states it has a
            pair of words with this hash.
        stated_words: How many words that text has, 0 where the page has none.
        call_keys: Hashes of words that lead elsewhere, 0 for none.
        call_levels: How surely each does.
    """

    counts: Integers
    words: Hashes
    word_ends: Integers
    repeats: Integers
    declared: NDArray[np.uint8]
    declared_words: Integers
    stated: NDArray[np.bool_]
    stated_words: int
    call_keys: Hashes
    call_levels: NDArray[np.uint8]


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

    elements: Integers
    parents: Integers
    spans: Integers
    tags: Hashes
    names: Hashes
    name_ends: Integers
    inline: Hashes
    inline_ends: Integers
    hrefs: Hashes
    href_ends: Integers
    targets: Hashes
