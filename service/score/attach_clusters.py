"""Finds the duplicates among all scored rows, and writes the rows with their clusters."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, repeat
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.service.dedup import ChunkFolder, compare_documents, output_rows
from copydesk.service.rows import contract
from copydesk.service.score.arrow_schema import OUTPUT
from copydesk.service.score.options import ClusterOptions
from copydesk.service.score.output import OutputFolder, write_errors, write_part

ClusterAnswer = contract.ClusterRow | contract.ErrorRow
READ_ROWS = 256
"""Rows of a scored shard that are in memory at a time."""


def cluster_shards(folder: OutputFolder, n_shards: int, clustering: ClusterOptions, *, workers: int) -> dict[str, Any]:
    """Find the duplicates among all scored rows and write the shards' final rows; return the counts of clusters.

    Files of rows that a killed run has already written are kept, since they would be the same.

    Raises:
        StoppedWork: The chunk file of a shard is damaged; the same command signs the shard again.
    """
    chunks = ChunkFolder(folder.work)
    rows = output_rows.gather_rows(list(map(chunks.load, range(n_shards))), clustering.duplicates)
    found = compare_documents(rows, chunks, clustering.duplicates, workers)
    all_clusters = output_rows.cluster_rows(rows, found)
    for number in range(n_shards):
        attach_clusters(folder, number, islice(all_clusters, len(rows.chosen[number])))
    sizes = np.unique(found.clusters, return_counts=True)[1]
    counts = cluster_counts(Counter(sizes.tolist()), no_body=found.no_body)
    return counts | {"repeated_ids": len(rows.bad), "common_keys": found.common_keys}


def cluster_counts(by_size: Mapping[int, int], *, no_body: int) -> dict[str, Any]:
    """Return the counts of clusters for the summary, from the number of clusters of each size.

    `no_body` is the number of pages without a body, each a cluster of its own.
    """
    clusters = sum(by_size.values())
    return {
        "clusters": clusters,
        "duplicates": sum(size * n for size, n in by_size.items()) - clusters,
        "no_body": no_body,
        "cluster_sizes": {str(size): n for size, n in sorted(by_size.items()) if n},
    }


def attach_clusters(folder: OutputFolder, number: int, clusters: Iterator[ClusterAnswer]) -> None:
    """Write a shard's final rows, unless they are written already, and the errors among `clusters`, one per row."""
    if folder.part(number).exists():
        deque(clusters, maxlen=0)  # skips them, so that the iterator is at the next shard's
        return
    errors: list[contract.ScoreError] = []
    indexed = _index_answers(folder.indexed(number))

    def joined() -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(folder.scored(number)) as scored:
            for batch in scored.iter_batches(READ_ROWS, use_threads=False):
                part = list(islice(clusters, batch.num_rows))
                errors.extend(_errors(batch, part))
                answers = map(_joined_answers, msgspec.to_builtins(part), indexed)
                yield _with_clusters(batch, list(answers))
        if errors:
            write_errors(folder.errors(number, "repeats"), errors)

    write_part(folder.part(number), folder.format, folder.model, joined())


def _index_answers(path: Path) -> Iterator[dict[str, Any]]:
    """Return an index's answers to the rows of a shard; empty ones without an index."""
    if not path.exists():
        return repeat({})
    return map(json.loads, path.read_bytes().splitlines())


def _joined_answers(found: dict[str, Any], indexed: dict[str, Any]) -> dict[str, Any]:
    """Join what is known of a row in the run and in an index: a row is kept if no document of either goes before it.

    The index answered before it knew the rows after this one, but among those the run has found the one to keep.
    """
    if "error" in found or "matches" not in indexed:
        return found
    known = {match["id"] for match in found["matches"]}
    matches = [*found["matches"], *(match for match in indexed["matches"] if match["id"] not in known)]
    found = found | {"matches": sorted(matches, key=lambda match: str(match["id"]))}
    return found if indexed["keep"] else found | {"keep": False, "kept_because": None}


def _errors(batch: pa.RecordBatch, clusters: Sequence[ClusterAnswer]) -> Iterator[contract.ScoreError]:
    for row, found in enumerate(clusters):
        if isinstance(found, contract.ErrorRow):
            place = {name: batch.column(name)[row].as_py() for name in ("id", "url", "file", "position")}
            yield contract.ScoreError(**place, digest=None, code=found.error.code, message=found.error.message)


def _with_clusters(rows: pa.RecordBatch, clusters: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """Fill in the columns about duplicates; in a row with an error, the cluster is null and `keep` is false."""
    columns = {
        "cluster": [fields.get("cluster") for fields in clusters],
        "keep": [fields.get("keep", False) for fields in clusters],
        "kept_because": [fields.get("kept_because") for fields in clusters],
        "matches": [fields.get("matches", []) for fields in clusters],
    }
    return pa.RecordBatch.from_pydict({name: columns.get(name, rows.column(name)) for name in OUTPUT.names}, OUTPUT)
