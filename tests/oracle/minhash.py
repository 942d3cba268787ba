"""The signatures of `minhash` in Python: what the C code is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.minhash import EMPTY, permutations
from copydesk.classifier.duplicates.shingles import Shingles, shorten
from copydesk.classifier.duplicates.types import SigningScheme
from tests.oracle.hashing import mix32
from tests.oracle.jit import jit


def sign(shingles: Shingles, scheme: SigningScheme, *, values: int | None = None) -> NDArray[np.uint32]:
    """Compute signatures."""
    factors, summands = permutations(scheme.num_perm, scheme.seed)
    return _least(shorten(shingles.values), shingles.bounds, factors[:values], summands[:values])


@jit
def _least(
    shingles: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    factors: NDArray[np.uint32],
    summands: NDArray[np.uint32],
) -> NDArray[np.uint32]:
    signatures = np.full((len(bounds) - 1, len(factors)), EMPTY, np.uint32)
    for t in range(len(bounds) - 1):
        least = signatures[t]
        for i in range(bounds[t], bounds[t + 1]):
            h = np.uint64(mix32(shingles[i]))
            for k in range(len(factors)):
                value = np.uint32(np.uint64(factors[k]) * h + np.uint64(summands[k]))
                least[k] = min(least[k], value)
    return signatures
