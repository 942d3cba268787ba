"""Bad input through the real command: each is answered, nothing hangs, nothing raises past the door."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from copydesk.classifier.page_cutting import MAX_BLOCKS
from tests.conftest import COMMAND, ROOT, Process, RunCommand, clean_environment

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("model")]

PARAGRAPH = "The harbour master said on Monday that the old crane will be taken down before the winter storms begin."
PAGE_BYTES = 20 * 1024 * 1024
LARGE_PAGE_SECONDS = 90
LARGE_PAGE_KILOBYTES = 3_000_000


def answers(done: Process) -> list[dict[str, Any]]:
    assert b"Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


def answer(done: Process) -> dict[str, Any]:
    (only,) = answers(done)
    return only


def row(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


@pytest.mark.parametrize("field", ["text", "html"])
@pytest.mark.parametrize("content", ["", " \n\t\u00a0\u3000 \n", "\0\0\0", "--- *** ---\n\n. . .", "<p></p><!-- x -->"])
def test_page_with_nothing_to_read_is_a_normal_answer(run_command: RunCommand, field: str, content: str) -> None:
    done = run_command("classify", "--format", "jsonl", given=row(id="a", **{field: content}))
    assert done.returncode == 0
    assert answer(done)["id"] == "a"
    assert 0 <= answer(done)["confidence"] <= 1


def test_empty_files_and_empty_input(run_command: RunCommand, tmp_path: Path) -> None:
    page = tmp_path / "empty.html"
    page.write_bytes(b"")
    assert answer(run_command("classify", page))["blocks"] == []
    assert answer(run_command("classify"))["error"]["code"] == "not_a_page"
    assert run_command("classify", "--format", "jsonl").stdout == b""


def test_nul_bytes_do_not_end_the_text(run_command: RunCommand) -> None:
    text = f"Be\0fore.\n\n{PARAGRAPH}\0\n\n{PARAGRAPH} After."
    found = answer(run_command("classify", given=row(id="a", text=text)))
    assert text[found["blocks"][-1]["end"] - 6 : found["blocks"][-1]["end"]] == "After."
    from_html = answer(run_command("classify", given=row(id="a", html=f"<p>{PARAGRAPH}\0</p><p>After.</p>")))
    assert "After." in from_html["text"]


def test_lone_surrogates_come_back_in_valid_json(run_command: RunCommand) -> None:
    given = row(id="\ud800", text=f"{PARAGRAPH} \udfff") + row(id="h", html=f"<p>{PARAGRAPH} \ud83d</p>")
    first, second = answers(run_command("classify", given=given))
    assert first["id"] == "\ud800"
    assert first["blocks"]
    assert PARAGRAPH in second["text"]


def test_rows_that_break_the_contract_are_answered_on_their_lines(run_command: RunCommand) -> None:
    lines = [
        row(id="good", text=PARAGRAPH, unknown={"field": 1}),
        b'{"id": "half", "text": "The harb\n',
        row(id="both", text="x", html="y"),
        row(id="neither"),
        row(text=PARAGRAPH),
        row(id="twice", text=PARAGRAPH),
        row(id="twice", text=PARAGRAPH),
        b'{"id": "latin", "text": "Z\xfcrich"}\n',
        b"not JSON at all\n",
        row(id=17, html=f"<p>{PARAGRAPH}</p>"),
        b'{"id": "cut", "te',
    ]
    done = run_command("classify", given=b"".join(lines))
    found = answers(done)
    assert done.returncode == 1
    assert [a.get("error", {}).get("code", "") for a in found] == [
        *("", "bad_json", "bad_row", "bad_row", "", "", "", "bad_encoding", "bad_json", "", "bad_json"),
    ]
    assert [a["id"] for a in found] == ["good", None, "both", "neither", None, "twice", "twice", None, None, 17, None]
    assert [a["line"] for a in found if a["id"] is None] == [2, 5, 8, 9, 11]


def test_binary_file_is_an_error_row(run_command: RunCommand, tmp_path: Path) -> None:
    picture = tmp_path / "picture"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100)
    page = tmp_path / "page.txt"
    page.write_text(PARAGRAPH)
    done = run_command("classify", picture, page)
    bad, good = answers(done)
    assert done.returncode == 1
    assert (bad["id"], bad["error"]["code"]) == (str(picture), "binary")
    assert good["id"] == str(page)


@pytest.mark.parametrize("declared", ["utf-8", "us-ascii", "utf-16", "no-such-charset"])
def test_wrong_declared_charset_still_gives_the_words(run_command: RunCommand, declared: str, tmp_path: Path) -> None:
    text = "Der Bürgermeister von Lüdinghöhe eröffnete am Samstag die neue Brücke über den Fluß."
    page = tmp_path / "page.html"
    page.write_bytes(f"<meta charset='{declared}'><p>{text}</p><p>{text}</p>".encode("cp1252"))
    assert text in answer(run_command("classify", page))["text"]


def test_gzipped_page_is_answered(run_command: RunCommand, sample_page: Path, tmp_path: Path) -> None:
    packed = tmp_path / "sample.html.gz"
    packed.write_bytes(gzip.compress(sample_page.read_bytes()))
    plain = answer(run_command("classify", sample_page))
    assert answer(run_command("classify", packed)) | {"id": ""} == plain | {"id": ""}
    assert answer(run_command("classify", "-", given=packed.read_bytes())) | {"id": ""} == plain | {"id": ""}


def test_page_over_the_limit_is_an_error_row(run_command: RunCommand) -> None:
    given = row(id="at", text="x" * 1000) + row(id="over", text="x" * 1001)
    at, over = answers(run_command("classify", given=given, COPYDESK_MAX_PAGE_BYTES="1000"))
    assert "error" not in at
    assert (over["id"], over["error"]["code"]) == ("over", "too_large")


def measured(path: Path) -> tuple[dict[str, Any], float, int]:
    """Classify one file in a process of its own; gives the answer, the seconds, and the kilobytes it held at most."""
    out = path.with_suffix(".answer")
    before = time.monotonic()
    with out.open("wb") as stream:
        process = subprocess.Popen(
            [*COMMAND, "classify", str(path)],
            stdout=stream,
            cwd=ROOT,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1)
    return json.loads(out.read_bytes()), time.monotonic() - before, usage.ru_maxrss


def of_size(piece: str, n_bytes: int) -> str:
    return (piece * (n_bytes // len(piece) + 1))[:n_bytes]


STORY = " ".join([PARAGRAPH] * 4)
LARGE_PAGES = {
    "paragraphs.html": f"<div class=story><p>{STORY}</p><p>{STORY} <a href=/x>More</a></p></div>\n",
    "paragraphs.txt": f"{STORY}\n\n{STORY}\n\n",
    "one-line.txt": f"{PARAGRAPH} ",
    "one-word.txt": "x",
}


@pytest.mark.parametrize("name", LARGE_PAGES)
def test_page_of_20_megabytes_is_answered_in_bounds(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(of_size(LARGE_PAGES[name], PAGE_BYTES))
    found, seconds, kilobytes = measured(path)
    assert found["blocks"]
    assert seconds < LARGE_PAGE_SECONDS
    assert kilobytes < LARGE_PAGE_KILOBYTES


TOO_MANY = [
    ("blocks.txt", "a\n\n", MAX_BLOCKS + 1),
    ("blocks.html", "<p>a", MAX_BLOCKS + 1),
    ("lines.txt", "a\n", PAGE_BYTES // 2),
    ("tags.html", "<p>a", PAGE_BYTES // 4),
    ("open-tags.html", "<", PAGE_BYTES),
]


@pytest.mark.parametrize(("name", "piece", "times"), TOO_MANY)
def test_page_of_too_many_blocks_is_an_error_row(name: str, piece: str, times: int, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(piece * times)
    found, seconds, kilobytes = measured(path)
    assert found["error"]["code"] == "too_many_blocks"
    assert seconds < LARGE_PAGE_SECONDS
    assert kilobytes < LARGE_PAGE_KILOBYTES


@pytest.mark.parametrize("tag", ["div", "span", "b", "table><tr><td", "ul><li", "blockquote", "font"])
def test_100_000_nested_tags_keep_their_words(tag: str, tmp_path: Path) -> None:
    path = tmp_path / "deep.html"
    path.write_text(f"<p>Before.</p>{f'<{tag}>' * 100_000}<p>{PARAGRAPH}</p>")
    found, seconds, _ = measured(path)
    assert "Before." in found["text"]
    assert PARAGRAPH in found["text"]
    assert seconds < LARGE_PAGE_SECONDS
