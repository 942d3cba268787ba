"""Describes the service in OpenAPI: requests and answers of each endpoint, with examples that the tests execute.

The schemas are those of the structs in `rows.contract`.
"""

from __future__ import annotations

import inspect
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from copydesk.classifier import FIELDS
from copydesk.classifier.model import PAGE_TYPES
from copydesk.service.api.endpoints.classify import ANSWERS
from copydesk.service.api.intake.parameters import VERSION_PREFIX
from copydesk.service.api.intake.requests import Media
from copydesk.service.api.problems import MEDIA_TYPE, PROBLEM_KINDS
from copydesk.service.index import SIZES
from copydesk.service.rows import contract

REF = "#/components/schemas/{name}"
Bodies = Mapping[Media, tuple[type[msgspec.Struct] | None, Any]]
"""By the media type of a request's body: its struct, None where it is text, and an example."""
ONE_FORM = [
    {"properties": {"text": {"type": "string"}, "html": {"type": "null"}}, "required": ["text"]},
    {"properties": {"html": {"type": "string"}, "text": {"enum": [None, ""]}}, "required": ["html"]},
    {"properties": {"text": {"type": "string", "minLength": 1}, "html": {"enum": [""]}}, "required": ["text", "html"]},
]
"""A request has exactly one of text and html; an empty one beside the other counts as absent."""
BODY_OR_PAGE = [
    {"properties": {"body": {"type": "string"}}, "required": ["body"]},
    {"properties": {"body": {"type": "null"}}, "oneOf": ONE_FORM},
]
"""A request to the index has a body, or a page."""
ID_IN_PATH = {
    "type": "string",
    "minLength": 1,
    "maxLength": contract.MAX_NAME_CHARACTERS,
    "pattern": contract.NO_NULL_CHARACTER,
}

STORY = (
    "The pool beside the river will be filled again next spring, the council said on Tuesday. Its walls were cracked "
    "by the flood of last winter, and swimmers had asked for help in a letter that half of the town had signed."
)
HTML = f"<h1>Pool to be filled again</h1>\n<p>{STORY}</p>\n<aside><a href='/more'>More stories</a></aside>"
ROWS = "\n".join(json.dumps({"id": f"a{number}", "text": STORY}) for number in (1, 2)) + "\n"

