"""Puts the application together: endpoints, middleware, error handlers, start and end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from copydesk.classifier import Model, UnreadablePage
from copydesk.service.api.endpoints import articles, batches, classify, docs, feedback, status
from copydesk.service.api.intake.parameters import refuse_unknown_parameters
from copydesk.service.api.monitoring.metrics import Metrics
from copydesk.service.api.monitoring.middleware import RequestMonitor
from copydesk.service.api.monitoring.traces import open_traces
from copydesk.service.api.openapi import build_openapi
from copydesk.service.api.page import page_router
from copydesk.service.api.problems import Problem, answer_invalid, answer_problem, answer_status
from copydesk.service.api.state import State
from copydesk.service.rows import BadField
from copydesk.service.settings import Settings

CORS_HEADERS = ("Authorization", "Content-Type", "Content-Encoding", "X-Request-ID")
CORS_EXPOSED_HEADERS = ("X-Request-ID", "Retry-After", "RateLimit", "RateLimit-Policy")
"""Headers that scripts of other origins may send and read, beside those that the CORS protocol always allows."""
DESCRIPTION = "Labels the blocks of news pages and finds articles that tell the same story."


class App(FastAPI):
    """The application; `quick` answers the most frequent request in place of the framework."""

    quick: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self.quick is not None and classify.QuickClassify.answers(scope):
            scope["app"] = self
            await self.quick(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings, *, model: Model | None = None) -> FastAPI:
    """Build the application.

    Args:
        settings: The settings of the service.
        model: A loaded model; without one the application loads it when it starts.
    """
    metrics = Metrics(settings.server.shared)
    traces = open_traces(enabled=settings.server.traces)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.copydesk = State(settings, metrics, model, traces)
        yield
        app.state.copydesk.close()
        if traces is not None:
            traces.close()

    app = App(
        title="copydesk",
        description=DESCRIPTION,
        version=_version(),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would lead to whatever host the request names
    )
    for router in (classify.router, batches.router, articles.router, feedback.router, status.router, docs.router):
        app.include_router(router, dependencies=[Depends(refuse_unknown_parameters)])
    app.include_router(page_router())
    if settings.server.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.server.origins,
            allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
            allow_headers=CORS_HEADERS,
            expose_headers=CORS_EXPOSED_HEADERS,
        )
    else:
        app.quick = RequestMonitor(classify.QuickClassify(), metrics, traces)
    app.add_middleware(RequestMonitor, metrics=metrics, traces=traces)
    for kind in (Problem, BadField, UnreadablePage):
        app.add_exception_handler(kind, answer_problem)
    app.add_exception_handler(HTTPException, answer_status)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    description = build_openapi(app)
    app.openapi = lambda: description  # type: ignore[method-assign]
    return app


def _version() -> str:
    try:
        return version("copydesk")
    except PackageNotFoundError:
        return "0"
