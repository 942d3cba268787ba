"""Step 5: writes each document's cluster, whether it is kept, and its matches, in the order of its chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.classifier.duplicates import DuplicateOptions
from copydesk.classifier.duplicates.choices import (
    NO_BODY,
    ONLY_ONE,
    keep_columns,
    mark_documents_to_keep,
    reason_of,
    source_ranks,
)
from copydesk.classifier.duplicates.overlap import relation_of
from copydesk.classifier.duplicates.types import Keep
from copydesk.service.dedup import output_rows
from copydesk.service.rows import contract
from copydesk.service.score.arrow_schema import MATCH
from copydesk.service.score.distributed import steps
from copydesk.service.score.distributed.document_ids import load_document_ids, load_ranks, load_row_ids
from copydesk.service.score.distributed.steps import Plan, StepRunner, array

READ_ROWS = 1000
"""Rows that are taken out of their table at a time."""


def write_output_rows(runner: StepRunner, plan: Plan, options: DuplicateOptions) -> tuple[Counter[int], int]:
    """Write the rows that `load_output_rows` returns.

    Returns the number of clusters of each size above one, and the number of documents without a body.
    """
    n = len(plan.chunks)
    emit = partial(_emit_members, plan, tuple(options.prefer))
    runner.exchange(n, emit, plan.parts, partial(_choose_kept, plan, options.keep))
    steps.move_to_chunks(runner, plan, "part-kept", "kept", ["doc"])
    runner.exchange(n, partial(_emit_matches, plan), n, partial(steps.write_sorted, plan, "matches", ["doc", "other"]))
    no_body = sum(runner.each(n, partial(_write_rows, plan)))
    sizes: Counter[int] = Counter()
    for part in range(plan.parts):
        table = plan.tables.read("sizes", part)
        sizes.update(dict(zip(*(table.column(name).to_pylist() for name in ("size", "clusters")), strict=True)))
    return sizes, no_body


def load_output_rows(plan: Plan, chunk: int) -> Iterator[contract.ClusterRow | contract.ErrorRow]:
    """Load the rows of a chunk's documents in order, with the same fields as those of `copydesk dedup`."""
    table = plan.tables.read("rows", chunk)
    for batch in table.to_batches(max_chunksize=READ_ROWS):
        for fields in batch.to_pylist():
            if fields["cluster"] is None:
                yield contract.ErrorRow.of(output_rows.repeated_id_row(fields["id"], None, None))
            else:
                reason = reason_of(fields.pop("reason"))
                yield msgspec.convert(
                    fields | {"keep": reason is not None, "kept_because": reason}, contract.ClusterRow
                )


def _emit_members(plan: Plan, prefer: tuple[str, ...], chunk: int) -> pa.Table:
    """Send the members of clusters, with the fields that the choice needs, to the part of their cluster."""
    table, chunk_rows = plan.tables.read("stories", chunk), plan.chunks.rows(chunk)
    rows = steps.positions(load_document_ids(plan, chunk), array(table, "doc"))
    places = np.flatnonzero(load_ranks(plan, chunk) >= 0)[rows]
    added = {
        "id": load_row_ids(plan, chunk).take(pa.array(rows)),
        "preference": source_ranks(chunk_rows.sources, prefer)[places],
        "published": chunk_rows.published[places],
        "length": chunk_rows.lengths[places],
    }
    return steps.send_to_parts(plan, steps.with_columns(table, added), "cluster")


def _choose_kept(plan: Plan, keep: Keep, part: int, table: pa.Table) -> int:
    """Choose the document that each cluster keeps, and name the cluster after the row id of its first document."""
    docs, clusters = array(table, "doc"), array(table, "cluster")
    preference, published, lengths = (array(table, name) for name in ("preference", "published", "length"))
    columns = keep_columns(keep, preference, published, lengths)
    reasons = mark_documents_to_keep(clusters, columns, docs, keep)
    ids = table.column("id").take(pa.array(steps.positions(docs, clusters)))
    by_size = np.unique(np.unique(clusters, return_counts=True)[1], return_counts=True)
    plan.tables.write("sizes", part, pa.table(dict(zip(("size", "clusters"), by_size, strict=True))))
    plan.tables.write("part-kept", part, pa.table({"doc": docs, "cluster": ids, "reason": reasons}))
    return int((reasons > 0).sum())


