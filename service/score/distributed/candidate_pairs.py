"""Step 2: finds the candidates, pairs that share a key, by sending equal keys to the same part."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.classifier.duplicates.candidates import pairs_by_key, split_pairs
from copydesk.service.score.distributed.document_ids import load_documents
from copydesk.service.score.distributed.steps import (
    DocIds,
    Plan,
    StepRunner,
    array,
    distinct_pairs,
    emit_by_chunk,
    look_up,
    with_part,
)


def find_candidates(runner: StepRunner, plan: Plan) -> int:
    """Write the candidate pairs, each to the chunk of its document with the smaller id; return the common keys.

    A common key, shared by more than `MOST_DOCUMENTS`, makes two pairs for each document instead of all, and marks its
    documents as having incomplete pairs.
    """
    common = runner.exchange(plan.n_chunks, partial(_emit_keys, plan), plan.parts, partial(_pair, plan))
    _write_by_chunk(runner, plan, "pairs")
    return sum(common)


def find_story_candidates(runner: StepRunner, plan: Plan) -> None:
    """Write the pairs that share a key which occurs in few stories. Needs the stories of step 4."""
    gather = partial(_pair_by_stories, plan)
    runner.exchange(plan.n_chunks, partial(_emit_keys, plan, stories=True), plan.parts, gather)
    _write_by_chunk(runner, plan, "story-pairs")


def load_pairs(plan: Plan, chunk: int, name: str = "pairs") -> tuple[DocIds, DocIds]:
    """Load the pairs of a chunk, sorted: the documents with the smaller id, and the others."""
    table = plan.tables.read(name, chunk)
    return array(table, "left"), array(table, "right")


def has_incomplete_pairs(plan: Plan, chunk: int, docs: DocIds) -> NDArray[np.bool_]:
    """Tell which of a chunk's documents share a common key, so that some of their pairs were never compared."""
    return np.isin(docs, array(plan.tables.read("pairs-incomplete", chunk), "doc"))


def _emit_keys(plan: Plan, chunk: int, *, stories: bool = False) -> pa.Table:
    documents = load_documents(plan, chunk)
    keys = documents.signed.keys.values
    table = pa.table({"key": keys, "doc": documents.key_owners()})
    if stories:
        clusters = plan.tables.read("stories", chunk)
        story = look_up(array(table, "doc"), array(clusters, "doc"), array(clusters, "cluster"))
        table = table.append_column("story", pa.array(story))
    return with_part(keys % np.uint64(plan.parts), table)


def _pair(plan: Plan, part: int, table: pa.Table) -> int:
    owners, documents = np.unique(array(table, "doc"), return_inverse=True)
    found = pairs_by_key(array(table, "key"), documents.astype(np.uint32), n_documents=len(owners))
    left, right = split_pairs(found.pairs)
    incomplete = owners[found.pairs_incomplete]
    sides = {"left": np.append(owners[left], incomplete), "right": np.append(owners[right], incomplete)}
    plan.tables.write("part-pairs", part, pa.table(sides))
    return found.common_keys


def _pair_by_stories(plan: Plan, part: int, table: pa.Table) -> int:
    owners, first, documents = np.unique(array(table, "doc"), return_index=True, return_inverse=True)
    stories = np.unique(array(table, "story")[first], return_inverse=True)[1].astype(np.int64)
    keys = array(table, "key")
    found = pairs_by_key(keys, documents.astype(np.uint32), n_documents=len(owners), stories=stories)
    left, right = split_pairs(found.pairs)
    plan.tables.write("part-pairs", part, pa.table({"left": owners[left], "right": owners[right]}))
    return len(left)


def _write_by_chunk(runner: StepRunner, plan: Plan, name: str) -> None:
    emit = partial(emit_by_chunk, plan, "part-pairs", column="left")
    runner.exchange(plan.parts, emit, plan.n_chunks, partial(_write_pairs, plan, name))


def _write_pairs(plan: Plan, name: str, chunk: int, table: pa.Table) -> int:
    """Write each pair once. A pair of a document with itself marks it as having incomplete pairs."""
    left, right = distinct_pairs(table, "left", "right")
    marks = left == right
    plan.tables.write(name, chunk, pa.table({"left": left[~marks], "right": right[~marks]}))
    plan.tables.write(f"{name}-incomplete", chunk, pa.table({"doc": left[marks]}))
    return int((~marks).sum())
