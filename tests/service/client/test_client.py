"""The client against the real service: it answers as the library does."""

from __future__ import annotations

import json
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
from copydesk.service.client import Client, Correction, ServiceProblem
from copydesk.service.rows.classify_rows import MAX_WAITING_ROWS, classify_ahead
from copydesk.service.rows.jsonl import BadRow, PageRow
from tests.support.served import serve_service

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
    assert first.labels is not None
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
