"""Reduces texts to what the search for duplicates needs: shingles, a digest of the words, and keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.duplicates.bands import check_banding
from copydesk.classifier.duplicates.minhash import permutations
from copydesk.classifier.duplicates.normalized_words import Words, read_words
from copydesk.classifier.duplicates.shingles import Ragged, Shingles, check_passages, read_shingles
from copydesk.classifier.duplicates.types import DEFAULT_KEYS, DEFAULT_SCHEME, KeyScheme, SigningScheme

_SIGN = core_function(
    "cd_sign_words", "u64* i64* u32* i64* i64 u32* u32* i64 i64 i64 i64 i64 i64 u64* u64* i64*", "memory"
)


_TEXTS_A_STEP = 512
"""Texts whose words are in memory at once; more take a quarter longer, as new memory costs more than old."""


_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


@dataclass(frozen=True, slots=True)
class SignedTexts:
    """Some texts, reduced, in their order.

    Attributes:
        digests: Shape (n_texts,): equal where all words are equal, 0 where there are none.
        keys: Of each text, distinct: of its bands and its passages; of its digest if it is too short for shingles.
        lengths: Shape (n_texts,): as `read_lengths` returns them, but 0 for a text without words.
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
    steps = [texts[first : first + _TEXTS_A_STEP] for first in range(0, len(texts), _TEXTS_A_STEP)] or [texts]
    signed = [sign_words(read_words(step), read_lengths(step), scheme=scheme, keys=keys) for step in steps]
    return signed[0] if len(signed) == 1 else _join(signed)


def read_lengths(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return the characters of each text that a reader sees: tags count as none, an entity such as `&amp;` as one."""
    return np.fromiter(map(_read_length, texts), np.int64, len(texts))


def _read_length(text: str) -> int:
    if "<" in text:
        text = _TAG.sub("", text)
    return len(unescape(text)) if "&" in text else len(text)


def sign_words(words: Words, lengths: NDArray[np.int64], *, scheme: SigningScheme, keys: KeyScheme) -> SignedTexts:
    """Do the same for words that have been read; `lengths` are those of the texts."""
    shingles = read_shingles(words, scheme)
    bands, rows = keys.banding.bands, keys.banding.rows
    check_banding(keys.banding, scheme.num_perm)
    passages = keys.passage_words, keys.passage_characters, keys.passage_window
    check_passages(*passages)
    factors, summands = permutations(scheme.num_perm, scheme.seed)[:, : bands * rows]
    texts, n = (words.hashes, words.bounds, shingles.values, shingles.bounds), len(words.bounds) - 1
    digests, bounds = np.empty(n, np.uint64), np.empty(n + 1, np.int64)
    values = np.empty(n * (bands + 1) + len(words.hashes), np.uint64)
    n_keys = _SIGN(*texts, n, factors, summands, len(factors), bands, rows, *passages, digests, values, bounds)
    lengths = np.where(np.diff(words.bounds) > 0, lengths, 0)
    return SignedTexts(shingles, digests, Ragged(values[:n_keys].copy(), bounds), lengths)


def _join(signed: Sequence[SignedTexts]) -> SignedTexts:
    """Put texts that were signed under one scheme one after the other."""
    shingles, keys = [part.shingles for part in signed], [part.keys for part in signed]
    return SignedTexts(
        Shingles(np.concatenate([part.values for part in shingles]), _join_bounds(shingles), shingles[0].sizes),
        np.concatenate([part.digests for part in signed]),
        Ragged(np.concatenate([part.values for part in keys]), _join_bounds(keys)),
        np.concatenate([part.lengths for part in signed]),
    )


def _join_bounds(rows: Sequence[Ragged[Any]]) -> NDArray[np.int64]:
    sizes = np.concatenate([np.zeros(1, np.int64), *(np.diff(part.bounds) for part in rows)])
    return np.cumsum(sizes)
