"""Decides which pairs of documents are versions of one story, given what else each of the two texts contains.

docs/how-it-works.md, "Which pairs are one story" explains rivals and the decision; `StoryRules` has the numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.duplicates.candidates import split_pairs
from copydesk.classifier.duplicates.rules import STORY, PairFlag

_EVIDENCE = core_function("cd_pair_evidence", "f64* i8* i64 f64* i8*")
_RIVALS = core_function("cd_rival_coverage", "bool* bool* i64 f64* i8* i64* i64* i64* i64 f64*", "memory")


class PairEvidence(NamedTuple):
    """Each pair's coverage, 1 for identical texts, and bits of `PairFlag`; both of shape (n_pairs,)."""

    coverage: NDArray[np.float64]
    flags: NDArray[np.int8]


class Partners(NamedTuple):
    """For each document those that it has a pair with, the best covered first: from `bounds[d]` to `bounds[d + 1]`."""

    documents: NDArray[np.int64]
    pairs: NDArray[np.int64]
    bounds: NDArray[np.int64]


def same_story_pairs(
    pairs: NDArray[np.uint64],
    pairs_incomplete: NDArray[np.bool_],
    counts: NDArray[np.float64],
    relations: NDArray[np.int8],
) -> NDArray[np.bool_]:
    """Return which pairs of a closed set are one story, shape (n_pairs,); swapping the sides changes nothing.

    Args:
        pairs: All pairs that share more than a phrase, sorted, as `candidate_pairs` returns them.
        pairs_incomplete: By a document's number. Two such documents without a pair may share anything, so neither can
            be a rival because it has nothing of the other.
        counts: Shape (n_pairs, len(OVERLAP_FIELDS)).
        relations: Shape (n_pairs,): numbers of relations.
    """
    evidence = pair_evidence(counts, relations)
    return select_same_story(pairs, pairs_incomplete, evidence, checked=np.ones(len(pairs), np.bool_))


def pair_evidence(counts: NDArray[np.float64], relations: NDArray[np.int8]) -> PairEvidence:
    """Reduce what pairs share to what `select_same_story` needs."""
    coverage, flags = np.empty(len(counts)), np.empty(len(counts), np.int8)
    _EVIDENCE(counts, relations, len(counts), coverage, flags)
    return PairEvidence(coverage, flags)


def select_same_story(
    pairs: NDArray[np.uint64],
    pairs_incomplete: NDArray[np.bool_],
    evidence: PairEvidence,
    *,
    checked: NDArray[np.bool_],
    streamed: bool = False,
) -> NDArray[np.bool_]:
    """Return which of the checked pairs are one story, shape (n_pairs,); false for the others.

    `pairs` and `pairs_incomplete` are as in `same_story_pairs`. If `streamed`, each document was only compared with
    earlier ones, so only pairs with lesser numbers may be missing.
    """
    flags = evidence.flags
    undecided = (flags & PairFlag.NEEDS_RIVAL_CHECK > 0) & checked
    partners = list_partners(pairs, evidence.coverage, len(pairs_incomplete))
    least, best = np.sort(_rival_coverage(undecided, pairs_incomplete, evidence, partners, streamed)).T
    similar_size = (flags & PairFlag.SIMILAR_SIZE > 0) & (best <= evidence.coverage + STORY.rival_margin)
    is_better = best <= evidence.coverage - STORY.rival_margin
    same: NDArray[np.bool_] = undecided & (least < STORY.rival_min_coverage) & (is_better | similar_size)
    return same | (checked & (flags & PairFlag.IDENTICAL > 0))


def list_partners(pairs: NDArray[np.uint64], coverage: NDArray[np.float64], n_documents: int) -> Partners:
    left, right = split_pairs(pairs)
    owners, partners = np.concatenate((left, right)), np.concatenate((right, left))
    places = np.tile(np.arange(len(pairs)), 2)
    order = np.lexsort((partners, -coverage[places], owners))
    bounds = np.searchsorted(owners[order], np.arange(n_documents + 1)).astype(np.int64)
    return Partners(partners[order], places[order], bounds)


def _rival_coverage(
    undecided: NDArray[np.bool_],
    pairs_incomplete: NDArray[np.bool_],
    evidence: PairEvidence,
    partners: Partners,
    streamed: bool,
) -> NDArray[np.float64]:
    """Return the coverage of the best rival of both texts of each undecided pair, shape (n_pairs, 2).

    It is 0 without a rival, and 1 for one that shares the beginning of a text where the pair shares none.
    """
    found = np.zeros((len(undecided), 2))
    _RIVALS(undecided, pairs_incomplete, len(pairs_incomplete), *evidence, *partners, streamed, found)
    return found
