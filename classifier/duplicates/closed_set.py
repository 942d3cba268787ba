"""Finds all duplicates in a closed set of documents: matches, clusters, and the document to keep of each."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.duplicates import overlap
from copydesk.classifier.duplicates.candidates import candidate_pairs, split_pairs
from copydesk.classifier.duplicates.choices import (
    NO_BODY,
    is_alike_enough,
    keep_columns,
    mark_documents_to_keep,
    reason_of,
    source_ranks,
)
from copydesk.classifier.duplicates.clustering import cluster_pairs, connected_components
from copydesk.classifier.duplicates.rules import COMPARISON, STORY
from copydesk.classifier.duplicates.same_story import same_story_pairs
from copydesk.classifier.duplicates.shingles import SET_BITS, Ragged
from copydesk.classifier.duplicates.signing import SignedTexts, sign_texts
from copydesk.classifier.duplicates.types import (
    DEFAULT_OPTIONS,
    Cluster,
    Document,
    DocumentId,
    DuplicateOptions,
    DuplicateReport,
    KeptBecause,
    Match,
)
from copydesk.classifier.plurals import counted

_DOCUMENTS_A_CHUNK = 4096
_PAIRS_A_STEP = 20_000
SHOWN_ID = 80
"""Characters of an id in a message."""

_COMPARE = core_function("cd_compare_texts", "u32* i64* i64 i64 u64* u32* i64 i64* i64* i64 f64* i8*", "memory")
_COUNT = core_function("cd_count_shingles", "u32* i64* i64* i64 u32*", "memory")


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The matches, sorted by ids, and clusters of a closed set; documents are named by their place in the input.

    Attributes:
        left: Shape (n_matches,): of each pair the document with the smaller id.
        right: Shape (n_matches,): the other.
        relations: Shape (n_matches,): how left relates to right, as a number for `relation_of`.
        counts: Shape (n_matches, len(OVERLAP_FIELDS)): what left shares with right.
        same_story: Shape (n_matches,): whether the two are versions of one story.
        clusters: Shape (n_documents,): the document of the cluster with the smallest id.
        kept_because: Shape (n_documents,): why one is the one to keep, as a number for `reason_of`; else 0.
        common_keys: Number of common keys, of which only a part of the pairs was compared.
        common_shingles: Shortened and sorted.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    relations: NDArray[np.int8]
    counts: NDArray[np.float64]
    same_story: NDArray[np.bool_]
    clusters: NDArray[np.int64]
    kept_because: NDArray[np.int8]
    common_keys: int
    common_shingles: NDArray[np.uint32]

    @property
    def keep(self) -> NDArray[np.bool_]:
        """Shape (n_documents,): true for the one to keep of each cluster."""
        return self.kept_because > 0

    @property
    def no_body(self) -> int:
        """Number of documents without a body, each a cluster of its own."""
        return int((self.kept_because == NO_BODY).sum())


class TextArrays(NamedTuple):
    """Texts to compare: their shingles, with all fields of `Shingles`, and their digests."""

    shingles: NDArray[np.uint32]
    bounds: NDArray[np.int64]
    sizes: tuple[int, int]
    digests: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class _Documents:
    """All documents in one array, in input order, and their order by id."""

    texts: TextArrays
    lengths: NDArray[np.int64]
    keys: Sequence[Ragged[np.uint64]]
    order: NDArray[np.int64]
    ranks: NDArray[np.int64]


def deduplicate(
    documents: Iterable[Document], options: DuplicateOptions = DEFAULT_OPTIONS, *, workers: int = 1
) -> DuplicateReport:
    """Group documents by story, as `copydesk dedup` does; docs/duplicates.md has an example.

    Args:
        documents: Read once; of their texts only shingles and keys stay in memory.
        options: How alike two documents must be, and which one of a cluster to keep.
        workers: Threads that compare pairs; their number does not change the answer.

    Raises:
        ValueError: An id repeats, or there is no worker.
    """
    if workers < 1:
        raise ValueError(f"workers is {workers}, expected at least 1")
    ids: list[DocumentId] = []
    published: list[float | None] = []
    sources: list[str | None] = []
    signed: deque[SignedTexts] = deque()
    remaining = iter(documents)
    while chunk := list(islice(remaining, _DOCUMENTS_A_CHUNK)):
        ids += [document.id for document in chunk]
        published += [document.published for document in chunk]
        sources += [document.source for document in chunk]
        signed.append(sign_texts([document.text for document in chunk]))
    chunks = (signed.popleft() for _ in range(len(signed)))  # no chunk stays in memory twice
    found = find_duplicates(
        list(map(str, ids)),
        chunks,
        preference=source_ranks(sources, options.prefer),
        published=np.array(published, np.float64),
        options=options,
        workers=workers,
    )
    return DuplicateReport(_list_clusters(ids, found), _list_matches(ids, found))


def _list_clusters(ids: Sequence[DocumentId], found: Duplicates) -> tuple[Cluster, ...]:
    clusters, reasons = found.clusters.tolist(), found.kept_because.tolist()
    members: dict[int, list[DocumentId]] = {}
    keep: dict[int, tuple[DocumentId, KeptBecause]] = {}
    for at in sorted(range(len(ids)), key=lambda at: str(ids[at])):
        members.setdefault(clusters[at], []).append(ids[at])
        if reason := reason_of(reasons[at]):
            keep[clusters[at]] = ids[at], reason
    return tuple(Cluster(ids[cluster], tuple(names), *keep[cluster]) for cluster, names in members.items())


def _list_matches(ids: Sequence[DocumentId], found: Duplicates) -> tuple[tuple[DocumentId, Match], ...]:
    columns = (found.left, found.right, found.relations, found.same_story, found.counts)
    pairs = []
    for left, right, number, same_story, counts in zip(*(column.tolist() for column in columns), strict=True):
        relation = overlap.relation_of(number)
        assert relation is not None  # all pairs in `Duplicates` match
        pairs.append((ids[left], Match(ids[right], relation, same_story, overlap.overlap_from_counts(counts))))
    return tuple(pairs)


def find_duplicates(
    ids: Sequence[str],
    signed: Iterable[SignedTexts],
    *,
    preference: NDArray[np.int64] | None = None,
    published: NDArray[np.float64] | None = None,
    options: DuplicateOptions = DEFAULT_OPTIONS,
    workers: int = 1,
) -> Duplicates:
    """Find the duplicates among documents.

    Args:
        ids: Of the documents, all different.
        signed: The same documents in the same order, in chunks of one scheme, each read once.
        preference: Shape (n_documents,): the rank of each source; the least number in a cluster decides what is kept.
        published: Shape (n_documents,): the times of publication, NaN where unknown.
        options: How alike two documents must be, and the rule by which one is kept. `prefer` is not used.
        workers: Threads; their number does not change the answer.

    Raises:
        ValueError: An id repeats, or ids, times or preferences are not as many as the documents.
    """
    documents = _gather(ids, signed)
    candidates = candidate_pairs(documents.keys, documents.ranks)
    left, right = (documents.order[numbers] for numbers in split_pairs(candidates.pairs))
    counts, relations = _compare(documents.texts, left, right, overlap.NO_SHINGLES, workers)
    common = _common_shingles(documents, left, right, counts)
    if len(common):
        counts, relations = _compare(documents.texts, left, right, common, workers)
    alike = is_alike_enough(counts, relations, options)
    same = alike & same_story_pairs(candidates.pairs, candidates.pairs_incomplete, counts, relations)
    ranks = documents.ranks
    linked = ranks[left[same]], ranks[right[same]]
    stories = cluster_counted_pairs(
        candidates.pairs_incomplete, *linked, counts[same], relations[same] == overlap.IDENTICAL
    )
    matched = alike & (relations != overlap.NO_MATCH)
    if (matched & ~same).any():
        evident = candidate_pairs(documents.keys, ranks, stories=stories)
        matched &= same | np.isin(candidates.pairs, evident.pairs)
    clusters = documents.order[stories[ranks]]
    wanted = _one_each("preferences", preference, np.zeros(len(ranks), np.int64))
    times = _one_each("times of publication", published, np.full(len(ranks), np.nan))
    columns = keep_columns(options.keep, wanted, times, documents.lengths)
    kept = mark_documents_to_keep(clusters, columns, ranks, options.keep)
    left, right, relations, counts = left[matched], right[matched], relations[matched], counts[matched]
    return Duplicates(left, right, relations, counts, same[matched], clusters, kept, candidates.common_keys, common)


def _gather(ids: Sequence[str], signed: Iterable[SignedTexts]) -> _Documents:
    """Join all documents in one array; it grows in place, so that no chunk's shingles are in memory twice."""
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
    order, ranks = _sort_by_id(ids, sum(map(len, digests)))
    bounds = np.cumsum(np.concatenate(counts))
    texts = TextArrays(np.frombuffer(row, np.uint32), bounds, min(sizes, default=(1, 1)), np.concatenate(digests))
    return _Documents(texts, np.concatenate(lengths), keys, order, ranks)


