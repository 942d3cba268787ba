"""Compares two texts: counts exactly what they share and derives their relation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.duplicates.normalized_words import Words
from copydesk.classifier.duplicates.shingles import Shingles
from copydesk.classifier.duplicates.types import Overlap, Relation

NO_SHINGLES = np.empty(0, np.uint32)

_RELATIONS = (None, Relation.IDENTICAL, Relation.NEAR_DUPLICATE, Relation.CONTAINS, Relation.CONTAINED)
NO_MATCH, IDENTICAL, NEAR_DUPLICATE, CONTAINS, CONTAINED = range(5)
"""The relations as numbers, for arrays of them."""

OVERLAP_FIELDS = tuple(field.name for field in fields(Overlap) if field.name != "ranges")
"""The columns of an array of overlaps, in this order."""

_RANGES = core_function("cd_shared_ranges", "u32* i64 u32* i64 i64 i64 i64*", "memory")
_RELATION = core_function("cd_relation", "f64* i64 bool*", "i64")


def shared_ranges(
    words: Words, shingles: Shingles, text: int, other: NDArray[np.uint32], *, identical: bool
) -> tuple[tuple[int, int], ...]:
    """Return the ranges, as in `Overlap`, that a text, one of those whose words are given, shares with another.

    `other` has its shingles in their order; `identical` tells whether all words are equal, which shingles do not tell
    of texts that are too short for them.
    """
    first, end = int(words.bounds[text]), int(words.bounds[text + 1])
    runs = [[0, end - first]] if identical else _shared_ranges(shingles.row(text), other, shingles.sizes).tolist()
    return tuple((int(words.starts[first + a]), int(words.ends[first + b - 1])) for a, b in runs)


def overlap_from_counts(counts: Sequence[float], ranges: tuple[tuple[int, int], ...] = ()) -> Overlap:
    """Return an array's row of `OVERLAP_FIELDS` as a record."""
    similarity, contains, contained, distinctive, shared, run, passage, coverage, facts, before = counts
    whole = int(shared), int(run), int(passage)
    return Overlap(similarity, contains, contained, distinctive, *whole, coverage, facts, int(before), ranges)


def relation_of(number: int) -> Relation | None:
    """Return the relation that a number stands for."""
    return _RELATIONS[number]


def relation_number(counts: NDArray[np.float64], identical: bool) -> tuple[int, bool]:
    """Return the number of the relation, and whether both texts are one story, judging by this pair alone."""
    same_story = np.zeros(1, np.bool_)
    return _RELATION(counts, identical, same_story), bool(same_story[0])


def _shared_ranges(text: NDArray[np.uint32], other: NDArray[np.uint32], sizes: tuple[int, int]) -> NDArray[np.int64]:
    """Return ranges of a text's words, shape (n_ranges, 2): the first and one past the last."""
    ranges = np.empty((len(text), 2), np.int64)
    n = _RANGES(text, len(text), other, len(other), *sizes, ranges)
    return ranges[:n]
