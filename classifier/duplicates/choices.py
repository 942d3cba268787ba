"""Applies what the user decides: how alike two texts must be to match, and which document of a cluster is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.overlap import IDENTICAL, OVERLAP_FIELDS
from copydesk.classifier.duplicates.types import DuplicateOptions, Keep, KeptBecause

_SIMILARITY, _CONTAINS, _CONTAINED = map(OVERLAP_FIELDS.index, ("similarity", "contains", "contained"))

REASONS = tuple(KeptBecause)
"""The numbers of reasons in arrays: the place here, plus one; 0 is a document that is not kept."""

NO_BODY, ONLY_ONE = (np.int8(REASONS.index(reason) + 1) for reason in (KeptBecause.NO_BODY, KeptBecause.ONLY_ONE))
"""The numbers of the two reasons for a document that is alone in its cluster."""

CRITERIA = {
    Keep.EARLIEST: (
        KeptBecause.PREFERRED_SOURCE,
        KeptBecause.EARLIEST,
        KeptBecause.LONGEST,
        KeptBecause.SMALLEST_ID,
    ),
    Keep.LATEST: (KeptBecause.PREFERRED_SOURCE, KeptBecause.LATEST, KeptBecause.LONGEST, KeptBecause.SMALLEST_ID),
    Keep.LONGEST: (KeptBecause.PREFERRED_SOURCE, KeptBecause.LONGEST, KeptBecause.EARLIEST, KeptBecause.SMALLEST_ID),
}
"""What is compared to choose between two documents; the first one in which they differ decides."""

Rank = tuple[float | str, ...]
"""Sort key of a document: its value for each of the criteria, lower for the document to keep."""


def is_alike_enough(
    counts: NDArray[np.float64], relations: NDArray[np.int8], options: DuplicateOptions
) -> NDArray[np.bool_]:
    """Tell which pairs reach the least similarity and containment, shape (n_pairs,); equal texts always do.

    Args:
        counts: Shape (n_pairs, len(OVERLAP_FIELDS)).
        relations: Shape (n_pairs,): numbers of relations.
        options: The limits.
    """
    if not options.min_similarity and not options.min_contained:  # as nearly always
        return np.ones(len(counts), np.bool_)
    contained = np.maximum(counts[:, _CONTAINS], counts[:, _CONTAINED])
    enough: NDArray[np.bool_] = (counts[:, _SIMILARITY] >= options.min_similarity) & (
        contained >= options.min_contained
    )
    enough |= relations == IDENTICAL
    return enough


def source_ranks(sources: Sequence[str | None], prefer: Sequence[str]) -> NDArray[np.int64]:
    """Return the rank of each source among the preferred ones, 0 for the best; all others rank after these."""
    ranks: dict[str | None, int] = {source: rank for rank, source in reversed(list(enumerate(prefer)))}
    return np.array([ranks.get(source, len(prefer)) for source in sources], np.int64)


def keep_columns(
    keep: Keep, preference: NDArray[np.int64], published: NDArray[np.float64], lengths: NDArray[np.int64]
) -> list[NDArray[Any]]:
    """Return the values of all documents for all criteria but the id, the most important criterion first.

    Args:
        keep: The rule.
        preference: Shape (n_documents,): the rank of each source.
        published: Shape (n_documents,): in seconds since 1970, NaN where unknown.
        lengths: Shape (n_documents,): in characters.
    """
    times = -published if keep is Keep.LATEST else published
    known = np.where(np.isnan(times), np.inf, times)
    return [preference, -lengths, known] if keep is Keep.LONGEST else [preference, known, -lengths]


def mark_documents_to_keep(
    clusters: NDArray[Any], columns: Sequence[NDArray[Any]], ranks: NDArray[Any], keep: Keep
) -> NDArray[np.int8]:
    """Return for the document to keep of each cluster the number of its reason, 0 for all others.

    Args:
        clusters: Shape (n_documents,).
        columns: What `keep_columns` returned.
        ranks: Shape (n_documents,): the order of the ids.
        keep: The rule.
    """
    found = np.zeros(len(clusters), np.int8)
    if not len(clusters):
        return found
    columns = [*columns, ranks]
    order = np.lexsort((*reversed(columns), clusters))
    is_first = np.append(True, clusters[order][1:] != clusters[order][:-1])
    places = np.flatnonzero(is_first)
    first, second = order[places], order[np.minimum(places + 1, len(order) - 1)]
    has_second = np.append(~is_first[1:], False)[places]
    lengths = columns[CRITERIA[keep].index(KeptBecause.LONGEST)]
    reasons = np.where(lengths[first] == 0, NO_BODY, ONLY_ONE)
    for column, criterion in reversed(list(zip(columns, CRITERIA[keep], strict=True))):
        reasons[has_second & (column[first] != column[second])] = _number(criterion)
    found[first] = reasons
    return found


def _number(reason: KeptBecause) -> int:
    return REASONS.index(reason) + 1


def reason_of(number: int) -> KeptBecause | None:
    """Return the reason with a number, None for 0."""
    return REASONS[number - 1] if number else None


def rank(keep: Keep, place: int, published: float | None, length: int, id: str) -> Rank:
    """Return the rank of one document, by which it sorts as `mark_documents_to_keep` does.

    `place` is the rank of its source.
    """
    time = float("inf") if published is None else -published if keep is Keep.LATEST else published
    return (place, -length, time, id) if keep is Keep.LONGEST else (place, time, -length, id)


def reason_between(keep: Keep, kept: Rank, others: Sequence[Rank]) -> KeptBecause:
    """Return why a document is kept that has the lowest rank of a cluster."""
    if not others:
        return KeptBecause.ONLY_ONE if kept[CRITERIA[keep].index(KeptBecause.LONGEST)] else KeptBecause.NO_BODY
    second = min(others)
    return next(criterion for criterion, one, other in zip(CRITERIA[keep], kept, second, strict=True) if one != other)
