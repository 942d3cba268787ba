"""Rows in and out: the one contract of JSON lines, HTTP bodies, the client and Parquet. Loads no numeric library."""

from copydesk.service.rows import classify_rows, contract, inputs, jsonl
from copydesk.service.rows.documents import ParsedDocument, match_documents, read_documents
from copydesk.service.rows.jsonl import BadField, BadRow, JsonId, Line, Row

__all__ = [
    "BadField",
    "BadRow",
    "JsonId",
    "Line",
    "ParsedDocument",
    "Row",
    "classify_rows",
    "contract",
    "inputs",
    "jsonl",
    "match_documents",
    "read_documents",
]
