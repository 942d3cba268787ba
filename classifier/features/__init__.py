"""Blocks → hashed TF-IDF tokens and dense columns."""

from copydesk.classifier.features import columns, counts
from copydesk.classifier.features.block_text import read_text
from copydesk.classifier.features.call_words import SURE_CALLS
from copydesk.classifier.features.page_features import (
    FEATURES_VERSION,
    FIELDS,
    PageFeatures,
    check_answer,
    compute_features,
    page_arguments,
)

__all__ = [
    "FEATURES_VERSION",
    "FIELDS",
    "SURE_CALLS",
    "PageFeatures",
    "check_answer",
    "columns",
    "compute_features",
    "counts",
    "page_arguments",
    "read_text",
]
