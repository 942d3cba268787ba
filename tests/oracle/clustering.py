"""Connected components in Python: what `candidates.c` is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.oracle.jit import jit


@jit
def connected_components(n: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the least number that each number below n is connected with by pairs (union-find)."""
    roots = np.arange(n)
    for p in range(len(left)):
        a, b = left[p], right[p]
        while roots[a] != a:
            roots[a] = roots[roots[a]]
            a = roots[a]
        while roots[b] != b:
            roots[b] = roots[roots[b]]
            b = roots[b]
        roots[max(a, b)] = min(a, b)
    for i in range(n):
        roots[i] = roots[roots[i]]
    return roots
