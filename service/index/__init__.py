"""The index of documents: whether a story has been seen, in one SQLite file or on a PostgreSQL server."""

from copydesk.classifier.duplicates import Document
from copydesk.service.index.growth import SIZES
from copydesk.service.index.records import IndexAnswer, IndexedDocument, IndexMismatch, IndexUnavailable, NoIndex, Stats
from copydesk.service.index.store import Age, Index, open_index

__all__ = [
    "SIZES",
    "Age",
    "Document",
    "Index",
    "IndexAnswer",
    "IndexMismatch",
    "IndexUnavailable",
    "IndexedDocument",
    "NoIndex",
    "Stats",
    "open_index",
]
