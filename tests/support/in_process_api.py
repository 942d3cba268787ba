"""The service inside the test's own process: requests without a network, answered by the real application."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from copydesk.classifier import Model
from copydesk.service.api.app import create_app
from copydesk.service.settings import ServerSettings, Settings

URL = "http://127.0.0.1:8000"


class Door:
    """A started application; requests are answered one after the other, or several at once by `at_once`."""

    def __init__(self, app: FastAPI, runner: asyncio.Runner, client: httpx.AsyncClient) -> None:
        self.app = app
        self._runner = runner
        self._client = client

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self._runner.run(self._client.request(method, path, **given))

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.ask("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.ask("POST", path, **given)

    def put(self, path: str, **given: Any) -> httpx.Response:
        return self.ask("PUT", path, **given)

    def delete(self, path: str, **given: Any) -> httpx.Response:
        return self.ask("DELETE", path, **given)

    def at_once(self, *requests: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
        async def all_of_them() -> list[httpx.Response]:
            return await asyncio.gather(*(self._client.request(how, path, **given) for how, path, given in requests))

        return self._runner.run(all_of_them())


def settings_in(folder: Path, **server: Any) -> Settings:
    """Settings whose files all lie in one folder."""
    files: dict[str, Any] = {"keys": folder / "keys.sqlite", "feedback": folder / "feedback"}
    return Settings(index=str(folder / "index.sqlite"), server=ServerSettings(**(files | server)))


@contextmanager
def open_door(settings: Settings, model: Model) -> Iterator[Door]:
    """Start the application, and end it as a server would."""
    app = create_app(settings, model=model)
    with asyncio.Runner() as runner:
        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL)
        try:
            yield Door(app, runner, client)
        finally:
            runner.run(client.aclose())
            runner.run(lifespan.__aexit__(None, None, None))
