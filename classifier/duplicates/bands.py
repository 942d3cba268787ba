"""Cuts signatures into keys, in bands of a size that finds similar pairs with a given probability."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.duplicates.types import Banding

_BAND_KEYS = core_function("cd_band_keys", "u32* i64 i64 i64 i64 u64*")


def banding_for(similarity: float, probability: float, *, num_perm: int) -> Banding:
    """Find a banding that makes candidates of pairs from a Jaccard similarity on with at least a given probability.

    More rows make fewer candidates of unrelated texts, so it has the most rows that reach the probability, then the
    fewest bands; bands * rows is at most `num_perm`.

    Raises:
        ValueError: An argument is out of range, or no banding reaches the probability.
    """
    if not (0 < similarity <= 1 and 0 < probability < 1):
        raise ValueError(
            f"similarity is {similarity} and probability {probability}; similarity must be above 0 and at most 1, "
            "probability above 0 and below 1"
        )
    if num_perm < 1:
        raise ValueError(f"num_perm is {num_perm}, expected at least 1")
    for rows in range(num_perm, 0, -1):
        bands = _bands_needed(similarity, probability, rows)
        if bands * rows <= num_perm:
            return Banding(bands, rows)
    best = candidate_probability(similarity, Banding(num_perm, 1))
    raise ValueError(
        f"pairs at similarity {similarity} cannot be found with probability {probability}: {num_perm} bands of 1 row, "
        f"the most that {num_perm} values allow, find them with {best:.4f}; ask for a higher similarity or that "
        f"probability, or sign {_bands_needed(similarity, probability, 1)} values"
    )


def candidate_probability(similarity: float, banding: Banding) -> float:
    """Return the probability that two texts of a Jaccard similarity in [0, 1] share a key.

    Source: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, section 3.4.
    """
    return float(1 - (1 - similarity**banding.rows) ** banding.bands)


def band_keys(signatures: NDArray[np.uint32], banding: Banding) -> NDArray[np.uint64]:
    """Cut each signature into keys; texts that share one become candidates.

    `signatures` have shape (n_texts, num_perm) and were signed under one scheme; values beyond bands * rows are unused.

    Returns:
        Shape (n_texts, bands), below 2**KEY_BITS: a hash of the band's number and its values.

    Raises:
        ValueError: The signatures have too few values, or there is no band or no row.
    """
    check_banding(banding, signatures.shape[1])
    keys = np.empty((len(signatures), banding.bands), np.uint64)
    _BAND_KEYS(np.ascontiguousarray(signatures), *signatures.shape, banding.bands, banding.rows, keys)
    return keys


def check_banding(banding: Banding, n_values: int) -> None:
    """Raise ValueError if signatures of so many values cannot be cut so."""
    if banding.bands < 1 or banding.rows < 1:
        raise ValueError(f"{banding.bands} bands of {banding.rows} rows give no key; both must be at least 1")
    needed = banding.bands * banding.rows
    if n_values < needed:
        raise ValueError(
            f"signatures have {n_values} values, {banding.bands} bands of {banding.rows} rows need {needed};"
            " sign with a higher num_perm or find a banding for this one"
        )


def _bands_needed(similarity: float, probability: float, rows: int) -> int:
    together = max(similarity**rows, 1e-300)  # which may underflow to 0
    if together >= 1:
        return 1
    return max(1, math.ceil(math.log1p(-probability) / math.log1p(-together) - 1e-9))
