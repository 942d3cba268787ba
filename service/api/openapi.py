"""The OpenAPI description: what each endpoint takes and answers, with examples that the tests execute."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from copydesk.service.api.intake.requests import Media
from copydesk.service.api.problems import KINDS, MEDIA_TYPE
from copydesk.service.api.schemas import NAME, SCHEMAS

STORY = (
    "The pool beside the river will be filled again next spring, the council said on Tuesday. Its walls were cracked "
    "by the flood of last winter, and swimmers had asked for help in a letter that half of the town had signed."
)
HTML = f"<h1>Pool to be filled again</h1>\n<p>{STORY}</p>\n<aside><a href='/more'>More stories</a></aside>"
ROWS = "\n".join(json.dumps({"id": f"a{number}", "text": STORY}) for number in (1, 2)) + "\n"

_ALWAYS = ("bad_request", "large_headers", "internal")
_KEYS = ("no_key", "wrong_scope", "too_many_requests", "wrong_host", "keys_unusable")
_BODY = ("bad_encoding", "slow_client", "too_large", "wrong_type")
_ONE = (*_BODY, "bad_json", "bad_row", "bad_page", "binary", "too_many_blocks", "busy", "timeout")
_INDEX = ("index_unavailable", "busy", "timeout")


@dataclass(frozen=True, slots=True)
class Described:
    """An endpoint: examples of its bodies by type, the answer's type and schema, its problems' codes."""

    answer: str | None
    problems: tuple[str, ...]
    bodies: Mapping[str, tuple[str | None, Any]] = field(default_factory=dict)
    media: str = Media.JSON
    open: bool = False


def _json_body(schema: str, example: Mapping[str, Any]) -> dict[str, tuple[str | None, Any]]:
    return {Media.JSON.value: (schema, example)}


_PAGES = _json_body("Page", {"id": "a1", "html": HTML, "explain": True})
_RAW: dict[str, tuple[str | None, Any]] = {Media.HTML.value: (None, HTML), Media.TEXT.value: (None, STORY)}
_NDJSON: dict[str, tuple[str | None, Any]] = {Media.NDJSON.value: (None, ROWS)}
_ARTICLE = {"html": HTML, "published": "2024-05-01T08:30:00Z", "source": "example.org"}
_CORRECTED = {"text": STORY, "blocks": [{"start": 0, "end": len(STORY), "label": "body"}]}

ENDPOINTS = {
    ("post", "/v1/classify"): Described("Labelled", _ONE, _PAGES | _RAW),
    ("post", "/v1/classify/batch"): Described(None, (*_BODY, "bad_row", "busy"), _NDJSON, Media.NDJSON),
    ("post", "/v1/articles/check"): Described("Seen", (*_ONE, *_INDEX), _json_body("Article", _ARTICLE)),
    ("post", "/v1/articles/batch"): Described(None, (*_BODY, "busy"), _NDJSON, Media.NDJSON),
    ("put", "/v1/articles/{id}"): Described(
        "Seen", (*_ONE, *_INDEX, "not_found"), _json_body("NamedArticle", _ARTICLE)
    ),
    ("get", "/v1/articles/{id}"): Described("Entry", (*_INDEX, "not_found")),
    ("delete", "/v1/articles/{id}"): Described(None, (*_INDEX, "not_found")),
    ("get", "/v1/clusters/{id}"): Described("Cluster", (*_INDEX, "not_found")),
    ("get", "/v1/index"): Described("Index", _INDEX),
    ("get", "/v1/model"): Described("Model", ()),
    ("post", "/v1/feedback"): Described("Kept", (*_ONE, "feedback_unusable"), _json_body("Feedback", _CORRECTED)),
    ("get", "/v1/feedback/export"): Described(None, ("feedback_unusable",), media=Media.NDJSON),
    ("get", "/healthz"): Described("Status", (), open=True),
    ("get", "/readyz"): Described("Status", _INDEX, open=True),
    ("get", "/metrics"): Described(None, (), media=Media.TEXT),
}
"""Every endpoint that the description shows; a test compares them with those that are there."""


def described(app: FastAPI) -> dict[str, Any]:
    """Build the description."""
    found = get_openapi(title=app.title, version=app.version, routes=app.routes, description=app.description)
    components = found.setdefault("components", {})
    components["schemas"] = SCHEMAS
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key that `copydesk keys add` has made."}
    }
    for (method, path), endpoint in ENDPOINTS.items():
        _describe(found["paths"][path][method], endpoint)
    return found


def _describe(operation: dict[str, Any], endpoint: Described) -> None:
    status = next(name for name in operation["responses"] if name.startswith("2"))
    answer: dict[str, Any] = {"description": "As asked for"}
    if status != "204":
        schema = {"$ref": f"#/components/schemas/{endpoint.answer}"} if endpoint.answer else {"type": "string"}
        answer["content"] = {str(endpoint.media): {"schema": schema}}
    operation["responses"] = {status: answer} | _problems(endpoint)
    if endpoint.bodies:
        content = {media: _content(*body) for media, body in endpoint.bodies.items()}
        operation["requestBody"] = {"required": True, "content": content}
    if not endpoint.open:
        operation["security"] = [{"key": []}, {}]
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            parameter |= {"schema": NAME, "example": "a1"}


def _content(schema: str | None, example: object) -> dict[str, Any]:
    told = {"$ref": f"#/components/schemas/{schema}"} if schema else {"type": "string"}
    return {"schema": told, "example": example}


def _problems(endpoint: Described) -> dict[str, Any]:
    codes = [*_ALWAYS, *(() if endpoint.open else _KEYS), *endpoint.problems]
    by_status: dict[str, list[str]] = {}
    for code in codes:
        titles = by_status.setdefault(str(KINDS[code].status), [])
        if KINDS[code].title not in titles:
            titles.append(KINDS[code].title)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": "; ".join(titles)} | _headers(status) | {"content": content}
        for status, titles in sorted(by_status.items())
    }


def _headers(status: str) -> dict[str, Any]:
    if status not in ("429", "503"):
        return {}
    return {"headers": {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}}
