"""Connected components: which documents hang together by pairs, in one machine's memory or as a group-by on many."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.classifier.duplicates.clustering import join
from copydesk.service.score.distributed.steps import Engine, Plan, array, chunk_of, spread_by, with_part

Names = NDArray[np.uint64]
Edges = Callable[[int], tuple[Names, Names]]

MOST_ROUNDS = 100
"""Rounds of stars; a component of n documents needs some log(n) squared of them at most, 5 to 10 in practice."""


def find_components(engine: Engine, plan: Plan, edges: Edges, name: str) -> None:
    """Write for each chunk the least document that each of its documents hangs together with.

    Args:
        edges: Gives the pairs of a chunk: the lesser document and the greater.
        name: What the tables are called; `load_roots` reads them.
    """
    n_edges = sum(engine.each(plan.n_chunks, partial(_write_edges, plan, edges, name)))
    if n_edges <= plan.most_edges:
        _join_here(plan, name)
        return
    emit = partial(_emit_roots, plan, _find_stars(engine, plan, name))
    engine.exchange(plan.parts, emit, plan.n_chunks, partial(_write_roots, plan, name))


def load_roots(plan: Plan, chunk: int, name: str) -> tuple[Names, Names]:
    """Load a chunk's documents that hang together with a lesser one, sorted, and the least that each does with."""
    table = plan.tables.read(f"{name}-roots", chunk)
    return array(table, "name"), array(table, "root")


def _write_edges(plan: Plan, edges: Edges, name: str, chunk: int) -> int:
    lesser, greater = edges(chunk)
    plan.tables.write(f"{name}-edges", chunk, pa.table({"name": greater, "root": lesser}))
    return len(lesser)


def _join_here(plan: Plan, name: str) -> None:
    """Join all pairs in memory: 16 bytes a pair, and as much again while they are numbered."""
    tables = [plan.tables.read(f"{name}-edges", chunk) for chunk in range(plan.n_chunks)]
    greater, lesser = (np.concatenate([array(table, side) for table in tables]) for side in ("name", "root"))
    known, numbers = np.unique(np.concatenate((greater, lesser)), return_inverse=True)
    roots = join(len(known), numbers[: len(greater)], numbers[len(greater) :])
    joined = np.flatnonzero(roots != np.arange(len(roots)))
    chunks = chunk_of(known[joined])
    order = np.argsort(chunks, kind="stable")
    bounds = np.searchsorted(chunks[order], np.arange(plan.n_chunks + 1))
    for chunk in range(plan.n_chunks):
        own = joined[order[bounds[chunk] : bounds[chunk + 1]]]
        plan.tables.write(f"{name}-roots", chunk, pa.table({"name": known[own], "root": known[roots[own]]}))


def _find_stars(engine: Engine, plan: Plan, name: str) -> str:
    """Turn every component into a star around its least document, by large and small stars in turn; names the tables.

    Source: Kiveris, Lattanzi, Mirrokni, Rastogi, Vassilvitskii, Connected Components in MapReduce and Beyond, 2014.
    """
    first = partial(_emit_own, plan, f"{name}-edges")
    engine.exchange(plan.n_chunks, first, plan.parts, partial(_write_star, plan, None, f"{name}-0"))
    for turn in range(MOST_ROUNDS):
        old, new = f"{name}-{turn}", f"{name}-{turn + 1}"  # by turns, as a step that runs twice must not see itself
        emit, gather = partial(_emit_both, plan, old), partial(_large_star, plan, f"{name}-large")
        engine.exchange(plan.parts, emit, plan.parts, gather)
        emit, gather = partial(_emit_own, plan, f"{name}-large"), partial(_small_star, plan, f"{name}-small")
        engine.exchange(plan.parts, emit, plan.parts, gather)
        emit, gather = partial(_emit_own, plan, f"{name}-small"), partial(_write_star, plan, old, new)
        if not sum(engine.exchange(plan.parts, emit, plan.parts, gather)):
            return new
    raise AssertionError(f"components are not found after {MOST_ROUNDS} rounds of stars")


def _emit_own(plan: Plan, name: str, number: int) -> pa.Table:
    """Send each edge to its greater document."""
    table = plan.tables.read(name, number)
    return with_part(spread_by(array(table, "name"), plan.parts), table)


def _emit_both(plan: Plan, name: str, number: int) -> pa.Table:
    """Send each edge to both of its documents."""
    table = plan.tables.read(name, number)
    ends, others = array(table, "name"), array(table, "root")
    both = pa.table({"name": np.concatenate((ends, others)), "root": np.concatenate((others, ends))})
    return with_part(spread_by(array(both, "name"), plan.parts), both)


def _large_star(plan: Plan, name: str, part: int, table: pa.Table) -> int:
    """Hang the greater neighbours of each document on the least of all its neighbours and itself."""
    own, other, least = _neighbours(table)
    least = np.minimum(least, own)
    return _write_edge_set(plan, name, part, other[other > own], least[other > own])


def _small_star(plan: Plan, name: str, part: int, table: pa.Table) -> int:
    """Hang each document and its lesser neighbours on the least of them."""
    own, other, least = _neighbours(table)
    hung = other != least
    return _write_edge_set(plan, name, part, np.concatenate((own, other[hung])), np.concatenate((least, least[hung])))


def _neighbours(table: pa.Table) -> tuple[Names, Names, Names]:
    """Return documents, a neighbour of each, and the least of all its neighbours."""
    own, other = array(table, "name"), array(table, "root")
    order = np.lexsort((other, own))
    own, other = own[order], other[order]
    starts = np.flatnonzero(np.append(True, own[1:] != own[:-1])[: len(own)])
    return own, other, np.repeat(other[starts], np.diff(np.append(starts, len(own))))


def _write_star(plan: Plan, old: str | None, new: str, part: int, table: pa.Table) -> int:
    """Write a part's edges; tells whether they are others than the turn before."""
    _write_edge_set(plan, new, part, array(table, "name"), array(table, "root"))
    return int(old is None or not plan.tables.read(new, part).equals(plan.tables.read(old, part)))


def _write_edge_set(plan: Plan, name: str, part: int, greater: Names, lesser: Names) -> int:
    order = np.lexsort((lesser, greater))
    greater, lesser = greater[order], lesser[order]
    new = np.append(True, (greater[1:] != greater[:-1]) | (lesser[1:] != lesser[:-1]))[: len(order)]
    plan.tables.write(name, part, pa.table({"name": greater[new], "root": lesser[new]}))
    return int(new.sum())


def _emit_roots(plan: Plan, name: str, part: int) -> pa.Table:
    table = plan.tables.read(name, part)
    return with_part(chunk_of(array(table, "name")), table)


def _write_roots(plan: Plan, name: str, chunk: int, table: pa.Table) -> int:
    return _write_edge_set(plan, f"{name}-roots", chunk, array(table, "name"), array(table, "root"))
