"""Applies a user's options to an index: which pairs may be one story, and which document of a cluster is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, case, literal_column, select

from copydesk.classifier.duplicates import DuplicateOptions
from copydesk.classifier.duplicates.choices import Rank, rank, reason_between
from copydesk.classifier.duplicates.types import Keep, KeptBecause
from copydesk.service.index.records import IndexedDocument
from copydesk.service.index.statements import Statement
from copydesk.service.index.tables import DOCUMENTS

READ_RANKS = 2
"""Ranks of a cluster that are read: of the document that is kept, and of the next one, which tells why."""


class Choice:
    """Ranks the documents of a cluster by the options; the one with the lowest rank is kept."""

    def __init__(self, options: DuplicateOptions) -> None:
        self.options = options
        self._places = {source: place for place, source in enumerate(dict.fromkeys(options.prefer))}

    def best(self, connection: Connection, cluster: int) -> list[Rank]:
        """Read the lowest ranks of a cluster's documents, in order."""
        rows = self._best.rows(connection, cluster=cluster)
        return [self.rank(source, published, length, id) for source, published, length, id in rows]

    def best_of(self, ranks: Iterable[Rank]) -> list[Rank]:
        """Return what `best` would read for a cluster of documents with these ranks."""
        return sorted(ranks)[:READ_RANKS]

    def rank(self, source: str | None, published: float | None, length: int, id: str) -> Rank:
        """Return the rank of a document by its fields."""
        place = len(self._places) if source is None else self._places.get(source, len(self._places))
        return rank(self.options.keep, place, published, length, id)

    def why_kept(self, own: Rank, others: Sequence[Rank]) -> KeptBecause | None:
        """Return why a document is kept of a cluster with these other documents; None if it is not."""
        return reason_between(self.options.keep, own, others) if all(own < other for other in others) else None

    def document_to_keep(self, documents: Sequence[IndexedDocument]) -> tuple[IndexedDocument, KeptBecause]:
        """Return the document to keep of a cluster's documents, at least one, and why."""
        ranks = {self.rank(each.source, each.published, each.length, str(each.id)): each for each in documents}
        first, *others = sorted(ranks)
        return ranks[first], reason_between(self.options.keep, first, others)

    @cached_property
    def _best(self) -> Statement:
        columns = DOCUMENTS.c
        latest = self.options.keep is Keep.LATEST
        time: list[ColumnElement[Any]] = [
            columns.published.is_(None),
            columns.published.desc() if latest else columns.published,
        ]
        length: list[ColumnElement[Any]] = [columns.length.desc()]
        order = [*length, *time] if self.options.keep is Keep.LONGEST else [*time, *length]
        if self._places:
            places = {source: literal_column(str(place), Integer) for source, place in self._places.items()}
            last = literal_column(str(len(self._places)), Integer)
            order.insert(0, case(places, value=columns.source, else_=last))
        fields = select(columns.source, columns.published, columns.length, columns.id)
        of_cluster = fields.where(columns.cluster == bindparam("cluster"))
        return Statement(of_cluster.order_by(*order, columns.id).limit(literal_column(str(READ_RANKS))))
