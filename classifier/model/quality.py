"""Names the columns of the page as a whole from which the quality of its body is estimated; `quality.c` fills them."""

from __future__ import annotations

from copydesk.classifier.model.hashed_linear import PAGE_TYPES

WORDS_OF = ("text", "furniture", "teaser")
"""Groups whose first-stage scores by words alone are averaged over the body."""

QUALITY_COLUMNS = (
    "expected F1",
    "expected precision",
    "expected recall",
    "log characters of body",
    "log blocks of body",
    "share of body",
    "share of teasers",
    "expected share of teasers",
    "log blocks",
    "longest body block",
    "links of body",
    "sentences of body",
    "words of title in body",
    "likeliest headline",
    *(f"{group} of body by words" for group in WORDS_OF),
    *(f"page is {page_type}" for page_type in PAGE_TYPES),
)
"""Columns, in order."""
