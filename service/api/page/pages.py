"""Serves the page at `/` and its files under `/assets/`, which are read once from a list that is fixed here."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
INDEX = "index.html"
ASSETS = (
    "api.js",
    "app.js",
    "article.js",
    "dom.js",
    "duplicates.js",
    "inspector.js",
    "labels.js",
    "overview.js",
    "result.js",
    "text.js",
    "style.css",
    "icon.svg",
    "sample.html",
    "sample-copy.html",
)
"""A request names one of these or gets 404: no path from outside is ever opened."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page as it is served."""

    content: bytes
    media_type: str
    tag: str


@cache
def asset(name: str) -> Asset:
    """Read one of the page's own files from the package.

    Raises:
        KeyError: The name is none of theirs.
    """
    if name != INDEX and name not in ASSETS:
        raise KeyError(f"the page has no file {name!r}, expected one of {', '.join(ASSETS)}")
    content = files(__package__).joinpath(name).read_bytes()
    suffix = name[name.rindex(".") :]
    return Asset(content, TYPES[suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def answer(name: str, request: Request) -> Response:
    """Answer with a file, or with 304 where the browser holds it already."""
    found = asset(name)
    headers = HEADERS | {"ETag": found.tag, "Content-Type": found.media_type}
    if name.startswith("sample"):  # a page to read, never one to open: it is not to run as ours
        headers["Content-Type"] = "text/plain; charset=utf-8"
    if request.headers.get("if-none-match") == found.tag:
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers)


def routes() -> APIRouter:
    """Give the routes of the page and of its files; they are no part of the described interface."""
    made = APIRouter(include_in_schema=False)
    made.add_api_route("/", _serve(INDEX), methods=["GET", "HEAD"])
    for name in ASSETS:
        made.add_api_route(f"/assets/{name}", _serve(name), methods=["GET", "HEAD"])
    return made


def _serve(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        return answer(name, request)

    return serve