_ALWAYS = ("bad_request", "large_headers", "internal")
_KEYS = ("no_key", "wrong_scope", "too_many_requests", "wrong_host", "keys_unusable")
_QUERY = ("bad_row",)
_BODY = ("bad_encoding", "slow_client", "too_large", "wrong_type")
_ONE = (*_BODY, "bad_json", "bad_row", "bad_page", "binary", "too_many_blocks", "busy", "timeout")
_INDEX = ("index_unavailable", "busy", "timeout")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint: the struct and media type of its answer, the codes of its problems, its bodies by media type.

    `lines` are the structs of a line of its body and of its answer, where these are JSON lines. `also` are types of
    text that it answers if the request prefers them.
    """

    answer: type[msgspec.Struct] | None
    problems: tuple[str, ...]
    bodies: Bodies = field(default_factory=dict)
    media: Media = Media.JSON
    open: bool = False
    lines: tuple[type[msgspec.Struct], type[msgspec.Struct]] | None = None
    also: tuple[Media, ...] = ()


_PAGES: Bodies = {
    Media.JSON: (contract.PageRequest, {"id": "a1", "html": HTML, "explain": True}),
    Media.HTML: (None, HTML),
    Media.TEXT: (None, STORY),
}
_LINES: Bodies = {Media.NDJSON: (None, ROWS)}
_DATED_PAGE = {"html": HTML, "published": "2024-05-01T08:30:00Z", "source": "example.org"}
_ARTICLE: Bodies = {Media.JSON: (contract.ArticleRequest, _DATED_PAGE)}
_CORRECTED_PAGE = {"text": STORY, "blocks": [{"start": 0, "end": len(STORY), "label": "body"}]}
_CORRECTED: Bodies = {Media.JSON: (contract.FeedbackRequest, _CORRECTED_PAGE)}

ENDPOINTS = {
    ("post", "/v1/classify"): Endpoint(contract.LabelledPage, (*_ONE, "not_a_page"), _PAGES, also=ANSWERS[1:]),
    ("post", "/v1/classify/batch"): Endpoint(
        *(None, (*_BODY, "bad_row", "busy", "no_space"), _LINES, Media.NDJSON),
        lines=(contract.PageRequest, contract.LabelledPage),
    ),
    ("post", "/v1/articles/check"): Endpoint(contract.ArticleAnswer, (*_ONE, *_INDEX), _ARTICLE),
    ("post", "/v1/articles/batch"): Endpoint(
        *(None, (*_BODY, "busy", "no_space"), _LINES, Media.NDJSON),
        lines=(contract.ArticleRequest, contract.ArticleAnswer),
    ),
    ("put", "/v1/articles/{id}"): Endpoint(contract.ArticleAnswer, (*_ONE, *_INDEX, "not_found"), _ARTICLE),
    ("get", "/v1/articles/{id}"): Endpoint(contract.IndexedArticle, (*_INDEX, "not_found")),
    ("delete", "/v1/articles/{id}"): Endpoint(None, (*_INDEX, "not_found")),
    ("get", "/v1/clusters/{id}"): Endpoint(contract.Cluster, (*_INDEX, "not_found")),
    ("get", "/v1/index"): Endpoint(contract.IndexOverview, _INDEX),
    ("get", "/v1/index/search"): Endpoint(contract.FoundArticles, (*_INDEX, "bad_row")),
    ("get", "/v1/model"): Endpoint(contract.ModelInfo, ()),
    ("post", "/v1/feedback"): Endpoint(contract.FeedbackReceipt, (*_ONE, "feedback_unusable"), _CORRECTED),
    ("get", "/v1/feedback/export"): Endpoint(None, ("feedback_unusable",), media=Media.NDJSON),
    ("get", "/healthz"): Endpoint(contract.ServiceStatus, (), open=True),
    ("get", "/readyz"): Endpoint(contract.ServiceStatus, _INDEX, open=True),
    ("get", "/metrics"): Endpoint(None, (), media=Media.TEXT),
}
"""Every endpoint of the description; a test compares them with those of the application."""


def build_openapi(app: FastAPI) -> dict[str, Any]:
    """Build the description."""
    found = get_openapi(title=app.title, version=app.version, routes=app.routes, description=app.description)
    components = found.setdefault("components", {})
    components["schemas"] = _build_schemas()
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key that `copydesk keys add` has made."}
    }
    for (method, path), endpoint in ENDPOINTS.items():
        keys = () if endpoint.open else _KEYS
        query = _QUERY if path.startswith(VERSION_PREFIX) else ()
        problems = (*_ALWAYS, *keys, *query, *endpoint.problems)
        operation = found["paths"][path][method]
        _describe(operation, endpoint, problems)
        _describe_parameters(operation, components["schemas"]["PageRequest"]["properties"])
    return found


def _build_schemas() -> dict[str, Any]:
    """Return the schemas of all structs, with the rules that their types cannot express."""
    requests = {struct for endpoint in ENDPOINTS.values() for struct, _ in endpoint.bodies.values() if struct}
    answers = {endpoint.answer for endpoint in ENDPOINTS.values() if endpoint.answer}
    structs = (*requests, *answers, contract.ErrorRow, contract.ProblemDetails)
    _, schemas = msgspec.json.schema_components(sorted(structs, key=lambda each: each.__name__), ref_template=REF)
    for request in requests:
        schemas[request.__name__]["oneOf"] = ONE_FORM
    schemas["ArticleRequest"]["oneOf"] = BODY_OR_PAGE
    page = schemas["LabelledPage"]["properties"]
    page["page_type"]["enum"] = list(PAGE_TYPES)
    page["page_types"] |= {"required": list(PAGE_TYPES), "propertyNames": {"enum": list(PAGE_TYPES)}}
    page["found_in"]["propertyNames"] = {"enum": [name for name in FIELDS if name != "found_in"]}
    schemas["DayTotals"]["properties"]["sizes"]["required"] = list(SIZES)
    schemas["ProblemDetails"]["properties"]["code"]["enum"] = sorted(PROBLEM_KINDS)
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    return schemas


def _describe(operation: dict[str, Any], endpoint: Endpoint, problems: tuple[str, ...]) -> None:
    status = next(name for name in operation["responses"] if name.startswith("2"))
    answer: dict[str, Any] = {"description": "Success"}
    if status != "204":
        lines = (endpoint.lines[1], contract.ErrorRow) if endpoint.lines else ()
        answer["content"] = {str(endpoint.media): {"schema": _schema(endpoint.answer) | _schema_of_lines(*lines)}}
        answer["content"] |= {str(media): {"schema": _schema(None)} for media in endpoint.also}
    operation["responses"] = {status: answer} | _describe_problems(problems)
    if endpoint.bodies:
        content = {
            str(media): {"schema": _schema(struct) | _schema_of_lines(*(endpoint.lines or ())[:1]), "example": example}
            for media, (struct, example) in endpoint.bodies.items()
        }
        operation["requestBody"] = {"required": True, "content": content}
    if not endpoint.open:
        operation["security"] = [{"key": []}, {}]


def _describe_parameters(operation: dict[str, Any], fields: Mapping[str, Any]) -> None:
    """Describe ids in the path; options of the query are described as the fields of a request that they stand for."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            parameter |= {"schema": ID_IN_PATH, "example": "a1"}
        elif "description" not in parameter:
            parameter["description"] = fields[parameter["name"]]["description"]


def _schema_of_lines(*structs: type[msgspec.Struct]) -> dict[str, Any]:
    """Return what each line of a text is: one of these structs; nothing without any."""
    if not structs:
        return {}
    schema = {"anyOf": [_schema(struct) for struct in structs]}
    return {
        "description": "JSON lines, each of which is as in contentSchema.",
        "contentMediaType": str(Media.NDJSON),
        "contentSchema": schema if len(structs) > 1 else _schema(*structs),
    }


def _schema(struct: type[msgspec.Struct] | None) -> dict[str, str]:
    return {"$ref": REF.format(name=struct.__name__)} if struct else {"type": "string"}


def _describe_problems(codes: tuple[str, ...]) -> dict[str, Any]:
    titles = defaultdict[str, list[str]](list)
    for kind in dict.fromkeys(PROBLEM_KINDS[code] for code in codes):
        titles[str(kind.status)].append(kind.title)
    content = {MEDIA_TYPE: {"schema": _schema(contract.ProblemDetails)}}
    wait = {"headers": {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}}
    return {
        status: {"description": "; ".join(titles[status])}
        | (wait if status in ("429", "503") else {})
        | {"content": content}
        for status in sorted(titles)
    }
