"""The look-up of keys in Python: what `index_keys.c` is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.service.index.keys.key_filter import _REMAINDER_SHIFT
from copydesk.service.index.keys.partition import PARTITION_SHIFT
from tests.oracle.jit import jit

_REMAINDER_MASK = (1 << 16) - 1


@jit
def present(remainders: NDArray[np.uint16], counts: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the keys whose remainder is in their partition, by binary search."""
    present = np.empty(len(keys), np.int64)
    n = 0
    for key in keys:
        partition, remainder = key >> PARTITION_SHIFT, (key >> _REMAINDER_SHIFT) & _REMAINDER_MASK
        low, high = 0, counts[partition]
        while low < high:
            middle = (low + high) // 2
            if remainders[partition, middle] < remainder:
                low = middle + 1
            else:
                high = middle
        if low < counts[partition] and remainders[partition, low] == remainder:
            present[n] = key
            n += 1
    return present[:n]


@jit
def find_places(sorted_keys: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return all places in the sorted keys, which may repeat, that have one of some keys."""
    places = np.empty(len(keys), np.intp)
    n = 0
    for key in keys:
        at = np.searchsorted(sorted_keys, key)
        while at < len(sorted_keys) and sorted_keys[at] == key:
            if n == len(places):
                places = np.concatenate((places, np.empty_like(places)))
            places[n] = at
            n += 1
            at += 1
    return places[:n]
