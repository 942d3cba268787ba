"""Puts documents into clusters in the order in which they are added, so that the id of a cluster stays valid.

See docs/how-it-works.md, "The index".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from copydesk.classifier.duplicates.rules import STORY

MEMBERS_COMPARED = 100
"""Only the oldest 100 members of a cluster are compared when deciding whether to merge it."""

MAX_REBUILT = 500
"""If links connect more documents than this with a removed one, their clusters stay as they are; else they are built
again. It takes about 4 ms a document, in which no other process can write."""

Links = dict[int, dict[int, float]]
"""For each document the others that are one story with it as a pair, with the similarity of the pair."""

_NEW = -1

ReadMembers = Callable[[int], list[int]]
"""Reads the oldest MEMBERS_COMPARED documents of a cluster."""

Link = tuple[int, int, float]
"""Both documents and their similarity."""

ReadLinks = Callable[[Sequence[int]], Iterable[Link]]
"""Reads the links of some documents."""

ReadSomeLinks = Callable[[Sequence[int], int], Iterable[Link]]
"""Does the same; of a document with more links than the number given, it may read that many and one more."""


class Clusters:
    """Merges clusters as documents are added, each with its links to older documents.

    This is the rule of `duplicates.clustering` for a closed set, except that what has been merged stays merged, because
    the id of the cluster is in use. So clusters can differ where later documents would have prevented a merge.
    """

    def __init__(self, read_members: ReadMembers = lambda _: [], read_links: ReadLinks = lambda _: ()) -> None:
        """Begin with the stored clusters, or with none."""
        self._read_members = read_members
        self._read_links = read_links
        self._merged_into: dict[int, int] = {}
        self._stored_parts: dict[int, list[int]] = {}
        self._new_members: dict[int, list[int]] = {}
        self._links: Links = {}
        self._stored_members: dict[int, list[int]] = {}
        self._unread: dict[int, int] = {}
        """Stored members whose links have not been read, with their clusters."""

    def find(self, cluster: int) -> int:
        """Return the cluster that a cluster is part of now."""
        while cluster in self._merged_into:
            cluster = self._merged_into[cluster]
        return cluster

    def merges(self) -> dict[int, int]:
        """Return each cluster that has been merged, with the one that it is part of now."""
        return {cluster: self.find(cluster) for cluster in self._merged_into}

    def clusters_to_join(
        self, links: Mapping[int, float], cluster_of: Mapping[int, int], *, incomplete: bool
    ) -> set[int]:
        """Return the clusters that a new document would join, and so merge; changes nothing.

        An equal document is enough. A certain link is not: a chain of versions, each cut and continued a little more,
        would join stories.

        Args:
            links: The new document's.
            cluster_of: The present cluster of each document that it has a link to.
            incomplete: Whether links to documents with the same common key may be missing. Of those, the oldest ones
                were compared, so a link to the oldest document of a cluster is enough.
        """
        certain: dict[int, float] = {}
        others: dict[int, float] = {}
        for other, similarity in links.items():
            best = certain if similarity >= STORY.certain_similarity else others
            best[cluster_of[other]] = max(best.get(cluster_of[other], 0.0), similarity)

        def chain_holds(joined: set[int], cluster: int) -> bool:
            return self._is_chain_of_one_story(links, joined, cluster, incomplete=incomplete)

        equal = {cluster for cluster, similarity in certain.items() if similarity == 1}
        joined = _join(equal, {cluster: certain[cluster] for cluster in certain.keys() - equal}, chain_holds)
        others = {cluster: similarity for cluster, similarity in others.items() if cluster not in certain}
        return _join(joined, others, lambda joined, cluster: self._links_suffice(links, joined, cluster))

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

    def _is_chain_of_one_story(
        self, links: Mapping[int, float], joined: set[int], cluster: int, *, incomplete: bool
    ) -> bool:
        """Tell whether a document, with the clusters that it joins already, joins one that it has a certain link to.

        Of the members only those count that certain links connect with the document.
        """
        every, joined_members = self._oldest_members(cluster), self._oldest_of_all(joined)
        if incomplete and every and every[0] in links:
            return True
        if not joined and _is_enough(sum(other in links for other in every), 1, len(every)):
            return True  # as nearly always, and no links have to be read
        known = {number: self._links_of(number) for number in (*joined_members, *every)} | {_NEW: links}
        versions = _versions(known)
        ours, theirs = (
            [number for number in members if versions[number] == _NEW] for members in ((*joined_members, _NEW), every)
        )
        return _is_enough(sum(other in known[number] for number in ours for other in theirs), len(ours), len(theirs))

    def _links_suffice(self, links: Mapping[int, float], joined: set[int], cluster: int) -> bool:
        """Tell whether a document, with the clusters that it joins already, joins another one.

        A certain link between the two shows that a chain was split there, so they stay apart.
        """
        theirs = {number: self._links_of(number) for number in self._oldest_members(cluster)}
        ours = {number: self._links_of(number) for number in self._oldest_of_all(joined)} | {_NEW: links}
        between = (own[other] for own in ours.values() for other in own.keys() & theirs.keys())
        if any(similarity >= STORY.certain_similarity for similarity in between):
            return False
        versions, others = _versions(ours), _versions(theirs)
        pairs = {
            (version, others[other])
            for number, version in versions.items()
            for other in ours[number]
            if other in others
        }
        return len(pairs) >= STORY.min_agreement * len(set(versions.values())) * len(set(others.values()))

    def _oldest_of_all(self, clusters: Iterable[int]) -> list[int]:
        """Return the oldest documents of several clusters, the oldest MEMBERS_COMPARED of them."""
        return sorted(member for cluster in clusters for member in self._oldest_members(cluster))[:MEMBERS_COMPARED]

    def _oldest_members(self, cluster: int) -> list[int]:
        """Return the oldest documents of a cluster."""
        stored = [number for part in self._stored_parts.get(cluster, [cluster]) for number in self._read_once(part)]
        return sorted(stored + self._new_members.get(cluster, []))[:MEMBERS_COMPARED]

    def _read_once(self, cluster: int) -> list[int]:
        if cluster not in self._stored_members:
            self._stored_members[cluster] = self._read_members(cluster)
            self._unread.update(dict.fromkeys(self._stored_members[cluster], cluster))
        return self._stored_members[cluster]

    def _links_of(self, number: int) -> Mapping[int, float]:
        """Return a member's links; those of all stored members of its cluster are read at once."""
        if number in self._unread:
            members = self._stored_members[self._unread[number]]
            for member, found in links_by_document(members, self._read_links(members)).items():
                self._links.setdefault(member, {}).update(found)
                self._unread.pop(member, None)
        return self._links.get(number, {})


