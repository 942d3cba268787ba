"""Pairs of documents: what an index keeps of each, and which tell one story for what was known when they came."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from copydesk.classifier.duplicates.overlap import FIGURES, IDENTICAL
from copydesk.classifier.duplicates.same_story import APART, DOUBTFUL, EVIDENT, OWN, SURE, verdicts, weigh
from copydesk.classifier.duplicates.stored_sets import Sighted

MOST_PAIRS = 50
"""Of a document with more pairs so many, those with the oldest ones, say what else it holds."""

MOST_PARTNERS = 20
"""Of an asked document's pairs so many, the best covered, are looked beyond: so a check in a story of many versions
costs a bounded number of look-ups."""

_COVERAGE, _SIMILARITY = FIGURES.index("coverage"), FIGURES.index("own_similarity")


class Pair(NamedTuple):
    """What two documents share, as `duplicates.same_story` weighs it, and whether they tell one story."""

    similarity: float
    coverage: float
    kind: int
    same_story: bool = False

    @property
    def is_doubtful(self) -> bool:
        """Tell whether what else the two hold decides on it."""
        return bool(self.kind & DOUBTFUL)

    @property
    def is_rival(self) -> bool:
        """Tell whether either may be what the other tells, rather than a third."""
        return bool(self.kind & EVIDENT) and self.coverage >= OWN


Pairs = dict[int, Pair]
"""A document's pairs, by the number of the other."""


def weighed(numbers: list[int], sighted: Sighted) -> Pairs:
    """Return the pairs that a document has with candidates: those that share so much that it counts."""
    counts = (sighted.counted[:, _COVERAGE] >= APART) | (sighted.relations == IDENTICAL)
    places = np.flatnonzero(counts)
    if not places.size:
        return {}
    counted = sighted.counted[places]
    coverage, kinds = weigh(counted, sighted.relations[places])
    similarity = np.where(kinds & SURE, 1.0, counted[:, _SIMILARITY])
    found = zip(places.tolist(), similarity.tolist(), coverage.tolist(), kinds.tolist(), strict=True)
    return {numbers[at]: Pair(*figures) for at, *figures in found}


def judge(number: int, own: Pairs, others: Mapping[int, Pairs], crowded: Collection[int]) -> dict[int, bool]:
    """Tell which older documents tell one story with a document.

    Args:
        number: The document's, higher than all others here.
        own: Its pairs.
        others: The pairs of those that it has a doubtful pair with, or that may be its rivals.
        crowded: Documents of which pairs with older ones may be missing.
    """
    told = {other: bool(pair.kind & SURE) for other, pair in own.items()}
    pairs = {(other, number): pair for other, pair in own.items()}
    for one, beside in others.items():
        for other, pair in beside.items():
            pairs[(one, other) if one < other else (other, one)] = pair
    ends = np.array(list(pairs), np.int64)
    names, local = np.unique(ends, return_inverse=True)
    older, younger = local.reshape(-1, 2).astype(np.uint64).T
    asked = ends[:, 1] == number
    found = verdicts(
        older << np.uint64(32) | younger,
        np.isin(names, list(crowded)),
        np.array([pair.coverage for pair in pairs.values()]),
        np.array([pair.kind for pair in pairs.values()], np.int8),
        asked=asked,
        streamed=True,
    )
    told.update(zip(ends[asked, 0].tolist(), found[asked].tolist(), strict=True))
    return told
