"""What a request is besides its JSON: methods and parameters of the query that are refused, and other formats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from copydesk.classifier import Model
from tests.service.api.test_classify import assert_problem
from tests.support.in_process_api import ApiClient, open_api, settings_in


@pytest.fixture(scope="module")
def api(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClient]:
    with open_api(settings_in(tmp_path_factory.mktemp("api")), model) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v1/classify", "POST"),
        ("POST", "/v1/articles/a", "GET or PUT or DELETE"),
        ("PUT", "/healthz", "GET or HEAD"),
    ],
)
def test_wrong_method_is_answered_with_the_right_ones(api: ApiClient, method: str, path: str, expected: str) -> None:
    answer = api.request(method, path)
    assert_problem(answer, 405, "wrong_method", f"found {method} {path}, expected {expected}; look at /docs")
    assert answer.headers["allow"] == expected.replace(" or ", ", ")


@pytest.mark.parametrize("query", ["id=a&id=b", "links=true&links=false", "parts=text&parts=text"])
def test_option_that_is_given_twice_is_refused(api: ApiClient, query: str) -> None:
    name = query.partition("=")[0]
    answer = api.post(f"/v1/classify?{query}", content="One", headers={"content-type": "text/plain"})
    assert_problem(answer, 422, "bad_row", f"query has {name!r} 2 times, expected it once; leave out all but one")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "query.q is missing"),
        ("q=", "query.q is '', expected text that is not blank"),
        ("q=%20%09", "query.q is ' \\t', expected text that is not blank"),
        (f"q={'w' * 501}", f"query.q is '{'w' * 40}', expected at most 500 characters"),
        ("q=w&most=1000", "query.most is '1000', expected at most 100"),
        ("q=w&most=101", "query.most is '101', expected at most 100"),
        ("q=w&most=0", "query.most is '0', expected at least 1"),
        ("q=w&most=few", "query.most is 'few', expected a whole number"),
        ("q=w&most=1.5", "query.most is '1.5', expected a whole number"),
        (f"q=w&most={'9' * 5000}", f"query.most is '{'9' * 40}', expected a whole number"),
    ],
)
def test_search_names_what_it_expects(api: ApiClient, query: str, words: str) -> None:
    problem = assert_problem(api.get(f"/v1/index/search?{query}"), 422, "bad_row", words)
    assert problem["detail"] == f"{words}; look at /docs"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("explain=7", "query.explain is '7', expected true or false"),
        (f"id={'x' * 2001}", f"query.id is '{'x' * 40}', expected at most 2000 characters"),
    ],
)
def test_options_name_what_they_expect(api: ApiClient, query: str, words: str) -> None:
    answer = api.post(f"/v1/classify?{query}", json={"text": "A page."})
    assert_problem(answer, 422, "bad_row", f"{words}; look at /docs")


@pytest.mark.parametrize("media", ["text/html", "text/plain"])
def test_page_saved_as_one_file_is_read_with_its_address(api: ApiClient, media: str) -> None:
    head = "MIME-Version: 1.0\nContent-Location: https://gazette.example/ferry\nContent-Type: multipart/related; "
    head += "boundary=m"
    body = f"{head}\n\n--m\nContent-Type: text/html\n\n<h1>Ferry late</h1><p>It left an hour late.</p>\n--m--".encode()
    options: dict[str, Any] = {"content": body, "headers": {"content-type": media}}
    answer = api.post("/v1/classify", **options).json()
    assert (answer["title"], answer["url"]) == ("Ferry late", "https://gazette.example/ferry")
    given = api.post("/v1/classify?url=https://mail.example/a", **options).json()
    assert given["url"] == "https://mail.example/a"
    refused = api.post("/v1/classify", content=f"{head}\n\n".encode(), headers={"content-type": media})
    assert_problem(refused, 422, "not_a_page", "no HTML part")
