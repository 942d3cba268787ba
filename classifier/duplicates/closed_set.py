"""Duplicates of a closed set: candidates, verified matches, clusters, and the document to keep of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.jit import jit
from copydesk.classifier.duplicates.candidates import candidate_pairs, members
from copydesk.classifier.duplicates.clustering import CERTAIN, join, stories
from copydesk.classifier.duplicates.overlap import FIGURES, IDENTICAL, NO_MATCH, decide, figures
from copydesk.classifier.duplicates.same_story import one_story
from copydesk.classifier.duplicates.shingles import SET_BITS, Ragged
from copydesk.classifier.duplicates.signing import Signed

COMMON_SHARE = 0.02
COMMON_STORIES = 10
"""A shingle is common that more than this share of all stories, and more than so many, hold: in 700 stories of the
syndication set about 110 are, all stock phrases; a notice in 15 % of another set's texts made no match this way."""

_PAIRS_A_STEP = 20_000


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The matches and clusters of a closed set; documents are named by their place in the input.

    The matches do not depend on the order of the input, save that they stand in the order of the documents' ids.

    Attributes:
        left: Shape (n_matches,): of each pair the document with the smaller id.
        right: Shape (n_matches,): the other.
        relations: Shape (n_matches,): how left stands to right, as a number for `relation_of`.
        figures: Shape (n_matches, len(FIGURES)): what they share, with left as the asked text.
        same_story: Shape (n_matches,): whether the two tell one story, for all that is known of both.
        clusters: Shape (n_documents,): the document of the cluster with the smallest id.
        keep: Shape (n_documents,): true for the one to keep of each cluster.
        common_keys: Keys so common that only a part of their pairs was compared.
        common: Sorted shingles that many stories hold, cut; they were no evidence.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    relations: NDArray[np.int8]
    figures: NDArray[np.float64]
    same_story: NDArray[np.bool_]
    clusters: NDArray[np.int64]
    keep: NDArray[np.bool_]
    common_keys: int
    common: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class _Documents:
    """All documents in one row, in input order, and their order by id."""

    values: NDArray[np.uint32]
    bounds: NDArray[np.int64]
    sizes: tuple[int, int]
    digests: NDArray[np.uint64]
    lengths: NDArray[np.int64]
    keys: Sequence[Ragged[np.uint64]]
    order: NDArray[np.int64]
    ranks: NDArray[np.int64]


def find_duplicates(
    ids: Sequence[str],
    signed: Iterable[Signed],
    *,
    preference: NDArray[np.int64] | None = None,
    published: NDArray[np.float64] | None = None,
    workers: int = 1,
) -> Duplicates:
    """Find the duplicates among documents.

    Args:
        ids: Of the documents, all different.
        signed: The same documents in the same order, in chunks, all signed alike; each is let go once it is read.
        preference: Shape (n_documents,): of a cluster one with the least number is kept; counts for `keep` alone.
        published: Shape (n_documents,): when each came out, NaN where unknown; counts for `keep` alone.
        workers: Threads; the answer is the same for any number.

    Raises:
        ValueError: The ids repeat, or are not as many as the documents, times or preferences.
    """
    documents = _gather(ids, signed)
    pairs = candidate_pairs(documents.keys, documents.ranks)
    left, right = (documents.order[numbers] for numbers in members(pairs.pairs))
    counted, relations = _verify(documents, left, right, np.empty(0, np.uint32), workers)
    common = _common_shingles(documents, left, right, counted)
    if len(common):
        counted, relations = _verify(documents, left, right, common, workers)
    same = one_story(pairs.pairs, pairs.crowded, counted, relations)
    clusters = _clusters(documents, left[same], right[same], counted[same], relations[same] == IDENTICAL)
    kept = relations != NO_MATCH
    if (kept & ~same).any():
        evident = candidate_pairs(documents.keys, documents.ranks, stories=documents.ranks[clusters][documents.order])
        kept &= same | np.isin(pairs.pairs, evident.pairs)
    keep = _to_keep(documents, clusters, preference, published)
    return Duplicates(
        left[kept], right[kept], relations[kept], counted[kept], same[kept], clusters, keep, pairs.common_keys, common
    )


def _gather(ids: Sequence[str], signed: Iterable[Signed]) -> _Documents:
    """Lay all documents in one row; it grows in place, so that no chunk's shingles stand in memory twice."""
    row = bytearray()
    counts: list[NDArray[np.int64]] = [np.zeros(1, np.int64)]
    digests: list[NDArray[np.uint64]] = [np.empty(0, np.uint64)]
    lengths: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    keys: list[Ragged[np.uint64]] = []
    sizes: set[tuple[int, int]] = set()
    for chunk in signed:
        row += chunk.shingles.values.data.cast("B") if len(chunk.shingles.values) else b""
        counts.append(np.diff(chunk.shingles.bounds))
        digests.append(chunk.digests)
        lengths.append(chunk.lengths)
        keys.append(chunk.keys)
        sizes.add(chunk.shingles.sizes)
    if len(sizes) > 1:
        raise ValueError(f"documents were signed with shingles of {sorted(sizes)} words; sign all under one scheme")
    order, ranks = _by_id(ids, sum(map(len, digests)))
    return _Documents(
        np.frombuffer(row, np.uint32),
        np.cumsum(np.concatenate(counts)),
        sizes.pop() if sizes else (1, 1),
        np.concatenate(digests),
        np.concatenate(lengths),
        keys,
        order,
        ranks,
    )


