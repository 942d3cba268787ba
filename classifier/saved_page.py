"""Takes the HTML out of a page that a browser saved as one file (MHTML, RFC 2557: `.mhtml`, `.mht`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copydesk.classifier.errors import UnreadablePage

if TYPE_CHECKING:
    from email.message import Message

SUFFIXES = (".mhtml", ".mht")
HEAD_BYTES = 8192
"""Bytes in which the headers of the file, and of each part, end. Chrome writes about 500."""
MAX_PARTS = 200
"""Parts that are looked at. Browsers write the page itself first, and its images and styles behind it."""
MAX_DEPTH = 4
"""Levels of parts in parts that are looked at. Browsers write one, mail programs up to three."""

_ADVICE = "expected a page saved as one file (MHTML); save it again, as HTML"
_FIRST_HEADER = re.compile(rb"\s*[A-Za-z][A-Za-z0-9-]{1,60}:")
_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_MIME = re.compile(rb"^mime-version:", re.IGNORECASE | re.MULTILINE)
_RELATED = re.compile(rb"^content-type:\s*(?:multipart/related|text/html)\b", re.IGNORECASE | re.MULTILINE)
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class SavedPage:
    """The HTML of a saved page, the charset that its headers declare (None without one), and its address or ""."""

    html: bytes
    charset: str | None
    url: str


def is_saved_page(data: bytes | str) -> bool:
    """Return whether a file begins with the headers of a saved page."""
    head = _to_bytes(data[:HEAD_BYTES])
    if not _FIRST_HEADER.match(head):
        return False
    headers = _HEADERS_END.split(head.lstrip(), maxsplit=1)[0]
    return _MIME.search(headers) is not None and _RELATED.search(headers) is not None


def read_saved_page(data: bytes | str) -> SavedPage | None:
    """Return the first HTML part of a saved page, which may be decoded already; None for content that is none.

    Raises:
        UnreadablePage: It has no HTML part, or one that cannot be decoded; the code is `not_a_page`.
    """
    if not is_saved_page(data):
        return None
    found = _find_html(_to_bytes(data).lstrip())
    if found is None:
        raise UnreadablePage("not_a_page", f"found MIME headers and no HTML part behind them, {_ADVICE}")
    whole, part, content = found
    html = _decode_transfer(part, content)
    if b"<" not in html:
        encoding = str(part.get("Content-Transfer-Encoding", "7bit"))[:40]
        raise UnreadablePage("not_a_page", f"found an HTML part that is not in {encoding!r}, as it says, {_ADVICE}")
    return SavedPage(html, part.get_content_charset(), _address(whole, part))


def _to_bytes(data: bytes | str) -> bytes:
    data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return data.removeprefix(b"\xef\xbb\xbf")


def _find_html(data: bytes) -> tuple[Message, Message, bytes] | None:
    """Return the headers of the file, those of its first HTML part, and what that part contains."""
    whole, _ = _parse(data)
    waiting = [(data, 0)]
    for _ in range(MAX_PARTS):
        if not waiting:
            break
        piece, depth = waiting.pop()
        part, body = _parse(piece)
        if _type(part) in _HTML:
            return whole, part, body
        if depth < MAX_DEPTH and _type(part).startswith("multipart/"):
            waiting += [(inner, depth + 1) for inner in reversed(_cut(body, part.get_boundary("")))]
    return None


def _parse(data: bytes) -> tuple[Message, bytes]:
    """Cut a message or a part into its headers and what follows; headers that do not end count as none."""
    from email.message import Message  # it takes 10 ms, which most runs do without
    from email.parser import BytesHeaderParser

    end = None if data.startswith((b"\n", b"\r\n")) else _HEADERS_END.search(data, 0, HEAD_BYTES)
    if end is None:
        return Message(), data
    return BytesHeaderParser().parsebytes(data[: end.end()]), data[end.end() :]


def _type(message: Message) -> str:
    return message.get_content_type() if "Content-Type" in message else ""


def _cut(body: bytes, boundary: str) -> list[bytes]:
    """Cut a body at its boundaries into at most `MAX_PARTS` parts; the last one may have no end."""
    if not boundary:
        return []
    mark = re.escape(boundary.encode("utf-8", "surrogateescape"))
    pieces = re.split(rb"\n--%b[ \t]*(?:\r?\n|(?=--))" % mark, b"\n" + body, maxsplit=MAX_PARTS)
    return [piece for piece in pieces[1:MAX_PARTS] if not piece.startswith(b"--")]


def _decode_transfer(part: Message, content: bytes) -> bytes:
    """Undo the transfer encoding, as far as it can be undone."""
    part.set_payload(content.decode("ascii", "surrogateescape"))
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _address(whole: Message, part: Message) -> str:
    """Return the address that the page was saved from, "" without one."""
    from copydesk.classifier.fields import resolve  # it loads numeric libraries, which light users do without

    given = (whole["Snapshot-Content-Location"], part["Content-Location"], whole["Content-Location"])
    return next((address for each in given if each and (address := resolve(str(each), str(each)))), "")
