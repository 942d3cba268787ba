"""Decides whether one machine of a Ray cluster has room for a whole closed set, and runs it there as one task."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray

SHARE = 0.5
"""A closed set may take up to this share of a node's memory; a larger one is divided."""
MEMORY_RATIO = 1.5
"""Bytes of memory for each byte of the chunks on disk; 1.25 was measured (1,000,000 articles of 400 words)."""
LEAST_BYTES = 200_000_000
"""Memory of a process that compares nothing."""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of the cluster: what Ray may use of it."""

    processors: int
    n_bytes: int


def largest_node() -> Node:
    """Return the machine with the most memory."""
    nodes: Iterable[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    resources = [node["Resources"] for node in nodes if node["Alive"]]
    every = [Node(max(1, int(each.get("CPU", 1))), int(each.get("memory", 0))) for each in resources]
    return max(every, key=lambda node: (node.n_bytes, node.processors), default=Node(1, 0))


def n_processors() -> int:
    """Return the number of processors of the cluster."""
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return max(1, int(resources.get("CPU", 1)))


def memory_for(chunks: Iterable[Path]) -> int:
    """Return how many bytes of memory the comparison of some chunks takes."""
    return LEAST_BYTES + int(MEMORY_RATIO * sum(path.stat().st_size for path in chunks))


def fits(n_bytes: int, node: Node) -> bool:
    """Tell whether a machine has room for a closed set."""
    return n_bytes <= SHARE * node.n_bytes


def run_as_task(task: Callable[[], Any], n_bytes: int) -> Any:
    """Call a task on a machine with that much memory; Ray calls it again if the machine is lost."""

    def run() -> Any:
        return task()

    remote: Any = ray.remote(run)
    return ray.get(remote.options(num_cpus=1, memory=n_bytes).remote())
