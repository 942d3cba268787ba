"""The endpoint that labels a page, and the problems that any request may be answered with."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from copydesk.classifier import Model, Page, classify_page
from copydesk.classifier.pipeline import MAX_EXPLAINED_BLOCKS
from copydesk.service.api.endpoints.classify import ANSWERS
from copydesk.service.api.intake.negotiation import choose_media
from copydesk.service.api.intake.requests import Media
from copydesk.service.api.problems import PROBLEM_KINDS
from tests.conftest import RunCommand
from tests.support.in_process_api import ApiClient, open_api, settings_in

LINES = "The pool beside the river will be filled again next spring, the council says.\n\nMore stories"
CUT_GZIP = gzip.compress(LINES.encode(), mtime=0)[:-9]


@pytest.fixture(scope="module")
def api(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClient]:
    """A service with a small limit for pages."""
    settings = replace(settings_in(tmp_path_factory.mktemp("api")), max_page_bytes=300_000)
    with open_api(settings, model) as client:
        yield client


def assert_problem(answer: httpx.Response, status: int, code: str, words: str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert (problem["title"], problem["type"]) == (PROBLEM_KINDS[code].title, f"/docs#{code}")
    assert problem["instance"].startswith("/")
    assert words in problem["detail"]
    return problem


@pytest.mark.parametrize("path", ["/v1/classify", "/v1/articles/check", "/v1/feedback"])
def test_messages_about_one_object_speak_of_no_lines(api: ApiClient, path: str) -> None:
    headers = {"content-type": "application/json"}
    problem = assert_problem(api.post(path, content=b'{"text":\n', headers=headers), 400, "bad_json", "not JSON at")
    assert problem["detail"].endswith("; expected one whole JSON object")
    problem = assert_problem(
        api.post(path, content=b'{"text": "\xff"}', headers=headers), 400, "bad_encoding", "byte 10"
    )
    assert problem["detail"].endswith("; JSON is UTF-8, so write it again in it")


def test_messages_about_lines_speak_of_lines(api: ApiClient) -> None:
    body = b'{"text":\n{"text": "\xff"}\n'
    answer = api.post("/v1/classify/batch", content=body, headers={"content-type": "application/x-ndjson"})
    cut, coded = (json.loads(line)["error"]["message"] for line in answer.text.splitlines())
    assert cut.endswith("; expected one whole JSON object a line")
    assert coded.endswith("; JSON lines are UTF-8, so write the row again in it")


@pytest.mark.parametrize("form", ["text", "html"])
@pytest.mark.parametrize("explain", [False, True])
def test_answer_is_the_row_of_the_command_line(
    api: ApiClient, run_command: RunCommand, sample_page: Path, form: str, explain: bool
) -> None:
    row = {"id": "a1", form: sample_page.read_text(encoding="utf-8") if form == "html" else LINES}
    command = run_command("classify", *["--explain"] * explain, given=json.dumps(row).encode())
    answer = api.post("/v1/classify", json=row | {"explain": explain})
    assert answer.json() == json.loads(command.stdout)
    assert answer.headers["content-type"] == "application/json"


def test_blocks_of_a_long_page_are_explained_up_to_the_limit(api: ApiClient) -> None:
    answer = api.post("/v1/classify", json={"html": "<p>a" * (MAX_EXPLAINED_BLOCKS + 2), "explain": True}).json()
    explained = ["explanation" in block for block in answer["blocks"]]
    assert explained == [True] * MAX_EXPLAINED_BLOCKS + [False] * 2


def test_text_is_in_the_answer_on_request(api: ApiClient) -> None:
    assert "text" not in api.post("/v1/classify", json={"text": LINES}).json()
    assert api.post("/v1/classify", json={"text": LINES, "include_text": True}).json()["text"] == LINES


def test_parts_are_chosen_in_the_row_and_in_the_query(api: ApiClient, sample_page: Path) -> None:
    html = sample_page.read_text(encoding="utf-8")
    whole = api.post("/v1/classify", json={"html": html}).json()
    row = api.post("/v1/classify", json={"html": html, "parts": ["text", "headline"]}).json()
    raw = api.post("/v1/classify?parts=headline,text", content=html.encode(), headers={"content-type": "text/html"})
    assert raw.json() == row
    assert row["body"].startswith(whole["title"] + "\n\n")
    assert {name for name in row if row[name] != whole[name]} == {"body"}


def test_options_in_the_query_are_for_what_a_row_of_json_leaves_out(api: ApiClient, sample_page: Path) -> None:
    page = {"html": sample_page.read_text(encoding="utf-8")}
    options = {"explain": True, "include_text": True, "include_markdown": True, "links": True}
    query = "id=7&parts=headline,text&" + "&".join(f"{name}=true" for name in options)
    row = api.post("/v1/classify", json=page | options | {"id": "7", "parts": ["headline", "text"]}).json()
    for body in (
        page,
        page | {"id": None, "parts": None, "links": None},
        page | {"id": "7", "parts": ["text", "headline"]},
    ):
        assert api.post(f"/v1/classify?{query}", json=body).json() == row
    assert row["markdown"]


@pytest.mark.parametrize(
    ("query", "own"),
    [
        ("explain=true", {"explain": False}),
        ("include_text=false", {"include_text": True}),
        ("parts=headline", {"parts": ["headline", "text"]}),
        ("id=a", {"id": "b"}),
        ("url=https://a.example/1", {"url": "https://a.example/2"}),
    ],
)
def test_option_that_differs_in_query_and_body_is_refused(api: ApiClient, query: str, own: dict[str, Any]) -> None:
    name = query.partition("=")[0]
    answer = api.post(f"/v1/classify?{query}", json={"text": LINES} | own)
    said = f"{name} in the query differs from {name} in the body; leave one of them out"
    assert_problem(answer, 422, "bad_row", said)


@pytest.mark.parametrize("url", ["https://a.example/2025/03/10/tides", "HTTP://localhost:8000/tides?a=b c#d"])
def test_address_in_the_query_counts_as_that_of_the_row(api: ApiClient, sample_page: Path, url: str) -> None:
    html = sample_page.read_text(encoding="utf-8")
    row = api.post("/v1/classify", json={"html": html, "url": url}).json()
    assert row["url"] == url
    for media, content in (("text/html", html), ("application/json", json.dumps({"html": html}))):
        headers = {"content-type": media}
        answer = api.post("/v1/classify", params={"url": url}, content=content.encode(), headers=headers)
        assert answer.json() == row
    text = api.post("/v1/classify", params={"url": url}, content=LINES, headers={"content-type": "text/plain"})
    assert text.json() == api.post("/v1/classify", json={"text": LINES, "url": url}).json()


@pytest.mark.parametrize("url", ["a.example/2025/03/10/tides", "javascript:alert(1)", "https://[", "", " "])
@pytest.mark.parametrize("content", ['{"text": "A page."}', "A page."])
def test_address_in_the_query_without_scheme_and_host_is_refused(api: ApiClient, url: str, content: str) -> None:
    media = "application/json" if content.startswith("{") else "text/plain"
    answer = api.post("/v1/classify", params={"url": url}, content=content, headers={"content-type": media})
    assert_problem(answer, 422, "bad_row", f"query.url is {url.strip()!r}, expected the whole address of a page")


def test_white_space_around_an_address_in_the_query_is_dropped(api: ApiClient) -> None:
    answer = api.post("/v1/classify", params={"url": " https://a.example/1\n"}, json={"text": LINES})
    assert answer.json()["url"] == "https://a.example/1"


@pytest.mark.parametrize("links", [False, True])
def test_article_is_answered_as_markdown_or_html_if_accept_prefers_it(
    api: ApiClient, model: Model, sample_page: Path, links: bool
) -> None:
    html = sample_page.read_text(encoding="utf-8")
    article = classify_page(Page("a", html=html), model, structure=True).with_parts(["headline", "text"])
    row = {"id": "a", "html": html, "parts": ["text", "headline"], "links": links}
    expected = {
        "text/markdown": article.to_markdown(links=links),
        "text/html": article.to_html(links=links),
    }
    for media, text in expected.items():
        answer = api.post("/v1/classify", json=row, headers={"accept": media})
        assert answer.headers["content-type"] == f"{media}; charset=utf-8"
        assert answer.text == text
        assert answer.headers["vary"] == "Accept"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    inside = api.post("/v1/classify", json=row | {"include_markdown": True}).json()
    assert inside["markdown"] == article.to_markdown(links=links, front_matter=False)
    problem = api.post("/v1/classify", json={}, headers={"accept": "text/markdown"})
    assert_problem(problem, 422, "bad_row", "neither text nor html")


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ([], Media.JSON),
        (["*/*"], Media.JSON),
        (["text/markdown"], Media.MARKDOWN),
        (["text/*"], Media.MARKDOWN),
        (["TEXT/MARKDOWN ; q=1, */*"], Media.MARKDOWN),
        (["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], Media.HTML),
        (["application/json", "text/markdown"], Media.JSON),
        (["text/markdown", "application/json"], Media.MARKDOWN),
        (["text/markdown;q=0.5, application/json;q=0.6"], Media.JSON),
        (["application/json;q=0, */*"], Media.MARKDOWN),
        (["text/html;q=2, text/markdown;q=x"], Media.JSON),
        (["image/png"], Media.JSON),
        ([",;q=,;;"], Media.JSON),
    ],
)
def test_media_type_is_the_one_that_is_preferred(accept: list[str], media: Media) -> None:
    assert choose_media(accept, *ANSWERS) is media


def test_raw_page_is_answered_like_one_in_json(api: ApiClient, sample_page: Path) -> None:
    html = sample_page.read_bytes()
    raw = api.post("/v1/classify?id=a&explain=true", content=html, headers={"content-type": "text/html"})
    packed = {"content-type": "text/html; charset=utf-8", "content-encoding": "gzip"}
    small = api.post("/v1/classify?id=a&explain=true", content=gzip.compress(html), headers=packed)
    whole = api.post("/v1/classify", json={"id": "a", "html": html.decode(), "explain": True})
    assert raw.json() == small.json() == whole.json()


def test_declared_charset_is_read(api: ApiClient) -> None:
    options = {
        "content": "Die Straße über dem Fluß".encode("latin-1"),
        "headers": {"content-type": "text/plain; charset=latin-1"},
    }
    assert api.post("/v1/classify?include_text=1", **options).json()["text"] == "Die Straße über dem Fluß"


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        (b"", 400, "bad_json", "not JSON at character 0"),
        (b"{", 400, "bad_json", "not JSON at character 1"),
        (b"[" * 200_000, 400, "bad_json", "RecursionError"),
        (b'{"text": NaN}', 422, "bad_row", "text is NaN or infinite, expected a string"),
        (b'{"text": "\xff"}', 400, "bad_encoding", "byte 10 is not UTF-8"),
        (b"[1]", 422, "bad_row", "a list, expected an object"),
        (b"{}", 422, "bad_row", "neither text nor html, expected exactly one"),
        (b'{"text": "a", "html": "b"}', 422, "bad_row", "both text and html"),
        (b'{"text": 1}', 422, "bad_row", "text is a number, expected a string"),
        (b'{"text": "a", "id": []}', 422, "bad_row", "id is a list"),
        (b'{"text": "a", "explain": "yes"}', 422, "bad_row", "explain is a string, expected true or false"),
        (
            b'{"text": "a", "parts": ["lead"]}',
            422,
            "bad_row",
            "parts: 'lead' is no part of an article, expected some",
        ),
        (
            b'{"text": "a", "parts": []}',
            422,
            "bad_row",
            "parts: no part of an article is chosen, expected some of",
        ),
        (b'{"text": "a", "parts": "text"}', 422, "bad_row", "parts is a string, expected a list with some of headline"),
        (b'{"text": "a", "parts": [1]}', 422, "bad_row", "parts is a list of other things, expected a list with some"),
        (b'{"text": "%s"}' % (b"x" * 300_001), 413, "too_large", "more than 300000 bytes"),
    ],
)
def test_json_that_does_not_fit_is_a_problem(api: ApiClient, body: bytes, status: int, code: str, words: str) -> None:
    assert_problem(
        api.post("/v1/classify", content=body, headers={"content-type": "application/json"}), status, code, words
    )


@pytest.mark.parametrize("n_bytes", [299_999, 300_000])
def test_page_up_to_the_limit_is_read(api: ApiClient, n_bytes: int) -> None:
    options = {"content": b"x" * n_bytes, "headers": {"content-type": "text/plain"}}
    assert api.post("/v1/classify", **options).status_code == 200


def test_page_over_the_limit_is_refused(api: ApiClient) -> None:
    options: dict[str, Any] = {"content": b"x" * 300_001, "headers": {"content-type": "text/plain"}}
    assert_problem(
        api.post("/v1/classify", **options), 413, "too_large", "300001 bytes are announced, expected at most 300000"
    )


def test_gzip_that_unpacks_to_too_much_is_refused(api: ApiClient) -> None:
    headers = {"content-type": "text/html", "content-encoding": "gzip"}
    bomb = gzip.compress(b"\0" * 100_000_000)
    answer = api.post("/v1/classify", content=bomb, headers=headers)
    assert_problem(answer, 413, "too_large", "bytes have come, decompressed, expected at most 300000")


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"plain", "not gzip"), (CUT_GZIP, "the gzip stream is truncated")],
)
def test_gzip_that_is_none_is_refused(api: ApiClient, body: bytes, words: str) -> None:
    headers = {"content-type": "text/html", "content-encoding": "gzip"}
    assert_problem(api.post("/v1/classify", content=body, headers=headers), 400, "bad_encoding", words)


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({}, "Content-Type is '', expected application/json or text/html or text/plain"),
        ({"content-type": "image/png"}, "Content-Type is 'image/png'"),
        ({"content-type": "text/plain", "content-encoding": "br"}, "Content-Encoding is 'br', expected gzip or none"),
    ],
)
def test_type_that_is_not_read_is_refused(api: ApiClient, headers: dict[str, str], words: str) -> None:
    assert_problem(api.post("/v1/classify", content=b"x", headers=headers), 415, "wrong_type", words)


def test_file_that_is_no_text_is_refused(api: ApiClient) -> None:
    options: dict[str, Any] = {"content": b"%PDF-1.5\n\0\0", "headers": {"content-type": "text/plain"}}
    assert_problem(api.post("/v1/classify", **options), 422, "binary", "found a PDF document")


@pytest.mark.parametrize(
    ("media", "body", "words"),
    [
        ("text/plain", b"id,text\na,One two.\n", ("a CSV file", "copydesk score FILE --output FOLDER")),
        ("text/html", b"WARC/1.0\r\nWARC-Type: response\r\n", ("a WARC file", "copydesk score FILE --output FOLDER")),
        ("text/html", b'{"id": "a", "text": "x"}', ("a JSON object", "/v1/classify as application/json")),
        ("text/plain", b'[{"id": "a", "text": "x"}]', ("a JSON array", "/v1/classify/batch as application/x-ndjson")),
        ("application/json", b'[{"id": "a", "text": "x"}]', ("a JSON array", "/v1/classify/batch")),
        ("application/json", b"PAR1\x15\x04", ("a Parquet file", "copydesk score FILE --output FOLDER")),
    ],
)
def test_body_that_is_not_one_page_is_named_with_what_reads_it(
    api: ApiClient, media: str, body: bytes, words: tuple[str, str]
) -> None:
    answer = api.post("/v1/classify", content=body, headers={"content-type": media})
    problem = assert_problem(answer, 422, "not_a_page", words[1])
    assert problem["detail"].startswith(f"found {words[0]}, expected one HTML or text page; ")


def test_parameter_that_does_not_fit_is_a_problem(api: ApiClient) -> None:
    options: dict[str, Any] = {"content": b"x", "headers": {"content-type": "text/plain"}}
    assert_problem(api.post("/v1/classify?explain=7", **options), 422, "bad_row", "query.explain is '7'")
    for path in ("/v1/classify", "/v1/classify/batch"):
        answer = api.post(f"{path}?parts=text,lead", **options)
        assert_problem(
            answer, 422, "bad_row", "'lead' is no part of an article, expected some of headline, standfirst,"
        )


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("POST", "/v1/classify?include_txt=true", "query has 'include_txt', expected one of id, url, explain,"),
        ("POST", "/v1/classify?explain=true&includetext=1", "did you mean include_text?"),
        ("POST", "/v1/classify/batch?zzz=1", "; leave it out"),
        ("PUT", "/v1/articles/a?explain=true", "query has 'explain', expected no query; leave it out"),
        ("GET", "/v1/articles/https://a.example/?x=1", "query has 'x', expected no query; leave it out, or percent"),
        ("GET", "/v1/clusters/a?x", "leave it out, or percent-encode the id (? as %3F) if it is a part of it"),
        ("GET", "/v1/index/search?q=ferry&limit=5", "query has 'limit', expected one of q, most; leave it out"),
    ],
)
def test_unknown_name_in_a_query_is_refused(api: ApiClient, method: str, path: str, said: str) -> None:
    options: dict[str, Any] = {"content": b"x", "headers": {"content-type": "text/plain"}} if method != "GET" else {}
    assert_problem(api.request(method, path, **options), 422, "bad_row", said)


def test_queries_of_health_checks_are_of_no_account(api: ApiClient) -> None:
    assert [api.get(f"{path}?now=1").status_code for path in ("/healthz", "/readyz", "/metrics")] == [200] * 3


def test_path_and_method_that_are_not_there_are_problems(api: ApiClient) -> None:
    assert_problem(api.get("/nowhere"), 404, "not_found", "found GET /nowhere")
    wrong = api.get("/v1/classify")
    assert_problem(wrong, 405, "wrong_method", "found GET /v1/classify")
    assert wrong.headers["allow"] == "POST"
    assert api.request("PATCH", "/v1/articles/check").headers["allow"] == "GET, POST, PUT, DELETE"
    assert api.request("BREW", "/healthz").headers["allow"] == "GET, HEAD"


def test_path_with_a_slash_too_many_is_not_redirected(api: ApiClient) -> None:
    assert_problem(api.get("/v1/index/"), 404, "not_found", "found GET /v1/index/")


def test_health_is_answered_to_head(api: ApiClient) -> None:
    assert [api.request("HEAD", path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_scripts_of_allowed_origins_may_use_the_service(api: ApiClient, model: Model, tmp_path: Path) -> None:
    asked = {"origin": "https://desk.example", "access-control-request-method": "PUT"}
    asked["access-control-request-headers"] = "authorization, content-type"
    assert api.request("OPTIONS", "/v1/articles/a", headers=asked).status_code == 405
    with open_api(settings_in(tmp_path, origins=("https://desk.example",)), model) as client:
        answer = client.request("OPTIONS", "/v1/articles/a", headers=asked)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "https://desk.example"
        assert (
            client.request("OPTIONS", "/v1/index", headers=asked | {"origin": "https://b.example"}).status_code == 400
        )
        answer = client.get("/v1/index", headers={"origin": "https://desk.example"})
        assert answer.headers["access-control-allow-origin"] == "https://desk.example"


def test_requests_beyond_the_queue_are_refused_as_busy(model: Model, tmp_path: Path) -> None:
    with open_api(settings_in(tmp_path, queue=2), model) as client:
        request = ("POST", "/v1/classify", {"json": {"text": LINES}})
        answers = client.request_all(*[request] * 12)
        good = [answer for answer in answers if answer.status_code == 200]
        refused = [answer for answer in answers if answer.status_code == 503]
        assert len(good) >= 2
        assert len(good) + len(refused) == 12
        assert_problem(refused[0], 503, "busy", "2 requests wait for the classifier, expected fewer than 2")
        assert refused[0].headers["retry-after"] == "1"
        assert client.post("/v1/classify", json={"text": LINES}).status_code == 200


def test_answer_that_takes_too_long_is_a_problem(model: Model, tmp_path: Path) -> None:
    with open_api(settings_in(tmp_path, timeout=0.001), model) as client:
        answer = client.post("/v1/classify", json={"text": LINES * 5000})
        assert_problem(answer, 503, "timeout", "no answer of the classifier within 0.001 seconds")
