"""Verdicts: the texts of each pair are brought together and compared, and what many stories hold is left out."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.classifier.duplicates.closed_set import common_of, count_shingles, verify_pairs
from copydesk.classifier.duplicates.clustering import CERTAIN
from copydesk.classifier.duplicates.overlap import FIGURES, NO_SHINGLES
from copydesk.classifier.duplicates.shingles import SET_BITS
from copydesk.service.dedup.output_rows import choose_rows
from copydesk.service.score.distributed.candidate_pairs import load_crowded, load_pairs
from copydesk.service.score.distributed.components import find_components, load_roots
from copydesk.service.score.distributed.document_ids import load_documents, load_ids
from copydesk.service.score.distributed.steps import Engine, Plan, array, chunk_of, with_part

MOST_COUNTS = 32
"""Files of counted shingles, each of at most 134 MB; chunks are dealt out to so many."""


def verify(engine: Engine, plan: Plan) -> int:
    """Write what the pairs of each chunk share and their relations; gives how many shingles were common."""
    engine.exchange(plan.n_chunks, partial(_emit_wanted, plan), plan.n_chunks, partial(_write_wanted, plan))
    engine.exchange(plan.n_chunks, partial(_emit_others, plan), plan.n_chunks, partial(_write_others, plan))
    engine.each(plan.n_chunks, partial(_verify, plan, NO_SHINGLES))
    common = _common_shingles(engine, plan)
    if len(common):
        engine.each(plan.n_chunks, partial(_verify, plan, common))
    return len(common)


def load_verdicts(plan: Plan, chunk: int) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Load the figures and the relations of a chunk's pairs, in the order of the pairs."""
    return figures_of(table := plan.tables.read("verdicts", chunk)), array(table, "relation")


def figures_of(table: pa.Table) -> NDArray[np.float64]:
    """Take figures out of their columns, shape (n_pairs, len(FIGURES))."""
    return np.stack([array(table, name) for name in FIGURES], axis=1)


def _emit_wanted(plan: Plan, chunk: int) -> pa.Table:
    """Ask for the texts of the documents with the greater ids."""
    wanted = np.unique(load_pairs(plan, chunk)[1])
    table = pa.table({"name": wanted, "asked_by": np.full(len(wanted), chunk, np.int32)})
    return with_part(chunk_of(wanted), table)


def _write_wanted(plan: Plan, chunk: int, table: pa.Table) -> int:
    plan.tables.write("wanted", chunk, table)
    return len(table)


def _emit_others(plan: Plan, chunk: int) -> pa.Table:
    """Send texts to the chunks that ask for them."""
    wanted = plan.tables.read("wanted", chunk)
    documents = load_documents(plan, chunk)
    order = np.argsort(documents.names)
    rows = order[np.searchsorted(documents.names[order], array(wanted, "name"))]
    shingles = choose_rows(documents.shingles(), rows)
    table = pa.table(
        {
            "name": documents.names[rows],
            "id": load_ids(plan, chunk).take(pa.array(rows)),
            "digest": documents.signed.digests[rows],
            "crowded": np.isin(documents.names[rows], load_crowded(plan, chunk)),
            "shingles": pa.LargeListArray.from_arrays(pa.array(shingles.bounds), pa.array(shingles.values)),
        }
    )
    return with_part(array(wanted, "asked_by"), table)


def _write_others(plan: Plan, chunk: int, table: pa.Table) -> int:
    plan.tables.write("others", chunk, table.take(pa.array(np.argsort(array(table, "name")))))
    return len(table)


def _verify(plan: Plan, common: NDArray[np.uint32], chunk: int) -> int:
    documents, others = load_documents(plan, chunk), plan.tables.read("others", chunk)
    left, right = load_pairs(plan, chunk)
    shingles = documents.signed.shingles
    lists = others.column("shingles").combine_chunks()
    lists = lists.combine_chunks() if isinstance(lists, pa.ChunkedArray) else lists
    counts = np.concatenate((np.diff(shingles.bounds), np.diff(lists.offsets.to_numpy())))
    order = np.argsort(documents.names)
    counted = np.empty((len(left), len(FIGURES)), np.float64)
    relations = np.empty(len(left), np.int8)
    verify_pairs(
        np.concatenate((shingles.values, lists.flatten().to_numpy())),
        np.concatenate((np.zeros(1, np.int64), np.cumsum(counts))),
        shingles.sizes,
        np.concatenate((documents.signed.digests, array(others, "digest"))),
        common,
        order[np.searchsorted(documents.names[order], left)],
        len(documents.names) + np.searchsorted(array(others, "name"), right),
        counted,
        relations,
    )
    columns = dict(zip(FIGURES, counted.T.copy(), strict=True))
    plan.tables.write("verdicts", chunk, pa.table({**columns, "relation": relations}))
    return len(left)


def _common_shingles(engine: Engine, plan: Plan) -> NDArray[np.uint32]:
    """Find the shingles that many stories hold; each story counts with its first document alone."""
    find_components(engine, plan, partial(_certain, plan), "certain")
    n_files = min(plan.n_chunks, MOST_COUNTS)
    n_stories = sum(engine.each(n_files, partial(_count, plan, n_files)))
    counts = np.zeros(1 << SET_BITS, np.uint32)
    for number in range(n_files):
        table = plan.tables.read("counts", number)
        counts[array(table, "shingle")] += array(table, "count")
    return common_of(counts, n_stories)


def _certain(plan: Plan, chunk: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the pairs that join two documents beyond doubt."""
    left, right = load_pairs(plan, chunk)
    certain = load_verdicts(plan, chunk)[0][:, 0] >= CERTAIN
    return left[certain], right[certain]


def _count(plan: Plan, n_files: int, number: int) -> int:
    """Count the shingles of the stories of every n_files-th chunk; gives how many stories there are."""
    n_stories = 0
    counts = np.zeros(1 << SET_BITS, np.uint32)
    for chunk in range(number, plan.n_chunks, n_files):
        documents = load_documents(plan, chunk)
        first = np.flatnonzero(~np.isin(documents.names, load_roots(plan, chunk, "certain")[0]))
        counts += count_shingles(documents.signed.shingles.values, documents.signed.shingles.bounds, first)
        n_stories += len(first)
    found = np.flatnonzero(counts).astype(np.uint32)
    plan.tables.write("counts", number, pa.table({"shingle": found, "count": counts[found]}))
    return n_stories
