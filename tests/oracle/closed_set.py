"""The comparison of pairs in Python: what `compare_texts.c` is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.closed_set import TextArrays
from copydesk.classifier.duplicates.shingles import SET_BITS
from tests.oracle import overlap
from tests.oracle.jit import jit


@jit
def compare_texts(
    texts: TextArrays,
    common: NDArray[np.uint32],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    counts: NDArray[np.float64],
    relations: NDArray[np.int8],
) -> None:
    """Fill in what pairs share, shape (n_pairs, len(OVERLAP_FIELDS)), and the numbers of their relations.

    `left` has the document with the smaller id of each pair; common shingles are shortened and sorted.
    """
    for p in range(len(left)):
        a, b = left[p], right[p]
        text = texts.shingles[texts.bounds[a] : texts.bounds[a + 1]]
        other = texts.shingles[texts.bounds[b] : texts.bounds[b + 1]]
        identical = texts.digests[a] == texts.digests[b] and texts.digests[a] != np.uint64(0)
        counts[p] = overlap.overlap_counts(text, other, texts.sizes, common, identical)
        relations[p], _ = overlap.relation_number(counts[p], identical)


@jit
def count_shingles(
    values: NDArray[np.uint32], bounds: NDArray[np.int64], documents: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Count the documents that contain each shingle, shortened."""
    counts = np.zeros(1 << SET_BITS, np.uint32)
    last = np.full(1 << SET_BITS, np.int32(-1))
    for d in documents:
        for i in range(bounds[d], bounds[d + 1]):
            value = values[i] >> np.uint32(32 - SET_BITS)
            if last[value] != d:
                last[value] = d
                counts[value] += np.uint32(1)
    return counts
