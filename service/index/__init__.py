"""The index of documents: whether a story has been seen, in one SQLite file or on a PostgreSQL server."""

from copydesk.classifier.duplicates import Document
from copydesk.service.index.growth import SIZES
from copydesk.service.index.records import IndexAnswer, IndexedDocument, Stats
from copydesk.service.index.store import Age, Index, open_index
from copydesk.service.index_errors import IndexMismatch, IndexUnavailable, NoIndex

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
