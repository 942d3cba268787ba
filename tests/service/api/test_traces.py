"""The traces that a small OpenTelemetry collector on this machine receives."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from copydesk.classifier import Model
from copydesk.service.settings import read_settings
from tests.conftest import ROOT, clean_environment
from tests.support.in_process_api import open_api, settings_in

pytestmark = pytest.mark.slow

SECRET = "The pool beside the river will be filled again next spring"
PARENT = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}


class Collector(ThreadingHTTPServer):
    """Collects all spans."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        super().__init__(("127.0.0.1", 0), SpanHandler)

    def spans(self) -> dict[str, Any]:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        resources = [spans for request in requests for spans in request.resource_spans]
        (service,) = {
            each.value.string_value
            for one in resources
            for each in one.resource.attributes
            if each.key == "service.name"
        }
        assert service == "copydesk"
        return {span.name: span for one in resources for scope in one.scope_spans for span in scope.spans}


class SpanHandler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Do not log."""


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra otel is not installed")
    server = Collector()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    server.server_close()


def open_traced_api(model: Model, folder: Path) -> Any:
    return open_api(settings_in(folder, traces=True), model)


def test_request_is_a_span_and_its_work_are_spans_under_it(collector: Collector, model: Model, tmp_path: Path) -> None:
    with open_traced_api(model, tmp_path) as client:
        client.put("/v1/articles/secret-name", json={"text": SECRET}, headers=PARENT)
    spans = collector.spans()
    assert spans.keys() == {"PUT /v1/articles/{id:anything}", "classifier", "index writes"}
    request = spans["PUT /v1/articles/{id:anything}"]
    assert (request.trace_id, request.parent_span_id) == (b"\xaa" * 16, b"\xbb" * 8)
    attributes = {each.key: each.value.string_value or each.value.int_value for each in request.attributes}
    assert attributes == {
        "http.request.method": "PUT",
        "http.route": "/v1/articles/{id:anything}",
        "http.response.status_code": 200,
    }
    for name in ("classifier", "index writes"):
        assert spans[name].parent_span_id == request.span_id
        assert request.start_time_unix_nano <= spans[name].start_time_unix_nano
        assert spans[name].end_time_unix_nano <= request.end_time_unix_nano
    assert spans["classifier"].end_time_unix_nano <= spans["index writes"].start_time_unix_nano
    sent = b"".join(collector.bodies)
    assert not [word for word in (b"secret", b"river", b"traceparent", b"127.0.0.1") if word in sent]


def test_the_query_of_a_request_is_not_sent(collector: Collector, model: Model, tmp_path: Path) -> None:
    with open_traced_api(model, tmp_path) as client:
        assert client.get("/v1/index/search?q=secret").status_code == 200
        assert client.put("/v1/articles/secret-name?secret=query", json={"text": SECRET}).status_code == 422
    assert {"GET /v1/index/search", "PUT /v1/articles/{id:anything}"} <= collector.spans().keys()
    assert b"secret" not in b"".join(collector.bodies)


def test_failure_marks_the_span_and_leaves_out_its_message(
    collector: Collector, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    with open_traced_api(model, tmp_path) as client:
        monkeypatch.setattr("copydesk.service.api.state.classify_page", fail)
        assert client.post("/v1/classify", json={"text": SECRET}).status_code == 500
        assert client.request("BREW", f"/{SECRET.replace(' ', '-')}").status_code == 404
    spans = collector.spans()
    assert (spans["POST /v1/classify"].status.code, spans["OTHER none"].status.code) == (2, 0)
    assert b"river" not in b"".join(collector.bodies)


@pytest.mark.parametrize(
    ("environment", "enabled"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_variables_of_open_telemetry_switch_traces_on(environment: dict[str, str], enabled: bool) -> None:
    assert read_settings(environment).server.traces is enabled


def run(code: str) -> subprocess.CompletedProcess[str]:
    environment = clean_environment()
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )


def test_nothing_that_sends_traces_is_imported_without_them() -> None:
    """FastAPI itself imports OpenTelemetry's API, which sends nothing."""
    code = (
        "import sys\nfrom copydesk.service.api import create_app\n"
        "from copydesk.service.settings import read_settings\n"
        "create_app(read_settings({}))\n"
        "print([m for m in sys.modules if m.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    assert run(code).stdout == "[]\n"


def test_service_without_the_extra_serves_and_says_that_it_does_not_trace() -> None:
    code = (
        "import logging, sys\nlogging.basicConfig()\nsys.modules['opentelemetry.exporter'] = None\n"
        "from copydesk.service.api.monitoring.traces import open_traces\nprint(open_traces(enabled=True))"
    )
    done = run(code)
    assert done.stdout == "None\n"
    assert "is not installed: nothing is traced; install copydesk[otel]" in done.stderr
