"""The client's connection: servers that are busy, refuse, break off or are far away, keys and URLs."""

from __future__ import annotations

import gzip
import json
import socket
from pathlib import Path

import pytest

from copydesk.classifier import Page, UnreadablePage
from copydesk.service.cli import main
from copydesk.service.client import Client, ServiceProblem, ServiceUnreachable
from copydesk.service.client.connection import Call, Connections, Retry, parse_address, read_lines
from copydesk.service.rows.contract import LabelledPage
from copydesk.service.rows.jsonl import PageRow, encode_row
from tests.support.served import Reply, serve_replies
from tests.support.stub_classifier import answer


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collects the pauses between attempts instead of waiting."""
    found: list[float] = []
    monkeypatch.setattr(Retry.__init__, "__defaults__", (found.append, 0))
    return found


def answer_line(id: int) -> bytes:
    """A line that answers the page "A line."."""
    page = Page(id="", text="A line.")
    return encode_row(LabelledPage.of(PageRow(id, None, page), answer(page)))


def test_busy_server_is_asked_again_after_the_time_it_names(pauses: list[float]) -> None:
    busy = Reply(503, b"{}", {"Retry-After": "3"})
    with serve_replies(busy, Reply(429, b"{}"), Reply(body=b'{"manifest": {}, "card": null}')) as (url, requests):
        assert Client(url).model().manifest == {}
    assert len(requests) == 3
    assert pauses[0] == 3
    assert 0.25 <= pauses[1] <= 0.5


@pytest.mark.parametrize("status", [400, 401, 404, 413, 422, 500, 507])
def test_refusal_is_told_at_once_in_the_servers_words(pauses: list[float], status: int) -> None:
    body = json.dumps({"status": status, "code": "own_word", "detail": "found this, expected that; do so"}).encode()
    with serve_replies(Reply(status, body)) as (url, requests), pytest.raises(ServiceProblem) as found:
        Client(url).model()
    assert (found.value.status, found.value.code) == (status, "own_word")
    assert str(found.value) == "found this, expected that; do so"
    assert (len(requests), pauses) == (1, [])


def test_answer_that_took_too_long_is_not_asked_for_again(pauses: list[float]) -> None:
    reply = Reply(503, b'{"status": 503, "code": "timeout", "detail": "no answer"}', {"Retry-After": "1"})
    with serve_replies(reply) as (url, requests), pytest.raises(ServiceProblem, match="no answer"):
        Client(url).model()
    assert (len(requests), pauses) == (1, [])


def test_server_that_stays_busy_is_given_up(pauses: list[float]) -> None:
    with (
        serve_replies(Reply(503, b"<html>busy")) as (url, requests),
        pytest.raises(ServiceProblem, match="answered 503"),
    ):
        Client(url, retries=2).model()
    assert (len(requests), len(pauses)) == (3, 2)


def test_server_that_asks_for_a_long_pause_is_not_waited_for(pauses: list[float]) -> None:
    with (
        serve_replies(Reply(503, b"{}", {"Retry-After": "3600"})) as (url, requests),
        pytest.raises(ServiceProblem) as found,
    ):
        Client(url).model()
    assert (found.value.retry_after, len(requests), pauses) == (3600, 1, [])


def test_nobody_there_is_told_with_what_to_do(pauses: list[float]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ServiceUnreachable, match=f"127.0.0.1:{port} does not answer .*refused.*check that it runs"):
        Client(f"http://127.0.0.1:{port}", retries=3).model()
    assert len(pauses) == 3
    assert pauses[0] < pauses[2]


def test_batch_that_breaks_off_goes_on_with_what_is_not_answered(pauses: list[float]) -> None:
    pages = [Page(id=name, text="A line.") for name in "abc"]
    replies = [
        Reply(body=answer_line(0)),
        Reply(body=answer_line(0), breaks=True),
        Reply(body=answer_line(0)),
    ]
    with serve_replies(*replies) as (url, requests):
        found = list(Client(url).classify_batch(pages))
    assert [answer.id for answer in found if not isinstance(answer, UnreadablePage)] == ["a", "b", "c"]
    assert [len(each.body.splitlines()) for each in requests] == [1, 2, 1]
    assert len(pauses) == 1


def test_batch_of_a_server_that_stops_goes_on_with_the_next(pauses: list[float]) -> None:
    stopped = b'{"id": null, "error": {"code": "stopping", "message": "the server stops"}}\n'
    replies = [Reply(body=answer_line(0)), Reply(body=answer_line(0) + stopped), Reply(body=answer_line(0))]
    with serve_replies(*replies) as (url, requests):
        found = list(Client(url).classify_batch([Page(id=name, text="A line.") for name in "abc"]))
    assert [page.id for page in found if not isinstance(page, UnreadablePage)] == ["a", "b", "c"]
    assert [len(each.body.splitlines()) for each in requests] == [1, 2, 1]
    assert len(pauses) == 1


def test_answer_of_another_row_is_not_taken(pauses: list[float]) -> None:
    with (
        serve_replies(Reply(body=answer_line(1))) as (url, _),
        pytest.raises(ServiceProblem, match="answers are out of order"),
    ):
        list(Client(url).classify_batch([Page(id="a", text="A line.")]))


def test_answers_that_are_no_json_are_told(pauses: list[float]) -> None:
    with (
        serve_replies(Reply(body=b"<html>")) as (url, _),
        pytest.raises(ServiceUnreachable, match="is not JSON; check"),
    ):
        Client(url, retries=0).model()


def test_key_goes_in_the_header_and_is_not_shown() -> None:
    with serve_replies(Reply(body=b'{"manifest": {}, "card": null}')) as (url, requests):
        client = Client(f"{url}/behind/", "secret-key")
        client.model()
    assert requests[0].headers["authorization"] == "Bearer secret-key"
    assert requests[0].path == "/behind/v1/model"
    assert "secret-key" not in repr(client._connections)
    with pytest.raises(ValueError, match="the key has characters that no key has"):
        Client(url, "secret\r\nX-Other: 1")


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://host", "http://", "", "http://a:b@host", "http://host?key=1"])
def test_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"the server's URL .*expected one such as http://127\.0\.0\.1:8000"):
        Client(url)


def test_far_server_is_sent_and_sends_compressed_bodies() -> None:
    lines = b"".join(answer_line(number) for number in range(100))
    with serve_replies(Reply(body=gzip.compress(lines), headers={"Content-Encoding": "gzip"})) as (url, requests):
        near = parse_address(url)
        far = Connections(near._replace(netloc=f"127.0.0.01:{near.port}"), None, 10)
        with far.answer(Call("POST", "/", lines)) as response:
            assert list(read_lines(response)) == lines.splitlines(keepends=True)
    assert requests[0].headers["content-encoding"] == requests[0].headers["accept-encoding"] == "gzip"
    assert gzip.decompress(requests[0].body) == lines


def test_command_says_what_is_wrong_with_a_server(sample_page: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", str(sample_page), "--server", "localhost:8000"]) == 2
    assert "expected one such as http://127.0.0.1:8000" in capfd.readouterr().err
    assert (
        main(["classify", str(sample_page), "--server", "http://127.0.0.1:1", "--model", str(sample_page.parent)]) == 2
    )
    assert "--model and --server exclude each other" in capfd.readouterr().err
    with serve_replies(Reply(401, b'{"detail": "no key was sent, expected one; give it"}')) as (url, _):
        assert main(["classify", str(sample_page), "--server", url]) == 1
    assert capfd.readouterr() == ("", "copydesk: no key was sent, expected one; give it\n")
