"""Rivals: which pairs of a closed set tell one story, once it is known what else each of the two texts holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.jit import jit
from classifier.overlap import FIGURES, IDENTICAL, PASSAGE_WORDS, SAME_SIZE, is_similar

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
    coverage = np.where(relations == IDENTICAL, 1.0, counted[:, _COVERAGE])
    evident = (relations == IDENTICAL) | (counted[:, _PASSAGE] >= PASSAGE_WORDS)
    partners, covered, bounds = _partners(pairs, coverage, evident, len(crowded))
    same = np.zeros(len(pairs), np.bool_)
    _judge(pairs, crowded, counted, relations == IDENTICAL, coverage, partners, covered, bounds, same)
    return same


def _partners(
    pairs: NDArray[np.uint64], coverage: NDArray[np.float64], evident: NDArray[np.bool_], n: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """List for each document those that it shares a passage with, the best covered first."""
    left = (pairs[evident] >> np.uint64(32)).astype(np.int64)
    right = (pairs[evident] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    owners, partners = np.concatenate((left, right)), np.concatenate((right, left))
    covered = np.tile(coverage[evident], 2)
    order = np.lexsort((partners, -covered, owners))
    bounds = np.searchsorted(owners[order], np.arange(n + 1)).astype(np.int64)
    return partners[order], covered[order], bounds


@jit
def _judge(
    pairs: NDArray[np.uint64],
    crowded: NDArray[np.bool_],
    counted: NDArray[np.float64],
    identical: NDArray[np.bool_],
    coverage: NDArray[np.float64],
    partners: NDArray[np.int64],
    covered: NDArray[np.float64],
    bounds: NDArray[np.int64],
    same: NDArray[np.bool_],
) -> None:
    for p in range(len(pairs)):
        less = min(counted[p, _CONTAINS], counted[p, _CONTAINED])
        more = max(counted[p, _CONTAINS], counted[p, _CONTAINED])
        similar = is_similar(counted[p])
        if identical[p]:
            same[p] = True
        elif coverage[p] >= TOLD and less >= LEAST_SIZE * more and (similar or counted[p, _PASSAGE] >= PASSAGE_WORDS):
            a, b = np.int64(pairs[p] >> np.uint64(32)), np.int64(pairs[p] & np.uint64(0xFFFFFFFF))
            of_a = _rival(a, b, pairs, crowded, coverage, partners, covered, bounds)
            of_b = _rival(b, a, pairs, crowded, coverage, partners, covered, bounds)
            best = max(of_a, of_b)
            one_size = similar and less > SAME_SIZE * more and best <= coverage[p] + MARGIN
            same[p] = min(of_a, of_b) < OWN and (best <= coverage[p] - MARGIN or one_size)


@jit
def _rival(
    text: np.int64,
    other: np.int64,
    pairs: NDArray[np.uint64],
    crowded: NDArray[np.bool_],
    coverage: NDArray[np.float64],
    partners: NDArray[np.int64],
    covered: NDArray[np.float64],
    bounds: NDArray[np.int64],
) -> float:
    """Return how wholly a text and its best rival against another tell the same, 0 where there is no rival."""
    for i in range(bounds[text], bounds[text + 1]):
        partner = partners[i]
        at = _place(partner, other, pairs)
        unknown = at < 0 and crowded[partner] and crowded[other]
        if partner != other and not unknown and (at < 0 or coverage[at] < APART):
            return float(covered[i])
    return 0.0


@jit
def _place(one: np.int64, other: np.int64, pairs: NDArray[np.uint64]) -> int:
    """Find a pair's place, -1 where there is none."""
    pair = np.uint64(min(one, other)) << np.uint64(32) | np.uint64(max(one, other))
    at = int(np.searchsorted(pairs, pair))
    return at if at < len(pairs) and pairs[at] == pair else -1
