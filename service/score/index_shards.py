"""Adds scored shards to a standing index, and writes their rows with the clusters that the index answers.

This module needs the extra `index`; the rest of batch scoring does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pyarrow.parquet as pq
from sqlalchemy import make_url

from copydesk.service.index import Document as IndexDocument
from copydesk.service.index import Index, open_index
from copydesk.service.rows import ParsedDocument, contract
from copydesk.service.score.attach_clusters import READ_ROWS, ClusterAnswer, attach_clusters
from copydesk.service.score.batch import documents_of
from copydesk.service.score.output import OutputFolder


def public_name(place: str) -> str:
    """Return the file or URL of an index without the password, for the manifest."""
    return place if "://" not in place else make_url(place).render_as_string(hide_password=True)


@contextmanager
def shard_indexer(
    place: str, folder: OutputFolder, *, prefer: Sequence[str], clock: Callable[[], float]
) -> Iterator[Callable[[], None]]:
    """Open an index; yield a function, to be called after each scored shard, that adds the shards which are ready.

    Shards are added in the order of their numbers, so that the answers do not depend on which is scored first.

    Args:
        place: File or URL of the index.
        prefer: Sources whose documents are kept first.
    """
    with open_index(place, create=True, preferred=prefer) as index:
        number = 0

        def add_ready_shards() -> None:
            nonlocal number
            while folder.is_done(number):
                if not folder.part(number).exists():
                    attach_clusters(folder, number, _clusters(folder, number, index, clock()))
                number += 1

        yield add_ready_shards


def _clusters(folder: OutputFolder, number: int, index: Index, now: float) -> Iterator[ClusterAnswer]:
    """Add a shard in one transaction. After a kill it is added again: that is idempotent, with equal answers."""
    with pq.ParquetFile(folder.scored(number)) as scored:
        batches = scored.iter_batches(READ_ROWS, use_threads=False)
        documents = [_index_document(document) for batch in batches for document in documents_of(batch)]
    added = iter(index.add([each for each in documents if isinstance(each, IndexDocument)], now=now))
    for document in documents:
        if not isinstance(document, IndexDocument):
            yield document
            continue
        found = next(added)
        matches = tuple(map(contract.IndexMatch.of, found.matches))
        yield contract.ClusterRow(id=document.id, cluster=found.cluster, keep=found.keep, matches=matches)


def _index_document(document: ParsedDocument) -> IndexDocument | contract.ErrorRow:
    """Return the document as the index takes it, or an error."""
    published = None if document.published != document.published else document.published  # NaN stands for unknown
    try:
        return IndexDocument(str(document.id), document.body, published, document.source)
    except ValueError as error:
        return contract.ErrorRow(id=document.id, error=contract.RowError("bad_row", str(error)))
