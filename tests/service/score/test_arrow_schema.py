"""Tests of `arrow_schema`: the columns that the row contract gives."""

from __future__ import annotations

from copydesk.service.score.arrow_schema import OUTPUT

PROBABILITIES = "struct<body: double, boilerplate: double, teaser: double>"
BLOCK = (
    f"struct<start: int32, end: int32, label: string, kind: string, confidence: double, probabilities: {PROBABILITIES}>"
)
MATCH = "struct<id: string, relation: string, similarity: double, contains: double, contained: double>"
COLUMNS = f"""
    id string, url string, title string, body string, confidence double, text string, blocks list<item: {BLOCK}>,
    published string, source string, file string, position int64, cluster string, keep bool,
    matches list<item: {MATCH}>, model string
"""


def test_columns_of_scored_pages_stay_as_they_are() -> None:
    """Files of several runs are read together."""
    columns = ", ".join(f"{field.name} {field.type}" for field in OUTPUT)
    assert columns == " ".join(COLUMNS.split())
