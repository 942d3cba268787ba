"""Clusters: which of the documents that tell one story by pairs are one story, so that a cluster's id never jumps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from copydesk.classifier.duplicates.clustering import AGREEING, CERTAIN

MOST_COUNTED = 100
"""Of a larger cluster so many documents, the oldest, speak for it when pairs are counted."""

MOST_PASSES = 20
"""Times that a document's clusters are gone through; a pass goes on where the last one has joined some."""

Links = dict[int, dict[int, float]]
"""For each document those that tell its story by a pair, and how alike the two are."""

_ASKED = -1

Reader = Callable[[int], tuple[list[int], Links]]
"""Gives the oldest documents of a cluster, and their links."""


class Clusters:
    """Joins clusters as documents come, one after the other, each with its links to those before it.

    A document joins every cluster that it has a certain pair with. Another one, the most similar first, joins where
    enough of the pairs between the two groups are there, with versions that certain pairs make counted as one. That
    is what `duplicates.clustering` asks of groups in a closed set; but what has been joined stays joined, as an id that
    was given is in use. Of one set of documents the two differ where later ones would have told otherwise.
    """

    def __init__(self, read: Reader | None = None) -> None:
        """Take what gives the documents of clusters that were there before; there were none where None."""
        self._read = read
        self._older: dict[int, int] = {}
        self._stored: dict[int, list[int]] = {}
        self._new: dict[int, list[int]] = {}
        self._links: Links = {}
        self._known: dict[int, list[int]] = {}

    def of(self, cluster: int) -> int:
        """Return what a cluster is part of now."""
        while cluster in self._older:
            cluster = self._older[cluster]
        return cluster

    def changes(self) -> dict[int, int]:
        """Return each cluster that is part of another now, with that other."""
        return {cluster: self.of(cluster) for cluster in self._older}

    def joins(self, links: Mapping[int, float], of: Mapping[int, int]) -> set[int]:
        """Tell which clusters a document would join, and thereby join; nothing is changed.

        Args:
            links: The documents it has a pair with, and how alike they are.
            of: The cluster of each of these now.
        """
        joined = {of[other] for other, similarity in links.items() if similarity >= CERTAIN}
        best: dict[int, float] = {}
        for other, similarity in links.items():
            if of[other] not in joined:
                best[of[other]] = max(best.get(of[other], 0.0), similarity)
        doubtful = sorted(best, key=lambda cluster: (-best[cluster], cluster))
        for _ in range(MOST_PASSES):
            before = len(doubtful)
            for cluster in tuple(doubtful):
                if self._agree(links, joined, cluster):
                    joined.add(cluster)
                    doubtful.remove(cluster)
            if len(doubtful) in (0, before):
                break
        return joined

    def admit(self, number: int, links: Mapping[int, float], joined: Iterable[int]) -> int:
        """Add a document that joins clusters; returns its cluster, the oldest of them."""
        for other, similarity in links.items():
            self._links.setdefault(number, {})[other] = similarity
            self._links.setdefault(other, {})[number] = similarity
        parts = {number, *joined}
        oldest = min(parts)
        new = [member for part in parts for member in self._new.pop(part, ())]
        stored = [each for part in sorted(parts - {number}) for each in self._stored.pop(part, [part])]
        self._new[oldest] = sorted([number, *new])[:MOST_COUNTED]
        self._stored[oldest] = stored
        self._older |= dict.fromkeys(parts - {number, oldest}, oldest)
        return oldest

    def _agree(self, links: Mapping[int, float], joined: set[int], cluster: int) -> bool:
        theirs = self._counted(cluster)
        members = sorted(member for part in joined for member in self._counted(part))[:MOST_COUNTED]
        known = {number: self._links.get(number, {}) for number in members} | {_ASKED: links}
        ours, others = _versions(known), _versions({number: self._links.get(number, {}) for number in theirs})
        pairs = {
            (version, others[other]) for number, version in ours.items() for other in known[number] if other in others
        }
        return len(pairs) >= AGREEING * len(set(ours.values())) * len(set(others.values()))

    def _counted(self, cluster: int) -> list[int]:
        """Return the oldest documents of a cluster, with their links at hand."""
        stored = [number for part in self._stored.get(cluster, [cluster]) for number in self._read_once(part)]
        return sorted(stored + self._new.get(cluster, []))[:MOST_COUNTED]

    def _read_once(self, cluster: int) -> list[int]:
        if self._read is None:
            return []
        if cluster not in self._known:
            self._known[cluster], links = self._read(cluster)
            for number, found in links.items():
                self._links.setdefault(number, {}).update(found)
        return self._known[cluster]


def replay(links: Mapping[int, Mapping[int, float]]) -> dict[int, int]:
    """Return the cluster of each document, by its oldest one, as if they had come in the order of their numbers.

    Links to documents that are not among them count for nothing.
    """
    clusters = Clusters()
    found: dict[int, int] = {}
    for number in sorted(links):
        older = {other: similarity for other, similarity in links[number].items() if other < number and other in links}
        of = {other: clusters.of(found[other]) for other in older}
        found[number] = clusters.admit(number, older, clusters.joins(older, of))
    return {number: clusters.of(cluster) for number, cluster in found.items()}


def linked(numbers: Iterable[int], edges: Iterable[tuple[int, int, float]]) -> Links:
    """Lay edges out by the document that they begin at; each of the numbers is there."""
    links: Links = {number: {} for number in numbers}
    for number, other, similarity in edges:
        links.setdefault(number, {})[other] = similarity
    return links


def _versions(links: Mapping[int, Mapping[int, float]]) -> dict[int, int]:
    """Return for each document the least number of those that certain pairs join it with."""
    found: dict[int, int] = {}
    for first in sorted(links):
        if first not in found:
            _spread(first, links, found)
    return found


def _spread(first: int, links: Mapping[int, Mapping[int, float]], found: dict[int, int]) -> None:
    waiting = [first]
    found[first] = first
    while waiting:
        for other, similarity in links[waiting.pop()].items():
            if similarity >= CERTAIN and other in links and other not in found:
                found[other] = first
                waiting.append(other)


def spread(seeds: Iterable[int], read: Callable[[Sequence[int]], Iterable[tuple[int, int, float]]]) -> Links:
    """Gather all documents that edges lead to from some, with the edges, one step further at a time.

    Args:
        seeds: Where to begin.
        read: Gives the edges that begin at documents.
    """
    links: Links = {}
    fresh = sorted(set(seeds))
    while fresh:
        links |= linked(fresh, read(fresh))
        fresh = sorted({other for number in fresh for other in links[number]} - links.keys())
    return links
