"""What goes wrong over HTTP: one table of codes and statuses, and RFC 9457 problems made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 1
"""What a client is told to wait where nothing better is known."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its status, and what it is in a few words."""

    status: int
    title: str


KINDS = {
    "bad_request": Kind(400, "The request cannot be read"),
    "bad_json": Kind(400, "The body is not JSON"),
    "bad_encoding": Kind(400, "The body is not encoded as it should be"),
    "no_key": Kind(401, "A key is needed"),
    "wrong_scope": Kind(403, "The key does not allow this"),
    "not_found": Kind(404, "There is nothing here"),
    "wrong_method": Kind(405, "This cannot be done here"),
    "slow_client": Kind(408, "The request did not come in time"),
    "too_large": Kind(413, "The body is too large"),
    "wrong_type": Kind(415, "The body is of a type that is not read here"),
    "wrong_host": Kind(421, "This server does not answer under that name"),
    "bad_row": Kind(422, "The body does not say what is needed"),
    "bad_page": Kind(422, "The page cannot be read"),
    "binary": Kind(422, "The page is no text"),
    "too_many_blocks": Kind(422, "The page has too many parts"),
    "too_many_requests": Kind(429, "The key has used up its requests"),
    "large_headers": Kind(431, "The headers are too large"),
    "internal": Kind(500, "The server failed"),
    "busy": Kind(503, "The server has enough to do"),
    "keys_unusable": Kind(503, "The keys cannot be read"),
    "feedback_unusable": Kind(503, "Feedback cannot be kept"),
    "index_unavailable": Kind(503, "The index cannot be used"),
    "timeout": Kind(504, "The answer took too long"),
}
"""Every problem's code; codes of unreadable pages and bad rows are those of the command line."""

_OTHER_STATUSES = {400: "bad_request", 404: "not_found", 405: "wrong_method", 413: "too_large", 415: "wrong_type"}


class Problem(Exception):
    """Something that a request is answered with instead of what it asked for.

    `code` is one of `KINDS`; the message says what was found, what was expected and what to do.
    """

    def __init__(self, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.headers = dict(headers or {})

    @property
    def kind(self) -> Kind:
        """The status and title; a code that nobody listed is a page that cannot be read."""
        return KINDS.get(self.code, KINDS["bad_page"])


def problem_body(problem: Problem, instance: str) -> bytes:
    """Write a problem as JSON."""
    fields = {
        "type": f"/docs#{problem.code}",
        "title": problem.kind.title,
        "status": problem.kind.status,
        "detail": str(problem),
        "instance": instance,
        "code": problem.code,
    }
    return json.dumps(fields).encode()


def problem_response(problem: Problem, instance: str) -> Response:
    """Answer with a problem."""
    headers = dict(problem.headers)
    if problem.kind.status == 503:
        headers.setdefault("Retry-After", str(RETRY_SECONDS))
    if problem.code == "no_key":
        headers.setdefault("WWW-Authenticate", 'Bearer realm="copydesk"')
    return Response(problem_body(problem, instance), problem.kind.status, headers, MEDIA_TYPE)


async def answer_problem(request: Request, error: Exception) -> Response:
    """Answer with the problem that was raised."""
    assert isinstance(error, Problem)
    return problem_response(error, request.url.path)


async def answer_status(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: a path or a method that is not there."""
    status = int(getattr(error, "status_code", 500))
    found = f"{request.method} {request.url.path[:200]}"
    code = _OTHER_STATUSES.get(status, "internal")
    if code == "not_found":
        message = f"found {found}, expected one of the paths that /openapi.json lists; look at /docs"
    elif code == "wrong_method":
        message = f"found {found}, expected a method that /openapi.json lists for this path; look at /docs"
    else:
        message = f"found {found}, which the server refused with {status}; look at /docs"
    return problem_response(Problem(code, message, headers=getattr(error, "headers", None)), request.url.path)


async def answer_invalid(request: Request, error: Exception) -> Response:
    """Answer a parameter that does not fit."""
    assert isinstance(error, RequestValidationError)
    first: dict[str, Any] = next(iter(error.errors()), {})
    where = ".".join(str(part) for part in first.get("loc", ()))
    message = f"{where} is {str(first.get('input'))[:40]!r}: {first.get('msg', 'not as expected')}; look at /docs"
    return problem_response(Problem("bad_row", message), request.url.path)
