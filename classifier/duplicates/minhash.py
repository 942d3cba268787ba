"""Computes MinHash signatures, which estimate Jaccard similarity; the values equal those of datasketch 2."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.duplicates.shingles import Shingles
from copydesk.classifier.duplicates.types import SigningScheme

EMPTY = np.uint32(0xFFFFFFFF)
"""Every value of a text that is too short for shingles."""

_SIGN = core_function("cd_minhash", "u32* i64* i64 u32* u32* i64 u32*")


@lru_cache(maxsize=8)
def permutations(num_perm: int, seed: int) -> NDArray[np.uint32]:
    """Return the factors (odd) and summands of the permutations, shape (2, num_perm), as datasketch draws them."""
    draw = np.random.RandomState(seed)
    factors = draw.randint(0, 1 << 31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    drawn = np.array([factors, draw.randint(0, 1 << 32, num_perm, dtype=np.uint32)])
    drawn.flags.writeable = False
    return drawn


def sign(shingles: Shingles, scheme: SigningScheme, *, values: int | None = None) -> NDArray[np.uint32]:
    """Compute signatures: the least value of each permutation over a text's shingles.

    Returns:
        Shape (n_texts, num_perm), or the first `values` columns of it; a row of `EMPTY` for a text without shingles.

    Source: Broder, On the resemblance and containment of documents, 1997; datasketch 2.0.0, scheme "affine32".
    """
    factors, summands = permutations(scheme.num_perm, scheme.seed)[:, :values]
    signatures = np.empty((len(shingles.bounds) - 1, len(factors)), np.uint32)
    _SIGN(shingles.values, shingles.bounds, len(signatures), factors, summands, len(factors), signatures)
    return signatures
