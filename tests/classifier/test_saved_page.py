"""Tests of pages that were saved as one file: their HTML, charset and address, and files that are none."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier import UnreadablePage
from copydesk.classifier.saved_page import MAX_DEPTH, MAX_PARTS, SavedPage, is_saved_page, read_saved_page

URL = "https://gazette.example/ferry"
HTML = "<html><body><h1>Night ferry returns</h1><p>Caf\u00e9s at the pier open again.</p></body></html>"
QUOTED = HTML.replace("\u00e9", "=C3=A9").replace("pier open", "pier =\r\nopen").encode()
ENCODED = base64.encodebytes(HTML.encode())


def part(content: bytes, *headers: str) -> bytes:
    """Write a part of a message."""
    return "".join(f"{header}\r\n" for header in headers).encode() + b"\r\n" + content


def message(*parts: bytes, mark: str = "----M--x----", headers: tuple[str, ...] = ()) -> bytes:
    """Write a file as browsers save it."""
    given = ("From: <Saved by Blink>", *headers, "MIME-Version: 1.0", "Content-Type: multipart/related;")
    head = "".join(f"{header}\r\n" for header in given) + f'\ttype="text/html";\r\n\tboundary="{mark}"\r\n\r\n\r\n'
    return (
        head.encode()
        + b"".join(b"--%b\r\n%b\r\n" % (mark.encode(), each) for each in parts)
        + b"--%b--\r\n" % (mark.encode())
    )


QUOTED_PART = part(QUOTED, "Content-Type: text/html", "Content-Transfer-Encoding: quoted-printable")
STYLE = part(b"p { color: red }", "Content-Type: text/css")


def read(data: bytes) -> SavedPage:
    """Read a saved page that is one."""
    found = read_saved_page(data)
    assert found is not None
    return found


def test_html_and_address_are_read_as_chrome_saves_them() -> None:
    found = read(message(QUOTED_PART, STYLE, headers=(f"Snapshot-Content-Location: {URL}",)))
    assert (found.html.decode().strip(), found.charset, found.url) == (HTML, None, URL)


@pytest.mark.parametrize("ends", [b"\r\n", b"\n"])
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n"])
def test_line_ends_and_marks_do_not_matter(ends: bytes, before: bytes) -> None:
    data = before + message(STYLE, QUOTED_PART).replace(b"\r\n", ends)
    assert is_saved_page(data)
    assert read(data).html.decode().strip() == HTML


def test_part_names_its_charset_and_address() -> None:
    headers = (
        "Content-Type: text/html; charset=Latin-1",
        "Content-Transfer-Encoding: BASE64",
        f"Content-Location: {URL}",
    )
    found = read(message(part(base64.encodebytes(HTML.encode("latin-1")), *headers)))
    assert (found.html.decode("latin-1"), found.charset, found.url) == (HTML, "latin-1", URL)


def test_file_without_parts_is_read() -> None:
    data = part(HTML.encode(), "MIME-Version: 1.0", f"Content-Location: {URL}", "Content-Type: text/html")
    assert read(data) == SavedPage(HTML.encode(), None, URL)


def test_html_in_a_part_of_parts_is_found() -> None:
    inner = b"--in\r\n" + part(b"Text", "Content-Type: text/plain") + b"\r\n--in\r\n" + QUOTED_PART + b"\r\n--in--"
    data = message(part(inner, "Content-Type: multipart/alternative; boundary=in"), STYLE)
    assert read(data).html.decode().strip() == HTML


def test_part_that_is_cut_off_is_read() -> None:
    data = message(QUOTED_PART)
    assert b"Night ferry" in read(data[: data.index(b"open again")]).html


@pytest.mark.parametrize("address", ["cid:frame-1@mhtml.blink", "file:///home/me/page.html", "", "javascript:x"])
def test_address_that_is_none_is_left_out(address: str) -> None:
    assert read(message(QUOTED_PART, headers=(f"Snapshot-Content-Location: {address}",))).url == ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HTML.encode(),
        b"Subject: Ferry\n\nThe ferry returns.",
        b"MIME-Version: 1.0\nContent-Type: text/plain\n\nThe ferry returns.",
        b"The ferry returns.\n\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n",
    ],
)
def test_other_content_is_no_saved_page(data: bytes) -> None:
    assert not is_saved_page(data)
    assert read_saved_page(data) is None


def nested(depth: int) -> bytes:
    """Write an HTML part below so many levels."""
    data = QUOTED_PART
    for level in range(depth):
        start = part(b"--b%d\r\n" % level, f"Content-Type: multipart/mixed; boundary=b{level}")
        data = start + data + b"\r\n--b%d--" % level
    return data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (message(STYLE), "found MIME headers and no HTML part behind them"),
        (message(), "no HTML part"),
        (message(QUOTED_PART, mark=""), "no HTML part"),
        (message(*[STYLE] * MAX_PARTS, QUOTED_PART), "no HTML part"),
        (message(nested(MAX_DEPTH)), "no HTML part"),
        (message(part(b"", "Content-Type: text/html")), "found an HTML part that is not in '7bit', as it says"),
        (
            message(part(ENCODED, "Content-Type: text/html", "Content-Transfer-Encoding: quoted-printable")),
            "not in 'quoted-printable', as it says, expected a page saved as one file (MHTML); save it again, as HTML",
        ),
    ],
)
def test_saved_page_without_html_is_refused(data: bytes, said: str) -> None:
    assert is_saved_page(data)
    with pytest.raises(UnreadablePage) as caught:
        read_saved_page(data)
    assert caught.value.code == "not_a_page"
    assert said in str(caught.value)


def test_parts_in_parts_are_read_as_far_as_they_may_be() -> None:
    assert b"Night ferry" in read(message(nested(MAX_DEPTH - 1))).html


@pytest.mark.parametrize(
    "body",
    [
        b"\n" * 3_000_000,
        b"--m\n\n" * 400_000,
        b"--m\nContent-Type: multipart/mixed; boundary=m\n\n" * 50_000,
        b"--m\nContent-Type: text/x;" + b' a="\\";' * 1_000 + b"\n\n",
        b"--m" + b" " * 3_000_000,
    ],
)
def test_hostile_parts_are_read_in_linear_time(body: bytes) -> None:
    data = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=m\n\n" + body
    start = time.perf_counter()
    with pytest.raises(UnreadablePage):
        read_saved_page(data)
    assert time.perf_counter() - start < 5


@given(
    st.lists(
        st.sampled_from(
            [
                b"Content-Type: ",
                b"text/html",
                b"; charset=",
                b"multipart/related",
                b"; boundary=",
                b"m",
                b"\n",
                b"--m",
                b"--",
                b"Content-Transfer-Encoding: ",
                b"base64",
                b"x-uuencode",
                b"begin 666 a\n",
                b"quoted-printable",
                b"\xff",
                b"=",
                b"*=utf-8''%ff",
                b"Content-Location: ",
                b"https://a.example/",
                b"<p>",
                b"\n\n",
            ]
        )
    )
)
def test_any_parts_are_read_or_refused(pieces: list[bytes]) -> None:
    data = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=m\n" + b"".join(pieces)
    try:
        found = read_saved_page(data)
    except UnreadablePage:
        return
    assert found is None or b"<" in found.html
