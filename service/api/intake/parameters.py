"""Refuses options in a query that the endpoint does not have, or that are repeated: they would be lost in silence."""

from __future__ import annotations

from difflib import get_close_matches

from starlette.requests import Request

from copydesk.service.api.problems import Problem

VERSION_PREFIX = "/v1/"
"""Beginning of the paths whose queries are checked; health checks may send what they like."""
PATH_ID = "{id}"
"""The id in the paths of endpoints. It may be an address with a query of its own."""
SHOWN = 40
"""Characters of an unknown name that are shown."""


async def refuse_unknown_parameters(request: Request) -> None:
    """Raise `Problem` if the query of a request has a name twice, or one that its endpoint's description does not list.

    It is a coroutine as FastAPI calls functions on a thread.
    """
    if not request.scope["query_string"] or not request.url.path.startswith(VERSION_PREFIX):
        return
    route = request.scope["route"]
    described = request.app.openapi()["paths"][route.path_format][request.method.lower()]
    known = [each["name"] for each in described.get("parameters", ()) if each["in"] == "query"]
    for name in request.query_params:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else "; leave it out"
            if PATH_ID in route.path_format:
                hint += ", or percent-encode the id (? as %3F) if it is a part of it"
            expected = f"one of {', '.join(known)}" if known else "no query"
            raise Problem("bad_row", f"query has {name[:SHOWN]!r}, expected {expected}{hint}")
        if (n_values := len(request.query_params.getlist(name))) > 1:
            raise Problem("bad_row", f"query has {name!r} {n_values} times, expected it once; leave out all but one")
