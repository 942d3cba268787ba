"""Numbers: every document gets its place in the order of all ids, and of several with one id one counts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.classifier.duplicates.shingles import Ragged
from copydesk.classifier.duplicates.signing import Signed
from copydesk.service.dedup.output_rows import choose, preference_of
from copydesk.service.score.distributed.steps import Engine, Plan, Tables, array, names, with_part

SAMPLE = 64
"""Ids of each chunk that the bounds of the parts are chosen by."""


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a chunk that count, in its order.

    Attributes:
        names: Shape (n_documents,): as `steps.names` makes them.
        signed: What is kept of their texts.
    """

    names: NDArray[np.uint64]
    signed: Signed

    def key_owners(self) -> NDArray[np.uint64]:
        """Return whose each key is."""
        return np.repeat(self.names, np.diff(self.signed.keys.bounds))

    def shingles(self) -> Ragged[np.uint32]:
        """Return their shingles, not cut, in the order of the words."""
        return Ragged(self.signed.shingles.values, self.signed.shingles.bounds)


def number_documents(engine: Engine, plan: Plan, prefer: Sequence[str]) -> int:
    """Write for each chunk the numbers of its documents, -1 for one that does not count; gives how many count."""
    engine.each(plan.n_chunks, partial(_sample, plan))
    bounds = _bounds(plan)
    emit = partial(_emit_ids, plan, tuple(prefer), bounds)
    counts = engine.exchange(plan.n_chunks, emit, plan.parts, partial(_order, plan.tables))
    firsts = [0, *accumulate(counts)]
    engine.exchange(plan.parts, partial(_emit_numbers, plan, firsts), plan.n_chunks, partial(_by_place, plan.tables))
    return firsts[-1]


def load_documents(plan: Plan, chunk: int) -> Documents:
    """Load the documents of a chunk that count."""
    numbers = array(plan.tables.read("numbers", chunk), "number")
    signed = choose(plan.chunks.signed(chunk), numbers >= 0)
    return Documents(names(numbers[numbers >= 0], chunk), signed)


def load_names(plan: Plan, chunk: int) -> NDArray[np.uint64]:
    """Load their names alone."""
    numbers = array(plan.tables.read("numbers", chunk), "number")
    return names(numbers[numbers >= 0], chunk)


def load_ids(plan: Plan, chunk: int) -> pa.Array:
    """Load their ids."""
    numbers = array(plan.tables.read("numbers", chunk), "number")
    ids = pa.array([str(name) for name in plan.chunks.rows(chunk).ids], pa.large_string())
    return ids.filter(pa.array(numbers >= 0))


def _sample(plan: Plan, chunk: int) -> int:
    ids = sorted(map(str, plan.chunks.rows(chunk).ids))
    chosen = ids[:: max(1, len(ids) // SAMPLE)]
    plan.tables.write("sample", chunk, pa.table({"id": pa.array(chosen, pa.large_string())}))
    return len(ids)


def _bounds(plan: Plan) -> list[str]:
    """Choose ids that cut all in parts of about the same size."""
    ids = [
        name for chunk in range(plan.n_chunks) for name in plan.tables.read("sample", chunk).column("id").to_pylist()
    ]
    ids.sort()
    return [ids[len(ids) * part // plan.parts] for part in range(1, plan.parts)] if ids else []


def _emit_ids(plan: Plan, prefer: tuple[str, ...], bounds: list[str], number: int) -> pa.Table:
    chunk = plan.chunks.rows(number)
    ids = [str(name) for name in chunk.ids]
    table = pa.table(
        {
            "id": pa.array(ids, pa.large_string()),
            "preference": preference_of(chunk.sources, prefer),
            "published": chunk.published,
            "length": chunk.lengths,
            "digest": chunk.digests,
            "chunk": np.full(len(ids), number, np.int32),
            "place": np.arange(len(ids), dtype=np.int32),
        }
    )
    return with_part(np.array([bisect_right(bounds, name) for name in ids], np.int32), table)


def _order(tables: Tables, part: int, table: pa.Table) -> int:
    """Number the ids of a part; of several documents with one id the first by the rule to keep counts."""
    ids = table.column("id").combine_chunks().dictionary_encode()
    if isinstance(ids, pa.ChunkedArray):
        ids = ids.combine_chunks()
    ranks = np.empty(len(ids.dictionary), np.int64)
    ranks[pc.sort_indices(ids.dictionary).to_numpy()] = np.arange(len(ranks))
    of_ids = ranks[ids.indices.to_numpy()]
    columns = [array(table, name) for name in ("place", "chunk", "digest", "length", "published", "preference")]
    columns[3] = -columns[3]
    order = np.lexsort((*columns, of_ids))
    first = np.append(True, np.diff(of_ids[order]) != 0)[: len(order)]
    best = order[first][of_ids[order]]
    ordered = {
        "chunk": array(table, "chunk")[order],
        "place": array(table, "place")[order],
        "number": np.where(first, of_ids[order], -1),
        "kept_chunk": array(table, "chunk")[best],
        "kept_place": array(table, "place")[best],
    }
    tables.write("order", part, pa.table(ordered))
    return len(ranks)


def _emit_numbers(plan: Plan, firsts: list[int], part: int) -> pa.Table:
    table = plan.tables.read("order", part)
    numbers = array(table, "number")
    numbers = np.where(numbers >= 0, numbers + firsts[part], -1)
    columns = {name: array(table, name) for name in ("place", "kept_chunk", "kept_place")}
    return with_part(array(table, "chunk"), pa.table({"number": numbers, **columns}))


def _by_place(tables: Tables, chunk: int, table: pa.Table) -> int:
    order = np.argsort(array(table, "place"))
    tables.write("numbers", chunk, table.take(pa.array(order)))
    return int((array(table, "number") < 0).sum())
