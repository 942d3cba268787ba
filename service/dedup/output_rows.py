"""The answers of `copydesk dedup`: documents in input order with their clusters and matches, bad rows between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates import Duplicates, Relation, SignedTexts
from copydesk.classifier.duplicates.overlap import OVERLAP_FIELDS, relation_of
from copydesk.classifier.duplicates.shingles import Ragged, Shingles
from copydesk.service.dedup.work_folder import Chunk
from copydesk.service.rows import BadRow, JsonId, contract

SIMILARITY, CONTAINS, CONTAINED = (OVERLAP_FIELDS.index(name) for name in ("similarity", "contains", "contained"))
SWAPPED = {Relation.CONTAINS: Relation.CONTAINED, Relation.CONTAINED: Relation.CONTAINS}


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a closed set, chunk after chunk.

    Attributes:
        ids: Of the documents that count, in input order.
        published: Shape (n_documents,).
        preference: Shape (n_documents,): the place of a document's source in the list of preferred ones.
        chosen: For each chunk which of its documents count: of several with one id, one does.
        bad: The rows that do not count, by their places among all rows.
        n_rows: All of them.
    """

    ids: list[JsonId]
    published: NDArray[np.float64]
    preference: NDArray[np.int64]
    chosen: list[NDArray[np.bool_]]
    bad: dict[int, BadRow]
    n_rows: int


def gather_rows(chunks: Sequence[Chunk], prefer: Sequence[str]) -> Rows:
    """Lay chunks in one row, and choose one document of each id."""
    ids = [name for chunk in chunks for name in chunk.ids]
    lines = [line for chunk in chunks for line in chunk.lines]
    published = np.concatenate([np.empty(0), *(chunk.published for chunk in chunks)])
    preference = source_ranks([source for chunk in chunks for source in chunk.sources], prefer)
    places, bad = _places(chunks)
    worth = _worth(chunks, preference, published)
    keep = np.ones(len(ids), np.bool_)
    for same in _repeated(ids):
        best, *others = (same[at] for at in np.lexsort([column[same] for column in worth]).tolist())
        keep[others] = False
        for number in others:
            bad[int(places[number])] = repeated_id_row(ids[number], lines[number], lines[best])
    limits = np.cumsum([len(chunk.ids) for chunk in chunks], dtype=np.int64)[:-1]
    kept = [name for name, stays in zip(ids, keep.tolist(), strict=True) if stays]
    chosen = np.split(keep, limits)[: len(chunks)]
    return Rows(kept, published[keep], preference[keep], chosen, bad, len(ids) + sum(len(c.bad) for c in chunks))


def source_ranks(sources: Sequence[str | None], prefer: Sequence[str]) -> NDArray[np.int64]:
    """Return the place of each source in the list of preferred ones, the number of these where it is not there."""
    ranks: dict[str | None, int] = {source: rank for rank, source in reversed(list(enumerate(prefer)))}
    return np.array([ranks.get(source, len(prefer)) for source in sources], np.int64)


def _places(chunks: Sequence[Chunk]) -> tuple[NDArray[np.int64], dict[int, BadRow]]:
    """Return the documents' places among all rows, and the bad rows by theirs."""
    places: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    bad: dict[int, BadRow] = {}
    first = 0
    for chunk in chunks:
        bad |= {first + place: row for place, row in chunk.bad}
        places.append(first + np.delete(np.arange(chunk.n_rows), [place for place, _ in chunk.bad]))
        first += chunk.n_rows
    return np.concatenate(places), bad


def _repeated(ids: Sequence[JsonId]) -> list[list[int]]:
    """Return the documents of each id that more than one has."""
    first: dict[str, int] = {}
    found: defaultdict[int, list[int]] = defaultdict(list)
    for number, name in enumerate(ids):
        known = first.setdefault(str(name), number)
        if known != number:
            found[known].append(number)
    return [[known, *others] for known, others in found.items()]


