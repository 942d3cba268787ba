"""Clusters in the rows of shards: of the whole input once all is scored, or from a standing index shard by shard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.service.dedup.output_rows import answers, gather_rows
from copydesk.service.dedup.run import compare
from copydesk.service.dedup.work_folder import chunk_path, load_chunk
from copydesk.service.index import Document as IndexDocument
from copydesk.service.index import Index
from copydesk.service.rows.contract import match_fields
from copydesk.service.rows.documents import Document
from copydesk.service.score.arrow_schema import OUTPUT
from copydesk.service.score.documents import documents_of
from copydesk.service.score.output import Folder, write_errors, write_part

READ_ROWS = 256
"""Rows of a scored shard that are in memory at a time."""


@dataclass(frozen=True, slots=True)
class Clustering:
    """What is looked for beside labels.

    Attributes:
        dedup: Whether the duplicates among all rows are found.
        index: File or URL of a standing index that rows are compared with and added to.
        prefer: Sources, the most preferred first.
    """

    dedup: bool = False
    index: str | None = None
    prefer: Sequence[str] = field(default=())


def cluster_all(folder: Folder, n_shards: int, clustering: Clustering, *, workers: int) -> dict[str, Any]:
    """Find the duplicates among all scored rows and write them into the shards' rows; gives what was counted.

    Where a shard's rows are written already, by a run that was ended, they stay: they would be the same.

    Raises:
        StoppedWork: What was signed of a shard is damaged; the same command signs it again.
    """
    rows = gather_rows([load_chunk(chunk_path(folder.work, number)) for number in range(n_shards)], clustering.prefer)
    found = compare(rows, folder.work, workers)
    answered = answers(rows, found)
    for number in range(n_shards):
        join_answers(folder, number, islice(answered, len(rows.chosen[number])))
    sizes = np.unique(found.clusters, return_counts=True)[1]
    return cluster_counts(Counter(sizes.tolist())) | {"repeated_ids": len(rows.bad), "common_keys": found.common_keys}


def cluster_counts(by_size: Mapping[int, int]) -> dict[str, Any]:
    """Count clusters; given is how many there are of each number of documents."""
    clusters = sum(by_size.values())
    return {
        "clusters": clusters,
        "duplicates": sum(size * n for size, n in by_size.items()) - clusters,
        "cluster_sizes": {str(size): n for size, n in sorted(by_size.items()) if n},
    }


def join_answers(folder: Folder, number: int, answered: Iterator[Mapping[str, Any]]) -> None:
    """Write a scored shard's rows with the answers, one each and in order; an answer with an error is an error too."""
    if folder.part(number).exists():
        for _ in answered:  # the next shard's begin after them
            pass
        return
    errors: list[dict[str, Any]] = []

    def joined() -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(folder.scored(number)) as scored:
            for batch in scored.iter_batches(READ_ROWS, use_threads=False):
                part = list(islice(answered, batch.num_rows))
                errors.extend(_errors(batch, part))
                yield with_answers(batch, part)
        if errors:
            write_errors(folder.errors(number, "repeats"), errors)

    write_part(folder.part(number), folder.output, folder.model, joined())


def _errors(batch: pa.RecordBatch, answered: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for row, answer in enumerate(answered):
        if "error" in answer:
            named = {name: batch.column(name)[row].as_py() for name in ("id", "file", "position")}
            yield named | answer["error"]


def with_answers(rows: pa.RecordBatch, answered: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """Put the answers into the columns for them; of a row that does not count, the cluster is null and keep false."""
    columns = {
        "cluster": [answer.get("cluster") for answer in answered],
        "keep": [answer.get("keep", False) for answer in answered],
        "matches": [answer.get("matches", []) for answer in answered],
    }
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else rows.column(field.name)
        for field in OUTPUT
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=OUTPUT)


class IndexPass:
    """Adds scored shards to a standing index, in their order, so that the answers do not depend on who is first."""

    def __init__(self, folder: Folder, index: Index, *, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._index = index
        self._clock = clock
        self._next = 0

    def advance(self) -> None:
        """Take all shards that are scored up to the first that is not."""
        while self._folder.is_done(self._next):
            if not self._folder.part(self._next).exists():
                join_answers(self._folder, self._next, self._answers(self._next))
            self._next += 1

    def _answers(self, number: int) -> Iterator[Mapping[str, Any]]:
        """Add a shard in one transaction: added again after an end, its documents change nothing and answer alike."""
        with pq.ParquetFile(self._folder.scored(number)) as scored:
            batches = scored.iter_batches(READ_ROWS, use_threads=False)
            documents = [document for batch in batches for document in documents_of(batch)]
        given: list[IndexDocument | dict[str, Any]] = [_given(document) for document in documents]
        kept = [each for each in given if isinstance(each, IndexDocument)]
        added = iter(self._index.add(kept, now=self._clock()))
        for each in given:
            if isinstance(each, dict):
                yield each
                continue
            answer = next(added)
            matches = [match_fields(match) for match in answer.matches]
            yield {"cluster": answer.cluster, "keep": answer.keep, "matches": [_plain(match) for match in matches]}


def _plain(match: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in match.items() if name != "ranges"}


def _given(document: Document) -> IndexDocument | dict[str, Any]:
    published = None if document.published != document.published else document.published  # NaN where not known
    try:
        return IndexDocument(str(document.id), document.body, published, document.source)
    except ValueError as error:
        return {"error": {"code": "bad_row", "message": str(error)}}
