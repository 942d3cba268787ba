"""The steps of `signing` in Python: what the C code is compared with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.shingles import KEY_BITS, Ragged
from copydesk.classifier.duplicates.signing import SignedTexts, read_lengths
from copydesk.classifier.duplicates.types import DEFAULT_KEYS, DEFAULT_SCHEME, KeyScheme, SigningScheme
from tests.oracle.bands import band_keys
from tests.oracle.hashing import scatter
from tests.oracle.jit import jit
from tests.oracle.minhash import sign
from tests.oracle.normalized_words import read_words, text_digests
from tests.oracle.shingles import passage_keys, read_shingles


def sign_texts(
    texts: Sequence[str], *, scheme: SigningScheme = DEFAULT_SCHEME, keys: KeyScheme = DEFAULT_KEYS
) -> SignedTexts:
    """Reduce texts to their shingles, digests and keys."""
    words = read_words(texts)
    shingles = read_shingles(words, (scheme.shingle_words, scheme.shingle_characters))
    digests = text_digests(words)
    signatures = sign(shingles, scheme, values=keys.banding.bands * keys.banding.rows)
    bands = band_keys(signatures, keys.banding.bands, keys.banding.rows)
    passages = passage_keys(
        words, length=keys.passage_words, characters=keys.passage_characters, window=keys.passage_window
    )
    joined = Ragged(*_join_keys(bands, passages.values, passages.bounds, digests, shingles.bounds))
    return SignedTexts(shingles, digests, joined, np.where(np.diff(words.bounds) > 0, read_lengths(texts), 0))


@jit
def _join_keys(
    bands: NDArray[np.uint64],
    passages: NDArray[np.uint64],
    passage_bounds: NDArray[np.int64],
    digests: NDArray[np.uint64],
    shingle_bounds: NDArray[np.int64],
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    keys = np.empty(bands.size + len(passages) + len(digests), np.uint64)
    bounds = np.zeros(len(digests) + 1, np.int64)
    n = 0
    for t in range(len(digests)):
        if shingle_bounds[t] < shingle_bounds[t + 1]:
            keys[n : n + bands.shape[1]] = bands[t]
            n += bands.shape[1]
            own = passages[passage_bounds[t] : passage_bounds[t + 1]]
            keys[n : n + len(own)] = own
            n += len(own)
        elif digests[t] != np.uint64(0):
            keys[n] = scatter(digests[t]) >> np.uint64(64 - KEY_BITS)
            n += 1
        bounds[t + 1] = n
    return keys[:n].copy(), bounds
