"""The comparison with stored texts in Python: what `compare_texts.c` is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.shingles import SET_BITS
from tests.oracle import overlap
from tests.oracle.jit import jit


@jit
def count_texts(
    distinct: NDArray[np.uint32], values: NDArray[np.uint32], bounds: NDArray[np.int64], firsts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count how many of some texts have each of some shingles, which are shortened and sorted."""
    counts = np.zeros(len(distinct), np.int64)
    last = np.full(len(distinct), np.int64(-1))
    for first in firsts:
        for value in values[bounds[first] : bounds[first + 1]]:
            short = value >> np.uint32(32 - SET_BITS)
            at = np.searchsorted(distinct, short)
            if at < len(distinct) and distinct[at] == short and last[at] != first:
                last[at] = first
                counts[at] += 1
    return counts


@jit
def compare_all(
    own: NDArray[np.uint32],
    sizes: tuple[int, int],
    values: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    common: NDArray[np.uint32],
    identical: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    counts = np.empty((len(identical), 10))
    relations = np.empty(len(identical), np.int8)
    for i in range(len(identical)):
        other = values[bounds[i] : bounds[i + 1]]
        counts[i] = overlap.overlap_counts(own, other, sizes, common, identical[i])
        relations[i], _ = overlap.relation_number(counts[i], identical[i])
    return counts, relations
