"""Adds scored shards to a standing index, and writes their rows with the clusters that the index answers.

This module needs the extra `index`; the rest of batch scoring does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import make_url

from copydesk.service.index import Document as IndexDocument
from copydesk.service.index import Index, open_index
from copydesk.service.rows.contract import match_fields
from copydesk.service.rows.documents import Document
from copydesk.service.score.attach_clusters import READ_ROWS, attach_clusters
from copydesk.service.score.batch import documents_of
from copydesk.service.score.output import OutputFolder


@contextmanager
def shard_indexer(
    place: str, folder: OutputFolder, *, prefer: tuple[str, ...], clock: Callable[[], float]
) -> Iterator[Callable[[], None]]:
    """Open an index; yield a function that adds the shards that are ready, to be called after each scored shard.

    Args:
        place: File or URL of the index.
        prefer: Sources whose documents are kept first.
    """
    with open_index(place, create=True, preferred=prefer) as index:
        yield ShardIndexer(folder, index, clock=clock).add_ready_shards


def public_name(place: str) -> str:
    """Return the file or URL of an index without the password, for the manifest."""
    return place if "://" not in place else make_url(place).render_as_string(hide_password=True)


class ShardIndexer:
    """Adds shards in the order of their numbers, so that the answers do not depend on which is scored first."""

    def __init__(self, folder: OutputFolder, index: Index, *, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._index = index
        self._clock = clock
        self._next = 0

    def add_ready_shards(self) -> None:
        """Add all scored shards before the first that is not scored yet."""
        while self._folder.is_done(self._next):
            if not self._folder.part(self._next).exists():
                attach_clusters(self._folder, self._next, self._clusters(self._next))
            self._next += 1

    def _clusters(self, number: int) -> Iterator[Mapping[str, Any]]:
        """Add a shard in one transaction. After a kill it is added again: that is idempotent, with equal answers."""
        with pq.ParquetFile(self._folder.scored(number)) as scored:
            batches = scored.iter_batches(READ_ROWS, use_threads=False)
            documents = [_index_document(document) for batch in batches for document in documents_of(batch)]
        valid = [document for document in documents if isinstance(document, IndexDocument)]
        added = iter(self._index.add(valid, now=self._clock()))
        for document in documents:
            if isinstance(document, dict):
                yield document
                continue
            found = next(added)
            matches = [match_fields(match) for match in found.matches]
            yield {"cluster": found.cluster, "keep": found.keep, "matches": [_without_ranges(m) for m in matches]}


def _without_ranges(match: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in match.items() if name != "ranges"}


def _index_document(document: Document) -> IndexDocument | dict[str, Any]:
    """Return the document as the index takes it, or an error."""
    published = None if document.published != document.published else document.published  # NaN stands for unknown
    try:
        return IndexDocument(str(document.id), document.body, published, document.source)
    except ValueError as error:
        return {"error": {"code": "bad_row", "message": str(error)}}
