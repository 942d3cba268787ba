"""The files of the page: which are served, with which headers, and what must not be in them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from copydesk.service.api.page import page_router, pages
from tests.support.in_process_api import ApiClient

FOLDER = Path(pages.__file__).parent
FORBIDDEN = "innerHTML outerHTML insertAdjacentHTML document.write DOMParser eval( Function(".split()
SCRIPTS = sorted(FOLDER.glob("*.js"))


@pytest.fixture
def client() -> Iterator[ApiClient]:
    app = FastAPI()
    app.include_router(page_router())
    with asyncio.Runner() as runner:
        yield ApiClient(app, runner)


def test_every_file_of_the_folder_is_served_and_no_other_exists(client: ApiClient) -> None:
    found = {path.name for path in FOLDER.iterdir() if path.suffix not in {".py", ""}}
    assert found == {pages.INDEX, *pages.ASSETS}
    for name in pages.ASSETS:
        assert client.get(f"/assets/{name}").content == (FOLDER / name).read_bytes()
    assert client.get("/").content == (FOLDER / pages.INDEX).read_bytes()


@pytest.mark.parametrize("path", ["/", "/assets/app.js", "/assets/sample.html"])
def test_policy_allows_own_files_alone(client: ApiClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_sample_page_is_never_opened_as_a_page(client: ApiClient) -> None:
    assert client.get("/assets/sample.html").headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("name", ["pages.py", "../pages.py", "..%2fpages.py", "%2e%2e/__init__.py", "index.html", ""])
def test_other_files_are_not_served(client: ApiClient, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404


def test_file_in_the_browsers_cache_is_not_sent_again(client: ApiClient) -> None:
    first = client.get("/assets/style.css")
    again = client.get("/assets/style.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/assets/app.js", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_unknown_asset_is_named() -> None:
    with pytest.raises(KeyError, match=r"no file 'pages\.py', expected one of about\.js"):
        pages.load_asset("pages.py")


def test_no_file_names_another_host() -> None:
    for name in {pages.INDEX, *pages.ASSETS}:
        text = (FOLDER / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(?:https?:)?//[\w-]+\.\w", re.sub(r"(?m)//\s.*$", "", text)), name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_makes_markup_or_code_of_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for forbidden in FORBIDDEN:
        assert forbidden not in text
