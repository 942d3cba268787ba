"""The OpenAPI description: it is complete, its examples work, and all answers fit its schemas."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from copydesk.classifier import Model
from copydesk.service.api.openapi import ENDPOINTS
from copydesk.service.api.problems import PROBLEM_KINDS
from tests.support.in_process_api import ApiClient, open_api, settings_in


@pytest.fixture(scope="module")
def api(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClient]:
    with open_api(settings_in(tmp_path_factory.mktemp("api")), model) as client:
        yield client


@pytest.fixture(scope="module")
def openapi(api: ApiClient) -> dict[str, Any]:
    description: dict[str, Any] = api.get("/openapi.json").json()
    return description


def validate(openapi: dict[str, Any], schema: dict[str, Any], value: object) -> None:
    jsonschema_rs.Draft202012Validator(schema | {"components": openapi["components"]}).validate(value)


def test_remarks_are_promised_only_where_answers_have_them(api: ApiClient) -> None:
    schemas = api.get("/openapi.json").json()["components"]["schemas"]
    promised = {
        name
        for name, schema in schemas.items()
        if "a remark" in json.dumps(schema.get("properties", {}).get("published"))
    }
    assert promised == {"PageRequest", "ArticleRequest"}
    assert "remarks" in schemas["LabelledPage"]["properties"]


def test_every_endpoint_is_described(openapi: dict[str, Any]) -> None:
    assert openapi["openapi"].startswith("3.1")
    there = {(method, path) for path, methods in openapi["paths"].items() for method in methods}
    assert there == set(ENDPOINTS)


def test_every_problem_is_an_answer_of_some_endpoint_or_of_any_path(openapi: dict[str, Any]) -> None:
    statuses = {
        int(status) for methods in openapi["paths"].values() for op in methods.values() for status in op["responses"]
    }
    assert {kind.status for kind in PROBLEM_KINDS.values()} - statuses == {405}


@pytest.mark.parametrize("path", ["/v1/index", "/v1/model", "/metrics", "/healthz"])
def test_endpoints_without_a_query_refuse_one_as_described(api: ApiClient, openapi: dict[str, Any], path: str) -> None:
    status = str(api.get(path, params={"colour": "red"}).status_code)
    described = openapi["paths"][path]["get"]["responses"]
    assert status in described
    assert ("422" in described) == (status == "422")


@pytest.mark.parametrize(("method", "path"), [key for key in ENDPOINTS if key[0] != "delete"])
def test_examples_are_answered_as_described(api: ApiClient, openapi: dict[str, Any], method: str, path: str) -> None:
    api.put("/v1/articles/a1", json={"text": "A story that was there before."})
    operation = openapi["paths"][path][method]
    (status, answer) = next(item for item in operation["responses"].items() if item[0].startswith("2"))
    bodies = operation.get("requestBody", {}).get("content", {None: {}})
    required = [each for each in operation.get("parameters", ()) if each["in"] == "query" and each["required"]]
    query = {each["name"]: each["schema"]["examples"][0] for each in required}
    for media, content in bodies.items():
        example = content.get("example", b"")
        if "$ref" in content.get("schema", {}):
            validate(openapi, content["schema"], example)
        content_bytes = example if isinstance(example, str | bytes) else json.dumps(example)
        headers = {"content-type": media} if media else {}
        response = api.request(method, path.replace("{id}", "a1"), content=content_bytes, headers=headers, params=query)
        assert response.status_code == int(status), response.text
        answer_media, shape = next(iter(answer["content"].items()))
        assert response.headers["content-type"].split(";")[0] == answer_media
        if answer_media == "application/json":
            validate(openapi, shape["schema"], response.json())


def test_example_of_removing_removes(api: ApiClient) -> None:
    api.put("/v1/articles/a1", json={"text": "A story that was there before."})
    assert api.delete("/v1/articles/a1").status_code == 204


def test_rows_of_a_batch_are_those_of_the_single_endpoints(api: ApiClient, openapi: dict[str, Any]) -> None:
    for path in ("/v1/classify/batch", "/v1/articles/batch"):
        answer = openapi["paths"][path]["post"]["responses"]["200"]["content"]["application/x-ndjson"]["schema"]
        content = openapi["paths"][path]["post"]["requestBody"]["content"]["application/x-ndjson"]
        response = api.post(path, content=content["example"], headers={"content-type": "application/x-ndjson"})
        rows = [json.loads(line) for line in response.text.splitlines()]
        assert [row["id"] for row in rows] == [json.loads(line)["id"] for line in content["example"].splitlines()]
        for line in content["example"].splitlines():
            validate(openapi, content["schema"]["contentSchema"], json.loads(line))
        for row in rows:
            assert "error" not in row
            validate(openapi, answer["contentSchema"], row)


def test_problems_are_as_described(api: ApiClient, openapi: dict[str, Any]) -> None:
    answers = api.get("/nowhere"), api.put("/v1/classify"), api.post("/v1/classify", json={})
    assert [answer.json()["status"] for answer in answers] == [404, 405, 422]
    for answer in answers:
        validate(openapi, {"$ref": "#/components/schemas/ProblemDetails"}, answer.json())


def test_page_for_people_needs_nothing_from_elsewhere(api: ApiClient) -> None:
    answer = api.get("/docs")
    assert "<script" not in answer.text
    assert "http" not in answer.text.replace("https://", "http://").partition("<body>")[0]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for _, path in ENDPOINTS:
        assert path in answer.text
    for code in PROBLEM_KINDS:
        assert f"id='{code}'" in answer.text


def test_page_for_people_lists_the_fields_of_every_object(api: ApiClient, openapi: dict[str, Any]) -> None:
    page = api.get("/docs").text
    for name, schema in openapi["components"]["schemas"].items():
        _, found, section = page.partition(f"<h3 id='{name}'>")
        assert found
        section = section.partition("<h3")[0]
        for field in schema.get("properties", ()):
            assert f"<td><code>{field}</code></td>" in section
        for value in schema.get("enum", ()):
            assert json.dumps(value).replace('"', "&quot;") in section
    links = {link.partition("'")[0] for link in page.split("href='#")[1:]}
    assert links <= {anchor.partition("'")[0] for anchor in page.split("id='")[1:]}


def test_page_for_people_says_what_each_option_means(api: ApiClient, openapi: dict[str, Any]) -> None:
    page = api.get("/docs").text
    for (method, path), operation in ((key, openapi["paths"][key[1]][key[0]]) for key in ENDPOINTS):
        section = page.partition(f"<code>{method.upper()} {path}</code></h2>")[2].partition("<h2>")[0]
        options = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
        assert section.count("<tr><td>") == len(options)
        for option in options:
            row = section.partition(f"<tr><td><code>{option['name']}</code></td>")[2].partition("</tr>")[0]
            assert html.escape(option["description"]) in row
    assert "<td>boolean</td><td>Whether each block has its explanation. Default: false.</td>" in page
    assert "<td>Required. Words of the titles.</td>" in page
    assert "<td>How many articles are answered at most. From 1 to 100. Default: 20.</td>" in page
    assert "<th></th>" not in page


def test_page_for_people_names_the_objects_of_every_answer(api: ApiClient) -> None:
    page = api.get("/docs").text
    for (method, path), endpoint in ENDPOINTS.items():
        section = page.partition(f"<code>{method.upper()} {path}</code></h2>")[2].partition("<h2>")[0]
        shapes = [endpoint.answer, *(endpoint.lines or ()), *(struct for struct, _ in endpoint.bodies.values())]
        for shape in filter(None, shapes):
            assert f"<a href='#{shape.__name__}'>" in section, (method, path)
    assert "<td><code>line</code></td><td>integer</td><td>Optional. The line of" in page
    assert "<td>list of <a href='#IndexMatch'>IndexMatch</a></td>" in page


def test_description_does_not_change_with_the_folder(model: Model, tmp_path: Path, openapi: dict[str, Any]) -> None:
    with open_api(settings_in(tmp_path, require_keys=True), model) as client:
        assert client.get("/openapi.json").json() == openapi
