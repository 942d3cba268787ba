"""What a request says becomes a page and options: JSON, HTML and plain text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from starlette.requests import Request

from copydesk.classifier import Page, UnreadablePage, decode
from copydesk.service.api.problems import Problem
from copydesk.service.rows.jsonl import (
    LINE_BYTES_PER_PAGE_BYTE,
    LINE_EXTRA_BYTES,
    BadField,
    JsonId,
    PageRow,
    check_size,
    json_object,
    json_type,
    row_id,
    row_page,
)

R = TypeVar("R")


class Media(StrEnum):
    """The types of bodies that are read."""

    JSON = "application/json"
    HTML = "text/html"
    TEXT = "text/plain"
    NDJSON = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Asked:
    """A page, and what is asked of it."""

    row: PageRow
    explain: bool = False
    include_text: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A body as it came, with the type and charset of its header and the options beside it."""

    body: bytes
    media: Media
    charset: str | None = None
    id: str | None = None
    explain: bool = False
    include_text: bool = False


def media_of(request: Request, *allowed: Media) -> Media:
    """Take the body's type from the header.

    Raises:
        Problem: It is none of those that are read here.
    """
    given = request.headers.get("content-type", "")
    name = given.split(";")[0].strip().lower()
    name = {"application/ndjson": Media.NDJSON.value, "application/jsonl": Media.NDJSON.value}.get(name, name)
    if name in allowed:
        return Media(name)
    message = f"Content-Type is {given[:80]!r}, expected {' or '.join(allowed)}; send the body as one of these"
    raise Problem("wrong_type", message, headers={"Accept": ", ".join(allowed)})


def charset_of(request: Request) -> str | None:
    """Take the charset that the header declares, None where it does not."""
    for part in request.headers.get("content-type", "").split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"')[:80] or None
    return None


def most_bytes(media: Media, max_page_bytes: int) -> int:
    """Return how many bytes a body may have for its page to stay within the limit of one page."""
    if media in (Media.HTML, Media.TEXT):
        return max_page_bytes
    return LINE_BYTES_PER_PAGE_BYTE * max_page_bytes + LINE_EXTRA_BYTES


def read_asked(sent: Sent, max_page_bytes: int) -> Asked:
    """Read the page and the options.

    Raises:
        Problem: The body does not fit.
    """
    if sent.media is Media.JSON:
        return asked_fields(fields_of(sent.body), max_page_bytes)
    html = sent.media is Media.HTML
    content = checked(lambda: decode(sent.body, html=html, declared=sent.charset))
    checked(lambda: check_size(content, max_page_bytes))
    page = Page(id=sent.id or "", text=None if html else content, html=content if html else None)
    return Asked(PageRow(sent.id, None, page), sent.explain, sent.include_text)


def fields_of(body: bytes) -> dict[str, Any]:
    """Parse a JSON object.

    Raises:
        Problem: It is none.
    """
    return checked(lambda: json_object(body.removeprefix(b"\xef\xbb\xbf")))


def asked_fields(fields: dict[str, Any], max_page_bytes: int) -> Asked:
    """Take the page and the options from an object's fields.

    Raises:
        Problem: They do not fit.
    """
    found: JsonId = checked(lambda: row_id(fields))
    page = checked(lambda: row_page(fields, found, max_page_bytes))
    return Asked(PageRow(found, None, page), bool_field(fields, "explain"), bool_field(fields, "include_text"))


def bool_field(fields: dict[str, Any], name: str) -> bool:
    """Take true or false; null, or no field, is false.

    Raises:
        Problem: It is something else.
    """
    value = fields.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise Problem("bad_row", f"{name} is {json_type(value)}, expected true or false; leave it out for false")


def checked(read: Callable[[], R]) -> R:
    """Read something; what does not fit becomes a problem with the same code and words.

    Raises:
        Problem: It does not fit.
    """
    try:
        return read()
    except (BadField, UnreadablePage) as error:
        raise Problem(error.code, str(error)) from None
