"""Reads the rows of tables: Parquet, CSV, and arrays or lines of JSON."""

from copydesk.service.score.tables.columns import Fields, find_fields
from copydesk.service.score.tables.parquet import parquet_fields, read_parquet
from copydesk.service.score.tables.rows import bad_row, row_from_values

__all__ = [
    "Fields",
    "bad_row",
    "find_fields",
    "parquet_fields",
    "read_parquet",
    "row_from_values",
]
