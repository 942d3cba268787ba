"""Shows the OpenAPI description as an HTML page for people, without scripts or files from other servers."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from copydesk.service.api.problems import PROBLEM_KINDS

# The colours are those of the page's `style.css`, light and dark.
STYLE = (
    ":root{color-scheme:light dark;--paper:#fbfaf7;--ink:#1d1c1a;--rule:#e2ded4;--accent:#14535f}"
    "@media(prefers-color-scheme:dark){:root{--paper:#151719;--ink:#e9e6df;--rule:#30343a;--accent:#7fd0dc}}"
    "body{background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}"
    "body{max-width:56rem;margin:2rem auto;padding:0 1rem}"
    "code,pre{font-family:ui-monospace,monospace;font-size:.9em}"
    "pre{overflow:auto;padding:.75rem;border:1px solid var(--rule);white-space:pre-wrap;overflow-wrap:anywhere}"
    "h2{margin-top:2.5rem}table{border-collapse:collapse}"
    "a{color:var(--accent)}"
    "td,th{padding:.2rem 1rem .2rem 0;text-align:left;vertical-align:top}"
    # On a telephone a row has two lines, the meaning below the name.
    "@media(max-width:40rem){"
    "tr{display:grid;grid-template-columns:auto minmax(0,1fr)}td{overflow-wrap:anywhere}td:last-child{grid-column:1/3}"
    "th{position:absolute;clip-path:inset(50%)}tr:not(:last-child) td:last-child{margin-bottom:.6rem}"
    "}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def get_docs(request: Request) -> HTMLResponse:
    """Show the endpoints, the problems, and the objects in requests and answers."""
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}
    return HTMLResponse(docs_page(request.app.openapi()), headers=headers)


def docs_page(description: dict[str, Any]) -> str:
    """Return the page for a description."""
    title = f"{description['info']['title']} {description['info']['version']}"
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width'>",
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main><h1>{escape(title)}</h1>",
        "<p>The same for programs: <a href='openapi.json'>openapi.json</a>.</p>",
        *(part for path, methods in description["paths"].items() for part in _operations(path, methods)),
        "<h2>Problems</h2><p>Every error is answered as <code>application/problem+json</code> (RFC 9457).</p>",
        f"<table>{_heads('Code', 'Status', 'Meaning')}",
        *(
            f"<tr id='{code}'><td><code>{code}</code></td><td>{kind.status}</td><td>{escape(kind.title)}</td></tr>"
            for code, kind in PROBLEM_KINDS.items()
        ),
        "</table>",
        "<h2>Objects</h2>",
        *(part for name, schema in sorted(_schemas(description).items()) for part in _object(name, schema)),
        "</main></body></html>",
    ]
    return "\n".join(parts)


def _operations(path: str, methods: dict[str, Any]) -> Iterator[str]:
    for method, operation in methods.items():
        yield f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(operation.get('description', ''))}</p>"
        yield from _options([each for each in operation.get("parameters", ()) if each["in"] == "query"])
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            example = escape(_format_example(content["example"]))
            yield f"<p>Takes <code>{escape(media)}</code>{_shape(content)}, for example</p><pre>{example}</pre>"
        yield f"<p>Answers {' · '.join(_answers(operation['responses']))}</p>"


def _options(parameters: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a table of the options in the query; nothing without any."""
    if not parameters:
        return
    yield f"<p>Options in the query:</p><table>{_heads('Option', 'Type', 'Meaning')}"
    for parameter in parameters:
        schema = parameter["schema"]
        given = {"anyOf": [each for each in schema.get("anyOf", (schema,)) if each.get("type") != "null"]}
        meaning = ["Required." if parameter["required"] else "", parameter["description"]]
        if "maximum" in schema:
            meaning.append(f"From {schema['minimum']} to {schema['maximum']}.")
        if schema.get("default") is not None:
            meaning.append(f"Default: {json.dumps(schema['default'])}.")
        yield _row(parameter["name"], given, " ".join(filter(None, meaning)))
    yield "</table>"


def _heads(*names: str) -> str:
    return f"<tr>{''.join(f'<th>{name}</th>' for name in names)}</tr>"


def _row(name: str, schema: dict[str, Any], meaning: str) -> str:
    return f"<tr><td><code>{escape(name)}</code></td><td>{_type(schema)}</td><td>{escape(meaning)}</td></tr>"


def _answers(responses: dict[str, Any]) -> Iterator[str]:
    """Yield status and description of each answer; of a success also its media types, and what they contain."""
    for status, response in responses.items():
        contents = response.get("content", {}) if status.startswith("2") else {}
        shapes = [f"<code>{escape(media)}</code>{_shape(content)}" for media, content in contents.items()]
        yield escape(f"{status} {response['description']}") + (f": {' or '.join(shapes)}" if shapes else "")


def _shape(content: dict[str, Any]) -> str:
    """Return the names of the objects in a body; nothing for text."""
    schema = content.get("schema", {})
    if "contentSchema" in schema:
        return f" ({_type(schema['contentSchema'])} in each line)"
    return f" ({_type(schema)})" if "$ref" in schema else ""


def _schemas(description: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = description["components"]["schemas"]
    return found


def _object(name: str, schema: dict[str, Any]) -> Iterator[str]:
    """Yield what an object is, and a table of its fields; of a word its values."""
    yield f"<h3 id='{name}'><code>{name}</code></h3><p>{escape(schema.get('description', ''))}</p>"
    if "properties" not in schema:
        yield f"<p>{_type(schema)}</p>"
        return
    always = schema.get("required", ())
    yield f"<table>{_heads('Field', 'Type', 'Meaning')}"
    for field, value in schema["properties"].items():
        where = "" if field in always else "Optional. "
        yield _row(field, value, f"{where}{_meaning(value)}")
    yield "</table>"


def _meaning(schema: dict[str, Any]) -> str:
    inner = (each.get("description", "") for each in schema.get("anyOf", ()))
    return str(schema.get("description") or next(filter(None, inner), ""))


def _type(schema: dict[str, Any]) -> str:
    """Return the type of a value in words, with links to objects."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f"<a href='#{name}'>{name}</a>"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_type, schema["anyOf"])))
    if "enum" in schema:
        return " or ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        members = schema.get("items") or {}
        members = members or {"anyOf": schema.get("prefixItems", ())}
        return f"list of {_type(members)}"
    if schema.get("type") == "object" and schema.get("additionalProperties"):
        return f"object of {_type(schema['additionalProperties'])}"
    return escape(str(schema.get("type", "any value")))


def _format_example(example: object) -> str:
    return example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
