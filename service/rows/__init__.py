"""Rows in and out: the one contract of JSON lines, HTTP bodies, the client and Parquet. Loads no numeric library."""

from copydesk.service.rows import classify_rows, contract, inputs, jsonl
from copydesk.service.rows.documents import ParsedDocument, read_documents
from copydesk.service.rows.jsonl import BadField, BadRow, JsonId, Line, PageRow, Row

__all__ = [
    "BadField",
    "BadRow",
    "JsonId",
    "Line",
    "PageRow",
    "ParsedDocument",
    "Row",
    "classify_rows",
    "contract",
    "inputs",
    "jsonl",
    "read_documents",
]
