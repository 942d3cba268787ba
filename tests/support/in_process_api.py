"""Runs the service inside the test's own process: the real application answers requests without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from copydesk.classifier import Model
from copydesk.service.api import create_app
from copydesk.service.settings import ServerSettings, Settings

URL = "http://127.0.0.1:8000"


class ApiClient:
    """A client of a started application."""

    def __init__(self, app: FastAPI, runner: asyncio.Runner) -> None:
        self.app = app
        self._runner = runner
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._client.request(method, path, **options))

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        return self.request("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.request("DELETE", path, **options)

    def request_all(self, *requests: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
        """Send all requests at once; each is a method, a path and options."""

        async def gather() -> list[httpx.Response]:
            return await asyncio.gather(*(self._client.request(*request, **options) for *request, options in requests))

        return self._runner.run(gather())


def settings_in(folder: Path, **server: Any) -> Settings:
    """Return settings whose files are all in one folder."""
    files: dict[str, Any] = {"keys": folder / "keys.sqlite", "feedback": folder / "feedback"}
    return Settings(index=str(folder / "index.sqlite"), server=ServerSettings(**(files | server)))


@contextmanager
def open_api(settings: Settings, model: Model) -> Iterator[ApiClient]:
    """Start the application, and stop it as a server would."""
    app = create_app(settings, model=model)
    with asyncio.Runner() as runner:
        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        try:
            yield ApiClient(app, runner)
        finally:
            runner.run(lifespan.__aexit__(None, None, None))
