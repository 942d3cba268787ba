"""Finds connected components of documents joined by pairs: in the memory of one machine, or distributed if too many."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pyarrow as pa

from copydesk.classifier.duplicates.clustering import connected_components
from copydesk.service.score.distributed import steps
from copydesk.service.score.distributed.steps import DocIds, Plan, StepRunner, array

Edges = Callable[[int], tuple[DocIds, DocIds]]
MAX_ROUNDS = 100
"""Limit of rounds, in practice 5 to 10: a component of n documents needs about log(n) squared at most."""


def find_components(runner: StepRunner, plan: Plan, edges: Edges, name: str) -> None:
    """Write for each chunk the root of each document: the document with the smallest id in its component.

    Args:
        edges: Returns the pairs of a chunk: the documents with the smaller id, and the others.
        name: The name of the tables, for `load_roots`.
    """
    n_edges = sum(runner.each(len(plan.chunks), partial(_write_edges, plan, edges, name)))
    if n_edges <= plan.most_edges:
        _join_in_memory(plan, name)
        return
    stars = _find_stars(runner, plan, name)
    steps.move_to_chunks(runner, plan, stars, f"{name}-roots", ["doc", "root"])


def load_roots(plan: Plan, chunk: int, name: str) -> tuple[DocIds, DocIds]:
    """Load a chunk's documents that are not roots, sorted, and the root of each."""
    table = plan.tables.read(f"{name}-roots", chunk)
    return array(table, "doc"), array(table, "root")


def _write_edges(plan: Plan, edges: Edges, name: str, chunk: int) -> int:
    smaller, greater = edges(chunk)
    plan.tables.write(f"{name}-edges", chunk, _edges(greater, smaller))
    return len(smaller)


def _join_in_memory(plan: Plan, name: str) -> None:
    """Join all pairs. This takes 16 bytes per pair, and as much again while the documents are numbered."""
    tables = [plan.tables.read(f"{name}-edges", chunk) for chunk in range(len(plan.chunks))]
    greater, smaller = (np.concatenate([array(table, side) for table in tables]) for side in ("doc", "root"))
    known, numbers = np.unique(np.concatenate((greater, smaller)), return_inverse=True)
    roots = connected_components(len(known), numbers[: len(greater)], numbers[len(greater) :])
    joined = np.flatnonzero(roots != np.arange(len(roots)))
    chunks = steps.chunk_of(known[joined])
    order = np.argsort(chunks, kind="stable")
    bounds = np.searchsorted(chunks[order], np.arange(len(plan.chunks) + 1))
    for chunk in range(len(plan.chunks)):
        own = joined[order[bounds[chunk] : bounds[chunk + 1]]]
        plan.tables.write(f"{name}-roots", chunk, _edges(known[own], known[roots[own]]))


def _find_stars(runner: StepRunner, plan: Plan, name: str) -> str:
    """Turn every component into a star, whose edges all lead to its root; return the name of the tables.

    Each round connects documents to smaller neighbours, in two steps, until a round changes nothing.

    Source: Kiveris, Lattanzi, Mirrokni, Rastogi, Vassilvitskii, Connected Components in MapReduce and Beyond, 2014.
    """
    first = partial(_emit_to_greater, plan, f"{name}-edges")
    runner.exchange(len(plan.chunks), first, plan.parts, partial(_write_edge_set, plan, f"{name}-0"))
    for number in range(MAX_ROUNDS):
        # One table per round: a call that runs twice must not read its own result.
        old, new = f"{name}-{number}", f"{name}-{number + 1}"
        emit, gather = partial(_emit_to_both, plan, old), partial(_large_star, plan, f"{name}-large")
        runner.exchange(plan.parts, emit, plan.parts, gather)
        emit, gather = partial(_emit_to_greater, plan, f"{name}-large"), partial(_small_star, plan, f"{name}-small")
        runner.exchange(plan.parts, emit, plan.parts, gather)
        emit, gather = partial(_emit_to_greater, plan, f"{name}-small"), partial(_write_round, plan, old, new)
        if not sum(runner.exchange(plan.parts, emit, plan.parts, gather)):
            return new
    raise AssertionError(f"components are not found after {MAX_ROUNDS} rounds of stars")


def _emit_to_greater(plan: Plan, name: str, number: int) -> pa.Table:
    """Send each edge to its document with the greater id."""
    return steps.send_to_parts(plan, plan.tables.read(name, number), "doc")


def _emit_to_both(plan: Plan, name: str, number: int) -> pa.Table:
    """Send each edge to both of its documents."""
    table = plan.tables.read(name, number)
    ends, others = array(table, "doc"), array(table, "root")
    both = _edges(np.concatenate((ends, others)), np.concatenate((others, ends)))
    return steps.send_to_parts(plan, both, "doc")


def _large_star(plan: Plan, name: str, part: int, table: pa.Table) -> int:
    """Connect the greater neighbours of each document to the smallest among its neighbours and itself."""
    own, other, smallest = _neighbours(table)
    smallest = np.minimum(smallest, own)
    return _write_edge_set(plan, name, part, _edges(other[other > own], smallest[other > own]))


def _small_star(plan: Plan, name: str, part: int, table: pa.Table) -> int:
    """Connect each document and its smaller neighbours to the smallest of these."""
    own, other, smallest = _neighbours(table)
    rest = other != smallest
    edges = _edges(np.concatenate((own, other[rest])), np.concatenate((smallest, smallest[rest])))
    return _write_edge_set(plan, name, part, edges)


def _edges(greater: DocIds, smaller: DocIds) -> pa.Table:
    return pa.table({"doc": greater, "root": smaller})


def _neighbours(table: pa.Table) -> tuple[DocIds, DocIds, DocIds]:
    """Return for each edge its document, the neighbour, and the smallest neighbour of the document."""
    own, other = array(table, "doc"), array(table, "root")
    order = np.lexsort((other, own))
    own, other = own[order], other[order]
    starts = np.flatnonzero(np.append(True, own[1:] != own[:-1])[: len(own)])
    return own, other, np.repeat(other[starts], np.diff(np.append(starts, len(own))))


def _write_round(plan: Plan, old: str, new: str, part: int, table: pa.Table) -> int:
    """Write a part's edges; return 1 if they differ from those of the round before."""
    _write_edge_set(plan, new, part, table)
    return int(not plan.tables.read(new, part).equals(plan.tables.read(old, part)))


def _write_edge_set(plan: Plan, name: str, number: int, table: pa.Table) -> int:
    """Write edges sorted, each once; return their number."""
    edges = _edges(*steps.distinct_pairs(table, "doc", "root"))
    plan.tables.write(name, number, edges)
    return len(edges)
