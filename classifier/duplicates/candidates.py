"""Candidates of a closed set: the pairs of documents that share a key, without a quadratic step for a common key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.jit import jit
from copydesk.classifier.duplicates.shingles import Ragged

MOST_DOCUMENTS = 100
"""Documents that share a key at most for all their pairs to become candidates; of more, each is paired with the first
of them and with the one before it."""

MOST_STORIES = 10
"""Stories that share a key at most for it to be evidence of a copied passage: notices and furniture are in more."""

_PARTS = 16
"""Keys are sorted so many parts after each other, which keeps the working memory at that part of all keys."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of documents that share a key.

    Attributes:
        pairs: Each once, the lesser number in the upper 32 bits; sorted.
        crowded: By a document's number whether it has a key that more than MOST_DOCUMENTS share: two such documents
            may share a key and yet be no pair.
        common_keys: How many such keys there are.
    """

    pairs: NDArray[np.uint64]
    crowded: NDArray[np.bool_]
    common_keys: int


def candidate_pairs(
    keys: Sequence[Ragged[np.uint64]], numbers: NDArray[np.int64], *, stories: NDArray[np.int64] | None = None
) -> Candidates:
    """Pair the documents that share a key.

    Args:
        keys: Of all documents, chunk after chunk.
        numbers: Shape (n_documents,): a number below 2**32 for each document; the pairs depend on these alone.
        stories: Which story a document tells, by its number. Where given, keys that more than MOST_STORIES or
            MOST_DOCUMENTS share give no pair.
    """
    found = [
        pairs_of_keys(*_part(keys, numbers, part), n_documents=len(numbers), stories=stories) for part in range(_PARTS)
    ]
    crowded: NDArray[np.bool_] = np.logical_or.reduce([part.crowded for part in found])
    common_keys = sum(part.common_keys for part in found)
    return Candidates(np.unique(np.concatenate([part.pairs for part in found])), crowded, common_keys)


def pairs_of_keys(
    keys: NDArray[np.uint64],
    documents: NDArray[np.uint32],
    *,
    n_documents: int,
    stories: NDArray[np.int64] | None = None,
) -> Candidates:
    """Pair the documents of some keys: all documents that have one of these keys have to be there.

    Sets of keys may be paired by themselves: what is found of each, put together, is what is found of all.

    Args:
        keys: Shape (n,).
        documents: Shape (n,): the number of the document that has each key.
        n_documents: All numbers are below it.
        stories: As in `candidate_pairs`.
    """
    order = np.lexsort((documents, keys))
    keys, documents = keys[order], documents[order]
    crowded = np.zeros(n_documents, np.bool_)
    common = _mark_crowded(keys, documents, crowded)
    pairs = np.unique(_expand(keys, documents, np.empty(0, np.int64) if stories is None else stories))
    return Candidates(pairs, crowded, common)


def members(pairs: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the lesser and the greater number of each pair."""
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _part(
    keys: Sequence[Ragged[np.uint64]], numbers: NDArray[np.int64], part: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """Return the keys whose lowest bits are `part`, and whose they are."""
    chosen: list[NDArray[np.uint64]] = []
    owners: list[NDArray[np.uint32]] = []
    first = 0
    for chunk in keys:
        n = len(chunk.bounds) - 1
        within = np.flatnonzero(chunk.values & np.uint64(_PARTS - 1) == part)
        rows = np.searchsorted(chunk.bounds, within, side="right") - 1
        chosen.append(chunk.values[within])
        owners.append(numbers[first + rows].astype(np.uint32))
        first += n
    if not chosen:
        return np.empty(0, np.uint64), np.empty(0, np.uint32)
    return np.concatenate(chosen), np.concatenate(owners)


@jit
def _expand(keys: NDArray[np.uint64], documents: NDArray[np.uint32], stories: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Pair the documents of each key; keys are sorted, the documents of each too."""
    room = np.int64(0)
    for filling in range(2):
        pairs = np.empty(room, np.uint64)
        room = np.int64(0)
        start = 0
        while start < len(keys):
            end = start + 1
            while end < len(keys) and keys[end] == keys[start]:
                end += 1
            size = end - start
            if len(stories) and (size > MOST_DOCUMENTS or _n_stories(documents[start:end], stories) > MOST_STORIES):
                start = end
                continue
            for i in range(start + 1, end):
                for j in range(start if size <= MOST_DOCUMENTS else i - 1, i):
                    if filling:
                        pairs[room] = np.uint64(documents[j]) << np.uint64(32) | np.uint64(documents[i])
                    room += 1
                if size > MOST_DOCUMENTS and i > start + 1:
                    if filling:
                        pairs[room] = np.uint64(documents[start]) << np.uint64(32) | np.uint64(documents[i])
                    room += 1
            start = end
    return pairs


@jit
def _n_stories(documents: NDArray[np.uint32], stories: NDArray[np.int64]) -> int:
    told = np.empty(len(documents), np.int64)
    for i in range(len(documents)):
        told[i] = stories[documents[i]]
    told.sort()
    n = 1
    for i in range(1, len(told)):
        n += told[i] != told[i - 1]
    return n


@jit
def _mark_crowded(keys: NDArray[np.uint64], documents: NDArray[np.uint32], crowded: NDArray[np.bool_]) -> int:
    """Mark the documents of keys that more than MOST_DOCUMENTS share; return how many such keys there are."""
    common = 0
    start = 0
    for end in range(1, len(keys) + 1):
        if end == len(keys) or keys[end] != keys[start]:
            if end - start > MOST_DOCUMENTS:
                common += 1
                for i in range(start, end):
                    crowded[documents[i]] = True
            start = end
    return common
