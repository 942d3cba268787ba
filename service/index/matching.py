"""Answers a batch of documents against the index, one after the other: their matches, and the cluster of each.

See docs/how-it-works.md, "The index".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, compress

import numpy as np
from sqlalchemy import Connection

from copydesk.classifier.duplicates import Match
from copydesk.classifier.duplicates.choices import Rank, is_alike_enough
from copydesk.classifier.duplicates.rules import COMPARISON, PairFlag
from copydesk.classifier.duplicates.stored_texts import (
    StoredTexts,
    TextComparison,
    compare_with_stored,
)
from copydesk.classifier.duplicates.types import DocumentId
from copydesk.service.index import reads
from copydesk.service.index.choice import Choice
from copydesk.service.index.clusters import Clusters, read_connected, read_linked, replay
from copydesk.service.index.pairs import COMMON_KEY_ENDS, Pairs, pairs_from_comparison
from copydesk.service.index.reads import NO_DOCUMENTS, KeyDocuments, StoredDocument
from copydesk.service.index.records import IndexAnswer
from copydesk.service.index.signed_batch import SignedBatch
from copydesk.service.index.verdicts import NEW, Verdicts


@dataclass(frozen=True, slots=True)
class PendingAnswer:
    """An answer, computed before the document is added, and what has to be written when it is.

    `links` are the documents that are one story with it, with the similarity of each pair; `joined` are the clusters
    that it joins.
    """

    answer: IndexAnswer
    pairs: Pairs
    links: dict[int, float]
    joined: set[int]


class BatchMatcher:
    """Answers documents of a batch in order; each sees the index and the documents of the batch added before it."""

    def __init__(self, connection: Connection, batch: SignedBatch, part: range, choice: Choice) -> None:
        self._connection = connection
        self._batch = batch
        self._choice = choice
        keys = np.sort(batch.keys_of_part(part))
        is_repeated = keys[1:] == keys[:-1]
        self._repeated_keys: set[int] = set(keys[1:][is_repeated].tolist())
        distinct = np.delete(keys, np.flatnonzero(is_repeated)) if self._repeated_keys else keys
        self._key_documents = reads.read_key_documents(connection, distinct)
        self._shared_keys = batch.select_keys(part, self._key_documents.keys() | self._repeated_keys)
        numbers = {number for documents in self._key_documents.values() for number in documents.numbers}
        self._rows = reads.read_by_number(connection, numbers)
        self._new_key_documents: dict[int, list[int]] = {}
        self._best: dict[int, list[Rank]] = {}
        self._ids: dict[int, DocumentId] = {}
        self._verdicts = self._stored_verdicts()
        self._excluded: StoredDocument | None = None
        self._rebuilt: dict[int, int] = {}
        """The clusters of documents that change without the excluded one."""
        self.clusters = Clusters(self._read_oldest_members, lambda numbers: self._verdicts.links(numbers))
        self.new_clusters: dict[int, int] = {}
        """Clusters of stored documents that change because a document is replaced."""
        self.new_verdicts: dict[tuple[int, int], bool] = {}
        """Verdicts on pairs of other documents that change for the same reason."""

    def answer(self, at: int, stored: StoredDocument | None, number: int | None = None) -> PendingAnswer:
        """Answer a document.

        Args:
            at: Its place in the batch.
            stored: The equal document in the index under its id, with which it is not compared.
            number: Its own number, if it is in the index or replaces a document.
        """
        candidates, by_rare_key, common_keys = self._candidates(at, number)
        rows = [self._rows[other] for other in candidates]
        comparison = self._compare(at, rows) if rows else None
        alike, pairs = set[int](), Pairs()
        if comparison:
            enough = is_alike_enough(comparison.counts, comparison.relations, self._choice.options)
            alike = set(compress(candidates, enough.tolist()))
            pairs = pairs_from_comparison(candidates, comparison, enough)
        links = self._links(pairs, stored, number, incomplete=common_keys > 0)
        links = {other: similarity for other, similarity in links.items() if other in alike}
        pairs = {other: pair._replace(same_story=other in links) for other, pair in pairs.items()}
        matches = _matches(comparison, rows, links, alike & by_rare_key) if comparison else ()
        cluster_of = {other: self._cluster(other) for other in links}
        if stored is not None:
            joined = {self.clusters.find(stored.cluster)}
        elif number is not None and number in self.new_clusters:
            joined = {self.new_clusters[number]}.intersection(cluster_of.values())
        else:
            joined = self.clusters.clusters_to_join(links, cluster_of, incomplete=common_keys > 0)
        cluster = self._cluster_id(at, stored, number, joined)
        ranks = [rank for one in joined for rank in self._best_ranks(one)]
        own = self._rank(at)
        kept_because = self._choice.why_kept(own, [rank for rank in ranks if rank[-1] != own[-1]])
        id, seen = self._batch.documents[at].id, any(cluster in joined for cluster in cluster_of.values())
        answer = IndexAnswer(id, cluster, kept_because, False, stored is not None, seen, matches, common_keys)
        return PendingAnswer(answer, pairs, links, joined)

    def _links(
        self, pairs: Pairs, stored: StoredDocument | None, number: int | None, *, incomplete: bool
    ) -> dict[int, float]:
        """Return the links of a document; the verdicts on one that is in the index do not change."""
        if stored is not None:
            links = reads.read_links(self._connection, [stored.number])
            certain = {other: pair.similarity for other, pair in pairs.items() if pair.kind & PairFlag.IDENTICAL}
            return certain | {other: similarity for _, other, similarity in links if other in pairs}
        if number is not None:
            replaced = self._replace(number, pairs, incomplete=incomplete)
            if replaced is not None:
                return replaced
        same_story = self._verdicts.decide(NEW, pairs, incomplete=incomplete)
        return {other: pairs[other].similarity for other in same_story}

    def add(self, at: int, number: int, now: float, pending: PendingAnswer) -> StoredDocument:
        """Compare later documents of the batch with this one too; return its row, with its present cluster."""
        incomplete = pending.answer.common_keys > 0
        ranks = [self._rank(at), *(rank for one in pending.joined for rank in self._best_ranks(one))]
        cluster = self.clusters.add(number, pending.links, pending.joined)
        self._best[cluster] = self._choice.best_of(ranks)
        self._verdicts.add(number, pending.pairs, incomplete=incomplete)
        document = self._batch.documents[at]
        stored = StoredDocument(
            number=number,
            id=document.key,
            cluster=cluster,
            digest=self._batch.digests[at],
            length=self._batch.lengths[at],
            published=document.published,
            added=now,
            source=document.source,
            numeric_id=not isinstance(document.id, str),
            pairs_incomplete=incomplete,
            shingles=self._batch.packed_shingles(at),
        )
        self._rows[number] = stored
        for key in self._repeated_keys.intersection(self._shared_keys[at]):  # no other key is in a later document
            self._new_key_documents.setdefault(key, []).append(number)
        return stored

    def _candidates(self, at: int, own: int | None) -> tuple[list[int], set[int], int]:
        """Return the documents that share a key, those of them that share a rare one, and the number of common keys.

        Common keys are those of too many documents; rare ones are those of few stories, see `_matches`.
        """
        numbers, by_rare_key, common_keys = set[int](), set[int](), 0
        for key in self._shared_keys[at]:
            stored = self._key_documents.get(key)
            new = self._new_key_documents.get(key)
            if stored is None and new is None:  # the later document of two that share it has yet to come
                continue
            every = _with_key(stored or NO_DOCUMENTS, new, own)
            if len(every) > COMPARISON.max_documents_per_key or (stored is not None and stored.common):
                common_keys += 1
                every = sorted({*every[:COMMON_KEY_ENDS], *every[-COMMON_KEY_ENDS:]})
            elif (
                len(every) <= COMPARISON.max_stories_per_key
                or len({self._cluster(number) for number in every}) <= COMPARISON.max_stories_per_key
            ):
                by_rare_key.update(every)
            numbers.update(every)
        return sorted(numbers), by_rare_key, common_keys

    def _cluster(self, number: int) -> int:
        return self.clusters.find(self._rows[number].cluster)

    def _compare(self, at: int, rows: Sequence[StoredDocument]) -> TextComparison:
        digest = self._batch.digests[at]
        return compare_with_stored(
            self._batch.words,
            self._batch.signed.shingles,
            at,
            StoredTexts(
                ids=[row.id for row in rows],
                packed=[row.shingles for row in rows],
                stories=[self._cluster(row.number) for row in rows],
                identical=[row.digest == digest != 0 for row in rows],
            ),
        )

    def _cluster_id(self, at: int, stored: StoredDocument | None, number: int | None, clusters: set[int]) -> DocumentId:
        """Return the id of a document's cluster, given the clusters that it joins."""
        oldest = min(clusters, default=None)
        if oldest is None or (number is not None and number <= oldest):
            return stored.given_id if stored else self._batch.documents[at].id
        return self._id(oldest)

    def _rank(self, at: int) -> Rank:
        document = self._batch.documents[at]
        return self._choice.rank(document.source, document.published, self._batch.lengths[at], document.key)

    def _best_ranks(self, cluster: int) -> list[Rank]:
        if cluster not in self._best:
            rebuilt = [number for number, of in self._rebuilt.items() if of == cluster]
            stored = self._choice.best
            self._best[cluster] = self._best_of(rebuilt) if rebuilt else stored(self._connection, cluster)
        return self._best[cluster]

    def _best_of(self, numbers: Sequence[int]) -> list[Rank]:
        """Return the best ranks of a cluster of these documents, which the database has in other clusters."""
        rows = reads.read_by_number(self._connection, numbers).values()
        return self._choice.best_of(self._choice.rank(row.source, row.published, row.length, row.id) for row in rows)

    def _id(self, number: int) -> DocumentId:
        if number in self._rows:
            return self._rows[number].given_id
        if number not in self._ids:
            self._ids |= reads.read_given_ids(self._connection, [number])
        return self._ids[number]

    def exclude(self, stored: StoredDocument) -> None:
        """Answer as if a stored document had been removed; call it before its replacement is answered."""
        self._excluded = stored
        neighbours = read_linked([stored.number], self._verdicts.some_links)
        affected = self._verdicts.affected_by([stored.number]).get(stored.number, set())
        self._verdicts.exclude(stored.number)
        neighbours.update(chain.from_iterable(self._verdicts.decide_again(affected - {stored.number})))
        self._rebuilt = self._replay(neighbours)
        self._set_clusters(self._rebuilt)

    def _stored_verdicts(self) -> Verdicts:
        return Verdicts(self._connection, {number: bool(row.pairs_incomplete) for number, row in self._rows.items()})

    def _read_oldest_members(self, cluster: int) -> list[int]:
        """Read the oldest documents of a cluster as they are without the excluded document."""
        stored = set(reads.read_oldest_members(self._connection, cluster)) - self._rebuilt.keys()
        if self._excluded is not None:
            stored.discard(self._excluded.number)
        return sorted([*stored, *(number for number, of in self._rebuilt.items() if of == cluster)])

    def _replay(self, numbers: Collection[int]) -> dict[int, int]:
        """Return the clusters of the documents that links connect with some, unless these are too many."""
        links = read_connected(numbers, self._verdicts.some_links)
        return replay(links, self._verdicts.incomplete(links))

    def _set_clusters(self, clusters: Mapping[int, int]) -> None:
        for number in clusters.keys() & self._rows.keys():
            self._rows[number] = replace(self._rows[number], cluster=clusters[number])

    def _replace(self, number: int, pairs: Pairs, *, incomplete: bool) -> dict[int, float] | None:
        """Find the links of a document that replaces a removed one, and the verdicts and clusters that change.

        Returns None if there are too many of either: then the document joins the clusters as if it were new.
        """
        self._verdicts.add(number, pairs, incomplete=incomplete)
        affected = self._verdicts.affected_by([number]).get(number)
        changed = {} if affected is None else self._verdicts.decide_again(affected | {number})
        clusters = {} if affected is None else self._replay({number, *chain.from_iterable(changed)})
        if number not in clusters:
            self._verdicts = self._stored_verdicts()
            if self._excluded is not None:
                self.exclude(self._excluded)
            return None
        self.new_verdicts = {ends: same for ends, same in changed.items() if number not in ends}
        self.new_clusters = clusters
        cluster = self.new_clusters[number]
        others = [other for other, of in self.new_clusters.items() if of == cluster and other != number]
        rows = reads.read_by_number(self._connection, others)
        self._rows |= rows
        self._set_clusters(self.new_clusters)
        if rows:
            ranks = (self._choice.rank(row.source, row.published, row.length, row.id) for row in rows.values())
            self._best[cluster] = self._choice.best_of(ranks)
        return {other: similarity for _, other, similarity in self._verdicts.links([number])}


def _matches(
    comparison: TextComparison, rows: Sequence[StoredDocument], links: Mapping[int, float], by_rare_key: set[int]
) -> tuple[Match, ...]:
    """Return the matches, by id; one that is another story only counts if the two share a rare key."""
    found = [
        match
        for place, row in enumerate(rows)
        if (match := comparison.match(place, row.given_id, same_story=row.number in links))
        and (match.same_story or row.number in by_rare_key)
    ]
    return tuple(sorted(found, key=lambda match: str(match.id)))


def _with_key(stored: KeyDocuments, new: list[int] | None, own: int | None) -> list[int]:
    """Return the sorted numbers of the documents that have a key, without the compared document itself."""
    every = sorted({*stored.numbers, *new}) if new else stored.numbers
    return [number for number in every if number != own] if own is not None else every