def _emit_matches(plan: Plan, chunk: int) -> pa.Table:
    """Send each match to both of its documents, each time as seen from there."""
    pairs, others = plan.tables.read("matched", chunk), plan.tables.read("others", chunk)
    left, right = array(pairs, "left"), array(pairs, "right")
    left_ids = load_row_ids(plan, chunk).take(pa.array(steps.positions(load_document_ids(plan, chunk), left)))
    right_ids = others.column("id").take(pa.array(np.searchsorted(array(others, "doc"), right))).combine_chunks()
    relations = [relation for number in array(pairs, "relation").tolist() if (relation := relation_of(number))]
    similarity, contains, contained = (
        [round(share, contract.SHARE_DIGITS) for share in array(pairs, name).tolist()]
        for name in ("similarity", "contains", "contained")
    )
    from_both = {
        "doc": [left, right],
        "other": [right, left],
        "id": [right_ids.cast(pa.string()), left_ids.cast(pa.string())],
        "relation": [relations, [output_rows.SWAPPED.get(relation, relation) for relation in relations]],
        "similarity": [similarity, similarity],
        "contains": [contains, contained],
        "contained": [contained, contains],
    }
    types = {field.name: field.type for field in MATCH}
    table = pa.table({name: pa.chunked_array(sides, types.get(name)) for name, sides in from_both.items()})
    return steps.send_to_chunks(table, "doc")


def _write_rows(plan: Plan, chunk: int) -> int:
    """Write the rows of a chunk in the order of its documents; return how many of the used ones have no body.

    Documents that are not used have no cluster.
    """
    places, docs = np.flatnonzero(load_ranks(plan, chunk) >= 0), load_document_ids(plan, chunk)
    kept, matches = plan.tables.read("kept", chunk), plan.tables.read("matches", chunk)
    chunk_rows = plan.chunks.rows(chunk)
    ids = [str(id) for id in chunk_rows.ids]
    clusters: list[object] = [None] * len(ids)
    reasons = np.zeros(len(ids), np.int8)
    reasons[places] = np.where(chunk_rows.lengths[places] == 0, NO_BODY, ONLY_ONE)
    shared = dict(zip(array(kept, "doc").tolist(), kept.column("cluster").to_pylist(), strict=True))
    for place, doc in zip(places.tolist(), docs.tolist(), strict=True):
        clusters[place] = shared.get(doc, ids[place])
    reasons[places[steps.positions(docs, array(kept, "doc"))]] = array(kept, "reason")
    owners = array(matches, "doc")
    firsts, ends = np.zeros(len(ids), np.int64), np.zeros(len(ids), np.int64)
    firsts[places], ends[places] = np.searchsorted(owners, docs), np.searchsorted(owners, docs, side="right")
    arrays = [matches.column(field.name).combine_chunks() for field in MATCH]
    structs = pa.StructArray.from_arrays(arrays, fields=list(MATCH))
    columns = {"id": pa.array(ids), "cluster": pa.array(clusters, pa.string()), "reason": pa.array(reasons)}
    plan.tables.write("rows", chunk, pa.table({**columns, "matches": _lists(structs, firsts, ends)}))
    return int((reasons == NO_BODY).sum())


def _lists(rows: pa.StructArray, firsts: NDArray[np.int64], ends: NDArray[np.int64]) -> pa.Array:
    """Return a list of rows for each range."""
    order = np.concatenate([np.empty(0, np.int64), *(np.arange(a, b) for a, b in zip(firsts, ends, strict=True))])
    bounds = np.concatenate((np.zeros(1, np.int64), np.cumsum(ends - firsts))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(bounds), rows.take(pa.array(order)))
