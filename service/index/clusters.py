"""Clusters: what belongs together by edges, and how clusters join while documents come."""

from __future__ import annotations

from collections.abc import Iterable


class Joined:
    """Clusters that were joined to older ones, by number."""

    def __init__(self) -> None:
        self._older: dict[int, int] = {}

    def of(self, cluster: int) -> int:
        """Return what a cluster is part of now."""
        while cluster in self._older:
            cluster = self._older[cluster]
        return cluster

    def join(self, clusters: Iterable[int]) -> int:
        """Join clusters to the oldest of them and return it."""
        roots = {self.of(cluster) for cluster in clusters}
        oldest = min(roots)
        self._older |= dict.fromkeys(roots - {oldest}, oldest)
        return oldest

    def changes(self) -> dict[int, int]:
        """Return each cluster that is part of another now, with that other."""
        return {cluster: self.of(cluster) for cluster in self._older}


def components(numbers: Iterable[int], edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return for each number the least that edges join it with, itself where none does.

    Edges to numbers that are not among them count for nothing.
    """
    joined = Joined()
    known = set(numbers)
    for a, b in edges:
        if a in known and b in known:
            joined.join((a, b))
    return {number: joined.of(number) for number in known}
