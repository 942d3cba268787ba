"""Adds scored shards to an index, and writes their rows with the clusters that the index answers.

This module needs the extra `index`; the rest of batch scoring does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from copydesk.service.atomic_files import write_atomically
from copydesk.service.index import Document, IndexAnswer, open_index
from copydesk.service.rows import jsonl, match_documents
from copydesk.service.score.attach_clusters import READ_ROWS, ClusterAnswer, attach_clusters
from copydesk.service.score.batch import documents_of
from copydesk.service.score.options import ClusterOptions
from copydesk.service.score.output import OutputFolder


@contextmanager
def shard_indexer(
    place: str, folder: OutputFolder, clustering: ClusterOptions, clock: Callable[[], float]
) -> Iterator[Callable[[], None]]:
    """Open an index; yield a function, to be called after each scored shard, that adds the shards which are ready.

    Shards are added in the order of their numbers, so that the answers do not depend on which is scored first.
    """
    with open_index(place, clustering.duplicates, create=True) as index:
        number = 0

        def add_ready_shards() -> None:
            nonlocal number
            while folder.is_done(number):
                add = partial(index.add, now=clock())
                answers = _clusters(folder, number, add, titles=clustering.titles)
                if clustering.dedup:
                    _keep_answers(folder.indexed(number), answers)
                elif not folder.part(number).exists():
                    attach_clusters(folder, number, answers)
                number += 1

        yield add_ready_shards


def _keep_answers(path: Path, answers: Iterator[ClusterAnswer]) -> None:
    """Write the index's answers to a shard, until the duplicates in the run are known too."""
    if not path.exists():
        lines = list(map(jsonl.encode_row, answers))
        write_atomically(path, lambda out: out.writelines(lines))


def _clusters(
    folder: OutputFolder, number: int, add: Callable[[list[Document]], list[IndexAnswer]], *, titles: bool
) -> Iterator[ClusterAnswer]:
    """Add a shard in one transaction. After a kill it is added again: that is idempotent, with equal answers."""
    with pq.ParquetFile(folder.scored(number)) as scored:
        batches = scored.iter_batches(READ_ROWS, use_threads=False)
        documents = [document for batch in batches for document in documents_of(batch)]
    yield from match_documents(documents, add, titles=titles)
