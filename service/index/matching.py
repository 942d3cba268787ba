"""The answers to a batch of documents, one after the other: candidates, matches, and the cluster each would join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

import numpy as np
from sqlalchemy import Connection

from copydesk.classifier.duplicates.candidates import MOST_DOCUMENTS, MOST_STORIES
from copydesk.classifier.duplicates.normalized_words import Words, read_words
from copydesk.classifier.duplicates.same_story import SURE
from copydesk.classifier.duplicates.shingle_codec import pack_set
from copydesk.classifier.duplicates.shingles import Ragged, shingle_sets
from copydesk.classifier.duplicates.signing import Signed, sign_words
from copydesk.classifier.duplicates.stored_sets import Sighted, sight
from copydesk.classifier.duplicates.types import KeyScheme, SigningScheme
from copydesk.service.index.clusters import Clusters, replay, spread
from copydesk.service.index.pairs import Pairs, weighed
from copydesk.service.index.reads import (
    ENDS,
    Best,
    Holders,
    Rank,
    Stored,
    by_number,
    edges_of,
    holders_of,
    ids_of,
    oldest_of,
)
from copydesk.service.index.records import Answer, Document
from copydesk.service.index.verdicts import NEW, Graph

_NOBODY = Holders([], common=False)


class Asked:
    """Documents that are read and signed."""

    def __init__(self, documents: Sequence[Document], scheme: SigningScheme, keys: KeyScheme) -> None:
        texts = [document.text for document in documents]
        self.documents = documents
        self.words: Words = read_words(texts)
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        self.signed: Signed = sign_words(self.words, lengths, scheme=scheme, keys=keys)
        self.digests: list[int] = self.signed.digests.astype(np.int64).tolist()

    def is_held(self, at: int, known: Stored) -> bool:
        """Tell whether the index holds a document as it is asked, so that adding it changes nothing."""
        return (known.digest, known.length, known.published, known.source) == self._kept(at)

    def is_equal(self, one: int, other: int) -> bool:
        """Tell whether two of the documents, of one id, would be kept alike."""
        return self._kept(one) == self._kept(other)

    def _kept(self, at: int) -> tuple[int, int, float | None, str | None]:
        document = self.documents[at]
        return self.digests[at], len(document.text), document.published, document.source

    def keys(self, at: int) -> list[int]:
        """Return the keys of a document."""
        keys: list[int] = self.signed.keys.row(at).tolist()
        return keys

    def packed(self, at: int) -> bytes:
        """Return the set of a document; all are made at the first call, as a check needs none."""
        return pack_set(self._sets.row(at))

    @cached_property
    def _sets(self) -> Ragged[np.uint32]:
        return shingle_sets(self.signed.shingles)


@dataclass(frozen=True, slots=True)
class Sighting:
    """An answer, the document's pairs, those that tell its story with how alike each is, the clusters that it joins.

    `crowded` tells whether pairs of it may be missing.
    """

    answer: Answer
    pairs: Pairs
    links: dict[int, float]
    joined: set[int]
    crowded: bool


@dataclass(slots=True)
class _Candidates:
    numbers: list[int] = field(default_factory=list)
    evident: set[int] = field(default_factory=set)
    common_keys: int = 0


class Sightings:
    """Answers documents of a batch in order; each sees the index and those of the batch that were admitted before."""

    def __init__(self, connection: Connection, asked: Asked, part: range, best: Best) -> None:
        self._connection = connection
        self._asked = asked
        self._best_documents = best
        keys = [key for at in part for key in asked.keys(at)]
        self._repeated = _repeated(keys) if len(part) > 1 else set()
        self._holders = holders_of(connection, keys)
        self._rows = by_number(connection, {n for holders in self._holders.values() for n in holders.numbers})
        self._admitted: dict[int, list[int]] = {}
        self._best: dict[int, Rank] = {}
        self._names: dict[int, str] = {}
        self.clusters = Clusters(lambda cluster: oldest_of(connection, cluster))
        self.regrouped: dict[int, int] = {}
        """Clusters that change as a document takes an older one's place."""
        self.verdicts: dict[tuple[int, int], bool] = {}
        """Verdicts on pairs of other documents that change so."""
        self._graph = Graph(connection)
        self._graph.know({number: bool(row.crowded) for number, row in self._rows.items()})

    def answer(self, at: int, known: Stored | None, number: int | None = None) -> Sighting:
        """Answer a document.

        Args:
            at: Which of the asked ones.
            known: What the index holds under its id, if that is the same; it is not compared with it.
            number: The document's own where it has one or is to keep one.
        """
        candidates = self._candidates(at, number)
        rows = [self._rows[other] for other in candidates.numbers]
        crowded = candidates.common_keys > 0
        sighted = self._sight(at, rows) if rows else None
        pairs = weighed(candidates.numbers, sighted) if sighted else {}
        links = self._links(pairs, known, number, crowded=crowded)
        pairs = {other: pair._replace(same_story=other in links) for other, pair in pairs.items()}
        found = [sighted.match(n, row.id, same_story=row.number in links) for n, row in enumerate(rows) if sighted]
        numbers = {row.id: row.number for row in rows}
        kept = sorted(
            (match for match in found if match and (match.same_story or numbers[match.id] in candidates.evident)),
            key=lambda match: match.id,
        )
        of = {other: self._cluster(other) for other in links}
        if known is not None:
            joined = {self.clusters.of(known.cluster)}
        elif number is not None:
            joined = {self.regrouped[number]}.intersection(of.values())
        else:
            joined = self.clusters.joins(links, of)
        cluster, keep = self._place(at, number, joined)
        name, seen = self._asked.documents[at].id, any(cluster in joined for cluster in of.values())
        answer = Answer(name, cluster, keep, known is not None, seen, tuple(kept), candidates.common_keys)
        return Sighting(answer, pairs, links, joined, crowded)

    def _links(self, pairs: Pairs, known: Stored | None, number: int | None, *, crowded: bool) -> dict[int, float]:
        """Return those that tell the story of an asked document; verdicts on one that is there stay."""
        if known is not None:
            stored = {other: alike for _, other, alike in edges_of(self._connection, [known.number]) if other in pairs}
            return {other: pair.similarity for other, pair in pairs.items() if pair.kind & SURE} | stored
        if number is not None:
            return self._replace(number, pairs, crowded=crowded)
        return {other: pairs[other].similarity for other in self._graph.judge(NEW, pairs, crowded=crowded)}

    def admit(self, at: int, number: int, now: float, sighting: Sighting) -> Stored:
        """Let the documents after it see one; returns it as it will be stored, its cluster as of now."""
        best = min([self._rank(at), *map(self._best_of, sighting.joined)])
        cluster = self.clusters.admit(number, sighting.links, sighting.joined)
        self._best[cluster] = best
        self._graph.put(number, sighting.pairs, crowded=sighting.crowded)
        document = self._asked.documents[at]
        stored = Stored(
            number,
            document.id,
            cluster,
            self._asked.digests[at],
            len(document.text),
            document.published,
            now,
            document.source,
            sighting.crowded,
            self._asked.packed(at),
        )
        self._rows[number] = stored
        for key in self._repeated.intersection(self._asked.keys(at)):
            self._admitted.setdefault(key, []).append(number)
        return stored

    def _candidates(self, at: int, own: int | None) -> _Candidates:
        """Gather who shares a key; a key in many stories, or held by too many documents, is no evidence."""
        found = _Candidates()
        numbers: set[int] = set()
        for key in self._asked.keys(at):
            holders = self._holders.get(key)
            admitted = self._admitted.get(key)
            if holders is None and admitted is None:
                continue
            every = self._every(holders or _NOBODY, admitted, own)
            if len(every) > MOST_DOCUMENTS or (holders is not None and holders.common):
                found.common_keys += 1
                every = sorted({*every[:ENDS], *every[-ENDS:]})
            elif len(every) <= MOST_STORIES or len({self._cluster(number) for number in every}) <= MOST_STORIES:
                found.evident.update(every)
            numbers.update(every)
        found.numbers = sorted(numbers)
        return found

    def _every(self, holders: Holders, admitted: list[int] | None, own: int | None) -> list[int]:
        """Return who holds a key but the asked document itself, rising."""
        every = sorted({*holders.numbers, *admitted}) if admitted else holders.numbers
        return [number for number in every if number != own] if own is not None else every

    def _cluster(self, number: int) -> int:
        return self.clusters.of(self._rows[number].cluster)

    def _sight(self, at: int, rows: Sequence[Stored]) -> Sighted:
        digest = self._asked.digests[at]
        return sight(
            self._asked.words,
            self._asked.signed.shingles,
            at,
            ids=[row.id for row in rows],
            packed=[row.shingles for row in rows],
            stories=[self._cluster(row.number) for row in rows],
            identical=[row.digest == digest != 0 for row in rows],
        )

    def _place(self, at: int, number: int | None, clusters: set[int]) -> tuple[str, bool]:
        """Return the id of the cluster that a document is in or would join, and whether it would be the one to keep."""
        own = self._rank(at)
        if not clusters:
            return own[3], True
        oldest = min(clusters)
        keep = all(own <= self._best_of(cluster) for cluster in clusters)
        return own[3] if number is not None and number <= oldest else self._name(oldest), keep

    def _rank(self, at: int) -> Rank:
        document = self._asked.documents[at]
        return self._best_documents.rank(document.source, document.published, len(document.text), document.id)

    def _best_of(self, cluster: int) -> Rank:
        if cluster not in self._best:
            self._best[cluster] = self._best_documents.of(self._connection, cluster)
        return self._best[cluster]

    def _name(self, number: int) -> str:
        if number in self._rows:
            return self._rows[number].id
        if number not in self._names:
            self._names |= ids_of(self._connection, [number])
        return self._names[number]

    def hide(self, hidden: Stored) -> None:
        """Answer as if a document had been taken out; to be called before a document that replaces it is answered."""
        gone = [hidden.number]
        beside = {other for _, other, _ in edges_of(self._connection, gone)}
        concerned = self._graph.concerned(gone).difference(gone)
        self._graph.hide(hidden.number)
        beside.update(chain.from_iterable(self._graph.rejudge(concerned)))
        self._overlay(replay(spread(beside, self._graph.edges)))

    def _overlay(self, clusters: Mapping[int, int]) -> None:
        for number in clusters.keys() & self._rows.keys():
            self._rows[number] = replace(self._rows[number], cluster=clusters[number])

    def _replace(self, number: int, pairs: Pairs, *, crowded: bool) -> dict[int, float]:
        """Find verdicts, and clusters of all that is linked, with a document that takes an older one's place."""
        self._graph.put(number, pairs, crowded=crowded)
        found = self._graph.rejudge(self._graph.concerned([number]) | {number})
        self.verdicts = {ends: same for ends, same in found.items() if number not in ends}
        self.regrouped = replay(spread({number, *chain.from_iterable(found)}, self._graph.edges))
        cluster = self.regrouped[number]
        others = [other for other, of in self.regrouped.items() if of == cluster and other != number]
        rows = by_number(self._connection, others)
        self._rows |= rows
        self._overlay(self.regrouped)
        if rows:
            ranked = (self._best_documents.rank(row.source, row.published, row.length, row.id) for row in rows.values())
            self._best[cluster] = min(ranked)
        return {other: alike for _, other, alike in self._graph.edges([number])}


def _repeated(keys: list[int]) -> set[int]:
    """Return the keys that several documents of a batch hold: for the others it need not be kept who was admitted."""
    values, counts = np.unique(np.array(keys, np.int64), return_counts=True)
    repeated: set[int] = set(values[counts > 1].tolist())
    return repeated
