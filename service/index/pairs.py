"""Pairs of documents: the stored data of each, and which of them are one story."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.overlap import OVERLAP_FIELDS
from copydesk.classifier.duplicates.rules import STORY, PairFlag
from copydesk.classifier.duplicates.same_story import PairEvidence, pair_evidence, select_same_story
from copydesk.classifier.duplicates.stored_texts import TextComparison

MAX_PAIRS = 50
"""Of a document with more pairs, only those with the oldest documents are used to look for rivals."""

MAX_PARTNERS = 20
"""Rivals are searched among the pairs of only this many partners of a new document, those with the highest coverage, so
that a check in a story of many versions costs a bounded number of look-ups."""

MAX_DECIDED_AGAIN = 500
"""If a removed or replaced document may affect the verdicts of more documents than this, those stay as they are;
else they are decided again. It takes about 2 ms a document, in which no other process can write."""

COMMON_KEY_ENDS = 5
"""If more than `max_documents_per_key` documents share a key, a new one is compared with this many of the oldest and of
the newest."""

_NEEDS_RIVAL_CHECK, _SHARES_PASSAGE = int(PairFlag.NEEDS_RIVAL_CHECK), int(PairFlag.SHARES_PASSAGE)  # fast to combine
_IDENTICAL, _BEGINS_TEXT = int(PairFlag.IDENTICAL), int(PairFlag.BEGINS_TEXT)
_SIMILARITY = OVERLAP_FIELDS.index("distinctive_similarity")


class Pair(NamedTuple):
    """The overlap of two documents, as `duplicates.same_story` computes it, and the verdict: are they one story?"""

    similarity: float
    coverage: float
    kind: int
    same_story: bool = False

    @property
    def needs_rival_check(self) -> bool:
        """Tell whether the verdict depends on what else the two documents share with others."""
        return self.kind & _NEEDS_RIVAL_CHECK > 0

    @property
    def is_rival(self) -> bool:
        """Tell whether one of the two may be a rival in the other's pairs."""
        return self.kind & _SHARES_PASSAGE > 0 and self.coverage >= STORY.rival_min_coverage


Pairs = dict[int, Pair]
"""The pairs of one document, by the number of the other."""


def pairs_from_comparison(numbers: list[int], comparison: TextComparison, alike: NDArray[np.bool_]) -> Pairs:
    """Return the pairs of a document with its candidates, without those that share too little to matter.

    Those that are not `alike` enough for the user never become one story, but can be rivals.
    """
    evidence = pair_evidence(comparison.counts, comparison.relations)
    columns = comparison.counts[:, _SIMILARITY], *evidence, alike
    found = {}
    for number, similarity, coverage, kind, is_alike in zip(numbers, *(each.tolist() for each in columns), strict=True):
        if coverage >= STORY.unrelated_below:  # as of identical texts, whose coverage is 1
            enough = coverage >= STORY.min_coverage_in_index or kind & _BEGINS_TEXT
            kind = kind if is_alike and enough else kind & ~_NEEDS_RIVAL_CHECK
            found[number] = Pair(1.0 if kind & _IDENTICAL else similarity, coverage, kind)
    return found


def decide_same_story(
    number: int, own: Pairs, others: Mapping[int, Pairs], incomplete: Collection[int]
) -> dict[int, bool]:
    """Decide which older documents are one story with a document, whose number is higher than all others.

    `own` has its pairs, `others` those of the documents that a rival check needs; pairs of those in `incomplete` with
    older ones may be missing.
    """
    found = {other: bool(pair.kind & PairFlag.IDENTICAL) for other, pair in own.items()}
    pairs = {(other, number): pair for other, pair in own.items()}
    for one, theirs in others.items():
        for other, pair in theirs.items():
            pairs[(one, other) if one < other else (other, one)] = pair
    ends = np.array(list(pairs), np.int64)
    names, local = np.unique(ends, return_inverse=True)
    older, younger = local.reshape(-1, 2).astype(np.uint64).T
    wanted = ends[:, 1] == number
    same_story = select_same_story(
        older << np.uint64(32) | younger,
        np.isin(names, list(incomplete)),
        PairEvidence(
            np.array([pair.coverage for pair in pairs.values()]),
            np.array([pair.kind for pair in pairs.values()], np.int8),
        ),
        checked=wanted,
        streamed=True,
    )
    found.update(zip(ends[wanted, 0].tolist(), same_story[wanted].tolist(), strict=True))
    return found
