"""Puts documents into clusters in the order in which they are added, so that the id of a cluster stays valid.

See docs/how-it-works.md, "The index".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from copydesk.classifier.duplicates.types import STORY

MEMBERS_COMPARED = 100
"""Only the oldest 100 members of a cluster are compared when deciding whether to merge it."""

Links = dict[int, dict[int, float]]
"""For each document the others that are one story with it as a pair, with the similarity of the pair."""

_NEW = -1

ReadMembers = Callable[[int], tuple[list[int], Links]]
"""Reads the oldest MEMBERS_COMPARED documents of a cluster, with their links."""


class Clusters:
    """Merges clusters as documents are added, each with its links to older documents.

    This is the rule of `duplicates.clustering` for a closed set, except that what has been merged stays merged, because
    the id of the cluster is in use. So clusters can differ where later documents would have prevented a merge.
    """

    def __init__(self, read_members: ReadMembers = lambda _: ([], {})) -> None:
        """Begin with the stored clusters, or with none."""
        self._read_members = read_members
        self._merged_into: dict[int, int] = {}
        self._stored_parts: dict[int, list[int]] = {}
        self._new_members: dict[int, list[int]] = {}
        self._links: Links = {}
        self._stored_members: dict[int, list[int]] = {}

    def find(self, cluster: int) -> int:
        """Return the cluster that a cluster is part of now."""
        while cluster in self._merged_into:
            cluster = self._merged_into[cluster]
        return cluster

    def merges(self) -> dict[int, int]:
        """Return each cluster that has been merged, with the one that it is part of now."""
        return {cluster: self.find(cluster) for cluster in self._merged_into}

    def clusters_to_join(self, links: Mapping[int, float], cluster_of: Mapping[int, int]) -> set[int]:
        """Return the clusters that a new document would join, and so merge; changes nothing.

        `cluster_of` has the present cluster of each document that it has a link to.
        """
        joined = {cluster_of[other] for other, similarity in links.items() if similarity >= STORY.certain_similarity}
        best: dict[int, float] = {}
        for other, similarity in links.items():
            if cluster_of[other] not in joined:
                best[cluster_of[other]] = max(best.get(cluster_of[other], 0.0), similarity)
        open_clusters = sorted(best, key=lambda cluster: (-best[cluster], cluster))
        for _ in range(STORY.max_passes):
            n_before = len(open_clusters)
            for cluster in tuple(open_clusters):
                if self._links_suffice(links, joined, cluster):
                    joined.add(cluster)
                    open_clusters.remove(cluster)
            if len(open_clusters) in (0, n_before):
                break
        return joined

    def add(self, number: int, links: Mapping[int, float], joined: Iterable[int]) -> int:
        """Add a document and merge the clusters that it joins; return its cluster, the oldest of them."""
        for other, similarity in links.items():
            self._links.setdefault(number, {})[other] = similarity
            self._links.setdefault(other, {})[number] = similarity
        parts = {number, *joined}
        oldest = min(parts)
        new = [member for part in parts for member in self._new_members.pop(part, ())]
        stored = [each for part in sorted(parts - {number}) for each in self._stored_parts.pop(part, [part])]
        self._new_members[oldest] = sorted([number, *new])[:MEMBERS_COMPARED]
        self._stored_parts[oldest] = stored
        self._merged_into |= dict.fromkeys(parts - {number, oldest}, oldest)
        return oldest

    def _links_suffice(self, links: Mapping[int, float], joined: set[int], cluster: int) -> bool:
        """Tell whether a document, with the clusters that it joins already, joins another one."""
        theirs = self._oldest_members(cluster)
        members = sorted(member for part in joined for member in self._oldest_members(part))[:MEMBERS_COMPARED]
        ours = {number: self._links.get(number, {}) for number in members} | {_NEW: links}
        versions, others = _versions(ours), _versions({number: self._links.get(number, {}) for number in theirs})
        pairs = {
            (version, others[other])
            for number, version in versions.items()
            for other in ours[number]
            if other in others
        }
        return len(pairs) >= STORY.min_agreement * len(set(versions.values())) * len(set(others.values()))

    def _oldest_members(self, cluster: int) -> list[int]:
        """Return the oldest documents of a cluster; their links are in `_links` afterwards."""
        stored = [number for part in self._stored_parts.get(cluster, [cluster]) for number in self._read_once(part)]
        return sorted(stored + self._new_members.get(cluster, []))[:MEMBERS_COMPARED]

    def _read_once(self, cluster: int) -> list[int]:
        if cluster not in self._stored_members:
            self._stored_members[cluster], links = self._read_members(cluster)
            for number, found in links.items():
                self._links.setdefault(number, {}).update(found)
        return self._stored_members[cluster]


def replay(links: Mapping[int, Mapping[int, float]]) -> dict[int, int]:
    """Return the cluster of each document as if all, and no others, had been added in the order of their numbers."""
    clusters = Clusters()
    found: dict[int, int] = {}
    for number in sorted(links):
        older = {other: similarity for other, similarity in links[number].items() if other < number and other in links}
        cluster_of = {other: clusters.find(found[other]) for other in older}
        found[number] = clusters.add(number, older, clusters.clusters_to_join(older, cluster_of))
    return {number: clusters.find(cluster) for number, cluster in found.items()}


def links_by_document(numbers: Iterable[int], links: Iterable[tuple[int, int, float]]) -> Links:
    """Group links by their first document; each of `numbers` has an entry."""
    found: Links = {number: {} for number in numbers}
    for number, other, similarity in links:
        found.setdefault(number, {})[other] = similarity
    return found


def _versions(links: Mapping[int, Mapping[int, float]]) -> dict[int, int]:
    """Return for each document the lowest number among those that certain links connect it with."""
    found: dict[int, int] = {}
    for first in sorted(links):
        if first in found:
            continue
        found[first] = first
        waiting = [first]
        while waiting:
            for other, similarity in links[waiting.pop()].items():
                if similarity >= STORY.certain_similarity and other in links and other not in found:
                    found[other] = first
                    waiting.append(other)
    return found


def read_connected(seeds: Iterable[int], read: Callable[[Sequence[int]], Iterable[tuple[int, int, float]]]) -> Links:
    """Return all documents that links connect with some, breadth first; `read` returns the links of documents."""
    found: Links = {}
    fresh = sorted(set(seeds))
    while fresh:
        found |= links_by_document(fresh, read(fresh))
        fresh = sorted({other for number in fresh for other in found[number]} - found.keys())
    return found
