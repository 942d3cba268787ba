"""Finds duplicate stories: texts → signatures → candidates → matches → clusters.

The index and the distributed engine run the same steps in another order, and import their modules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copydesk.classifier.duplicates.times import (
    MAX_OFFSET,
    MAX_YEAR,
    MIN_YEAR,
    is_known_time,
    iso_of_digits,
    read_seconds,
    seconds_of_number,
)
from copydesk.classifier.duplicates.types import (
    Document,
    DuplicateOptions,
    KeyScheme,
    Match,
    Overlap,
    Relation,
    SigningScheme,
)
from copydesk.classifier.lazy_names import lazy_names

if TYPE_CHECKING:
    from copydesk.classifier.duplicates.closed_set import Duplicates, deduplicate, find_duplicates
    from copydesk.classifier.duplicates.signing import SignedTexts, sign_texts

__all__ = [
    "MAX_OFFSET",
    "MAX_YEAR",
    "MIN_YEAR",
    "Document",
    "DuplicateOptions",
    "Duplicates",
    "KeyScheme",
    "Match",
    "Overlap",
    "Relation",
    "SignedTexts",
    "SigningScheme",
    "deduplicate",
    "find_duplicates",
    "is_known_time",
    "iso_of_digits",
    "read_seconds",
    "seconds_of_number",
    "sign_texts",
]

__getattr__ = lazy_names(
    globals(),
    {
        "copydesk.classifier.duplicates.closed_set": ("Duplicates", "deduplicate", "find_duplicates"),
        "copydesk.classifier.duplicates.signing": ("SignedTexts", "sign_texts"),
    },
)
