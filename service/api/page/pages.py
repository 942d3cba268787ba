"""Serves the web page at `/` and its files under `/assets/`; each file is read once."""

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
    "about.js",
    "api.js",
    "app.js",
    "article.js",
    "comments.js",
    "copying.js",
    "corrections.js",
    "dom.js",
    "duplicates.js",
    "inspector.js",
    "labels.js",
    "overview.js",
    "parts.js",
    "result.js",
    "screens.js",
    "strip.js",
    "text.js",
    "toggles.js",
    "style.css",
    "icon.svg",
    "sample.html",
    "sample-copy.html",
)
"""Every file that is served: each has a route of its own, so no path from a request is ever opened."""

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
    """A file of the page, with its media type and ETag."""

    content: bytes
    media_type: str
    etag: str


@cache
def load_asset(name: str) -> Asset:
    """Read a file of the page from the package.

    Raises:
        KeyError: The page has no such file.
    """
    if name != INDEX and name not in ASSETS:
        raise KeyError(f"the page has no file {name!r}, expected one of {', '.join(ASSETS)}")
    content = files(__package__).joinpath(name).read_bytes()
    suffix = name[name.rindex(".") :]
    return Asset(content, TYPES[suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def asset_response(name: str, request: Request) -> Response:
    """Answer with a file, or with 304 if the browser has it already."""
    asset = load_asset(name)
    headers = HEADERS | {"ETag": asset.etag, "Content-Type": asset.media_type}
    if name.startswith("sample"):  # shown as source; a browser must not open it as a page of this server
        headers["Content-Type"] = "text/plain; charset=utf-8"
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, headers=headers)


def page_router() -> APIRouter:
    """Return the routes of the page and its files; the OpenAPI description leaves them out."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/", _handler(INDEX), methods=["GET", "HEAD"])
    for name in ASSETS:
        router.add_api_route(f"/assets/{name}", _handler(name), methods=["GET", "HEAD"])
    return router


def _handler(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        return asset_response(name, request)

    return handle
