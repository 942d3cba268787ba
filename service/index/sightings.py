"""The answers to a batch of documents, one after the other: candidates, matches, and the cluster each would join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from sqlalchemy import Connection

from classifier.candidates import MOST_DOCUMENTS, MOST_STORIES
from classifier.packed import pack_set
from classifier.shingles import Ragged, shingle_sets
from classifier.sightings import find_matches
from classifier.signing import KeyScheme, Signed, sign_words
from classifier.types import Match, SigningScheme
from classifier.words import Words, read_words
from service.index.clusters import Joined, components
from service.index.lookup import (
    ENDS,
    Best,
    Holders,
    Rank,
    Stored,
    by_number,
    edges_of,
    holders_of,
    ids_of,
    members_of,
)
from service.index.records import Answer, Document

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
    """An answer, and the numbers of the documents that tell the same story."""

    answer: Answer
    same_story: list[int]


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
        self.joined = Joined()

    def answer(self, at: int, known: Stored | None, number: int | None = None) -> Sighting:
        """Answer a document.

        Args:
            at: Which of the asked ones.
            known: What the index holds under its id, if that is the same; it is not compared with it.
            number: The document's own where it has one or is to keep one.
        """
        candidates = self._candidates(at, number)
        rows = [self._rows[other] for other in candidates.numbers]
        numbers = {row.id: row.number for row in rows}
        found = self._matches(at, rows)
        kept = sorted(
            (match for match in found if match.same_story or numbers[match.id] in candidates.evident),
            key=lambda match: match.id,
        )
        same_story = [numbers[match.id] for match in kept if match.same_story]
        clusters = {self._cluster(other) for other in same_story}
        if known is not None:
            clusters.add(self.joined.of(known.cluster))  # those that came later and match it are there too
        cluster, keep = self._place(at, number, clusters)
        name = self._asked.documents[at].id
        return Sighting(Answer(name, cluster, keep, known is not None, tuple(kept), candidates.common_keys), same_story)

    def admit(self, at: int, number: int, now: float, same_story: list[int]) -> Stored:
        """Let the documents after it see one; returns it as it will be stored, its cluster as of now."""
        document = self._asked.documents[at]
        stored = Stored(
            number,
            document.id,
            number,
            self._asked.digests[at],
            len(document.text),
            document.published,
            now,
            document.source,
            self._asked.packed(at),
        )
        clusters = [self.joined.of(self._rows[other].cluster) for other in same_story]
        best = min([self._rank(at), *(self._best_of(cluster) for cluster in set(clusters))])
        self._rows[number] = stored
        self._best[self.joined.join([number, *clusters])] = best
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
        return self.joined.of(self._rows[number].cluster)

    def _matches(self, at: int, rows: Sequence[Stored]) -> list[Match]:
        digest = self._asked.digests[at]
        return find_matches(
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
        return own[3] if number is not None and number < oldest else self._name(oldest), keep

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
        """Answer as if a document had been taken out: what its cluster is without it is found by the edges."""
        members = [number for number in members_of(self._connection, hidden.cluster) if number != hidden.number]
        rows = by_number(self._connection, members)
        clusters = components(members, edges_of(self._connection, members))
        ranks: dict[int, list[Rank]] = {}
        for number, row in rows.items():
            self._rows[number] = replace(row, cluster=clusters[number])
            ranks.setdefault(clusters[number], []).append(
                self._best_documents.rank(row.source, row.published, row.length, row.id)
            )
        self._best |= {cluster: min(every) for cluster, every in ranks.items()}


def _repeated(keys: list[int]) -> set[int]:
    """Return the keys that several documents of a batch hold: for the others it need not be kept who was admitted."""
    values, counts = np.unique(np.array(keys, np.int64), return_counts=True)
    repeated: set[int] = set(values[counts > 1].tolist())
    return repeated
