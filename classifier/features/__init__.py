"""Blocks → hashed TF-IDF tokens and dense columns."""

from copydesk.classifier.features import columns, counts
from copydesk.classifier.features.block_text import read_text
from copydesk.classifier.features.page_features import FEATURES_VERSION, FIELDS, PageFeatures, compute_features

__all__ = ["FEATURES_VERSION", "FIELDS", "PageFeatures", "columns", "compute_features", "counts", "read_text"]
