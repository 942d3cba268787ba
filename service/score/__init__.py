"""Batch scoring: files of pages in, labelled rows in Parquet or JSONL out, in shards that can be done again."""
