"""Rivals: which pairs of documents tell one story, once it is known what else each of the two texts holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.jit import jit
from copydesk.classifier.duplicates.candidates import members
from copydesk.classifier.duplicates.overlap import FIGURES, IDENTICAL, PASSAGE_WORDS, SAME_SIZE, is_similar

TOLD = 0.6
"""Shared runs cover at least this share of the shorter text. On 20 sets of syndicated pages precision is 0.996 and
recall 0.967 at 0.5, 0.997 and 0.962 at 0.6, 0.998 and 0.946 at 0.7; where four tenths of their documents are known,
so that most rivals are not, 0.975 and 0.959, 0.985 and 0.945, 0.990 and 0.925."""

LEAST_SIZE = 0.1
"""The shorter text has at least this share of the longer one's shingles, lest a notice glue the pages that carry it."""

MARGIN = 0.05
"""How much less of a rival than of the other must be told for the rival not to count; 0.02 to 0.1 answer alike."""

OWN = 0.4
"""Two texts each of which tells so much of a rival are two stories; 0.3 to 0.6 answer alike."""

APART = 0.3
"""Two texts of which shared runs cover less than this are of different stories; 0.2 answers alike, at 0.5 texts that
share furniture count as one and recall falls by 0.02."""

EVIDENT, DOUBTFUL, ONE_SIZE, SURE = 1, 2, 4, 8
"""Bits of a pair's kind: the two share a passage; their rivals decide; as wholly told a rival may be; none matters."""

_CONTAINS, _CONTAINED, _PASSAGE, _COVERAGE = map(FIGURES.index, ("contains", "contained", "passage", "coverage"))


def one_story(
    pairs: NDArray[np.uint64], crowded: NDArray[np.bool_], counted: NDArray[np.float64], relations: NDArray[np.int8]
) -> NDArray[np.bool_]:
    """Tell which pairs are versions of one story, by all that the set knows of both.

    A body found on a page may hold much of the page's furniture, so its size and similarity say little; but then it
    holds its story whole. A rival of a pair is a text that one of the two shares a passage with and the other has
    nothing of. A pair tells one story where it explains the two texts better than any rival does, whatever their
    sizes. Where a rival is told as wholly (a digest of two stories, or furniture that is a document by itself),
    the two have to be of one size besides; where each of them has a rival of its own, what they share is furniture.

    Args:
        pairs: Candidates as `candidate_pairs` gives them, sorted; all pairs that share more than a phrase.
        crowded: By a document's number whether pairs of it may be missing: what a crowded document shares with
            another such one that it has no pair with is unknown, and no evidence.
        counted: Shape (n_pairs, len(FIGURES)): what each pair shares.
        relations: Shape (n_pairs,): as `decide` numbers them.

    Returns:
        Shape (n_pairs,); the answer does not depend on the sides of a pair.
    """
    coverage, kinds = weigh(counted, relations)
    return verdicts(pairs, crowded, coverage, kinds, asked=np.ones(len(pairs), np.bool_))


@jit
def weigh(counted: NDArray[np.float64], relations: NDArray[np.int8]) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return all of what pairs share that `verdicts` needs: how wholly each is told, and its kind, shape (n_pairs,)."""
    coverage = np.empty(len(counted))
    kinds = np.empty(len(counted), np.int8)
    for p in range(len(counted)):
        identical = relations[p] == IDENTICAL
        one, other = counted[p, _CONTAINS], counted[p, _CONTAINED]
        less, more = min(one, other), max(one, other)
        passage = counted[p, _PASSAGE] >= PASSAGE_WORDS
        similar = is_similar(counted[p])
        coverage[p] = 1.0 if identical else counted[p, _COVERAGE]
        kind = EVIDENT if identical or passage else 0
        if not identical and coverage[p] >= TOLD and less >= LEAST_SIZE * more and (similar or passage):
            kind |= DOUBTFUL
        kind |= ONE_SIZE if similar and less > SAME_SIZE * more else 0
        kinds[p] = kind | (SURE if identical else 0)
    return coverage, kinds


def verdicts(
    pairs: NDArray[np.uint64],
    crowded: NDArray[np.bool_],
    coverage: NDArray[np.float64],
    kinds: NDArray[np.int8],
    *,
    asked: NDArray[np.bool_],
    streamed: bool = False,
) -> NDArray[np.bool_]:
    """Tell which of the asked pairs tell one story, from what `weigh` gave of all; false of the others.

    Args:
        pairs: As in `one_story`.
        crowded: As there; where streamed, whether pairs of a document with those of lesser numbers may be missing.
        coverage: Shape (n_pairs,).
        kinds: Shape (n_pairs,).
        asked: Shape (n_pairs,): of these the rivals are looked for.
        streamed: Whether documents were compared with those before them as they came.
    """
    has = {bit: kinds & bit > 0 for bit in (EVIDENT, DOUBTFUL, ONE_SIZE, SURE)}
    partners, places, bounds = _partners(pairs, coverage, len(crowded))
    doubtful = has[DOUBTFUL] & asked
    found = _rivals(doubtful, crowded, coverage, has[EVIDENT], partners, places, bounds, streamed)
    least, best = np.sort(found).T
    one_size = has[ONE_SIZE] & (best <= coverage + MARGIN)
    same: NDArray[np.bool_] = doubtful & (least < OWN) & ((best <= coverage - MARGIN) | one_size)
    return same | (asked & has[SURE])


def _partners(
    pairs: NDArray[np.uint64], coverage: NDArray[np.float64], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """List for each of n documents those that it has a pair with, and the pairs' places, the best covered first."""
    left, right = members(pairs)
    owners, partners = np.concatenate((left, right)), np.concatenate((right, left))
    places = np.tile(np.arange(len(pairs)), 2)
    order = np.lexsort((partners, -coverage[places], owners))
    bounds = np.searchsorted(owners[order], np.arange(n + 1)).astype(np.int64)
    return partners[order], places[order], bounds


@jit
def _rivals(
    asked: NDArray[np.bool_],
    crowded: NDArray[np.bool_],
    coverage: NDArray[np.float64],
    evident: NDArray[np.bool_],
    partners: NDArray[np.int64],
    places: NDArray[np.int64],
    bounds: NDArray[np.int64],
    streamed: bool,
) -> NDArray[np.float64]:
    """Return for both texts of each asked pair how wholly it and its best rival tell the same, 0 without a rival."""
    found = np.zeros((len(coverage), 2))
    shared = np.full(len(crowded), -1.0)  # how much each document shares with `other`, -1 where they are no pair
    for other in range(len(crowded)):
        mine = slice(bounds[other], bounds[other + 1])
        for i in range(mine.start, mine.stop):
            shared[partners[i]] = coverage[places[i]]
        for i in range(mine.start, mine.stop):
            text = partners[i]
            if not asked[places[i]]:
                continue
            for j in range(bounds[text], bounds[text + 1]):
                partner, told = partners[j], coverage[places[j]]
                if told < OWN:  # too little to count against TOLD
                    break
                one, two = crowded[min(partner, other)] or streamed, crowded[max(partner, other)]
                unknown = shared[partner] < 0 and one and two
                if partner != other and evident[places[j]] and not unknown and shared[partner] < APART:
                    found[places[i], 0 if text < other else 1] = told
                    break
        for i in range(mine.start, mine.stop):
            shared[partners[i]] = -1.0
    return found
