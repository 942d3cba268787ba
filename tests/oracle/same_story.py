"""The search for rivals in Python: what `same_story.c` is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.overlap import IDENTICAL, OVERLAP_FIELDS
from copydesk.classifier.duplicates.rules import COMPARISON, FACTS, STORY, PairFlag
from copydesk.classifier.duplicates.same_story import PairEvidence, Partners
from tests.oracle.jit import jit
from tests.oracle.overlap import is_similar

_MIN_PASSAGE_WORDS = COMPARISON.min_passage_words
_SIMILAR_SIZE_RATIO = COMPARISON.min_size_ratio
_MIN_COVERAGE = STORY.min_coverage
_MIN_LEAD_COVERAGE = STORY.min_lead_coverage
_MAX_WORDS_BEFORE = STORY.max_words_before
_MIN_SHARED = FACTS.min_shared
_MIN_SIZE_RATIO = STORY.min_size_ratio
_RIVAL_MIN_COVERAGE = STORY.rival_min_coverage
_UNRELATED_BELOW = STORY.unrelated_below
_FULL_COVERAGE = 1 - STORY.rival_margin  # of a flash in its report, whose other versions may say it in other words
_MAX_DIFFERING = FACTS.max_differing

_SHARES_PASSAGE, _NEEDS_RIVAL_CHECK, _SIMILAR_SIZE, _IDENTICAL, _BEGINS_TEXT, _FACTS_DIFFER = map(int, PairFlag)
_CONTAINS, _CONTAINED, _PASSAGE, _COVERAGE, _FACTS, _BEFORE = map(
    OVERLAP_FIELDS.index, ("contains", "contained", "passage", "coverage", "differing_facts", "words_before")
)


@jit
def pair_evidence(counts: NDArray[np.float64], relations: NDArray[np.int8]) -> PairEvidence:
    """Reduce what pairs share to what `select_same_story` needs."""
    coverage = np.empty(len(counts))
    flags = np.empty(len(counts), np.int8)
    for p in range(len(counts)):
        identical = relations[p] == IDENTICAL
        one, other = counts[p, _CONTAINS], counts[p, _CONTAINED]
        less, more = min(one, other), max(one, other)
        passage = counts[p, _PASSAGE] >= _MIN_PASSAGE_WORDS
        same_facts = counts[p, _FACTS] < _MAX_DIFFERING
        similar = is_similar(counts[p])
        coverage[p] = 1.0 if identical else counts[p, _COVERAGE]
        flag = _SHARES_PASSAGE if identical or (passage and same_facts) else 0
        begins = counts[p, _BEFORE] <= _MAX_WORDS_BEFORE
        least = _MIN_LEAD_COVERAGE if begins else _MIN_COVERAGE
        enough = coverage[p] >= least and less >= _MIN_SIZE_RATIO * more and (similar or passage)
        if not identical and enough and same_facts:
            flag |= _NEEDS_RIVAL_CHECK
        flag |= _SIMILAR_SIZE if similar and less > _SIMILAR_SIZE_RATIO * more else 0
        flag |= _BEGINS_TEXT if begins else 0
        frame = counts[p, _FACTS] <= 1 - _MIN_SHARED
        flag |= _FACTS_DIFFER if frame and not (identical or same_facts) else 0
        flags[p] = flag | (_IDENTICAL if identical else 0)
    return PairEvidence(coverage, flags)


@jit
def rival_coverage(
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
    shared = np.full(
        len(pairs_incomplete), -1.0
    )  # each document's coverage with `other`, -1 where they are no pair, 0 where facts differ
    for other in range(len(pairs_incomplete)):
        own = range(partners.bounds[other], partners.bounds[other + 1])
        for i in own:
            differs = evidence.flags[partners.pairs[i]] & _FACTS_DIFFER
            shared[partners.documents[i]] = 0 if differs else evidence.coverage[partners.pairs[i]]
        for i in own:
            text, pair = partners.documents[i], partners.pairs[i]
            if not undecided[pair]:
                continue
            for j in range(partners.bounds[text], partners.bounds[text + 1]):
                rival, coverage = partners.documents[j], evidence.coverage[partners.pairs[j]]
                if coverage < _RIVAL_MIN_COVERAGE:  # too little to be an objection at all
                    break
                older, younger = pairs_incomplete[min(rival, other)] or streamed, pairs_incomplete[max(rival, other)]
                unknown = shared[rival] < 0 and older and younger
                flags = evidence.flags[partners.pairs[j]]
                both = flags & evidence.flags[pair]
                is_flash = evidence.coverage[pair] >= _FULL_COVERAGE and flags & _SIMILAR_SIZE
                is_version = is_flash or (both & _SIMILAR_SIZE and both & _BEGINS_TEXT)
                is_related = rival == other or unknown or is_version or shared[rival] >= _UNRELATED_BELOW
                begins, rival_begins = evidence.flags[pair] & _BEGINS_TEXT, flags & _BEGINS_TEXT
                if not flags & _SHARES_PASSAGE or is_related or (begins and not rival_begins):
                    continue
                side = 0 if text < other else 1
                if begins:
                    found[pair, side] = coverage
                    break
                if rival_begins:
                    found[pair, side] = 1
                    break
                if found[pair, side] == 0:
                    found[pair, side] = coverage
        for i in own:
            shared[partners.documents[i]] = -1.0
    return found