def _worth(
    chunks: Sequence[Chunk], preference: NDArray[np.int64], published: NDArray[np.float64]
) -> list[NDArray[Any]]:
    """Return what says which document of one id counts, the last first: the rule to keep, then the words.

    The order of the input says nothing.
    """
    digests = np.concatenate([np.empty(0, np.uint64), *(chunk.digests for chunk in chunks)])
    lengths = np.concatenate([np.empty(0, np.int64), *(chunk.lengths for chunk in chunks)])
    return [digests, -lengths, published, preference]


def repeated_id_row(name: JsonId, line: int | None, kept: int | None) -> BadRow:
    """Say that a document's id is another's too, and on which lines, where known, the two stand."""
    where = "" if line is None else f"line {line}: "
    stays = "another row" if kept is None else f"line {kept}"
    message = f"{where}id {name!r} stands on {stays} too, which was kept; give every row its own id"
    return BadRow(name, line, "repeated_id", message)


def select_documents(signed: SignedTexts, chosen: NDArray[np.bool_]) -> SignedTexts:
    """Leave out the documents that do not count."""
    if chosen.all():
        return signed
    rows = np.flatnonzero(chosen)
    shingles = select_rows(Ragged(signed.shingles.values, signed.shingles.bounds), rows)
    keys = select_rows(signed.keys, rows)
    return SignedTexts(
        Shingles(shingles.values, shingles.bounds, signed.shingles.sizes),
        signed.digests[chosen],
        keys,
        signed.lengths[chosen],
    )


def select_rows(rows: Ragged[Any], chosen: NDArray[np.int64]) -> Ragged[Any]:
    """Take rows by their numbers, in that order, as often as they are named."""
    counts = np.diff(rows.bounds)[chosen]
    bounds = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    values = np.arange(bounds[-1]) + np.repeat(rows.bounds[:-1][chosen] - bounds[:-1], counts)
    return Ragged(rows.values[values], bounds)


def cluster_rows(rows: Rows, found: Duplicates) -> Iterator[contract.ClusterRow | contract.ErrorRow]:
    """Return one answer a row, in input order."""
    matches = _matches(rows.ids, found)
    documents = zip(rows.ids, found.clusters.tolist(), found.keep.tolist(), matches, strict=True)
    for place in range(rows.n_rows):
        if place in rows.bad:
            yield contract.ErrorRow.of(rows.bad[place])
            continue
        name, cluster, keep, own = next(documents)
        yield contract.ClusterRow(id=name, cluster=rows.ids[cluster], keep=keep, matches=own)


def _matches(ids: Sequence[JsonId], found: Duplicates) -> Iterator[tuple[contract.Match, ...]]:
    """Give each document's matches seen from its side, in the order of the others' ids.

    The pairs stand in the order of ids, so those in which a document is the right one name smaller ids than it has.
    """
    n = len(found.left)
    own = np.concatenate((found.right, found.left))
    order = np.argsort(own, kind="stable")
    bounds = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.bincount(own, minlength=len(ids)))))
    for document in range(len(ids)):
        numbers = order[bounds[document] : bounds[document + 1]].tolist()
        yield tuple(_match(ids, found, number % n, from_right=number < n) for number in numbers)


def _match(ids: Sequence[JsonId], found: Duplicates, pair: int, *, from_right: bool) -> contract.Match:
    relation = relation_of(int(found.relations[pair]))
    assert relation is not None  # the set's matches are those that have one
    columns = (SIMILARITY, CONTAINED, CONTAINS) if from_right else (SIMILARITY, CONTAINS, CONTAINED)
    similarity, contains, contained = (round(float(found.counts[pair][at]), contract.SHARE_DIGITS) for at in columns)
    return contract.Match(
        ids[int((found.left if from_right else found.right)[pair])],
        SWAPPED.get(relation, relation) if from_right else relation,
        similarity,
        contains,
        contained,
    )
