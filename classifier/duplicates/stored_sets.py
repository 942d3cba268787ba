"""Compares one text with many stored sets of shingles at once, as an index does with a document's candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled import jit
from copydesk.classifier.duplicates import overlap
from copydesk.classifier.duplicates.normalized_words import Words
from copydesk.classifier.duplicates.shingle_codec import unpack_values
from copydesk.classifier.duplicates.shingles import Ragged, Shingles, shorten
from copydesk.classifier.duplicates.types import COMPARISON, Match
from copydesk.classifier.errors import DamagedSet

_N_FIELDS = len(overlap.OVERLAP_FIELDS)
_MAX_STORIES = COMPARISON.max_stories_per_shingle


@dataclass(frozen=True, slots=True)
class StoredSets:
    """The candidates of a text: packed sets, a number for the story of each, and whether all their words are equal."""

    ids: Sequence[str]
    packed: Sequence[bytes]
    stories: Sequence[int]
    identical: Sequence[bool]


@dataclass(frozen=True, slots=True)
class SetComparison:
    """What a text shares with each candidate, shape (n_candidates, len(OVERLAP_FIELDS)), and the relations' numbers."""

    counts: NDArray[np.float64]
    relations: NDArray[np.int8]
    _words: Words
    _shingles: Shingles
    _text: int
    _sets: Ragged[np.uint32]
    _common: NDArray[np.uint32]

    def match(self, at: int, id: str, *, same_story: bool) -> Match | None:
        """Return how the text relates to a candidate, given by its place and id; None if they do not match."""
        relation = overlap.relation_of(int(self.relations[at]))
        if relation is None:
            return None
        other = self._sets.row(at)
        shared = overlap.measure_overlap(self._words, self._shingles, self._text, other, common=self._common)
        return Match(id, relation, same_story, shared)


def compare_with_sets(words: Words, shingles: Shingles, text: int, candidates: StoredSets) -> SetComparison:
    """Compare a text, one of those whose words and shingles are given, with all of its candidates.

    A shingle in more than `max_stories_per_shingle` of the candidates' stories is no evidence; the first candidate of
    each story counts.

    Raises:
        DamagedSet: A packed set does not decode.
    """
    own = shingles.row(text)
    sets = _unpack_all(candidates)
    common = overlap.NO_SHINGLES
    if len(set(candidates.stories)) > _MAX_STORIES:
        firsts = np.unique(np.array(candidates.stories, np.int64), return_index=True)[1].astype(np.int64)
        common = _common_shingles(np.unique(shorten(own)), sets.values, sets.bounds, firsts)
    identical = np.array(candidates.identical, np.bool_)
    counts, relations = _compare_all(own, shingles.sizes, sets.values, sets.bounds, common, identical)
    return SetComparison(counts, relations, words, shingles, text, sets, common)


def _unpack_all(candidates: StoredSets) -> Ragged[np.uint32]:
    limits = np.zeros(len(candidates.packed) + 1, np.int64)
    np.cumsum([len(data) for data in candidates.packed], out=limits[1:])
    values, bounds, damaged = _unpack_row(np.frombuffer(b"".join(candidates.packed), np.uint8), limits)
    if damaged >= 0:
        name = candidates.ids[damaged]
        raise DamagedSet(f"the stored set of document {name!r} does not decode; remove the document and add it again")
    return Ragged(values, bounds)


@jit
def _unpack_row(
    packed: NDArray[np.uint8], limits: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64], int]:
    row = np.empty(len(packed), np.uint32)
    bounds = np.zeros(len(limits), np.int64)
    n = 0
    for i in range(len(limits) - 1):
        values, used = unpack_values(packed[limits[i] : limits[i + 1]])
        if used != limits[i + 1] - limits[i]:
            return row, bounds, i
        if n + len(values) > len(row):
            grown = np.empty(2 * (n + len(values)), np.uint32)
            grown[:n] = row[:n]
            row = grown
        row[n : n + len(values)] = values
        n += len(values)
        bounds[i + 1] = n
    return row, bounds, -1


@jit
def _common_shingles(
    own: NDArray[np.uint32], values: NDArray[np.uint32], bounds: NDArray[np.int64], firsts: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Return those of a text's shingles (shortened, sorted, distinct) that are in too many of some sets."""
    counts = np.zeros(len(own), np.int64)
    for first in firsts:
        at = 0
        for value in values[bounds[first] : bounds[first + 1]]:
            while at < len(own) and own[at] < value:
                at += 1
            if at < len(own) and own[at] == value:
                counts[at] += 1
    return own[counts > _MAX_STORIES]


@jit
def _compare_all(
    own: NDArray[np.uint32],
    sizes: tuple[int, int],
    values: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    common: NDArray[np.uint32],
    identical: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    counts = np.empty((len(identical), _N_FIELDS))
    relations = np.empty(len(identical), np.int8)
    for i in range(len(identical)):
        counts[i], _ = overlap.overlap_counts(own, sizes, values[bounds[i] : bounds[i + 1]], common)
        relations[i], _ = overlap.relation_number(counts[i], identical[i])
    return counts, relations
