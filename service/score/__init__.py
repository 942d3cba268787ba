"""Batch scoring: files of pages in, labelled rows in Parquet or JSONL out, in shards that can be done again."""

SHARD_MB = 32
"""Megabytes of input that a shard has, unless a run is told otherwise."""
PAGE_SECONDS = 60.0
"""A page that takes longer becomes an error row, unless a run is told otherwise."""
