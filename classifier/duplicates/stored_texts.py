"""Compares one text with many stored ones at once, as an index does with a document's candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.duplicates import overlap
from copydesk.classifier.duplicates.normalized_words import Words
from copydesk.classifier.duplicates.rules import COMPARISON
from copydesk.classifier.duplicates.shingles import Ragged, Shingles, shorten
from copydesk.classifier.duplicates.types import DocumentId, Match
from copydesk.classifier.errors import DamagedShingles

_MAX_STORIES = COMPARISON.max_stories_per_shingle
_STORED = np.dtype("<u4")

_COMPARE = core_function("cd_compare_stored", "u32* i64 i64 i64 u32* i64* i64 u32* i64 bool* f64* i8*", "memory")
_COUNT_TEXTS = core_function("cd_count_texts", "u32* i64 u32* i64* i64* i64 i64*", "memory")


@dataclass(frozen=True, slots=True)
class StoredTexts:
    """The candidates of a text: packed shingles, a number for the story of each, and whether all words are equal."""

    ids: Sequence[str]
    packed: Sequence[bytes]
    stories: Sequence[int]
    identical: Sequence[bool]


@dataclass(frozen=True, slots=True)
class TextComparison:
    """What a text shares with each candidate, shape (n_candidates, len(OVERLAP_FIELDS)), and the relations' numbers."""

    counts: NDArray[np.float64]
    relations: NDArray[np.int8]
    _words: Words
    _shingles: Shingles
    _text: int
    _others: Ragged[np.uint32]

    def match(self, at: int, id: DocumentId, *, same_story: bool) -> Match | None:
        """Return how the text relates to a candidate, given by its place and id; None if they do not match."""
        relation = overlap.relation_of(int(self.relations[at]))
        if relation is None:
            return None
        identical = int(self.relations[at]) == overlap.IDENTICAL
        other = self._others.row(at)
        ranges = overlap.shared_ranges(self._words, self._shingles, self._text, other, identical=identical)
        return Match(id, relation, same_story, overlap.overlap_from_counts(self.counts[at].tolist(), ranges))


def pack_shingles(shingles: NDArray[np.uint32]) -> bytes:
    """Pack a text's shingles in their order, four bytes each."""
    return shingles.astype(_STORED).tobytes()


def unpack_shingles(packed: bytes) -> NDArray[np.uint32]:
    """Return the shingles that `pack_shingles` packed.

    Raises:
        DamagedShingles: The bytes end within a shingle.
    """
    if len(packed) % _STORED.itemsize:
        raise DamagedShingles(f"{len(packed)} bytes of shingles, expected four each; add the document again")
    return np.frombuffer(packed, _STORED).astype(np.uint32)


def compare_with_stored(words: Words, shingles: Shingles, text: int, candidates: StoredTexts) -> TextComparison:
    """Compare a text, one of those whose words and shingles are given, with all of its candidates.

    A shingle in more than `max_stories_per_shingle` of the candidates' stories is no evidence; the first candidate of
    each story counts.

    Raises:
        DamagedShingles: A candidate's bytes end within a shingle.
    """
    own = shingles.row(text)
    others = _unpack_all(candidates)
    common = overlap.NO_SHINGLES
    if len(set(candidates.stories)) > _MAX_STORIES:
        firsts = np.unique(np.array(candidates.stories, np.int64), return_index=True)[1].astype(np.int64)
        common = _common_shingles(own, others.values, others.bounds, firsts)
    identical = np.array(candidates.identical, np.bool_)
    n = len(identical)
    counts, relations = np.empty((n, len(overlap.OVERLAP_FIELDS))), np.empty(n, np.int8)
    stored = others.values, others.bounds, n
    _COMPARE(own, len(own), *shingles.sizes, *stored, common, len(common), identical, counts, relations)
    return TextComparison(counts, relations, words, shingles, text, others)


def _unpack_all(candidates: StoredTexts) -> Ragged[np.uint32]:
    sizes = np.array([len(data) for data in candidates.packed], np.int64)
    damaged = np.flatnonzero(sizes % _STORED.itemsize)
    if damaged.size:
        name = candidates.ids[int(damaged[0])]
        raise DamagedShingles(
            f"the stored shingles of document {name!r} do not decode; remove the document and add it again"
        )
    bounds = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes // _STORED.itemsize, out=bounds[1:])
    joined = bytearray().join(candidates.packed)  # an array of bytes could not be written, and be handed to C slowly
    return Ragged(np.frombuffer(joined, _STORED).astype(np.uint32, copy=False), bounds)


def _common_shingles(
    own: NDArray[np.uint32], values: NDArray[np.uint32], bounds: NDArray[np.int64], firsts: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Return those of a text's shingles, shortened and sorted, that are in too many of some texts."""
    distinct = np.unique(shorten(own))
    counts = np.zeros(len(distinct), np.int64)
    _COUNT_TEXTS(distinct, len(distinct), values, bounds, firsts, len(firsts), counts)
    return distinct[counts > _MAX_STORIES]
