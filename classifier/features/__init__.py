"""Blocks to hashed TF-IDF tokens and dense columns."""
