"""Groups pairs of one story into clusters in such a way that one wrong pair does not join two stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.duplicates.rules import STORY

_CONNECT = core_function("cd_connected_components", "i64 i64* i64* i64 i64*")


@dataclass(slots=True)
class _Part:
    """A part of a cluster: its documents, those with incomplete pairs, and by other part the pairs between the two.

    `links` are pairs of one story, `known` those of them whose documents both have incomplete pairs.
    """

    size: int = 1
    n_incomplete: int = 0
    links: Counter[int] = field(default_factory=Counter)
    known: Counter[int] = field(default_factory=Counter)


def cluster_pairs(
    n: int,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    similarity: NDArray[np.float64],
    *,
    strength: NDArray[np.float64] | None = None,
    incomplete: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """Return the least number in the cluster of each of n documents; see docs/how-it-works.md, "Clusters".

    Args:
        n: Documents are numbered from 0; numbers decide ties, so the order must not vary.
        left: Shape (n_pairs,): one document of each pair that is one story.
        right: Shape (n_pairs,): the other.
        similarity: Shape (n_pairs,), in [0, 1]; a pair is certain from `StoryRules.certain_similarity` on.
        strength: Shape (n_pairs,): of the other pairs, of which the greatest join groups first; the similarity if None.
        incomplete: Shape (n,): whether pairs of a document may be missing; none is if None.

    Source: Sokal, Michener 1958, for average linkage.
    """
    certain = similarity >= STORY.certain_similarity
    strength = similarity if strength is None else strength
    incomplete = np.zeros(n, np.bool_) if incomplete is None else incomplete
    connected = connected_components(n, left[certain], right[certain])
    groups = _split_chains(connected, left, right, np.where(certain, similarity, 0), incomplete)
    between = connected[left] != connected[right]  # what was split stays apart
    one, other = _pairs_between(groups, left[between], right[between], strength[between])
    parts = {group: _Part() for group in (*one, *other)}
    for a, b in zip(one, other, strict=True):
        parts[a].links[b] = parts[b].links[a] = 1
    return _joined(groups, parts, one, other, STORY.min_agreement)


def _split_chains(
    groups: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    certainty: NDArray[np.float64],
    incomplete: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Join the documents of those groups again that are not all one story in pairs, the most similar ones first.

    `certainty` is the similarity of certain pairs, 0 for the others: those join none, but tell that two are one story.
    """
    n = len(groups)
    inside = groups[left] == groups[right]
    known = inside & incomplete[left] & incomplete[right]
    sizes, n_incomplete = np.bincount(groups, minlength=n), np.bincount(groups[incomplete], minlength=n)
    unknown = n_incomplete * (n_incomplete - 1) // 2 - np.bincount(groups[left[known]], minlength=n)
    missing = sizes * (sizes - 1) // 2 - unknown - np.bincount(groups[left[inside]], minlength=n)
    chosen = np.flatnonzero(inside & (missing > 0)[groups[left]])
    if not chosen.size:
        return groups
    apart = np.where((missing > 0)[groups], np.arange(n), groups)
    members = np.flatnonzero((missing > 0)[groups])
    parts = {number: _Part(n_incomplete=int(incomplete[number])) for number in members.tolist()}
    for a, b, both in zip(left[chosen].tolist(), right[chosen].tolist(), known[chosen].tolist(), strict=True):
        for one, other in ((a, b), (b, a)):
            parts[one].links[other] += 1
            parts[one].known[other] += both
    joining = chosen[certainty[chosen] > 0]
    pairs = _pairs_between(apart, left[joining], right[joining], certainty[joining])
    return _joined(apart, parts, *pairs, STORY.min_chain_agreement)


def connected_components(n: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the least number that each number below n is connected with by pairs (union-find)."""
    roots = np.empty(n, np.int64)
    _CONNECT(n, left, right, len(left), roots)
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


def _joined(
    groups: NDArray[np.int64], parts: dict[int, _Part], left: Sequence[int], right: Sequence[int], least: float
) -> NDArray[np.int64]:
    """Join parts in the order of some pairs of them, if at least this share of all pairs between two is one story."""
    joined = {group: group for group in parts}
    for _ in range(STORY.max_passes):
        before = len(parts)
        for a, b in zip(left, right, strict=True):
            a, b = sorted((_root(joined, a), _root(joined, b)))
            if a != b and _agreement(parts[a], parts[b], b) >= least:
                joined[b] = a
                _merge(parts, b, a)
        if len(parts) == before:
            break
    roots = np.arange(len(groups))
    for group in joined:
        roots[group] = _root(joined, group)
    return roots[groups]


def _agreement(part: _Part, other: _Part, name: int) -> float:
    """Return the share of the known pairs between two parts that are one story."""
    unknown = part.n_incomplete * other.n_incomplete - part.known[name]
    return part.links[name] / max(1, part.size * other.size - unknown)


def _root(joined: dict[int, int], group: int) -> int:
    while joined[group] != group:
        joined[group] = joined[joined[group]]
        group = joined[group]
    return group


def _merge(parts: dict[int, _Part], old: int, new: int) -> None:
    """Count the documents and pairs of a part as those of the part that it has joined."""
    moved, kept = parts.pop(old), parts[new]
    kept.size += moved.size
    kept.n_incomplete += moved.n_incomplete
    for own, theirs in ((kept.links, moved.links), (kept.known, moved.known)):
        for other, count in theirs.items():
            if other != new:
                own[other] += count
        own.pop(old, None)
    for other in moved.links:
        if other != new:
            parts[other].links[new] += parts[other].links.pop(old)
            parts[other].known[new] += parts[other].known.pop(old, 0)
