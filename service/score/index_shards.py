"""Adds scored shards to an index, writes their rows with the clusters that the index answers, and counts these.

This module needs the extra `index`; the rest of batch scoring does not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from copydesk.service.atomic_files import write_atomically
from copydesk.service.index import Document, IndexAnswer, open_index
from copydesk.service.rows import contract, jsonl, match_documents
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
                answered = folder.indexed(number) if clustering.dedup else folder.part(number)
                if not answered.exists():
                    add = partial(index.add, now=clock())
                    answers = list(_clusters(folder, number, add, titles=clustering.titles))
                    _write_counts(folder.index_counts(number), answers)
                    if clustering.dedup:
                        _keep_answers(answered, answers)
                    else:
                        attach_clusters(folder, number, iter(answers))
                number += 1

        yield add_ready_shards


def sum_index_counts(folder: OutputFolder, n_shards: int) -> dict[str, int]:
    """Return how many pages of all shards are `kept`, and of how many another version was in the index (`seen`)."""
    counts = [json.loads(folder.index_counts(number).read_bytes()) for number in range(n_shards)]
    return {name: sum(each[name] for each in counts) for name in ("kept", "seen")}


def _write_counts(path: Path, answers: Sequence[ClusterAnswer]) -> None:
    """Write what is the same if a shard is added again after a kill, which `unchanged` is not."""
    found = [answer for answer in answers if isinstance(answer, contract.ClusterRow)]
    counts = {"kept": sum(answer.keep for answer in found), "seen": sum(answer.seen is True for answer in found)}
    write_atomically(path, lambda out: out.write(json.dumps(counts).encode()))


def _keep_answers(path: Path, answers: Sequence[ClusterAnswer]) -> None:
    """Write the index's answers to a shard, until the duplicates in the run are known too."""
    write_atomically(path, lambda out: out.writelines(map(jsonl.encode_row, answers)))


def _clusters(
    folder: OutputFolder, number: int, add: Callable[[list[Document]], list[IndexAnswer]], *, titles: bool
) -> Iterator[ClusterAnswer]:
    """Add a shard in one transaction. After a kill it is added again: that is idempotent, with equal answers."""
    with pq.ParquetFile(folder.scored(number)) as scored:
        batches = scored.iter_batches(READ_ROWS, use_threads=False)
        documents = [document for batch in batches for document in documents_of(batch)]
    yield from match_documents(documents, add, titles=titles)
