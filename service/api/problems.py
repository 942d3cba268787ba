"""Answers requests that fail: the table of problem codes with their statuses, and RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from copydesk.classifier import UnreadablePage
from copydesk.service.rows import BadField, contract, jsonl

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 1
"""Seconds in `Retry-After` where nothing better is known."""


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: its status and a short title."""

    status: int
    title: str


PROBLEM_KINDS = {
    "bad_request": ProblemKind(400, "The request cannot be read"),
    "bad_json": ProblemKind(400, "The body is not JSON"),
    "bad_encoding": ProblemKind(400, "The body is not in the encoding that it declares"),
    "no_key": ProblemKind(401, "A key is needed"),
    "wrong_scope": ProblemKind(403, "The key does not allow this"),
    "not_found": ProblemKind(404, "Not found"),
    "wrong_method": ProblemKind(405, "Method not allowed"),
    "slow_client": ProblemKind(408, "The request did not arrive in time"),
    "too_large": ProblemKind(413, "The body is too large"),
    "wrong_type": ProblemKind(415, "Unsupported content type"),
    "wrong_host": ProblemKind(421, "The Host header is not accepted"),
    "bad_row": ProblemKind(422, "A field is missing or has the wrong type"),
    "bad_page": ProblemKind(422, "The page cannot be read"),
    "binary": ProblemKind(422, "The page is not text"),
    "not_a_page": ProblemKind(422, "The body is not one page"),
    "too_many_blocks": ProblemKind(422, "The page has too many blocks"),
    "too_many_requests": ProblemKind(429, "The key has used up its requests"),
    "large_headers": ProblemKind(431, "The headers are too large"),
    "internal": ProblemKind(500, "The server failed"),
    "busy": ProblemKind(503, "The server is busy"),
    "keys_unusable": ProblemKind(503, "The keys cannot be read"),
    "feedback_unusable": ProblemKind(503, "Feedback cannot be kept"),
    "index_unavailable": ProblemKind(503, "The index cannot be used"),
    "timeout": ProblemKind(503, "The answer took too long"),
    "stopping": ProblemKind(503, "The server stops"),
    "no_space": ProblemKind(507, "The server has no room for the body"),
}
"""Every problem's code; codes of unreadable pages and bad rows are those of the command line."""

EXPECTED = {
    "bool_parsing": "expected true or false",
    "greater_than_equal": "expected at least {ge}",
    "less_than_equal": "expected at most {le}",
    "int_parsing": "expected a whole number",
    "int_parsing_size": "expected a whole number",
    "string_pattern_mismatch": "expected text that is not blank",
    "string_too_long": "expected at most {max_length} characters",
}
"""What a parameter of the query should be, by the type of the framework's error. Only words to search for have a
pattern: they are not blank."""

_OTHER_STATUSES = {400: "bad_request", 404: "not_found", 405: "wrong_method", 413: "too_large", 415: "wrong_type"}


class Problem(Exception):
    """The reason why a request is refused.

    `code` is one of `PROBLEM_KINDS`, or that of an unreadable page; the message states what was found, what was
    expected and what to do.
    """

    def __init__(self, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.headers = dict(headers or {})

    @property
    def kind(self) -> ProblemKind:
        """Its status and title; a code that is not listed is that of an unreadable page."""
        return PROBLEM_KINDS.get(self.code, PROBLEM_KINDS["bad_page"])


def problem_body(problem: Problem, instance: str) -> bytes:
    """Write a problem as JSON."""
    kind = problem.kind
    details = contract.ProblemDetails(
        f"/docs#{problem.code}", kind.title, kind.status, str(problem), instance, problem.code
    )
    return jsonl.encode_row_fast(details)


def problem_response(problem: Problem, instance: str) -> Response:
    """Answer with a problem."""
    headers = dict(problem.headers)
    if problem.kind.status == 503:
        headers.setdefault("Retry-After", str(RETRY_SECONDS))
    if problem.code == "no_key":
        headers.setdefault("WWW-Authenticate", 'Bearer realm="copydesk"')
    return Response(problem_body(problem, instance), problem.kind.status, headers, MEDIA_TYPE)


async def answer_problem(request: Request, error: Exception) -> Response:
    """Answer with a problem that was raised; errors of rows and pages keep their codes and messages."""
    if isinstance(error, (BadField, UnreadablePage)):
        error = Problem(error.code, str(error))
    assert isinstance(error, Problem)
    return problem_response(error, request.url.path)


async def answer_status(request: Request, error: Exception) -> Response:
    """Answer a request that the framework refuses: its path or its method does not exist."""
    status = int(getattr(error, "status_code", 500))
    found = f"{request.method} {request.url.path[:200]}"
    code = _OTHER_STATUSES.get(status, "internal")
    allowed = _allowed_methods(request) if code == "wrong_method" else []
    expected = {
        "not_found": "expected one of the paths that /openapi.json lists",
        "wrong_method": f"expected {' or '.join(allowed)}",
    }.get(code, f"which the server refused with {status}")
    message = f"found {found}, {expected}; look at /docs"
    headers = {"Allow": ", ".join(allowed)} if allowed else None
    return problem_response(Problem(code, message, headers=headers), request.url.path)


def _allowed_methods(request: Request) -> list[str]:
    """Return the methods of all routes for the path; the framework names those of the first route alone."""
    return [
        method
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]


async def answer_invalid(request: Request, error: Exception) -> Response:
    """Answer a request with a parameter that the framework refuses."""
    assert isinstance(error, RequestValidationError)
    first: dict[str, Any] = next(iter(error.errors()), {})
    where = ".".join(str(part) for part in first.get("loc", ()))
    kind = first.get("type", "")
    expected = EXPECTED.get(kind, "expected what /openapi.json describes").format_map(first.get("ctx", {}))
    found = f"{str(first.get('input'))[:40]!r}, {expected}"
    message = f"{where} is {'missing' if kind == 'missing' else found}; look at /docs"
    return problem_response(Problem("bad_row", message), request.url.path)
