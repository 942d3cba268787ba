"""Decides who may send a request: API keys with scopes and rates, and the Host header of a server without keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Depends
from starlette.requests import Request
from starlette.types import Scope as AsgiScope

from copydesk.service.api.limits.rates import WINDOW_SECONDS, RateLimiter
from copydesk.service.api.problems import Problem
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Key, KeysUnusable, Scope
from copydesk.service.settings import LOOPBACK

LONGEST_KEY = 200
"""Longest key, in characters; the rest is ignored."""


def require_scope(scope: Scope) -> Any:
    """Return a FastAPI dependency that checks the key, its rate and its scope; without keys it checks the host."""

    async def check(request: Request) -> None:
        check_access(request.scope, request.headers, state_of(request), scope)

    return Depends(check)


def check_access(request: AsgiScope, headers: Mapping[str, str], state: State, scope: Scope) -> None:
    """Check the key of a request, its rate and its scope; without keys check the host.

    Raises:
        Problem: The request is refused.
    """
    if not state.settings.server.require_keys:
        _check_host(headers)
        return
    key = _find_key(headers, state)
    request.setdefault("state", {})["key"] = key.name
    _take_request(request, state.rates, key)
    if not key.scope.allows(scope):
        message = f"the key {key.name} has scope {key.scope}, this needs {scope}; use another key"
        raise Problem("wrong_scope", message)


def _check_host(headers: Mapping[str, str]) -> None:
    """Refuse DNS rebinding: a foreign web page that reaches this server under a name of its own."""
    host = headers.get("host", "").strip().lower()
    name = host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    if name not in LOOPBACK:
        raise Problem(
            "wrong_host",
            f"the Host header names {name[:80]!r}, expected {' or '.join(LOOPBACK)}, as the server requires no keys; "
            "use one of these, or let the server require keys (COPYDESK_REQUIRE_KEYS=always)",
        )


def _find_key(headers: Mapping[str, str], state: State) -> Key:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        raise Problem("no_key", "no key was sent, expected the header Authorization: Bearer KEY; send one")
    try:
        key = state.keys.find(value.strip()[:LONGEST_KEY])
    except KeysUnusable as error:
        raise Problem("keys_unusable", str(error)) from None
    if key is None:
        raise Problem("no_key", "the key is not valid, expected one of this server's keys; send another")
    return key


def _take_request(request: AsgiScope, rates: RateLimiter, key: Key) -> None:
    allowance = rates.take(key.name)
    request["state"]["rate_headers"] = {  # draft-ietf-httpapi-ratelimit-headers-10
        "RateLimit-Policy": f'"key";q={rates.quota};w={WINDOW_SECONDS}',
        "RateLimit": f'"key";r={allowance.left};t={allowance.seconds}',
    }
    if not allowance.granted:
        raise Problem(
            "too_many_requests",
            f"the key {key.name} has used up its {rates.quota} requests per minute; "
            f"send the next in {allowance.seconds} seconds",
            headers={"Retry-After": str(allowance.seconds)},
        )
