"""Shows the OpenAPI description as an HTML page, without scripts or files from other servers."""

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
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def get_docs(request: Request) -> HTMLResponse:
    """Show the endpoints and the problems."""
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}
    return HTMLResponse(docs_page(request.app.openapi()), headers=headers)


def docs_page(description: dict[str, Any]) -> str:
    """Return the page for a description."""
    title = f"{description['info']['title']} {description['info']['version']}"
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width'>",
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><h1>{escape(title)}</h1>",
        "<p>The same with every field, for programs: <a href='openapi.json'>openapi.json</a>.</p>",
        *(part for path, methods in description["paths"].items() for part in _operations(path, methods)),
        "<h2>Problems</h2><p>Every error is answered as <code>application/problem+json</code> (RFC 9457).</p>",
        "<table><tr><th>Code</th><th>Status</th><th></th></tr>",
        *(
            f"<tr id='{code}'><td><code>{code}</code></td><td>{kind.status}</td><td>{escape(kind.title)}</td></tr>"
            for code, kind in PROBLEM_KINDS.items()
        ),
        "</table></body></html>",
    ]
    return "\n".join(parts)


def _operations(path: str, methods: dict[str, Any]) -> Iterator[str]:
    for method, operation in methods.items():
        yield f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(operation.get('description', ''))}</p>"
        options = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
        if options:
            yield f"<p>Query: {', '.join(f'<code>{escape(name)}</code>' for name in options)}</p>"
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            example = escape(_format_example(content["example"]))
            yield f"<p>Takes <code>{escape(media)}</code>, for example</p><pre>{example}</pre>"
        answers = (f"{status} {response['description']}" for status, response in operation["responses"].items())
        yield f"<p>Answers {escape(' · '.join(answers))}</p>"


def _format_example(example: object) -> str:
    return example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
