"""The keys of `bands` in Python: what the C code is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.shingles import KEY_BITS
from tests.oracle.hashing import scatter
from tests.oracle.jit import jit


@jit
def band_keys(signatures: NDArray[np.uint32], bands: int, rows: int) -> NDArray[np.uint64]:
    keys = np.empty((len(signatures), bands), np.uint64)
    for t in range(len(signatures)):
        for band in range(bands):
            h = np.uint64(band + 1)
            for k in range(band * rows, (band + 1) * rows):
                h = scatter(h ^ np.uint64(signatures[t, k])) + np.uint64(band)
            keys[t, band] = scatter(h) >> np.uint64(64 - KEY_BITS)
    return keys
