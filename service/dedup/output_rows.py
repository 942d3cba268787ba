"""Writes the result of `copydesk dedup` as rows: one per document, in input order, with its cluster and matches."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates import DuplicateOptions, Duplicates, Relation, SignedTexts
from copydesk.classifier.duplicates.choices import keep_columns, reason_of, source_ranks
from copydesk.classifier.duplicates.overlap import OVERLAP_FIELDS, relation_of
from copydesk.classifier.duplicates.shingles import Ragged, Shingles
from copydesk.service.dedup.work_folder import Chunk, join_chunks
from copydesk.service.rows import BadRow, JsonId, contract

SIMILARITY, CONTAINS, CONTAINED = (OVERLAP_FIELDS.index(name) for name in ("similarity", "contains", "contained"))
SWAPPED = {Relation.CONTAINS: Relation.CONTAINED, Relation.CONTAINED: Relation.CONTAINS}


@dataclass(frozen=True, slots=True)
class ClosedSet:
    """All rows of a run, chunk after chunk. Of several documents with one id, one is used, and the others are bad rows.

    Ids, times and ranks of sources are those of the used documents, in input order. `chosen` is for each chunk which
    of its documents are used; `bad` has the other rows by their positions among all `n_rows`. `absent_sources` are the
    preferred sources that no document has.
    """

    ids: list[JsonId]
    published: NDArray[np.float64]
    preference: NDArray[np.int64]
    chosen: list[NDArray[np.bool_]]
    bad: dict[int, BadRow]
    n_rows: int
    absent_sources: list[str]


def gather_rows(chunks: Sequence[Chunk], options: DuplicateOptions, n_inputs: int = 1) -> ClosedSet:
    """Put the rows of all chunks together, and choose one document for each id."""
    rows = join_chunks(chunks)
    preference = source_ranks(rows.sources, options.prefer)
    bad = dict(rows.bad)
    places = np.delete(np.arange(rows.n_rows), list(bad))
    # Most important last: the rule by which a cluster keeps one document, then the words' digest; never the order.
    columns = keep_columns(options.keep, preference, rows.published, rows.lengths)
    worth = [rows.digests, *reversed(columns)]
    keep = np.ones(len(rows.ids), np.bool_)
    for same in _repeated(rows.ids):
        best, *others = (same[at] for at in np.lexsort([column[same] for column in worth]).tolist())
        keep[others] = False
        for number in others:
            bad[int(places[number])] = repeated_id_row(rows.ids[number], rows.lines[number], rows.lines[best], n_inputs)
    limits = np.cumsum([len(chunk.ids) for chunk in chunks], dtype=np.int64)[:-1]
    chosen = np.split(keep, limits)[: len(chunks)]
    ids = list(compress(rows.ids, keep.tolist()))
    sources = set(rows.sources) if options.prefer else ()
    absent = [source for source in dict.fromkeys(options.prefer) if source not in sources]
    return ClosedSet(ids, rows.published[keep], preference[keep], chosen, bad, rows.n_rows, absent)


def _repeated(ids: Sequence[JsonId]) -> list[list[int]]:
    """Return, for each id that several documents have, the numbers of these documents."""
    counts = Counter(map(str, ids))
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(map(str, ids)):
        if counts[name] > 1:
            found[name].append(number)
    return list(found.values())


def repeated_id_row(name: JsonId, line: int | None, kept: int | None, n_inputs: int = 1) -> BadRow:
    """Return the error row of a document whose id another document has too; `kept` is the line of that one."""
    where = "" if line is None else f"line {line}: "
    stays = "another row" if kept is None else f"line {kept}"
    if kept is not None and n_inputs > 1:
        stays = f"another row (line {kept} of one of the {n_inputs} inputs)"
    message = f"{where}id {name!r} stands on {stays} too, which was kept; give every row its own id"
    return BadRow(name, line, "repeated_id", message)


def select_documents(signed: SignedTexts, chosen: NDArray[np.bool_]) -> SignedTexts:
    """Return the signed texts of some of the documents."""
    if chosen.all():
        return signed
    rows = np.flatnonzero(chosen)
    selected = select_rows(Ragged(signed.shingles.values, signed.shingles.bounds), rows)
    shingles = Shingles(selected.values, selected.bounds, signed.shingles.sizes)
    return SignedTexts(shingles, signed.digests[chosen], select_rows(signed.keys, rows), signed.lengths[chosen])


def select_rows(rows: Ragged[Any], chosen: NDArray[np.int64]) -> Ragged[Any]:
    """Return rows by their numbers, in that order; a number may occur several times."""
    counts = np.diff(rows.bounds)[chosen]
    bounds = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    values = np.arange(bounds[-1]) + np.repeat(rows.bounds[:-1][chosen] - bounds[:-1], counts)
    return Ragged(rows.values[values], bounds)


def cluster_rows(rows: ClosedSet, found: Duplicates) -> Iterator[contract.ClusterRow | contract.ErrorRow]:
    """Return one row for each input row, in input order."""
    matches = _matches(rows.ids, found)
    documents = zip(rows.ids, found.clusters.tolist(), found.kept_because.tolist(), matches, strict=True)
    for place in range(rows.n_rows):
        if place in rows.bad:
            yield contract.ErrorRow.of(rows.bad[place])
            continue
        name, cluster, number, own = next(documents)
        reason = reason_of(number)
        yield contract.ClusterRow(
            id=name, cluster=rows.ids[cluster], keep=reason is not None, kept_because=reason, matches=own
        )


def _matches(ids: Sequence[JsonId], found: Duplicates) -> Iterator[tuple[contract.Match, ...]]:
    """Yield the matches of each document, from its side, in the order of the other documents' ids.

    Pairs are sorted by id, and their left document has the smaller one: a document's pairs in which it is the right one
    lead to smaller ids, and come first.
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
    assert relation is not None  # a pair without a relation is not a match
    columns = (SIMILARITY, CONTAINED, CONTAINS) if from_right else (SIMILARITY, CONTAINS, CONTAINED)
    shares = (round(float(found.counts[pair][at]), contract.SHARE_DIGITS) for at in columns)
    other = ids[int((found.left if from_right else found.right)[pair])]
    return contract.Match(other, SWAPPED.get(relation, relation) if from_right else relation, *shares)
