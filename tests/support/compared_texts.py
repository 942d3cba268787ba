"""Compares two texts, given by their shingles, as a closed set compares them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.closed_set import TextArrays, compare_texts
from copydesk.classifier.duplicates.overlap import OVERLAP_FIELDS


def overlap_counts(
    text: NDArray[np.uint32],
    other: NDArray[np.uint32],
    sizes: tuple[int, int],
    common: NDArray[np.uint32],
    identical: bool,
) -> NDArray[np.float64]:
    """Count what a text shares with another: the numbers of `OVERLAP_FIELDS`.

    `sizes` are the shingles' lengths in words, as in `Shingles`; `common` shingles are shortened and sorted;
    `identical` tells whether all words are equal.
    """
    bounds = np.array([0, len(text), len(text) + len(other)], np.int64)
    digests = np.array([1, 1 if identical else 2], np.uint64)
    counts, relations = np.empty(len(OVERLAP_FIELDS)), np.empty(1, np.int8)
    left, right = np.array([0], np.int64), np.array([1], np.int64)
    texts = TextArrays(np.concatenate((text, other)), bounds, sizes, digests)
    compare_texts(texts, common, left, right, counts[np.newaxis], relations)
    return counts
