"""Step 3: compares the two texts of each candidate pair, which first have to be sent to the same chunk."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.classifier.duplicates.closed_set import TextArrays, common_shingles, compare_texts, count_shingles
from copydesk.classifier.duplicates.overlap import NO_SHINGLES, OVERLAP_FIELDS
from copydesk.classifier.duplicates.rules import STORY
from copydesk.classifier.duplicates.shingles import SET_BITS, Ragged
from copydesk.service.dedup import output_rows
from copydesk.service.score.distributed import steps
from copydesk.service.score.distributed.candidate_pairs import has_incomplete_pairs, load_pairs
from copydesk.service.score.distributed.components import find_components, load_roots
from copydesk.service.score.distributed.document_ids import load_documents, load_row_ids
from copydesk.service.score.distributed.steps import DocIds, Plan, StepRunner, array

MAX_COUNT_FILES = 32
"""Most files of shingle counts, which have at most 134 MB each; every file has the counts of some chunks."""


def compare_pairs(runner: StepRunner, plan: Plan) -> None:
    """Write the overlap counts of each chunk's pairs, and their relations.

    Shingles that occur in many stories are not counted. Which these are is only known after a first comparison, so if
    there are any, all pairs are compared a second time without them.
    """
    n = len(plan.chunks)
    gather = partial(steps.write_sorted, plan, "requests", ["doc", "chunk"])
    runner.exchange(n, partial(_emit_requests, plan), n, gather)
    runner.exchange(n, partial(_emit_texts, plan), n, partial(steps.write_sorted, plan, "others", ["doc"]))
    runner.each(n, partial(_compare, plan, NO_SHINGLES))
    common = _common_shingles(runner, plan)
    if len(common):
        runner.each(n, partial(_compare, plan, common))


def overlap_counts(table: pa.Table) -> NDArray[np.float64]:
    """Return the columns about the overlap of each pair, shape (n_pairs, len(OVERLAP_FIELDS))."""
    return np.stack([array(table, name) for name in OVERLAP_FIELDS], axis=1)


def _emit_requests(plan: Plan, chunk: int) -> pa.Table:
    """Request the texts of the documents with the greater ids from their chunks."""
    others = np.unique(load_pairs(plan, chunk)[1])
    requests = pa.table({"doc": others, "chunk": np.full(len(others), chunk, np.int32)})
    return steps.send_to_chunks(requests, "doc")


def _emit_texts(plan: Plan, chunk: int) -> pa.Table:
    requests = plan.tables.read("requests", chunk)
    docs, signed = load_documents(plan, chunk)
    rows = steps.positions(docs, array(requests, "doc"))
    docs = docs[rows]
    shingles = output_rows.select_rows(Ragged(signed.shingles.values, signed.shingles.bounds), rows)
    table = pa.table(
        {
            "doc": docs,
            "id": load_row_ids(plan, chunk).take(pa.array(rows)),
            "digest": signed.digests[rows],
            "incomplete": has_incomplete_pairs(plan, chunk, docs),
            "shingles": pa.LargeListArray.from_arrays(pa.array(shingles.bounds), pa.array(shingles.values)),
        }
    )
    return steps.with_part(array(requests, "chunk"), table)


def _compare(plan: Plan, common: NDArray[np.uint32], chunk: int) -> int:
    (docs, signed), others = load_documents(plan, chunk), plan.tables.read("others", chunk)
    left, right = load_pairs(plan, chunk)
    shingles = signed.shingles
    lists = others.column("shingles").combine_chunks()
    counts = np.concatenate((np.diff(shingles.bounds), np.diff(lists.offsets.to_numpy())))
    overlaps = np.empty((len(left), len(OVERLAP_FIELDS)), np.float64)
    relations = np.empty(len(left), np.int8)
    texts = TextArrays(
        np.concatenate((shingles.values, lists.flatten().to_numpy())),
        np.concatenate((np.zeros(1, np.int64), np.cumsum(counts))),
        shingles.sizes,
        np.concatenate((signed.digests, array(others, "digest"))),
    )
    lefts, rights = steps.positions(docs, left), len(docs) + np.searchsorted(array(others, "doc"), right)
    compare_texts(texts, common, lefts, rights, overlaps, relations)
    columns = dict(zip(OVERLAP_FIELDS, overlaps.T.copy(), strict=True))
    plan.tables.write("comparisons", chunk, pa.table({**columns, "relation": relations}))
    return len(left)


def _common_shingles(runner: StepRunner, plan: Plan) -> NDArray[np.uint32]:
    """Find the shingles that occur in many stories; only the first document of each story is counted."""
    find_components(runner, plan, partial(_certain_pairs, plan), "certain")
    n_files = min(len(plan.chunks), MAX_COUNT_FILES)
    n_stories = sum(runner.each(n_files, partial(_count_shingles, plan, n_files)))
    counts = np.zeros(1 << SET_BITS, np.uint32)
    for number in range(n_files):
        table = plan.tables.read("counts", number)
        counts[array(table, "shingle")] += array(table, "count")
    return common_shingles(counts, n_stories)


def _certain_pairs(plan: Plan, chunk: int) -> tuple[DocIds, DocIds]:
    """Return the pairs so similar that they are certainly one story."""
    left, right = load_pairs(plan, chunk)
    certain = array(plan.tables.read("comparisons", chunk), "similarity") >= STORY.certain_similarity
    return left[certain], right[certain]


def _count_shingles(plan: Plan, n_files: int, number: int) -> int:
    """Count the shingles of the stories of every n_files-th chunk; return the number of stories."""
    n_stories = 0
    counts = np.zeros(1 << SET_BITS, np.uint32)
    for chunk in range(number, len(plan.chunks), n_files):
        docs, signed = load_documents(plan, chunk)
        first = np.flatnonzero(~np.isin(docs, load_roots(plan, chunk, "certain")[0]))
        counts += count_shingles(signed.shingles.values, signed.shingles.bounds, first)
        n_stories += len(first)
    found = np.flatnonzero(counts).astype(np.uint32)
    plan.tables.write("counts", number, pa.table({"shingle": found, "count": counts[found]}))
    return n_stories
