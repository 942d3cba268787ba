"""Rows in and out: the one contract of JSON lines, HTTP bodies and Parquet."""
