"""Rows in and out: the one contract of JSON lines, HTTP bodies, the client and Parquet. Loads no numeric library."""

from copydesk.service.rows import bounded_lines, classify_rows, contract, inputs, jsonl, origins, page_rows, times
from copydesk.service.rows.bad_rows import BadRows
from copydesk.service.rows.documents import (
    ParsedDocument,
    compared_text,
    describe_without_body,
    index_numbers,
    indexed_article,
    iso_time,
    match_documents,
    read_documents,
    read_given_body,
    refuse_earlier_error,
)
from copydesk.service.rows.jsonl import BadField, BadRow, JsonId, Line, Row
from copydesk.service.rows.origins import Origin, read_origin

__all__ = [
    "BadField",
    "BadRow",
    "BadRows",
    "JsonId",
    "Line",
    "Origin",
    "ParsedDocument",
    "Row",
    "bounded_lines",
    "classify_rows",
    "compared_text",
    "contract",
    "describe_without_body",
    "index_numbers",
    "indexed_article",
    "inputs",
    "iso_time",
    "jsonl",
    "match_documents",
    "origins",
    "page_rows",
    "read_documents",
    "read_given_body",
    "read_origin",
    "refuse_earlier_error",
    "times",
]
