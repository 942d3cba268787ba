"""Step 2: finds the candidates, pairs that share a key, by sending equal keys to the same part."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.classifier.duplicates.candidates import pairs_by_key, split_pairs
from copydesk.service.score.distributed import steps
from copydesk.service.score.distributed.document_ids import load_documents
from copydesk.service.score.distributed.steps import DocIds, Plan, StepRunner, array


def find_candidates(runner: StepRunner, plan: Plan, name: str = "pairs", *, stories: bool = False) -> int:
    """Write the candidate pairs, each to the chunk of its document with the smaller id; return the common keys.

    A key that more than `COMPARISON.max_documents_per_key` share is common: it makes two pairs for each document
    instead of all, and marks its documents as having incomplete pairs.

    Args:
        name: The name of the tables, for `load_pairs`.
        stories: Whether a key counts only if it occurs in few stories. Needs the stories of step 4.
    """
    emit = partial(_emit_keys, plan, stories)
    common = runner.exchange(len(plan.chunks), emit, plan.parts, partial(_pair, plan))
    emit = partial(steps.emit_by_chunk, plan, "part-pairs", "left")
    runner.exchange(plan.parts, emit, len(plan.chunks), partial(_write_pairs, plan, name))
    return sum(common)


def load_pairs(plan: Plan, chunk: int, name: str = "pairs") -> tuple[DocIds, DocIds]:
    """Load the pairs of a chunk, sorted: the documents with the smaller id, and the others."""
    table = plan.tables.read(name, chunk)
    return array(table, "left"), array(table, "right")


def has_incomplete_pairs(plan: Plan, chunk: int, docs: DocIds) -> NDArray[np.bool_]:
    """Tell which of a chunk's documents share a common key, so that some of their pairs were never compared."""
    return np.isin(docs, array(plan.tables.read("pairs-incomplete", chunk), "doc"))


def _emit_keys(plan: Plan, stories: bool, chunk: int) -> pa.Table:
    docs, signed = load_documents(plan, chunk)
    keys = signed.keys.values
    owners = np.repeat(docs, np.diff(signed.keys.bounds))
    columns = {"key": keys, "doc": owners}
    if stories:
        clusters = plan.tables.read("stories", chunk)
        columns["story"] = steps.look_up(owners, array(clusters, "doc"), array(clusters, "cluster"))
    return steps.with_part(keys % np.uint64(plan.parts), pa.table(columns))


def _pair(plan: Plan, part: int, table: pa.Table) -> int:
    """Pair the documents that share a key; a pair of a document with itself marks it as having incomplete pairs."""
    owners, first, documents = np.unique(array(table, "doc"), return_index=True, return_inverse=True)
    stories = None
    if "story" in table.column_names:
        stories = np.unique(array(table, "story")[first], return_inverse=True)[1].astype(np.int64)
    found = pairs_by_key(array(table, "key"), documents.astype(np.uint32), n_documents=len(owners), stories=stories)
    left, right = split_pairs(found.pairs)
    incomplete = owners[found.pairs_incomplete]
    sides = {"left": np.append(owners[left], incomplete), "right": np.append(owners[right], incomplete)}
    plan.tables.write("part-pairs", part, pa.table(sides))
    return found.common_keys


def _write_pairs(plan: Plan, name: str, chunk: int, table: pa.Table) -> int:
    left, right = steps.distinct_pairs(table, "left", "right")
    marks = left == right
    plan.tables.write(name, chunk, pa.table({"left": left[~marks], "right": right[~marks]}))
    plan.tables.write(f"{name}-incomplete", chunk, pa.table({"doc": left[marks]}))
    return int((~marks).sum())
