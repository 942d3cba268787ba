"""The client against the real service, and against servers that fail."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from copydesk.classifier import Label, Model, Page, UnreadablePage, classify, classify_page
from copydesk.classifier.duplicates import Relation
from copydesk.classifier.types import Kind
from copydesk.service.cli import main
from copydesk.service.client import Client, Correction, ServiceProblem, ServiceUnreachable
from copydesk.service.client.connection import Call, Connections, Retry, parse_address, read_lines
from copydesk.service.rows.classify_rows import MAX_WAITING_ROWS, classify_ahead
from copydesk.service.rows.contract import LabelledPage
from copydesk.service.rows.jsonl import BadRow, PageRow, encode_row
from tests.support.served import Reply, serve_replies, serve_service
from tests.support.stub_classifier import answer

STORY = """\
Ferry waits for a spare pump

The ferry left the harbour an hour late because its crew had waited all morning for a spare pump.

Nobody on board minded, since the sun was out and the kitchen handed round soup for free.

“We have seen worse in January”, said the cook, “and then the soup was cold, and so were we, all the way across.”
"""
COPY = STORY.replace("Ferry waits for a spare pump", "Soup for all on the late boat")


@pytest.fixture(scope="module")
def address(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve_service(model, tmp_path_factory.mktemp("client")) as url:
        yield url


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with Client(address) as made:
        yield made


@pytest.fixture
def html(sample_page: Path) -> str:
    return sample_page.read_text(encoding="utf-8")


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


def test_page_of_bytes_is_refused_as_here() -> None:
    client = Client("http://127.0.0.1:9")
    with pytest.raises(UnreadablePage, match=r"html is bytes, expected str; decode them with copydesk\.decode"):
        client.classify(Page("a", html=b"<p>One."))  # type: ignore[arg-type]


@pytest.mark.parametrize("page", [Page("a", text="One.", html="<p>Two."), Page("a")])
def test_page_with_both_forms_or_neither_is_refused_as_here(page: Page, model: Model) -> None:
    client = Client("http://127.0.0.1:9")
    (here,) = classify([page], model)
    (there,) = client.classify_batch([page])
    errors = [here, there]
    for call in (client.classify, client.render, client.check, lambda page: client.put("a", page)):
        with pytest.raises(UnreadablePage) as raised:
            call(page)
        errors.append(raised.value)
    assert {(error.code, str(error)) for error in errors if isinstance(error, UnreadablePage)} == {
        ("bad_page", str(here))
    }


def test_rendering_in_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="output is 'md', expected 'markdown' or 'html'"):
        Client("http://127.0.0.1:9").render(Page("a", text="One."), "md")  # type: ignore[arg-type]


def test_service_and_library_answer_alike(client: Client, model: Model, html: str) -> None:
    for page in (Page(id="a", html=html, url="https://example.org/a"), Page(id="b", text=STORY)):
        assert client.classify(page, explain=True) == classify_page(page, model, explain=True)


def test_parts_are_those_of_the_library(client: Client, model: Model, html: str) -> None:
    page = Page(id="a", html=html)
    expected = classify_page(page, model).with_parts(["headline", "caption"])
    assert client.classify(page, parts=["caption", "headline"]) == expected
    assert list(client.classify_batch([page], parts=[Kind.HEADLINE, Kind.CAPTION])) == [expected]
    with pytest.raises(ValueError, match="'lead' is no part of an article, expected some of headline"):
        client.classify(page, parts=["lead"])


def test_article_is_rendered_as_the_library_does(client: Client, model: Model, html: str) -> None:
    page = Page(id="a", html=html, url="https://example.org/a")
    article = classify_page(page, model, structure=True)
    assert client.render(page) == article.to_markdown()
    assert client.render(page, "html", links=True) == article.to_html(links=True)
    headline = article.with_parts(["headline"])
    assert client.render(page, parts=["headline"]) == headline.to_markdown()
    with pytest.raises(UnreadablePage, match="expected exactly one"):
        client.render(Page(id="a"))


def test_batch_answers_as_the_library_does_bad_pages_included(client: Client, model: Model, html: str) -> None:
    pages = [Page(id="", text=f"{STORY}\n{number}") for number in range(9)]
    pages[:0] = [Page(id="neither")]
    pages += [Page(id="both", text="a", html="<p>a"), Page(id="bytes", html=b"<p>a")]  # type: ignore[arg-type]
    pages[3:3] = [Page(id="long", text="a\n" * 1_000_001), Page(id="h", html=html), Page(id="half", text="\ud800 half")]
    found = list(client.classify_batch(pages))
    for here, there in zip(classify(pages, model), found, strict=True):
        if isinstance(here, UnreadablePage):
            assert isinstance(there, UnreadablePage)
            assert (here.code, str(here)) == (there.code, str(there))
        else:
            assert here == there


def test_batch_takes_pages_as_it_needs_them(client: Client) -> None:
    taken = []

    def pages() -> Iterator[Page]:
        for number in range(1000):
            taken.append(number)
            yield Page(id="", text=STORY)

    answers = client.classify_batch(pages())
    next(answers)
    assert len(taken) == 1


def test_slow_pages_are_not_held_up(client: Client) -> None:
    taken = []

    def pages() -> Iterator[Page]:
        for number in range(12):
            if number > 7:
                time.sleep(0.25)
            taken.append(number)
            yield Page(id="", text=STORY)

    seen = [len(taken) for _ in client.classify_batch(pages())]
    assert seen[:7] == [1, 3, 3, 7, 7, 7, 7]
    assert seen[7:] == [9, 9, 10, 11, 12]


def test_batch_with_what_is_no_page_is_refused_as_a_page_alone_is(client: Client) -> None:
    pages: list[Any] = [Page(id="a", text="A line."), "a string"]
    with pytest.raises(TypeError, match=r"a page is of type str, expected copydesk\.Page"):
        list(client.classify_batch(pages))


def test_ids_that_are_numbers_stay_numbers(client: Client) -> None:
    page = Page(id="", text="A quiet week at the harbour, with neither ships nor news of any.")
    assert [client.put(5, page).id, client.check(page, id=5).id] == [5, 5]
    found = client.get(5)
    assert found is not None
    assert (found.id, client.get("5"), client.cluster(5)) == (5, found, client.cluster("5"))
    assert (client.delete(5), client.get(5)) == (True, None)
    for id in (None, True, ["a"]):
        with pytest.raises(TypeError, match=r"the id is of type [a-zA-Z]+, expected a string or a number"):
            client.get(id)  # type: ignore[arg-type]


def test_article_is_put_compared_read_and_removed(client: Client) -> None:
    published = datetime(2025, 3, 14, 7, 30, tzinfo=UTC)
    first = client.put("courier/ferry 1?", Page(id="", text=STORY), published=published, source="courier")
    assert (first.id, first.added, first.seen, first.keep, first.matches) == ("courier/ferry 1?", True, False, True, ())
    assert first.labels.body > 0

    asked = client.check(Page(id="", text=COPY))
    assert (asked.id, asked.added, asked.seen, asked.cluster) == (None, False, True, "courier/ferry 1?")
    (match,) = asked.matches
    assert (match.id, match.relation) == ("courier/ferry 1?", Relation.IDENTICAL)  # another headline, the same body
    body = client.classify(Page(id="", text=COPY)).body
    assert any("an hour late because its crew" in body[start:end] for start, end in match.ranges)

    second = client.put("herald/soup", Page(id="", text=COPY), published="2025-03-15T00:00:00Z")
    assert second.cluster == first.cluster
    story = client.cluster("herald/soup")
    assert story is not None
    assert [(each.id, each.keep) for each in story.documents] == [("courier/ferry 1?", True), ("herald/soup", False)]
    held = client.get("courier/ferry 1?")
    assert held is not None
    assert (held.cluster, held.source, held.published) == (first.cluster, "courier", "2025-03-14T07:30:00Z")

    assert [client.delete("courier/ferry 1?"), client.delete("courier/ferry 1?")] == [True, False]
    assert client.get("courier/ferry 1?") is None
    assert client.cluster("never seen") is None


def test_model_and_feedback(client: Client, model: Model) -> None:
    info = client.model()
    assert info.manifest["labels"]
    page = Page(id="ferry", text=STORY)
    block = client.classify(page).blocks[0]
    correction = Correction(block.start, block.end, Label.TEASER, Kind.TEASER_HEADING)
    assert client.feedback(page, [correction]) == client.feedback(page, [correction])
    with pytest.raises(ServiceProblem, match="no block of the page runs from 0 to 1"):
        client.feedback(page, [Correction(0, 1, Label.TEASER)])


def test_page_that_cannot_be_read_raises_as_the_library_does(client: Client) -> None:
    with pytest.raises(UnreadablePage, match="1000001 line ends, expected at most 1000000") as found:
        client.classify(Page(id="", text="a\n" * 1_000_001))
    assert found.value.code == "too_many_blocks"


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


def rows(html: str) -> bytes:
    given: list[Any] = [
        {"id": "a", "html": html, "url": "https://example.org"},
        {"text": STORY},
        {"id": 3, "text": "\ud83d"},
    ]
    given += [
        {"id": "long", "text": "a\n" * 1_000_001},
        {"text": "a\n" * 1_000_001},
        {"id": "none"},
        {"id": 7.5, "text": ""},
    ]
    return (
        b"\n".join(json.dumps(each).encode() for each in given) + b"\nhalf a line {\n" + b'{"id": "last", "text": "x"}'
    )


@pytest.mark.parametrize("output", ["jsonl", "table", "body"])
def test_command_answers_alike_by_a_server(
    address: str, html: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], output: str
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(rows(html))
    asked = ["classify", str(file), "--output", output, *["--explain"] * (output != "body"), "--color", "always"]
    status = main(asked)
    here = capfdbinary.readouterr()
    assert status == main([*asked, "--server", address]) == 1
    assert capfdbinary.readouterr() == here
    assert here.out


def test_run_of_bad_rows_is_not_held() -> None:
    taken = 0

    def many() -> Iterator[BadRow | PageRow]:
        nonlocal taken
        for taken in range(1, 10_001):
            yield PageRow(taken, taken, Page(str(taken), text="A line.")) if taken % 5000 == 1 else bad(taken)

    def bad(number: int) -> BadRow:
        return BadRow(number, number, "bad_row", "neither text nor html")

    def ahead(pages: Iterable[Page]) -> Iterator[UnreadablePage]:
        yield from [UnreadablePage("binary", page.id) for page in list(pages)]

    most = 0
    answers = []
    for answered in classify_ahead(many(), ahead):
        answers.append(answered)
        most = max(most, taken - len(answers))
    assert [answer.id for answer in answers if isinstance(answer, BadRow)] == list(range(1, 10_001))
    assert [answer.id for answer in answers if isinstance(answer, BadRow) and answer.code == "binary"] == [1, 5001]
    assert most <= MAX_WAITING_ROWS


@pytest.mark.parametrize("line", ["from copydesk.service.client import Client", "from copydesk import Client"])
def test_client_loads_no_numeric_library(line: str) -> None:
    heavy = {"numpy", "numba", "scipy", "pyarrow", "selectolax", "sqlalchemy"}
    code = f"import sys\n{line}\nprint(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


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
