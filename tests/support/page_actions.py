"""Actions of the browser tests: fill in the page, watch and replace its requests, check its accessibility."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Request, Route, expect

PHONE = {"width": 360, "height": 740}


def read_sample(page: Page, button: str = "Try a sample", *, unfold: bool = True) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.locator(".found h2")).to_be_attached()
    if unfold:
        page.get_by_role("button", name="Unfold all").click()


def paste(page: Page, text: str) -> None:
    page.get_by_label("The page, as text or HTML").fill(text)
    page.get_by_role("button", name="Read this page").click()
    expect(page.locator(".found h2")).to_be_attached()


def block(page: Page, beginning: str) -> Locator:
    return page.locator(".block", has_text=beginning).first


def focus_block(page: Page, beginning: str) -> Locator:
    """Move the keyboard to a block, which selects it."""
    found = block(page, beginning)
    found.locator(".tag").focus()
    return found


def replace_answer(page: Page, **fields: Any) -> None:
    """Change fields of the service's answer to a page before the page gets it."""

    def answer(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, json=reply.json() | fields)

    page.route("**/v1/classify", answer)


def collect_posts(page: Page, path: str) -> list[dict[str, Any]]:
    """Collect the bodies that the page posts to a path from now on."""
    bodies: list[dict[str, Any]] = []

    def collect(request: Request) -> None:
        if urlsplit(request.url).path == path:
            assert request.post_data is not None
            bodies.append(json.loads(request.post_data))

    page.on("request", collect)
    return bodies


def refuse(page: Page, path: str, status: int, title: str, detail: str, **headers: str) -> None:
    """Answer a path by a problem."""
    fields = {"type": "about:blank", "title": title, "status": status, "detail": detail}

    def answer(route: Route) -> None:
        kind = {"Content-Type": "application/problem+json"}
        route.fulfill(status=status, headers=kind | headers, body=json.dumps(fields))

    page.route(f"**{path}", answer)


def check_axe(page: Page, rules: list[str] | None) -> None:
    violations = Axe().run(page, options={"runOnly": rules} if rules else None).response["violations"]
    assert not [(each["id"], each["impact"], [node["html"] for node in each["nodes"]]) for each in violations]
