"""The fields of rows, once: blocks, matches, answers and errors."""

from __future__ import annotations

from typing import Any

from copydesk.classifier.duplicates.types import Match

DIGITS = 4
"""Decimals of a written share."""


def match_fields(match: Match) -> dict[str, Any]:
    """Write a match; the ranges are in characters of the asked body."""
    overlap = match.overlap
    return {
        "id": match.id,
        "relation": match.relation.value,
        "similarity": round(overlap.similarity, DIGITS),
        "contains": round(overlap.contains, DIGITS),
        "contained": round(overlap.contained, DIGITS),
        "ranges": [list(each) for each in overlap.ranges],
    }
