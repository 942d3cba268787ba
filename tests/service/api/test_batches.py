"""The endpoints for many pages: answers in order, and error rows for what cannot be read."""

from __future__ import annotations

import asyncio
import errno
import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from copydesk.classifier import Model
from copydesk.service.api.intake.spool import LineSplitter, group_lines
from copydesk.service.rows.jsonl import BadRow, Line
from tests.conftest import RunCommand
from tests.service.api.test_classify import LINES, assert_problem
from tests.support.in_process_api import ApiClient, open_api, settings_in

NDJSON = {"content-type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def api(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClient]:
    settings = replace(settings_in(tmp_path_factory.mktemp("api"), batch_bytes=3_000_000), max_page_bytes=100_000)
    with open_api(settings, model) as client:
        yield client


def lines(*rows: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def test_batch_is_answered_like_the_command_line(api: ApiClient, run_command: RunCommand) -> None:
    rows = [{"id": n, "text": f"{LINES} {n}"} for n in range(40)]
    body = lines(*rows[:20]) + b'\n\n{"id": "half", \n{"id": [], "text": "x"}\n{"text": 1}\n[]\n' + lines(*rows[20:])
    command = run_command("classify", given=body)
    answer = api.post("/v1/classify/batch", content=body, headers=NDJSON)
    assert answer.headers["content-type"] == "application/x-ndjson"
    ours, theirs = ([json.loads(line) for line in text.splitlines()] for text in (answer.content, command.stdout))
    assert ours == theirs


def test_batch_of_a_server_that_stops_ends_with_an_error_row(api: ApiClient) -> None:
    """The body has not ended, and uvicorn cancels what is left when the time of a server that stops is over."""
    scope = {"type": "http", "method": "POST", "path": "/v1/classify/batch", "query_string": b"", "http_version": "1.1"}
    scope |= {"headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/x-ndjson")], "root_path": ""}
    sent: list[Any] = []

    async def stop_after_the_first_answer() -> None:
        body = [{"type": "http.request", "body": lines({"id": 1, "text": LINES}) + b"\n", "more_body": True}]

        async def receive() -> Any:
            if not body:
                await asyncio.Event().wait()
            return body.pop()

        async def send(message: Any) -> None:
            sent.append(message)
            if message.get("body") and len(sent) == 2:
                task.cancel()

        task = asyncio.ensure_future(api.app(scope, receive, send))
        await asyncio.wait([task])

    asyncio.run(asyncio.wait_for(stop_after_the_first_answer(), 60))
    first, last = map(json.loads, b"".join(message.get("body", b"") for message in sent).splitlines())
    assert first["id"] == 1
    assert (last["id"], last["error"]["code"]) == (None, "stopping")
    assert not sent[-1].get("more_body")


def test_gzip_is_read_and_written(api: ApiClient) -> None:
    body = lines(*({"id": n, "text": LINES} for n in range(3)))
    plain = api.post("/v1/classify/batch", content=body, headers=NDJSON | {"accept-encoding": "identity"})
    packed = NDJSON | {"content-encoding": "gzip", "accept-encoding": "gzip"}
    answer = api.post("/v1/classify/batch", content=gzip.compress(body), headers=packed)
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert answer.content == plain.content


def test_options_hold_for_the_batch_or_for_a_row(api: ApiClient) -> None:
    body = lines({"text": LINES, "explain": True}, {"text": LINES}, {"text": LINES, "include_text": 1})
    first, second, third = map(
        json.loads, api.post("/v1/classify/batch", content=body, headers=NDJSON).text.splitlines()
    )
    assert ["explanation" in answer["blocks"][0] for answer in (first, second)] == [True, False]
    assert (
        third["error"]["message"] == "line 3: include_text is a number, expected true or false; leave it out for false"
    )
    every = api.post("/v1/classify/batch?explain=1&include_text=1", content=body, headers=NDJSON).text.splitlines()
    assert all("explanation" in json.loads(line)["blocks"][0] for line in every[:2])
    assert json.loads(every[1])["text"] == LINES


def test_rows_without_an_id_are_answered_with_their_line(api: ApiClient) -> None:
    body = (
        lines({"text": LINES}) + b"\n\n" + lines({"id": "a", "text": LINES}, {"id": None, "text": LINES}, {"text": 1})
    )
    rows = [json.loads(row) for row in api.post("/v1/classify/batch", content=body, headers=NDJSON).text.splitlines()]
    assert [(row["id"], row.get("line")) for row in rows] == [(None, 1), ("a", None), (None, 4), (None, 5)]


def test_false_of_a_row_goes_before_true_of_the_batch(api: ApiClient) -> None:
    body = lines({"text": LINES, "explain": False}, {"text": LINES, "explain": None})
    rows = api.post("/v1/classify/batch?explain=true", content=body, headers=NDJSON).text.splitlines()
    assert ["explanation" in json.loads(row)["blocks"][0] for row in rows] == [False, True]


