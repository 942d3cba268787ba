"""The web page in a real browser, from a real service."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from copydesk.classifier import Model
from tests.support.served import serve_service

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=20_000)


@pytest.fixture(scope="package")
def address(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service on a free port, with an index of its own."""
    with serve_service(model, tmp_path_factory.mktemp("page")) as url:
        yield f"{url}/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; while it runs, Playwright's event loop keeps tests of other files from running their own."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: install Debian's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, just opened; a script error or a request to another host fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    new_page = context.new_page()
    new_page.set_default_timeout(20_000)
    errors: list[str] = []
    new_page.on("pageerror", lambda error: errors.append(str(error)))

    def collect(line: ConsoleMessage) -> None:
        if "Content Security Policy" in line.text:
            errors.append(line.text)

    def check_host(request: Request) -> None:
        if not request.url.startswith(address):
            errors.append(request.url)

    new_page.on("console", collect)
    new_page.on("request", check_host)
    new_page.goto(address)
    yield new_page
    context.close()
    assert not errors
