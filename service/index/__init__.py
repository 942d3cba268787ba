"""The standing index of documents: whether a story has been seen, in one SQLite file or on a PostgreSQL server."""

from copydesk.service.index.records import Answer, Document, Entry, IndexMismatch, IndexUnavailable, NoIndex, Stats
from copydesk.service.index.store import Index, open_index

__all__ = [
    "Answer",
    "Document",
    "Entry",
    "Index",
    "IndexMismatch",
    "IndexUnavailable",
    "NoIndex",
    "Stats",
    "open_index",
]
