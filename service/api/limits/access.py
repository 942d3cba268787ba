"""Who may ask what: keys and their scopes, their rates, and the names that a server without keys answers to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Depends
from starlette.requests import Request

from copydesk.service.api.limits.rates import Allowance, Rates
from copydesk.service.api.problems import Problem
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Key, KeysUnusable, Scope
from copydesk.service.settings import LOOPBACK

LONGEST_KEY = 200


def needs(scope: Scope) -> Any:
    """Make the dependency that lets a request pass whose key allows it, or any where no key is needed."""

    async def check(request: Request) -> None:
        state = state_of(request)
        if not state.settings.server.require_keys:
            _check_host(request)
            return
        key = _key_of(request, state)
        request.state.key = key.name
        _charge(request, state.rates, key)
        if not key.scope.allows(scope):
            raise Problem(
                "wrong_scope", f"the key {key.name} has scope {key.scope}, this needs {scope}; use another key"
            )

    return Depends(check)


def _check_host(request: Request) -> None:
    """Refuse a name that a foreign page may have pointed at this machine, as no key would stop that page."""
    host = request.headers.get("host", "").strip().lower()
    name = host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    if name not in LOOPBACK:
        raise Problem(
            "wrong_host",
            f"the Host header names {name[:80]!r}, expected {' or '.join(LOOPBACK)}, as no key is asked for; "
            "ask by one of these, or let the server ask for keys (COPYDESK_REQUIRE_KEYS=always)",
        )


def _key_of(request: Request, state: State) -> Key:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        raise Problem("no_key", "no key was sent, expected the header Authorization: Bearer KEY; send one")
    try:
        found = state.keys.find(value.strip()[:LONGEST_KEY])
    except KeysUnusable as error:
        raise Problem("keys_unusable", str(error)) from None
    if found is None:
        raise Problem("no_key", "the key that was sent is not valid here, expected one of this server's; send another")
    return found


def _charge(request: Request, rates: Rates, key: Key) -> None:
    allowance = rates.take(key.name)
    request.state.rate_headers = rate_headers(rates, allowance)
    if not allowance.granted:
        raise Problem(
            "too_many_requests",
            f"the key {key.name} has used up its {rates.quota} requests a minute; "
            f"send the next in {allowance.seconds} seconds",
            headers={"Retry-After": str(allowance.seconds)},
        )


def rate_headers(rates: Rates, allowance: Allowance) -> Mapping[str, str]:
    """Write what a key has, as draft-ietf-httpapi-ratelimit-headers-10 has it."""
    return {
        "RateLimit-Policy": f'"key";q={rates.quota};w=60',
        "RateLimit": f'"key";r={allowance.left};t={allowance.seconds}',
    }