def _sort_by_id(ids: Sequence[str], n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the documents in the order of their ids, and each one's place in that order."""
    if len(ids) != n:
        raise ValueError(f"{counted(len(ids), 'id')} for {counted(n, 'document')}; give each its own id")
    _refuse_repeated(ids)
    order = np.array(sorted(range(n), key=ids.__getitem__), np.int64)
    return order, np.argsort(order)


def _refuse_repeated(ids: Sequence[str]) -> None:
    """Raise `ValueError` if an id is used more than once; it names the first such id."""
    if len(set(ids)) == len(ids):
        return
    counts = Counter(ids)
    repeated = [id for id, times in counts.items() if times > 1]
    times = "twice" if counts[repeated[0]] == 2 else f"{counts[repeated[0]]:,} times"
    others = f", and {counted(len(repeated) - 1, 'other id')} more than once" if len(repeated) > 1 else ""
    shown = repr(repeated[0][:SHOWN_ID])
    raise ValueError(f"the id {shown} is used {times}{others}; give each document its own id")


def _compare(
    texts: TextArrays, left: NDArray[np.int64], right: NDArray[np.int64], common: NDArray[np.uint32], workers: int
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    counts = np.empty((len(left), len(overlap.OVERLAP_FIELDS)), np.float64)
    relations = np.empty(len(left), np.int8)

    def compare_step(first: int) -> None:
        part = slice(first, first + _PAIRS_A_STEP)
        compare_texts(texts, common, left[part], right[part], counts[part], relations[part])

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(compare_step, range(0, len(left), _PAIRS_A_STEP)))
    return counts, relations


def _common_shingles(
    documents: _Documents, left: NDArray[np.int64], right: NDArray[np.int64], counts: NDArray[np.float64]
) -> NDArray[np.uint32]:
    """Return the shingles that many stories contain; the first document of each story counts."""
    ranks = documents.ranks
    certain = counts[:, 0] >= STORY.certain_similarity
    first = np.unique(connected_components(len(ranks), ranks[left[certain]], ranks[right[certain]]))
    counted = count_shingles(documents.texts.shingles, documents.texts.bounds, documents.order[first])
    return common_shingles(counted, len(first))


def common_shingles(counts: NDArray[np.uint32], n_stories: int) -> NDArray[np.uint32]:
    """Return the common shingles, sorted; `counts` has the number of stories that contain each."""
    most = max(COMPARISON.max_stories_per_shingle, COMPARISON.max_story_share_per_shingle * n_stories)
    return np.flatnonzero(counts > most).astype(np.uint32)


def cluster_counted_pairs(
    incomplete: NDArray[np.bool_],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    counts: NDArray[np.float64],
    identical: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return the least number in the cluster of each document, from the pairs that are one story.

    `incomplete`, of shape (n_documents,), tells whose pairs may be missing.
    """
    similarity = np.where(identical, 1.0, counts[:, overlap.OVERLAP_FIELDS.index("distinctive_similarity")])
    coverage = np.where(identical, 1.0, counts[:, overlap.OVERLAP_FIELDS.index("coverage")])
    return cluster_pairs(len(incomplete), left, right, similarity, strength=coverage, incomplete=incomplete)


def _one_each(name: str, given: NDArray[Any] | None, default: NDArray[Any]) -> NDArray[Any]:
    if given is None:
        return default
    if len(given) != len(default):
        raise ValueError(f"{len(given)} {name} for {len(default)} documents; give one each")
    return given


def compare_texts(
    texts: TextArrays,
    common: NDArray[np.uint32],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    counts: NDArray[np.float64],
    relations: NDArray[np.int8],
) -> None:
    """Fill in what pairs share, shape (n_pairs, len(OVERLAP_FIELDS)), and the numbers of their relations.

    `left` has the document with the smaller id of each pair; common shingles are shortened and sorted.
    """
    shingles = texts.shingles, texts.bounds, *texts.sizes
    _COMPARE(*shingles, texts.digests, common, len(common), left, right, len(left), counts, relations)


def count_shingles(
    values: NDArray[np.uint32], bounds: NDArray[np.int64], documents: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Count the documents, all different, that contain each shingle, shortened."""
    counts = np.zeros(1 << SET_BITS, np.uint32)
    _COUNT(values, bounds, documents, len(documents), counts)
    return counts
