"""Request ids, logs without pages or keys, limits of headers, and metrics."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Send
from starlette.types import Scope as AsgiScope

from copydesk.classifier import Model
from copydesk.service.api.limits.protocol import WHOLE_ANSWERS
from copydesk.service.api.monitoring.logs import ACCESS, FIELDS, JsonLines
from copydesk.service.api.monitoring.metrics import Metrics
from copydesk.service.api.monitoring.middleware import RequestMonitor
from copydesk.service.api_keys import KeyFile, Scope
from tests.service.api.test_classify import LINES, assert_problem
from tests.support.in_process_api import ApiClient, open_api, settings_in


@pytest.fixture
def api(model: Model, tmp_path: Path) -> Iterator[ApiClient]:
    with open_api(settings_in(tmp_path), model) as client:
        yield client


def log_lines(capture: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capture.readouterr().err.splitlines()]


def test_plain_request_id_is_kept_and_any_other_replaced(api: ApiClient) -> None:
    assert api.get("/healthz", headers={"x-request-id": "a-1.b_2"}).headers["x-request-id"] == "a-1.b_2"
    for wrong in ("x" * 65, "a b", '{"a":1}', ""):
        id = api.get("/healthz", headers={"x-request-id": wrong}).headers["x-request-id"]
        assert id != wrong
        assert len(id) == 32


def test_log_names_route_and_status_and_no_more(
    model: Model, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO, ACCESS)
    key = KeyFile(tmp_path / "keys.sqlite").add("crawler", Scope.WRITE, now=0)
    with open_api(settings_in(tmp_path, require_keys=True), model) as client:
        headers = {"authorization": f"Bearer {key}", "x-request-id": "r1"}
        client.put("/v1/articles/secret-name", json={"text": LINES}, headers=headers)
        client.get("/secret-path?secret=1", headers=headers)
        client.put("/v1/articles/a", json={"text": LINES, "published": LINES}, headers=headers)
    lines = log_lines(capfd)
    put, no_route, _ = lines
    told = [put[name] for name in ("request", "method", "route", "status")]
    assert told == ["r1", "PUT", "/v1/articles/{id:anything}", 200]
    assert put["key"] == "crawler"
    assert (no_route["route"], no_route["status"]) == ("none", 404)
    for secret in ("secret", "river", key):
        assert secret not in json.dumps(lines)


def test_failure_is_answered_and_logged_by_kind_and_place(
    api: ApiClient, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError(LINES)

    for name in ("classify_page", "classify"):
        monkeypatch.setattr(f"copydesk.service.api.state.{name}", fail)
    answer = api.post("/v1/classify", json={"text": LINES}, headers={"x-request-id": "r1"})
    assert_problem(answer, 500, "internal", "the server failed on request r1")
    (line,) = log_lines(capfd)
    assert (line["level"], line["error"], line["status"]) == ("error", "KeyError", 500)
    assert str(line["at"]).startswith("test_monitoring.py:")
    assert "river" not in json.dumps(line)
    batch = api.post("/v1/classify/batch", content=b'{"text":"a"}', headers={"content-type": "application/x-ndjson"})
    assert batch.json()["error"]["code"] == "internal"


def test_failure_behind_a_head_that_waits_for_the_body_is_answered() -> None:
    sent: list[Message] = []

    async def fail(scope: AsgiScope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        raise KeyError

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: AsgiScope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    scope["extensions"] = {WHOLE_ANSWERS: lambda *_: False}
    asyncio.run(RequestMonitor(fail, Metrics())(scope, receive, send))
    assert [message.get("status") for message in sent] == [500, None]


@pytest.mark.parametrize(("n", "size", "status"), [(90, 10, 200), (101, 10, 431), (1, 33_000, 431)])
def test_flood_of_headers_is_refused(api: ApiClient, n: int, size: int, status: int) -> None:
    answer = api.get("/healthz", headers={f"x-{at}": "v" * size for at in range(n)})
    assert answer.status_code == status
    if status == 431:
        assert_problem(answer, 431, "large_headers", "expected at most 100 of 32768; send fewer")


def test_answers_are_not_to_be_stored_or_guessed_at(api: ApiClient) -> None:
    for answer in (api.get("/healthz"), api.get("/nowhere")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_metrics_count_requests_pages_and_articles(api: ApiClient, model: Model) -> None:
    story = (
        "The pool beside the river will be filled again next spring, the council said on Tuesday after a vote of nine "
        "to four. Its walls were cracked by the flood of last winter, and swimmers had asked for help in a letter.\n\n"
        "More stories"
    )
    for name in ("a", "b"):
        api.put(f"/v1/articles/{name}", json={"text": story})
    api.post("/v1/classify", json={"html": "<p>x</p>"})
    api.get("/nowhere")
    numbers = dict(
        line.rsplit(" ", 1) for line in api.get("/metrics").text.splitlines() if line and not line.startswith("#")
    )
    expected = {
        'copydesk_requests_total{method="PUT",route="/v1/articles/{id:anything}",status="200"}': 2,
        'copydesk_requests_total{method="GET",route="none",status="404"}': 1,
        'copydesk_request_seconds_count{route="/v1/classify"}': 1,
        'copydesk_pages_total{form="text"}': 2,
        'copydesk_pages_total{form="html"}': 1,
        "copydesk_page_characters_total": 2 * len(story) + 8,
        "copydesk_confidence_count": 3,
        'copydesk_articles_total{added="true",seen="false"}': 1,
        'copydesk_articles_total{added="true",seen="true"}': 1,
        'copydesk_index{what="documents"}': 2,
        'copydesk_index{what="clusters"}': 1,
        'copydesk_queue{queue="classifier"}': 0,
        f'copydesk_model{{digest="{model.digest}"}}': 1,
    }
    assert {name: float(numbers[name]) for name in expected} == expected
    labels = ("body", "boilerplate", "teaser")
    assert sum(float(numbers[f'copydesk_blocks_total{{label="{label}"}}']) for label in labels) == 5


def test_log_line_of_an_exception_holds_no_message() -> None:
    try:
        raise ValueError(LINES)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "it failed\n", (), sys.exc_info())
    setattr(record, FIELDS, {"status": 500})
    line = json.loads(JsonLines().format(record))
    assert (line["error"], line["message"], line["status"]) == ("ValueError", "it failed", 500)
    assert line["time"].endswith("Z")
    assert LINES[:10] not in json.dumps(line)
