"""Answers: each document's cluster, whether it is kept, and its matches, laid beside the rows of its chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.classifier.duplicates.closed_set import best_of
from copydesk.classifier.duplicates.overlap import relation_of
from copydesk.service.dedup.output_rows import DIGITS, SWAPPED, preference_of, repeats
from copydesk.service.rows.jsonl import error_fields
from copydesk.service.score.arrow_schema import MATCH
from copydesk.service.score.distributed.document_ids import load_ids, load_names
from copydesk.service.score.distributed.steps import (
    Engine,
    Plan,
    array,
    chunk_of,
    emit_by_chunk,
    spread_by,
    with_part,
    write_by_name,
)

READ_ROWS = 1000
"""Answers that are taken out of their table at a time."""


def answer(engine: Engine, plan: Plan, prefer: Sequence[str]) -> Counter[int]:
    """Write the answers of each chunk, see `load_answers`; gives how many clusters have each size above one."""
    engine.exchange(plan.n_chunks, partial(_emit_members, plan, tuple(prefer)), plan.parts, partial(_choose, plan))
    engine.exchange(
        plan.parts, partial(emit_by_chunk, plan, "chosen"), plan.n_chunks, partial(write_by_name, plan, "kept")
    )
    engine.exchange(plan.n_chunks, partial(_emit_matches, plan), plan.n_chunks, partial(_write_matches, plan))
    engine.each(plan.n_chunks, partial(_answer, plan))
    sizes: Counter[int] = Counter()
    for part in range(plan.parts):
        table = plan.tables.read("sizes", part)
        sizes.update(dict(zip(*_columns(table, ("size", "clusters")), strict=True)))
    return sizes


def load_answers(plan: Plan, chunk: int) -> Iterator[dict[str, Any]]:
    """Load the answers of a chunk's documents in their order, as `copydesk dedup` gives them."""
    table = plan.tables.read("answers", chunk)
    for batch in table.to_batches(max_chunksize=READ_ROWS):
        for fields in batch.to_pylist():
            name = fields.pop("id")
            if fields["cluster"] is None:
                yield error_fields(repeats(name, None, None))
            else:
                yield {"id": name, **fields}


def _members(plan: Plan, chunk: int) -> tuple[NDArray[np.int64], NDArray[np.uint64], pa.Table]:
    """Return the places of a chunk's documents that count, their names, and those that share a cluster."""
    numbers = array(plan.tables.read("numbers", chunk), "number")
    return np.flatnonzero(numbers >= 0), load_names(plan, chunk), plan.tables.read("clusters", chunk)


def _emit_members(plan: Plan, prefer: tuple[str, ...], chunk: int) -> pa.Table:
    """Send what decides on keeping a document to its cluster."""
    places, own, told = _members(plan, chunk)
    order = np.argsort(own)
    rows = order[np.searchsorted(own[order], array(told, "name"))]
    given = plan.chunks.rows(chunk)
    places = places[rows]
    columns = {
        "id": load_ids(plan, chunk).take(pa.array(rows)),
        "preference": preference_of(given.sources, prefer)[places],
        "published": given.published[places],
        "length": given.lengths[places],
    }
    for name, column in columns.items():
        told = told.append_column(name, column if isinstance(column, pa.Array) else pa.array(column))
    return with_part(spread_by(array(told, "cluster"), plan.parts), told)


def _choose(plan: Plan, part: int, table: pa.Table) -> int:
    own, clusters = array(table, "name"), array(table, "cluster")
    preference, published, lengths = (array(table, name) for name in ("preference", "published", "length"))
    keep = best_of(clusters, preference, published, lengths, own)
    order = np.argsort(own)
    first = order[np.searchsorted(own[order], clusters)]
    ids = table.column("id").take(pa.array(first))
    by_size = np.unique(np.unique(clusters, return_counts=True)[1], return_counts=True)
    plan.tables.write("sizes", part, pa.table(dict(zip(("size", "clusters"), by_size, strict=True))))
    plan.tables.write("chosen", part, pa.table({"name": own, "cluster": ids, "keep": keep}))
    return int(keep.sum())