def _is_enough(n_links: int, n: int, n_others: int) -> bool:
    return n_others > 0 and n_links >= STORY.min_chain_agreement * n * n_others


def _join(joined: set[int], best: Mapping[int, float], agrees: Callable[[set[int], int], bool]) -> set[int]:
    """Join clusters that agree with those that are joined already, the ones with the most similar documents first."""
    joined = set(joined)
    waiting = sorted(best, key=lambda cluster: (-best[cluster], cluster))
    for _ in range(STORY.max_passes):
        n_before = len(waiting)
        for cluster in tuple(waiting):
            if agrees(joined, cluster):
                joined.add(cluster)
                waiting.remove(cluster)
        if len(waiting) in (0, n_before):
            break
    return joined


def replay(links: Mapping[int, Mapping[int, float]], incomplete: Mapping[int, bool]) -> dict[int, int]:
    """Return the cluster of each document as if all, and no others, had been added in the order of their numbers.

    `incomplete` tells for each document whether links may be missing.
    """
    clusters = Clusters()
    found: dict[int, int] = {}
    for number in sorted(links):
        older = {other: similarity for other, similarity in links[number].items() if other < number and other in links}
        cluster_of = {other: clusters.find(found[other]) for other in older}
        joined = clusters.clusters_to_join(older, cluster_of, incomplete=incomplete[number])
        found[number] = clusters.add(number, older, joined)
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


def read_linked(removed: Sequence[int], read: ReadSomeLinks) -> set[int]:
    """Return the documents that links connect with removed ones, without those of one with more than MAX_REBUILT."""
    found = links_by_document(removed, read(removed, MAX_REBUILT))
    return {other for links in found.values() if len(links) <= MAX_REBUILT for other in links}.difference(removed)


def read_connected(seeds: Iterable[int], read: ReadSomeLinks) -> Links:
    """Return the documents that links connect with some, breadth first, without groups of more than MAX_REBUILT."""
    found: Links = {}
    group = {seed: {seed} for seed in seeds}
    """For each document that has been reached the group that it is part of so far."""
    fresh = sorted(group)
    while fresh:
        found |= links_by_document(fresh, read(fresh, MAX_REBUILT))
        for number in fresh:
            for other in found[number]:
                small, large = sorted((group[number], group.get(other, {other})), key=len)
                if small is not large:
                    large |= small
                    group |= dict.fromkeys(small, large) | {other: large}
        fresh = sorted(each for each in group.keys() - found.keys() if len(group[each]) <= MAX_REBUILT)
    return {number: links for number, links in found.items() if len(group[number]) <= MAX_REBUILT}
