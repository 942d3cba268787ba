"""Reads the rows of tables: Parquet, CSV, and arrays or lines of JSON."""

from copydesk.service.score.tables.csv_rows import read_csv
from copydesk.service.score.tables.json_values import read_json
from copydesk.service.score.tables.parquet import check_count, parquet_fields, read_parquet
from copydesk.service.score.tables.rows import bad_row, row_from_object

__all__ = ["bad_row", "check_count", "parquet_fields", "read_csv", "read_json", "read_parquet", "row_from_object"]