def _emit_matches(plan: Plan, chunk: int) -> pa.Table:
    """Send each match to both of its documents, as seen from there."""
    pairs, others = plan.tables.read("matched", chunk), plan.tables.read("others", chunk)
    left, right = array(pairs, "left"), array(pairs, "right")
    own = load_names(plan, chunk)
    order = np.argsort(own)
    left_ids = load_ids(plan, chunk).take(pa.array(order[np.searchsorted(own[order], left)]))
    right_ids = others.column("id").take(pa.array(np.searchsorted(array(others, "name"), right))).combine_chunks()
    shares = {name: array(pairs, name) for name in ("similarity", "contains", "contained")}
    swapped = shares | {"contains": shares["contained"], "contained": shares["contains"]}
    relations = array(pairs, "relation")
    table = pa.concat_tables(
        [
            _sides(left, right, right_ids, relations, shares, from_right=False),
            _sides(right, left, left_ids, relations, swapped, from_right=True),
        ]
    )
    return with_part(chunk_of(array(table, "name")), table)


def _sides(
    own: NDArray[np.uint64],
    other: NDArray[np.uint64],
    ids: pa.Array,
    relations: NDArray[np.int8],
    shares: dict[str, NDArray[np.float64]],
    *,
    from_right: bool,
) -> pa.Table:
    words = [relation_of(number) for number in relations.tolist()]
    seen = [SWAPPED.get(word, word) if word and from_right else word for word in words]
    rounded = {name: [round(share, DIGITS) for share in column.tolist()] for name, column in shares.items()}
    columns = {name: pa.array(column, pa.float64()) for name, column in rounded.items()}
    relation = pa.array([word.value if word else None for word in seen], pa.string())
    ids = ids.cast(pa.string())
    return pa.table({"name": own, "other": other, "id": ids, "relation": relation, **columns})


def _write_matches(plan: Plan, chunk: int, table: pa.Table) -> int:
    order = np.lexsort((array(table, "other"), array(table, "name")))
    plan.tables.write("matches", chunk, table.take(pa.array(order)))
    return len(table)


def _answer(plan: Plan, chunk: int) -> int:
    """Lay the answers of a chunk in the order of its documents; those that do not count have no cluster."""
    places, own, _ = _members(plan, chunk)
    kept, matches = plan.tables.read("kept", chunk), plan.tables.read("matches", chunk)
    ids = [str(name) for name in plan.chunks.rows(chunk).ids]
    clusters: list[object] = [None] * len(ids)
    keep = np.zeros(len(ids), np.bool_)
    keep[places] = True
    shared = dict(zip(array(kept, "name").tolist(), kept.column("cluster").to_pylist(), strict=True))
    for place, name in zip(places.tolist(), own.tolist(), strict=True):
        clusters[place] = shared.get(name, ids[place])
    order = np.argsort(own)
    keep[places[order[np.searchsorted(own[order], array(kept, "name"))]]] = array(kept, "keep")
    owners = array(matches, "name")
    firsts, ends = np.zeros(len(ids), np.int64), np.zeros(len(ids), np.int64)
    firsts[places], ends[places] = np.searchsorted(owners, own), np.searchsorted(owners, own, side="right")
    rows = pa.StructArray.from_arrays([_whole(matches.column(field.name)) for field in MATCH], fields=list(MATCH))
    columns = {"id": pa.array(ids), "cluster": pa.array(clusters, pa.string()), "keep": pa.array(keep)}
    plan.tables.write("answers", chunk, pa.table({**columns, "matches": _lists(rows, firsts, ends)}))
    return len(ids)


def _columns(table: pa.Table, names: Sequence[str]) -> list[list[object]]:
    return [table.column(name).to_pylist() for name in names]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    found = column.combine_chunks()
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _lists(rows: pa.StructArray, firsts: NDArray[np.int64], ends: NDArray[np.int64]) -> pa.Array:
    """Cut rows in lists."""
    order = np.concatenate([np.empty(0, np.int64), *(np.arange(a, b) for a, b in zip(firsts, ends, strict=True))])
    bounds = np.concatenate((np.zeros(1, np.int64), np.cumsum(ends - firsts))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(bounds), rows.take(pa.array(order)))
