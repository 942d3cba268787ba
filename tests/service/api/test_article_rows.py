"""Rows that the endpoints of the index take: times and sources that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from copydesk.classifier import Model
from tests.service.api.test_articles import LIBRARY, POOL, page
from tests.support.in_process_api import ApiClient, open_api, settings_in


@pytest.fixture
def api(model: Model, tmp_path: Path) -> Iterator[ApiClient]:
    with open_api(settings_in(tmp_path), model) as client:
        yield client


def test_time_or_source_that_is_not_used_is_named_in_the_answer(api: ApiClient) -> None:
    row = page(POOL, id="a", published="yesterday", source=["x"])
    remarks = [
        'published is "yesterday", expected a time in ISO 8601 or RFC 822 (as in RSS), or in seconds or milliseconds '
        "since 1970; it is not used",
        "source is a list, expected a text or a number; it is not used",
    ]
    assert api.post("/v1/articles/check", json=row).json()["remarks"] == remarks
    assert api.put("/v1/articles/a", json=row).json()["remarks"] == remarks
    lines = b"\n".join(json.dumps(each).encode() for each in (row, page(LIBRARY, id="b", published="2024-05-01")))
    answer = api.post("/v1/articles/batch", content=lines, headers={"content-type": "application/x-ndjson"})
    assert [json.loads(line)["remarks"] for line in answer.text.splitlines()] == [remarks, []]
