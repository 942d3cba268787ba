"""Reduces texts to what the search for duplicates needs: shingles, a digest of the words, and keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled import jit, scatter
from copydesk.classifier.duplicates.bands import band_keys
from copydesk.classifier.duplicates.minhash import sign
from copydesk.classifier.duplicates.normalized_words import Words, read_words, text_digests
from copydesk.classifier.duplicates.shingles import KEY_BITS, Ragged, Shingles, passage_keys, read_shingles
from copydesk.classifier.duplicates.types import DEFAULT_KEYS, DEFAULT_SCHEME, KeyScheme, SigningScheme


@dataclass(frozen=True, slots=True)
class SignedTexts:
    """Some texts, reduced, in their order.

    Attributes:
        digests: Shape (n_texts,): equal where all words are equal, 0 where there are none.
        keys: Of each text, distinct: of its bands and its passages; of its digest if it is too short for shingles.
        lengths: Shape (n_texts,): characters.
    """

    shingles: Shingles
    digests: NDArray[np.uint64]
    keys: Ragged[np.uint64]
    lengths: NDArray[np.int64]


def sign_texts(
    texts: Sequence[str], *, scheme: SigningScheme = DEFAULT_SCHEME, keys: KeyScheme = DEFAULT_KEYS
) -> SignedTexts:
    """Reduce texts to their shingles, digests and keys.

    Threads may call it in parallel: nearly all of it runs without the global interpreter lock.

    Raises:
        ValueError: The banding needs more values than the scheme signs.
    """
    words = read_words(texts)
    return sign_words(words, np.fromiter(map(len, texts), np.int64, len(texts)), scheme=scheme, keys=keys)


def sign_words(words: Words, lengths: NDArray[np.int64], *, scheme: SigningScheme, keys: KeyScheme) -> SignedTexts:
    """Do the same for words that have been read; `lengths` are the texts' characters."""
    shingles = read_shingles(words, scheme)
    digests = text_digests(words)
    values = min(scheme.num_perm, keys.banding.bands * keys.banding.rows)
    bands = band_keys(sign(shingles, scheme, values=values), keys.banding)
    passages = passage_keys(
        words, length=keys.passage_words, characters=keys.passage_characters, window=keys.passage_window
    )
    joined = Ragged(*_join_keys(bands, passages.values, passages.bounds, digests, shingles.bounds))
    return SignedTexts(shingles, digests, joined, lengths)


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
