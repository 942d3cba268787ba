"""One call from content to article."""

from __future__ import annotations

import inspect
import pickle
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest

import copydesk
from copydesk.classifier import Article, Label, Model, Page, UnreadablePage, classify, classify_page
from copydesk.classifier.artifact import shipped_model

pytestmark = pytest.mark.usefixtures("model")

HTML = "<title>Ferry</title><h1>Ferry late</h1><p>The ferry left an hour late, since its crew waited for a pump."


def blocks(found: Article) -> list[tuple[int, int, Label]]:
    return [(block.start, block.end, block.label) for block in found.blocks]


@pytest.mark.parametrize(
    ("content", "is_html"),
    [
        (HTML, True),
        (f"\ufeff \n{HTML}", True),
        (f" \u00a0\ufeff{' ' * 200}\u2003{HTML}", True),
        (f"{' ' * 200}\u00a0 {' ' * 200}", False),
        ("<!DOCTYPE html><p>One</p>", True),
        ("<!-- saved --><p>One</p>", True),
        ('<?xml version="1.0"?><html><p>One</p></html>', True),
        ("</div><p>One</p>", True),
        ("One < two\n\n<three>", False),
        ("<3 is a heart", False),
        ("< p>", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("encoded", [False, True])
def test_markup_is_known_by_its_first_characters(model: Model, content: str, is_html: bool, encoded: bool) -> None:
    page = Page("", html=content) if is_html else Page("", text=content)
    if encoded:
        content = content.removeprefix("\ufeff")
        page = Page("", html=content) if is_html else Page("", text=content)
        assert copydesk.extract(content.encode()) == classify_page(page, model)
    else:
        assert copydesk.extract(content) == classify_page(page, model)


def test_the_form_can_be_given(model: Model) -> None:
    assert copydesk.extract(HTML, form="text") == classify_page(Page("", text=HTML), model)
    assert copydesk.extract("One", url=None) == copydesk.extract("One", url="") == copydesk.extract("One")
    assert copydesk.extract("One", form="html", url="https://example.org/a") == classify_page(
        Page("", html="One", url="https://example.org/a"), model
    )
    with pytest.raises(ValueError, match="form is 'pdf', expected 'html', 'text' or None"):
        copydesk.extract(HTML, form="pdf")  # type: ignore[arg-type]
    with pytest.raises(
        TypeError, match="content is a PurePosixPath, expected a page as str or bytes; read the file first"
    ):
        copydesk.extract(PurePosixPath("page.html"))  # type: ignore[arg-type]
    for content in (bytearray(b"One"), memoryview(b"One")):
        kind = type(content).__name__
        with pytest.raises(TypeError, match=rf"content is a {kind}, expected .* bytes; pass bytes\(content\)"):
            copydesk.extract(content)  # type: ignore[arg-type]


def test_bytes_are_decoded_by_header_and_declaration() -> None:
    assert copydesk.extract("<meta charset=cp1251><p>Паром".encode("cp1251")).text == "Паром"
    assert copydesk.extract("Паром опаздывает".encode("koi8_r"), charset="koi8-r").text == "Паром опаздывает"
    assert copydesk.extract('Say <meta charset="cp1251"> é'.encode()).text == 'Say <meta charset="cp1251"> é'


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"url": b"http://pier.example"}, "url is of type bytes, expected a string"),
        ({"url": 5}, "url is of type int, expected a string"),
        ({"charset": 5}, "charset is of type int, expected a string or None"),
        ({"charset": b"utf-8"}, "charset is of type bytes, expected a string or None"),
        ({"structure": "yes"}, "structure is of type str, expected True or False"),
        ({"structure": 1}, "structure is of type int, expected True or False"),
        ({"parts": 5}, "parts is of type int, expected names of parts"),
    ],
)
def test_arguments_of_another_type_are_refused(argument: dict[str, Any], message: str) -> None:
    for content in (HTML, HTML.encode(), "One"):
        with pytest.raises(TypeError, match=f"^{message}"):
            copydesk.extract(content, **argument)


