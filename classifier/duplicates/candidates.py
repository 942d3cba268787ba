"""Finds candidates: the pairs of documents that share a key, with few pairs for a common key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.duplicates.rules import COMPARISON
from copydesk.classifier.duplicates.shingles import Ragged

_MAX_DOCUMENTS = COMPARISON.max_documents_per_key

_PARTS = 16
"""Keys are sorted in this many parts, one after the other, to save memory."""

_PAIR = core_function("cd_pair_documents", "u32* i64* i64 i64* i64 u64* i64", "i64")


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of documents that share a key.

    Attributes:
        pairs: Distinct and sorted, the lesser number in the upper 32 bits.
        pairs_incomplete: Shape (n_documents,), by number: whether the document has a common key, one that more than
            `max_documents_per_key` share; two such documents may share a key without being a pair.
        common_keys: Number of common keys.
    """

    pairs: NDArray[np.uint64]
    pairs_incomplete: NDArray[np.bool_]
    common_keys: int


def candidate_pairs(
    keys: Sequence[Ragged[np.uint64]], numbers: NDArray[np.int64], *, stories: NDArray[np.int64] | None = None
) -> Candidates:
    """Pair the documents that share a key.

    Args:
        keys: Of all documents, in chunks.
        numbers: Shape (n_documents,): a number below 2**32 for each document; only these decide the pairs.
        stories: The story of each document, by its number. If given, common keys and keys of more than
            `max_stories_per_key` stories give no pair.
    """
    found = [
        pairs_by_key(*_select_keys(keys, numbers, part), n_documents=len(numbers), stories=stories)
        for part in range(_PARTS)
    ]
    incomplete: NDArray[np.bool_] = np.logical_or.reduce([part.pairs_incomplete for part in found])
    common_keys = sum(part.common_keys for part in found)
    return Candidates(np.unique(np.concatenate([part.pairs for part in found])), incomplete, common_keys)


def pairs_by_key(
    keys: NDArray[np.uint64],
    documents: NDArray[np.uint32],
    *,
    n_documents: int,
    stories: NDArray[np.int64] | None = None,
) -> Candidates:
    """Pair the documents of some keys, with all documents of each; the parts of a set of keys can be paired apart.

    `documents`, of shape (n_keys,), has the number of the document with each key; `stories` is as in `candidate_pairs`.
    """
    order = np.lexsort((documents, keys))
    keys, documents = keys[order], documents[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    sizes = np.diff(starts, append=len(keys))
    common = sizes > _MAX_DOCUMENTS
    incomplete = np.zeros(n_documents, np.bool_)
    incomplete[documents[np.repeat(common, sizes)]] = True
    stories = np.empty(0, np.int64) if stories is None else stories
    pairs = _pair_documents(documents, np.append(starts, len(keys)), stories)
    return Candidates(np.unique(pairs), incomplete, int(common.sum()))


def split_pairs(pairs: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the lesser and the greater number of each pair."""
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _select_keys(
    keys: Sequence[Ragged[np.uint64]], numbers: NDArray[np.int64], part: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """Return the keys whose lowest bits are `part`, and the numbers of their documents."""
    chosen: list[NDArray[np.uint64]] = [np.empty(0, np.uint64)]
    owners: list[NDArray[np.uint32]] = [np.empty(0, np.uint32)]
    first = 0
    for chunk in keys:
        within = np.flatnonzero(chunk.values & np.uint64(_PARTS - 1) == part)
        rows = np.searchsorted(chunk.bounds, within, side="right") - 1
        chosen.append(chunk.values[within])
        owners.append(numbers[first + rows].astype(np.uint32))
        first += len(chunk.bounds) - 1
    return np.concatenate(chosen), np.concatenate(owners)


def _pair_documents(
    documents: NDArray[np.uint32], starts: NDArray[np.int64], stories: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Pair the documents of each key, which are sorted by key; count the pairs before writing them."""
    keys = documents, starts, len(starts) - 1, stories, len(stories)
    pairs = np.empty(_PAIR(*keys, np.empty(0, np.uint64), 0), np.uint64)
    _PAIR(*keys, pairs, len(pairs))
    return pairs
