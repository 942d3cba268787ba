"""Rows that the endpoints of the index take: with a body, and with times and sources that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from copydesk.classifier import Model
from tests.service.api.test_articles import LIBRARY, POOL, page
from tests.service.api.test_classify import assert_problem
from tests.support.in_process_api import ApiClient, open_api, settings_in

FROM_PAGE = ("labels", "is_article", "confidence", "model")
"""Fields of an answer that are null if no page was classified."""


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


def send_batch(api: ApiClient, path: str, lines: bytes) -> list[dict[str, Any]]:
    answer = api.post(path, content=lines, headers={"content-type": "application/x-ndjson"})
    return [json.loads(line) for line in answer.text.splitlines()]


def test_body_of_a_row_is_compared_without_a_model(api: ApiClient) -> None:
    api.put("/v1/articles/a", json=page(POOL))
    row = {"id": "b", "body": POOL, "title": "The pool", "published": "2024-05-01", "source": "x.test"}
    checked = api.post("/v1/articles/check", json=row).json()
    put = api.put("/v1/articles/b", json=row).json()
    assert put == checked | {"added": True}
    assert (put["cluster"], put["seen"], put["title"], put["remarks"]) == ("a", True, "The pool", [])
    assert (put["published"], put["source"]) == ("2024-05-01T00:00:00Z", "x.test")
    assert [put[name] for name in FROM_PAGE] == [None] * 4
    assert put["matches"][0]["ranges"] == [[0, len(POOL) - 1]]
    entry = api.get("/v1/articles/b").json()
    assert (entry["length"], entry["title"]) == (len(POOL), "The pool")


def test_output_of_classify_is_added_as_the_page_itself(api: ApiClient) -> None:
    head = '<meta property="article:published_time" content="2024-05-01T10:30:00+02:00">'
    head += '<meta property="og:site_name" content="The Herald">'
    pages = [{"id": 1, "html": head + page(POOL)["html"]}, {"id": "b", "text": 5}, page(LIBRARY, id="c")]
    labelled = api.post(
        "/v1/classify/batch",
        content="\n".join(map(json.dumps, pages)),
        headers={"content-type": "application/x-ndjson"},
    )
    first, bad, last = send_batch(api, "/v1/articles/batch", labelled.content)
    assert (first["published"], first["source"], first["title"]) == (
        "2024-05-01T08:30:00Z",
        "The Herald",
        "News of the town",
    )
    assert bad["id"] == "b"
    assert bad["error"]["code"] == "bad_row"
    assert "the row holds an error, no page: line 2: text is a number" in bad["error"]["message"]
    assert last["added"]
    again = api.put("/v1/articles/1", json=pages[0]).json()
    assert (again["id"], again["unchanged"]) == (1, True)
    assert [first[name] for name in FROM_PAGE] == [None] * 4
    assert again["is_article"] is not None


def test_empty_body_is_a_document_without_one(api: ApiClient) -> None:
    answer = api.put("/v1/articles/a", json={"body": "", "html": page(POOL)["html"]}).json()
    assert (answer["kept_because"], answer["title"]) == ("no_body", "")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "neither body, text nor html; expected a body, or a page as one of text and html; the row has no fields"),
        ({"body": None, "headline": "x"}, "text and html; the row has 'body' (null), 'headline'"),
        ({"body": 7}, "body is a number, expected a string"),
        ({"body": ["x"]}, "body is a list, expected a string"),
        ({"body": POOL, "text": 7}, "text is a number, expected a string"),
        ({"body": POOL, "html": []}, "html is a list, expected a string"),
        ({"body": POOL, "explain": "yes"}, "explain is a string, expected true or false"),
        ({"body": POOL, "parts": ["advert"]}, "parts: "),
        ({"body": POOL, "id": "b"}, "the id is 'b', the path has 'a'"),
        ({"error": {"code": "no-such-code", "message": "x"}}, "the row holds an error, no page: x"),
        ({"error": {"code": "no-such-code", "message": "x"}, "body": POOL}, "the row holds an error, no page: x"),
    ],
)
def test_row_that_does_not_fit_is_refused(api: ApiClient, fields: dict[str, Any], words: str) -> None:
    assert_problem(api.put("/v1/articles/a", json=fields), 422, "bad_row", words)


def test_body_over_the_limit_of_a_page_is_refused(model: Model, tmp_path: Path) -> None:
    with open_api(replace(settings_in(tmp_path), max_page_bytes=100), model) as client:
        assert client.put("/v1/articles/a", json={"body": "x" * 100}).status_code == 200
        answer = client.put("/v1/articles/a", json={"body": "x" * 101})
        assert_problem(answer, 413, "too_large", "the page has more than 100 bytes")


@pytest.mark.parametrize(
    ("row", "fits"),
    [
        ({"body": "x"}, True),
        ({"body": "", "html": "x", "text": "x"}, True),
        ({"body": None, "html": "x"}, True),
        ({"html": "x"}, True),
        ({"body": "x", "title": ["x"]}, True),
        ({"body": 7}, False),
        ({"body": "x", "text": 7}, False),
        ({"html": "x", "text": "x"}, False),
        ({"body": None}, False),
        ({}, False),
    ],
)
def test_schema_fits_the_rows_that_are_taken(api: ApiClient, row: dict[str, Any], fits: bool) -> None:
    openapi = api.get("/openapi.json").json()
    schema = openapi["components"]["schemas"]["ArticleRequest"] | {"components": openapi["components"]}
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(row) is fits
    assert (api.post("/v1/articles/check", json=row).status_code == 200) is fits
