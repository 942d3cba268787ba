"""Groups pairs of one story into clusters in such a way that one wrong pair does not join two stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled import jit
from copydesk.classifier.duplicates.types import STORY


def cluster_pairs(
    n: int,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    similarity: NDArray[np.float64],
    *,
    strength: NDArray[np.float64] | None = None,
) -> NDArray[np.int64]:
    """Return the least number in the cluster of each of n documents; see docs/how-it-works.md, "Clusters".

    Args:
        n: Documents are numbered from 0; numbers decide ties, so the order must not vary.
        left: Shape (n_pairs,): one document of each pair that is one story.
        right: Shape (n_pairs,): the other.
        similarity: Shape (n_pairs,), in [0, 1]; a pair is certain from `StoryRules.certain_similarity` on.
        strength: Shape (n_pairs,): of the other pairs, of which the greatest join groups first; the similarity if None.

    Source: Sokal, Michener 1958, for average linkage.
    """
    certain = similarity >= STORY.certain_similarity
    strength = similarity if strength is None else strength
    groups = connected_components(n, left[certain], right[certain])
    return _join_groups(groups, *_pairs_between(groups, left[~certain], right[~certain], strength[~certain]))


@jit
def connected_components(n: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the least number that each number below n is connected with by pairs (union-find)."""
    roots = np.arange(n)
    for p in range(len(left)):
        a, b = left[p], right[p]
        while roots[a] != a:
            roots[a] = roots[roots[a]]
            a = roots[a]
        while roots[b] != b:
            roots[b] = roots[roots[b]]
            b = roots[b]
        roots[max(a, b)] = min(a, b)
    for i in range(n):
        roots[i] = roots[roots[i]]
    return roots


def _pairs_between(
    groups: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64], strength: NDArray[np.float64]
) -> tuple[list[int], list[int]]:
    """Return the pairs of different groups, each once, the strongest first."""
    one, other = np.minimum(groups[left], groups[right]), np.maximum(groups[left], groups[right])
    order = np.lexsort((other, one, -strength))
    order = order[one[order] != other[order]]
    _, first = np.unique(one[order] * len(groups) + other[order], return_index=True)
    chosen = order[np.sort(first)]
    return one[chosen].tolist(), other[chosen].tolist()


def _join_groups(groups: NDArray[np.int64], left: Sequence[int], right: Sequence[int]) -> NDArray[np.int64]:
    """Join groups if enough of the pairs between them are one story; a group counts as one, whatever its size."""
    joined = {group: group for group in (*left, *right)}
    sizes = dict.fromkeys(joined, 1)
    pairs: dict[int, Counter[int]] = {group: Counter() for group in joined}
    for a, b in zip(left, right, strict=True):
        pairs[a][b] += 1
        pairs[b][a] += 1
    for _ in range(STORY.max_passes):
        before = len(sizes)
        for a, b in zip(left, right, strict=True):
            a, b = sorted((_root(joined, a), _root(joined, b)))
            if a != b and pairs[a][b] >= STORY.min_agreement * sizes[a] * sizes[b]:
                joined[b] = a
                sizes[a] += sizes.pop(b)
                _move_pairs(pairs, b, a)
        if len(sizes) == before:
            break
    roots = np.arange(len(groups))
    for group in joined:
        roots[group] = _root(joined, group)
    return roots[groups]


def _root(joined: dict[int, int], group: int) -> int:
    while joined[group] != group:
        joined[group] = joined[joined[group]]
        group = joined[group]
    return group


def _move_pairs(pairs: dict[int, Counter[int]], old: int, new: int) -> None:
    """Count the pairs of a group as pairs of the group that it has joined."""
    for other, count in pairs.pop(old).items():
        del pairs[other][old]
        if other != new:
            pairs[new][other] += count
            pairs[other][new] += count