def test_parts_of_a_row_go_before_those_of_the_batch(api: ApiClient, sample_page: Path) -> None:
    page = {"html": sample_page.read_text(encoding="utf-8")}
    body = lines(page | {"parts": ["text"]}, page)
    rows = api.post("/v1/classify/batch?parts=headline", content=body, headers=NDJSON).text.splitlines()
    text, headline = map(json.loads, rows)
    assert headline["body"] == headline["title"]
    assert headline["title"] not in text["body"]
    assert "The open-air pool beside the river" in text["body"]


def test_own_time_and_source_of_a_row_are_in_both_answers_to_it(api: ApiClient) -> None:
    row = {"id": "a", "text": LINES, "published": "1 May 2024", "source": "wire"}
    (batch,) = map(json.loads, api.post("/v1/classify/batch", content=lines(row), headers=NDJSON).text.splitlines())
    assert (batch["published"], batch["found_in"]["published"], batch["source"]) == ("2024-05-01", "row", "wire")
    assert api.post("/v1/classify", json=row).json() == batch


def test_own_time_of_a_row_is_in_every_form_of_the_answer(api: ApiClient) -> None:
    row = {"text": LINES, "published": "1 May 2024"}
    for form in ("markdown", "html"):
        assert "2024-05-01" in api.post("/v1/classify", json=row, headers={"accept": f"text/{form}"}).text


def test_empty_batch_is_answered_by_nothing(api: ApiClient) -> None:
    assert api.post("/v1/classify/batch", content=b"", headers=NDJSON).content == b""


def test_other_type_is_refused(api: ApiClient) -> None:
    answer = api.post("/v1/classify/batch", json={"text": LINES})
    assert_problem(answer, 415, "wrong_type", "expected application/x-ndjson")


def test_batch_that_announces_too_many_bytes_is_refused(api: ApiClient) -> None:
    answer = api.post("/v1/classify/batch", content=b"x" * 3_000_001, headers=NDJSON)
    assert_problem(answer, 413, "too_large", "3000001 bytes are announced")


def test_batch_that_turns_out_too_large_ends_with_an_error_row(api: ApiClient) -> None:
    row = lines({"id": "a", "text": LINES})
    bomb = gzip.compress(row + b"\n" + b" " * 3_000_000)
    answer = api.post("/v1/classify/batch", content=bomb, headers=NDJSON | {"content-encoding": "gzip"})
    first, last = map(json.loads, answer.text.splitlines())
    assert first["id"] == "a"
    assert (last["id"], last["error"]["code"]) == (None, "too_large")


def test_short_writes_are_continued(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    body = lines(*({"id": n, "text": LINES} for n in range(30)))
    expected = api.post("/v1/classify/batch", content=body, headers=NDJSON).content
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, at: write(file, bytes(data)[:1000], at))
    assert api.post("/v1/classify/batch", content=body, headers=NDJSON).content == expected


def test_batch_for_which_there_is_no_room_ends_with_an_error_row(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = lines(*({"id": n, "text": LINES} for n in range(30)))
    write = os.pwrite

    def write_up_to_1000(file: int, data: bytes, at: int) -> int:
        if at == 1000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, bytes(data)[: 1000 - at], at)

    monkeypatch.setattr(os, "pwrite", write_up_to_1000)
    rows = list(map(json.loads, api.post("/v1/classify/batch", content=body, headers=NDJSON).text.splitlines()))
    assert [row["id"] for row in rows[:-1]] == list(range(len(rows) - 1))
    assert (rows[-1]["id"], rows[-1]["error"]["code"]) == (None, "no_space")
    assert "(No space left on device)" in rows[-1]["error"]["message"]


@pytest.mark.parametrize("name", ["tempfile.TemporaryFile", "os.pwrite"])
def test_batch_without_any_room_is_refused(api: ApiClient, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(name, fail)
    answer = api.post("/v1/classify/batch", content=lines({"text": LINES}), headers=NDJSON)
    assert_problem(answer, 507, "no_space", "free space there")


def test_spool_that_has_become_shorter_ends_the_batch(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pread", lambda *_: b"")
    answer = api.post("/v1/classify/batch", content=lines({"text": LINES}), headers=NDJSON)
    assert json.loads(answer.content)["error"]["code"] == "no_space"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_lines_are_the_same_however_the_bytes_come(size: int) -> None:
    body = b"\xef\xbb\xbfone\ntwo\r\n\n  \n" + b"x" * (6 * 10 + 1024 * 1024 + 1) + b"\nlast"
    pieces = [body[at : at + size] for at in range(0, 30, size)] + [body[-(-30 // size) * size :]]
    splitter = LineSplitter(10)
    lines = [line for piece in pieces for line in splitter.feed(piece)] + list(splitter.end())
    assert [(line.number, line.content) for line in lines if isinstance(line, Line)] == [
        (1, b"one\n"),
        (2, b"two\r\n"),
        (6, b"last"),
    ]
    (long,) = (line for line in lines if isinstance(line, BadRow))
    assert (long.line, long.code) == (5, "too_large")


def test_groups_are_bounded_by_lines_and_bytes() -> None:
    sizes = [len(group) for group in group_lines(iter([Line(n, b"x") for n in range(33)]))]
    assert sizes == [16, 16, 1]
    large = [len(group) for group in group_lines(iter([Line(n, b"x" * 400_000) for n in range(5)]))]
    assert large == [2, 2, 1]