class NamedBytes(bytes):
    """Bytes with a class of their own, as those of NumPy."""


@pytest.mark.parametrize("content", [HTML.encode(), b"One", "<p>caf\xe9".encode("latin-1")])
def test_bytes_of_another_class_are_read_as_bytes(content: bytes) -> None:
    for form in (None, "html", "text"):
        for same in (NamedBytes(content), np.bytes_(content)):
            assert copydesk.extract(same, form=form) == copydesk.extract(content, form=form)


def test_what_is_no_page_is_refused(sample_page: Path) -> None:
    with pytest.raises(UnreadablePage, match="found a PDF document"):
        copydesk.extract(b"%PDF-1.7")
    assert copydesk.extract(sample_page.read_bytes()).body


def test_the_model_is_loaded_once() -> None:
    copydesk.extract("One")
    before = shipped_model.cache_info().misses
    copydesk.extract("Two")
    assert classify_page(Page("", text="Two")) == next(classify([Page("", text="Two")], shipped_model()))
    list(classify([Page("", text="Two")]))
    assert shipped_model.cache_info().misses == before == 1


def test_parts_and_structure_are_read_on_request() -> None:
    plain, structured = copydesk.extract(HTML), copydesk.extract(HTML, structure=True)
    assert plain.structure is None
    assert structured.structure is not None
    assert structured == plain
    assert pickle.loads(pickle.dumps(structured)).structure == structured.structure
    chosen = copydesk.extract(HTML, parts=["headline"])
    assert (chosen.body, chosen.parts) == (plain.text_of("headline"), ("headline",))
    with pytest.raises(ValueError, match="'headlin' is no part of an article, expected some of headline"):
        copydesk.extract(HTML, parts=["headlin"])


@pytest.mark.parametrize(
    "content",
    [
        "page.html",
        "late/ferry.txt",
        "/my pages/a.html",
        "C:\\my pages\\a.htm",
        "file:///a",
        "https://pier.example/ferry",
        "https://pier.example/ferry\n",
    ],
)
def test_the_name_of_a_file_or_an_address_is_no_page(content: str) -> None:
    with pytest.raises(ValueError, match=r"expected a page; read the file or fetch the address first"):
        copydesk.extract(content)


@pytest.mark.parametrize("content", ["She wrote index.html", "<p>index.html", "See docs/readme.txt", "1/2.5", ""])
def test_a_line_that_names_a_file_is_a_page(content: str) -> None:
    assert copydesk.extract(content).text.endswith(content.removeprefix("<p>"))


def test_parts_may_be_one_text_with_commas() -> None:
    assert copydesk.extract(HTML, parts="headline, text") == copydesk.extract(HTML, parts=["headline", "text"])
    assert copydesk.extract(HTML, parts="headline").body == "Ferry late"
    with pytest.raises(ValueError, match="'h' is no part of an article"):
        copydesk.extract(HTML, parts="headline,h")


def test_signature_is_short_enough_to_read() -> None:
    assert "parts: 'Iterable[Kind | str] | None' = None" in str(inspect.signature(copydesk.extract))
    assert copydesk.extract(HTML, parts=None) == copydesk.extract(HTML)


def test_page_saved_as_one_file_is_read_with_its_address() -> None:
    url = "https://gazette.example/ferry"
    head = f"MIME-Version: 1.0\nContent-Location: {url}\nContent-Type: multipart/related; boundary=m\n\n"
    content = f"{head}--m\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n{HTML}\n--m--"
    expected = copydesk.extract(HTML, url=url)
    for given in (content, content.encode(), f"\ufeff{content}"):
        found = copydesk.extract(given)
        assert (found.title, found.body, found.url) == ("Ferry late", expected.body, url)
    assert copydesk.extract(content, url="https://mail.example/a").url == "https://mail.example/a"
    assert copydesk.extract(content, form="text").title != "Ferry late"
    with pytest.raises(UnreadablePage, match="no HTML part"):
        copydesk.extract(head.encode())
