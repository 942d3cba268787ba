"""The documents of scored rows: what duplicates are found by."""

from __future__ import annotations

import pyarrow as pa

from copydesk.service.rows.documents import UNKNOWN, Document, read_published
from copydesk.service.rows.jsonl import BadField


def documents_of(rows: pa.RecordBatch) -> list[Document]:
    """Take the documents out of scored rows; a time that cannot be read counts as unknown."""
    names = ("id", "body", "published", "source")
    columns = [rows.column(name).to_pylist() for name in names]
    return [Document(id, None, body, _time(time), source) for id, body, time, source in zip(*columns, strict=True)]


def _time(published: str | None) -> float:
    try:
        return read_published({"published": published})
    except BadField:
        return UNKNOWN
