"""Tests of `arrow_schema`: the columns that the row contract gives."""

from __future__ import annotations

import msgspec
import pyarrow as pa
import pytest

from copydesk.classifier import FIELDS
from copydesk.service.score.arrow_schema import OUTPUT, json_values

PROBABILITIES = "struct<body: double, boilerplate: double, teaser: double>"
BLOCK = (
    f"struct<start: int32, end: int32, label: string, kind: string, confidence: double, probabilities: {PROBABILITIES}>"
)
MATCH = "struct<id: string, relation: string, similarity: double, contains: double, contained: double>"
COMMENT = "struct<author: string, time: string, text: string>"
OTHER = "struct<title: string, start: int64, end: int64>"
TEXTS = "list<item: string>"
FOUND_IN = ", ".join(f"{name}: string" for name in FIELDS if name != "found_in")
PAGE_TYPES = "article, service, listing, forum, product, documentation, collection".replace(",", ": double,")
COLUMNS = f"""
    id string, url string, title string, authors {TEXTS}, published string, modified string, site string,
    section string, tags {TEXTS}, language string, language_declared string, language_detected string,
    description string, image string, canonical_url string, found_in struct<{FOUND_IN}>, is_article bool,
    page_type string, page_types struct<{PAGE_TYPES}: double>, confidence double, body string,
    comments list<item: {COMMENT}>, other_articles list<item: {OTHER}>, markdown string, source string,
    file string, position int64, cluster string, keep bool, kept_because string, matches list<item: {MATCH}>,
    model string, text string,
    blocks list<item: {BLOCK}>
"""


def test_columns_of_scored_pages_stay_as_they_are() -> None:
    """Files of several runs are read together."""
    columns = ", ".join(f"{field.name} {field.type}" for field in OUTPUT)
    assert columns == " ".join(COLUMNS.split())


BLOCK_FIELDS = {
    "start": 0,
    "end": 9,
    "label": "body",
    "kind": "text",
    "confidence": 0.75,
    "probabilities": {"body": 0.75, "boilerplate": 0.125, "teaser": 0.125},
}
LIST = OUTPUT.field("blocks").type
ARRAYS = [
    pa.array([1, 2, 3]),
    pa.array([1, None, 3]),
    pa.array([0.5, None]),
    pa.array([True, False]),
    pa.array(["a", None, "\N{PILCROW SIGN}"]),
    pa.array([[], None, ["a", None], ["b"]]),
    pa.array([[1.5], None, [2.5, 3.5], []]).slice(1, 2),
    pa.array([{"a": 1, "b": [{"c": "d"}]}, {"a": None, "b": None}]),
    pa.array([{"a": 1}, None]),
    pa.array([], LIST),
    pa.array([None, [BLOCK_FIELDS, BLOCK_FIELDS], [BLOCK_FIELDS], []], LIST),
    pa.array([None, [BLOCK_FIELDS, BLOCK_FIELDS], [BLOCK_FIELDS], []], LIST).slice(2),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: str(array.type)[:30])
def test_values_for_json_are_those_of_arrow(array: pa.Array) -> None:
    assert msgspec.to_builtins(json_values(array)) == array.to_pylist()
