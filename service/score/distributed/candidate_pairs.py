"""Pairs: documents are grouped by their keys, and those that share one become candidates, as in one machine's set."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.classifier.duplicates.candidates import members, pairs_of_keys
from copydesk.service.score.distributed.document_ids import load_documents
from copydesk.service.score.distributed.steps import Engine, Plan, array, chunk_of, look_up, with_part


def pair_documents(engine: Engine, plan: Plan) -> int:
    """Write the candidates of each chunk's documents, and which of these are crowded; gives the common keys.

    A pair lies with the document of the smaller id. A common key, which more than `MOST_DOCUMENTS` share, gives two
    pairs a document and makes it crowded, however many share it.
    """
    common = engine.exchange(plan.n_chunks, partial(_emit_keys, plan), plan.parts, partial(_pair, plan))
    _by_chunk(engine, plan, "pairs")
    return sum(common)


def find_evidence(engine: Engine, plan: Plan) -> None:
    """Write for each chunk the pairs that share a key which few stories hold; stories have to be there."""
    gather = partial(_pair_by_stories, plan)
    engine.exchange(plan.n_chunks, partial(_emit_keys, plan, stories=True), plan.parts, gather)
    _by_chunk(engine, plan, "evident")


def load_pairs(plan: Plan, chunk: int, name: str = "pairs") -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Load the pairs of a chunk, sorted: the document with the smaller id, and the other."""
    table = plan.tables.read(name, chunk)
    return array(table, "left"), array(table, "right")


def load_crowded(plan: Plan, chunk: int) -> NDArray[np.uint64]:
    """Load the names of a chunk's crowded documents, sorted."""
    return array(plan.tables.read("pairs-crowded", chunk), "name")


def _emit_keys(plan: Plan, chunk: int, *, stories: bool = False) -> pa.Table:
    documents = load_documents(plan, chunk)
    keys = documents.signed.keys.values
    table = pa.table({"key": keys, "name": documents.key_owners()})
    if stories:
        told = plan.tables.read("clusters", chunk)
        owned = look_up(array(table, "name"), array(told, "name"), array(told, "cluster"))
        table = table.append_column("story", pa.array(owned))
    return with_part(keys % np.uint64(plan.parts), table)


def _pair(plan: Plan, part: int, table: pa.Table) -> int:
    owners, documents = np.unique(array(table, "name"), return_inverse=True)
    found = pairs_of_keys(array(table, "key"), documents.astype(np.uint32), n_documents=len(owners))
    left, right = members(found.pairs)
    crowded = owners[found.crowded]
    both = np.concatenate((owners[left], crowded)), np.concatenate((owners[right], crowded))
    plan.tables.write("found", part, pa.table({"left": both[0], "right": both[1]}))
    return found.common_keys


def _pair_by_stories(plan: Plan, part: int, table: pa.Table) -> int:
    owners, first, documents = np.unique(array(table, "name"), return_index=True, return_inverse=True)
    stories = np.unique(array(table, "story")[first], return_inverse=True)[1].astype(np.int64)
    keys = array(table, "key")
    found = pairs_of_keys(keys, documents.astype(np.uint32), n_documents=len(owners), stories=stories)
    left, right = members(found.pairs)
    plan.tables.write("found", part, pa.table({"left": owners[left], "right": owners[right]}))
    return len(left)


def _by_chunk(engine: Engine, plan: Plan, name: str) -> None:
    engine.exchange(plan.parts, partial(_emit_pairs, plan), plan.n_chunks, partial(_write_pairs, plan, name))


def _emit_pairs(plan: Plan, part: int) -> pa.Table:
    table = plan.tables.read("found", part)
    return with_part(chunk_of(array(table, "left")), table)


def _write_pairs(plan: Plan, name: str, chunk: int, table: pa.Table) -> int:
    """Write each pair once; a document that is paired with itself is a crowded one."""
    left, right = array(table, "left"), array(table, "right")
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    if len(left):
        new = np.append(True, (left[1:] != left[:-1]) | (right[1:] != right[:-1]))
        left, right = left[new], right[new]
    crowded = left == right
    plan.tables.write(name, chunk, pa.table({"left": left[~crowded], "right": right[~crowded]}))
    plan.tables.write(f"{name}-crowded", chunk, pa.table({"name": left[crowded]}))
    return int((~crowded).sum())
