"""An asked text beside many stored sets at once: which of them it matches, and which shingles are no evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.jit import jit
from copydesk.classifier.duplicates.normalized_words import Words
from copydesk.classifier.duplicates.overlap import FIGURES, IDENTICAL, NO_MATCH, compare, decide, figures, judge
from copydesk.classifier.duplicates.shingle_codec import unpack_values
from copydesk.classifier.duplicates.shingles import Shingles, cut
from copydesk.classifier.duplicates.types import Match
from copydesk.classifier.errors import DamagedSet

N_FIGURES = len(FIGURES)

COMMON_STORIES = 10
"""Stories that a shingle may be in beside the asked text's own and still be evidence, as in a closed set."""


@dataclass(frozen=True, slots=True)
class Sighted:
    """How an asked text stands to each of its candidates.

    Attributes:
        counted: Shape (n_candidates, len(FIGURES)): what they share.
        relations: Shape (n_candidates,): as `decide` numbers them.
    """

    counted: NDArray[np.float64]
    relations: NDArray[np.int8]
    _words: Words
    _shingles: Shingles
    _text: int
    _values: NDArray[np.uint32]
    _bounds: NDArray[np.int64]
    _common: NDArray[np.uint32]

    def match(self, at: int, id: str, *, same_story: bool) -> Match | None:
        """Say how the asked text stands to a candidate, given by its place and id, None where they are no match."""
        if self.relations[at] == NO_MATCH:
            return None
        other = self._values[self._bounds[at] : self._bounds[at + 1]]
        overlap = compare(self._words, self._shingles, self._text, other, common=self._common)
        found = judge(id, overlap, identical=bool(self.relations[at] == IDENTICAL))
        return None if found is None else replace(found, same_story=same_story)


def sight(
    words: Words,
    shingles: Shingles,
    text: int,
    *,
    ids: Sequence[str],
    packed: Sequence[bytes],
    stories: Sequence[int],
    identical: Sequence[bool],
) -> Sighted:
    """Compare an asked text with all of its candidates.

    A shingle that more than COMMON_STORIES of the candidates' stories hold, each story counted by its first
    candidate, is no evidence.

    Args:
        words: Of the asked texts.
        shingles: Of the same texts.
        text: Which of them is asked.
        ids: Of the candidates.
        packed: Their sets, as `pack_set` gives them.
        stories: Which story each tells.
        identical: Whether the digests of their words equal the asked text's.

    Raises:
        DamagedSet: A packed set does not decode.
    """
    asked = shingles.values[int(shingles.bounds[text]) : int(shingles.bounds[text + 1])]
    values, bounds = _unpack_all(ids, packed)
    common = np.empty(0, np.uint32)
    if len(set(stories)) > COMMON_STORIES:
        firsts = np.unique(np.array(stories, np.int64), return_index=True)[1].astype(np.int64)
        common = _common(np.unique(cut(asked)), values, bounds, firsts)
    counted, relations = _figures(asked, shingles.sizes, values, bounds, common, np.array(identical, np.bool_))
    return Sighted(counted, relations, words, shingles, text, values, bounds, common)


def _unpack_all(ids: Sequence[str], packed: Sequence[bytes]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Lay the values of all sets in one row."""
    limits = np.zeros(len(packed) + 1, np.int64)
    np.cumsum([len(data) for data in packed], out=limits[1:])
    values, bounds, damaged = _unpack_row(np.frombuffer(b"".join(packed), np.uint8), limits)
    if damaged >= 0:
        raise DamagedSet(
            f"the stored set of document {ids[damaged]!r} does not decode; remove the document and add it again"
        )
    return values, bounds


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
def _common(
    asked: NDArray[np.uint32], values: NDArray[np.uint32], bounds: NDArray[np.int64], firsts: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Return the asked shingles (cut, sorted, distinct) that more than COMMON_STORIES of some sets hold."""
    counts = np.zeros(len(asked), np.int64)
    for first in firsts:
        at = 0
        for value in values[bounds[first] : bounds[first + 1]]:
            while at < len(asked) and asked[at] < value:
                at += 1
            if at < len(asked) and asked[at] == value:
                counts[at] += 1
    return asked[counts > COMMON_STORIES]


@jit
def _figures(
    asked: NDArray[np.uint32],
    sizes: tuple[int, int],
    values: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    common: NDArray[np.uint32],
    identical: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    counted = np.empty((len(identical), N_FIGURES))
    relations = np.empty(len(identical), np.int8)
    for i in range(len(identical)):
        counted[i], _ = figures(asked, sizes, values[bounds[i] : bounds[i + 1]], common)
        relations[i], _ = decide(counted[i], identical[i])
    return counted, relations
