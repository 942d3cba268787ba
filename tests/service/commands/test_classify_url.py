"""The address of a page on the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import RunCommand

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("model")]

URL = "https://gazette.example/2025/02/03/ferry"
SENTENCE = "The night ferry between Marrow Bay and the island of Sandholm will sail again from the first of May."
LINKED = "The board has hired a smaller ship, and it follows the <a href=/tides>tide tables</a>."
HTML = f"<article><h1>Night ferry returns</h1><p>{SENTENCE}</p><p>{LINKED}</p></article>"


@pytest.mark.parametrize("name", ["ferry.html", "-"])
def test_address_of_a_page_is_that_of_a_row(run_command: RunCommand, tmp_path: Path, name: str) -> None:
    (tmp_path / "ferry.html").write_text(HTML)
    file = name if name == "-" else tmp_path / name
    done = run_command("classify", file, "--url", URL, given=HTML.encode())
    row = json.dumps({"id": str(file), "url": URL, "html": HTML}).encode()
    assert done.stdout == run_command("classify", "--format", "jsonl", given=row).stdout
    article = json.loads(done.stdout)
    assert (article["url"], article["site"], article["published"]) == (URL, "gazette.example", "2025-02-03")


def test_links_are_absolute_by_the_address(run_command: RunCommand) -> None:
    options = ("--output", "markdown", "--links")
    assert b"[tide tables](/tides)" in run_command("classify", "-", *options, given=HTML.encode()).stdout
    done = run_command("classify", "-", *options, "--url", URL, given=HTML.encode())
    assert b"[tide tables](https://gazette.example/tides)" in done.stdout


def test_address_is_for_one_page_alone(run_command: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "ferry.html").write_text(HTML)
    done = run_command("classify", tmp_path / "ferry.html", "-", "--url", URL, given=HTML.encode())
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--url is the address of one page, and there are 2 files; use JSON lines" in done.stderr


@pytest.mark.parametrize("url", ["gazette.example/2024/05/06/x", "javascript:alert(1)", "https://", "http:/x", " ", ""])
def test_address_without_scheme_and_host_is_refused(run_command: RunCommand, url: str) -> None:
    done = run_command("classify", "-", "--url", url, given=HTML.encode())
    assert (done.returncode, done.stdout) == (2, b"")
    assert (
        f"--url is {url.strip()!r}, expected the whole address of a page: http:// or https://" in done.stderr.decode()
    )


def test_white_space_around_an_address_is_dropped(run_command: RunCommand) -> None:
    done = run_command("classify", "-", "--url", f" {URL}\t\n", given=HTML.encode())
    article = json.loads(done.stdout)
    assert (article["url"], article["site"]) == (URL, "gazette.example")


@pytest.mark.parametrize(("name", "options"), [("rows.jsonl", ()), ("rows.txt", ("--format", "jsonl")), ("a", None)])
def test_no_folder_is_made_for_rows_with_an_address(
    run_command: RunCommand, tmp_path: Path, name: str, options: tuple[str, ...] | None
) -> None:
    (tmp_path / name).write_text(json.dumps({"text": SENTENCE}) if options is not None else HTML)
    url = "no address" if options is None else URL
    done = run_command("classify", tmp_path / name, *(options or ()), "--url", url, "--output-dir", tmp_path / "new")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--url is" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("rows", [[{"text": SENTENCE}], [{"text": SENTENCE, "url": URL}] * 2, [{"text": 5}]])
def test_address_is_for_no_rows(run_command: RunCommand, rows: list[dict[str, object]]) -> None:
    done = run_command("classify", "-", "--url", URL, given="".join(f"{json.dumps(row)}\n" for row in rows).encode())
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--url is the address of one page; in JSON lines each row has its own field url" in done.stderr


def test_page_that_cannot_be_read_has_its_own_error(run_command: RunCommand) -> None:
    done = run_command("classify", "-", "--url", URL, given=b"%PDF-1.7\n\0\1\2")
    assert done.returncode == 1
    assert "error" in json.loads(done.stdout)


@pytest.mark.skipif(os.name != "posix", reason="arguments are bytes on POSIX alone")
def test_bytes_of_an_address_that_are_not_utf_8_become_replacement_characters(run_command: RunCommand) -> None:
    done = run_command("classify", "-", "--url", URL + "/\udcff", given=HTML.encode())
    assert json.loads(done.stdout)["url"] == f"{URL}/\ufffd"
