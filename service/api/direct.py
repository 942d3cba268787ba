"""Routes that answer without a look at what a request does not have."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute


class DirectRoute(APIRoute):
    """A route whose endpoint needs a request alone, and has a default for everything that a query may say.

    Where there is no query, only the route's dependencies, which take a request each, are asked before the endpoint.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        whole = super().get_route_handler()
        first = [each.call for each in self.dependant.dependencies if each.call is not None]
        endpoint = self.endpoint

        async def handle(request: Request) -> Response:
            if request.scope["query_string"]:
                return await whole(request)
            for check in first:
                await check(request)
            answer: Response = await endpoint(request)
            return answer

        return handle
