"""Step 1: gives every document a numeric id, and decides which of several documents with the same row id is used.

A row id is the id of a document in the input; its rank in the order of all row ids becomes part of the document id.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import partial
from itertools import accumulate

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.classifier.duplicates import DuplicateOptions, SignedTexts
from copydesk.classifier.duplicates.choices import keep_columns, source_ranks
from copydesk.classifier.duplicates.types import Keep
from copydesk.service.dedup import output_rows
from copydesk.service.score.distributed import steps
from copydesk.service.score.distributed.steps import DocIds, Plan, StepRunner, array

SAMPLE_IDS = 64
"""Row ids of each chunk from which the bounds of the parts are chosen."""


def assign_document_ids(runner: StepRunner, plan: Plan, options: DuplicateOptions) -> int:
    """Write the ranks of each chunk's documents, -1 for those that are not used; return how many are used.

    The parts are ranges of row ids, whose bounds come from a sample. Each part ranks its own row ids; then the number
    of ids in all parts before it is added.
    """
    runner.each(len(plan.chunks), partial(_sample, plan))
    emit = partial(_emit_row_ids, plan, tuple(options.prefer), _part_bounds(plan))
    counts = runner.exchange(len(plan.chunks), emit, plan.parts, partial(_rank, plan, options.keep))
    firsts = [0, *accumulate(counts)]
    gather = partial(steps.write_sorted, plan, "ranks", ["place"])
    runner.exchange(plan.parts, partial(_emit_ranks, plan, firsts), len(plan.chunks), gather)
    return firsts[-1]


def load_ranks(plan: Plan, chunk: int) -> NDArray[np.int64]:
    """Load the ranks of a chunk's documents, -1 for those that are not used."""
    return array(plan.tables.read("ranks", chunk), "rank")


def load_documents(plan: Plan, chunk: int) -> tuple[DocIds, SignedTexts]:
    """Load the ids and the signed texts of the documents of a chunk that are used, in the chunk's order."""
    signed = output_rows.select_documents(plan.chunks.signed(chunk), load_ranks(plan, chunk) >= 0)
    return load_document_ids(plan, chunk), signed


def load_document_ids(plan: Plan, chunk: int) -> DocIds:
    """Load their document ids only."""
    ranks = load_ranks(plan, chunk)
    return steps.document_ids(ranks[ranks >= 0], chunk)


def load_row_ids(plan: Plan, chunk: int) -> pa.Array:
    """Load their row ids only."""
    ids = pa.array([str(id) for id in plan.chunks.rows(chunk).ids], pa.large_string())
    return ids.filter(pa.array(load_ranks(plan, chunk) >= 0))


def _sample(plan: Plan, chunk: int) -> int:
    ids = sorted(map(str, plan.chunks.rows(chunk).ids))
    chosen = ids[:: max(1, len(ids) // SAMPLE_IDS)]
    plan.tables.write("sample", chunk, pa.table({"id": pa.array(chosen, pa.large_string())}))
    return len(ids)


def _part_bounds(plan: Plan) -> list[str]:
    """Choose row ids that divide all into parts of about equal size."""
    samples = (plan.tables.read("sample", chunk).column("id").to_pylist() for chunk in range(len(plan.chunks)))
    ids = sorted(id for sample in samples for id in sample)
    return [ids[len(ids) * part // plan.parts] for part in range(1, plan.parts)] if ids else []


def _emit_row_ids(plan: Plan, prefer: tuple[str, ...], bounds: list[str], number: int) -> pa.Table:
    chunk = plan.chunks.rows(number)
    ids = [str(id) for id in chunk.ids]
    table = pa.table(
        {
            "id": pa.array(ids, pa.large_string()),
            "preference": source_ranks(chunk.sources, prefer),
            "published": chunk.published,
            "length": chunk.lengths,
            "digest": chunk.digests,
            "chunk": np.full(len(ids), number, np.int32),
            "place": np.arange(len(ids), dtype=np.int32),
        }
    )
    return steps.with_part(np.array([bisect_right(bounds, id) for id in ids], np.int32), table)


def _rank(plan: Plan, keep: Keep, part: int, table: pa.Table) -> int:
    """Rank the row ids of a part. Of several documents with one row id, the best to keep gets the rank."""
    ids = table.column("id").combine_chunks().dictionary_encode()
    rank_of_id = np.empty(len(ids.dictionary), np.int64)
    rank_of_id[pc.sort_indices(ids.dictionary).to_numpy()] = np.arange(len(rank_of_id))
    ranks = rank_of_id[ids.indices.to_numpy()]
    place, chunk, digest, length, published, preference = (
        array(table, name) for name in ("place", "chunk", "digest", "length", "published", "preference")
    )
    columns = keep_columns(keep, preference, published, length)
    order = np.lexsort((place, chunk, digest, *reversed(columns), ranks))
    best = np.append(True, np.diff(ranks[order]) != 0)[: len(order)]
    found = {"chunk": chunk[order], "place": place[order], "rank": np.where(best, ranks[order], -1)}
    plan.tables.write("order", part, pa.table(found))
    return len(rank_of_id)


def _emit_ranks(plan: Plan, firsts: list[int], part: int) -> pa.Table:
    table = plan.tables.read("order", part)
    ranks = array(table, "rank")
    columns = {"rank": np.where(ranks >= 0, ranks + firsts[part], -1), "place": array(table, "place")}
    return steps.with_part(array(table, "chunk"), pa.table(columns))
