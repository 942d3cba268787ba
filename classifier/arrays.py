"""Names for the arrays that compiled functions take, by what is in them, and spans as an array."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.array_views import Rows

Integers = NDArray[np.int64]
Offsets = NDArray[np.int32]
SmallIntegers = NDArray[np.int8]
Hashes = NDArray[np.uint64]
CodePoints = NDArray[np.uint32]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def spans_of(pairs: Sequence[tuple[int, int]]) -> Integers | Offsets:
    """Return where spans, such as blocks, start and end: shape (n, 2)."""
    if isinstance(pairs, Rows):
        return pairs.array
    return np.fromiter(chain.from_iterable(pairs), np.int64, 2 * len(pairs)).reshape(-1, 2)