def _by_id(ids: Sequence[str], n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the documents in the order of their ids, and each one's place in that order."""
    different = len(set(ids))
    if len(ids) != n or different != n:
        raise ValueError(f"{len(ids)} ids, {different} of them different, name {n} documents; give each its own id")
    order = np.array(sorted(range(n), key=ids.__getitem__), np.int64)
    ranks = np.empty(n, np.int64)
    ranks[order] = np.arange(n)
    return order, ranks


def _verify(
    documents: _Documents, left: NDArray[np.int64], right: NDArray[np.int64], common: NDArray[np.uint32], workers: int
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    counted = np.empty((len(left), len(FIGURES)), np.float64)
    relations = np.empty(len(left), np.int8)

    def step(first: int) -> None:
        part = slice(first, first + _PAIRS_A_STEP)
        verify_pairs(
            documents.values,
            documents.bounds,
            documents.sizes,
            documents.digests,
            common,
            left[part],
            right[part],
            counted[part],
            relations[part],
        )

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(step, range(0, len(left), _PAIRS_A_STEP)))
    return counted, relations


def _common_shingles(
    documents: _Documents, left: NDArray[np.int64], right: NDArray[np.int64], counted: NDArray[np.float64]
) -> NDArray[np.uint32]:
    """Return the shingles that many stories hold; each story counts with one document alone."""
    certain = counted[:, 0] >= CERTAIN
    first = np.unique(join(len(documents.ranks), documents.ranks[left[certain]], documents.ranks[right[certain]]))
    return common_of(count_shingles(documents.values, documents.bounds, documents.order[first]), len(first))


def common_of(counts: NDArray[np.uint32], n_stories: int) -> NDArray[np.uint32]:
    """Return the common ones of shingles, sorted, from how many of so many stories hold each."""
    return np.flatnonzero(counts > max(COMMON_STORIES, COMMON_SHARE * n_stories)).astype(np.uint32)


def _clusters(
    documents: _Documents,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    counted: NDArray[np.float64],
    identical: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return for each document that of its cluster with the smallest id, from the pairs that tell one story."""
    ranks = documents.ranks
    return documents.order[stories_of(len(ranks), ranks[left], ranks[right], counted, identical)[ranks]]


def stories_of(
    n: int,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    counted: NDArray[np.float64],
    identical: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return for each of n numbered documents the least number of its story, from the pairs that tell one story."""
    similarity = np.where(identical, 1.0, counted[:, FIGURES.index("own_similarity")])
    coverage = np.where(identical, 1.0, counted[:, FIGURES.index("coverage")])
    return stories(n, left, right, similarity, strength=coverage)


def _to_keep(
    documents: _Documents,
    clusters: NDArray[np.int64],
    preference: NDArray[np.int64] | None,
    published: NDArray[np.float64] | None,
) -> NDArray[np.bool_]:
    """Mark one of each cluster: the most preferred, earliest published, longest, with the smallest id, in turn."""
    wanted = np.zeros(len(clusters), np.int64) if preference is None else preference
    times = np.full(len(clusters), np.nan) if published is None else published
    for name, given in (("preferences", wanted), ("times of publication", times)):
        if len(given) != len(clusters):
            raise ValueError(f"{len(given)} {name} for {len(clusters)} documents; give one each")
    return best_of(clusters, wanted, times, documents.lengths, documents.ranks)


def best_of(
    clusters: NDArray[Any],
    preference: NDArray[np.int64],
    published: NDArray[np.float64],
    lengths: NDArray[np.int64],
    ranks: NDArray[Any],
) -> NDArray[np.bool_]:
    """Mark the document to keep of each cluster; all arrays, shape (n_documents,), are in the same order."""
    order = np.lexsort((ranks, -lengths, published, preference, clusters))
    keep = np.zeros(len(clusters), np.bool_)
    if len(order):
        keep[order[np.append(True, clusters[order][1:] != clusters[order][:-1])]] = True
    return keep


@jit
def verify_pairs(
    values: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    sizes: tuple[int, int],
    digests: NDArray[np.uint64],
    common: NDArray[np.uint32],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    counted: NDArray[np.float64],
    relations: NDArray[np.int8],
) -> None:
    """Fill in what pairs share and their relations.

    Args:
        values: The documents' shingles in the order of their words, not cut, one document after the other.
        bounds: Document d holds `values[bounds[d]:bounds[d + 1]]`.
        sizes: Their lengths in words, as in `Shingles`.
        digests: Of the documents.
        common: Cut and sorted.
        left: Shape (n_pairs,): of each pair the document with the smaller id.
        right: Shape (n_pairs,): the other.
        counted: Shape (n_pairs, len(FIGURES)): what is found goes here.
        relations: Shape (n_pairs,): and here.
    """
    for p in range(len(left)):
        a, b = left[p], right[p]
        asked = values[bounds[a] : bounds[a + 1]]
        other = values[bounds[b] : bounds[b + 1]] >> np.uint32(32 - SET_BITS)
        counted[p], _ = figures(asked, sizes, other, common)
        identical = digests[a] == digests[b] and digests[a] != np.uint64(0)
        relations[p], _ = decide(counted[p], identical)


@jit
def count_shingles(
    values: NDArray[np.uint32], bounds: NDArray[np.int64], documents: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Count in how many of some documents each shingle, cut, occurs."""
    counts = np.zeros(1 << SET_BITS, np.uint32)
    last = np.full(1 << SET_BITS, np.int32(-1))
    for d in documents:
        for i in range(bounds[d], bounds[d + 1]):
            value = values[i] >> np.uint32(32 - SET_BITS)
            if last[value] != d:
                last[value] = d
                counts[value] += np.uint32(1)
    return counts
