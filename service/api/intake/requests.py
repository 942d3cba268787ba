"""Turns a request body into a page and options; bodies are JSON, HTML or plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from copydesk.classifier import PARTS, Kind, Page, decode, read_parts
from copydesk.classifier.other_formats import refuse_other_formats
from copydesk.classifier.saved_page import read_saved_page
from copydesk.classifier.segmentation import decode_html
from copydesk.classifier.types import EncodedPage
from copydesk.service.api.problems import Problem
from copydesk.service.rows import BadField, bounded_lines, jsonl, page_rows


class Media(StrEnum):
    """Media types of bodies and answers."""

    JSON = "application/json"
    HTML = "text/html"
    MARKDOWN = "text/markdown"
    TEXT = "text/plain"
    NDJSON = "application/x-ndjson"


_MEDIA_OF_NAME = {str(media): media for media in Media}
_MEDIA_OF_NAME |= dict.fromkeys(("application/ndjson", "application/jsonl"), Media.NDJSON)


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """What the answer to a page contains.

    Attributes:
        links: Whether Markdown and HTML have links, emphasis and images.
        parts: The parts of the body, None for the usual ones.
    """

    explain: bool = False
    include_text: bool = False
    include_markdown: bool = False
    links: bool = False
    parts: tuple[Kind, ...] | None = None


READ_JSON = (
    "send one page as an object with text or html to /v1/classify as application/json, or many, one object a line, to "
    "/v1/classify/batch as application/x-ndjson"
)
"""How to send JSON that came as the body of a page."""
READ_OTHERS = (
    "the command copydesk score reads tables and archives: copydesk score FILE --output FOLDER; or send the pages, one "
    "JSON object a line, to /v1/classify/batch"
)
FLAGS = ("explain", "include_text", "include_markdown", "links")
"""The options that are true or false."""


@dataclass(frozen=True, slots=True)
class ClassifyRequest:
    """A page with the options of its answer."""

    row: jsonl.PageRow
    options: AnswerOptions = AnswerOptions()


@dataclass(frozen=True, slots=True)
class ClassifyQuery:
    """The query of a request to classify a page: the page's id and address, and the options of its answer.

    `names` are those of the options that it gives.
    """

    options: AnswerOptions = AnswerOptions()
    id: str | None = None
    url: str | None = None
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A body that is not parsed yet, with its media type and charset from the headers, and the query."""

    body: bytes
    media: Media
    charset: str | None = None
    query: ClassifyQuery = ClassifyQuery()


def read_media(headers: Mapping[str, str], *allowed: Media) -> Media:
    """Return the body's media type.

    Raises:
        Problem: It is not one of the allowed types.
    """
    header = headers.get("content-type", "")
    media = _MEDIA_OF_NAME.get(header.partition(";")[0].strip().lower())
    if media in allowed:
        return media
    these = "as one of these" if len(allowed) > 1 else "in this type alone"
    message = f"Content-Type is {header[:80]!r}, expected {' or '.join(allowed)}; send the body {these}"
    raise Problem("wrong_type", message, headers={"Accept": ", ".join(allowed)})


def read_charset(headers: Mapping[str, str]) -> str | None:
    """Return the charset that the Content-Type header declares, None where it declares none."""
    for part in headers.get("content-type", "").split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"')[:80] or None
    return None


def max_body_bytes(media: Media, max_page_bytes: int) -> int:
    """Return the size limit of a body whose page is within the limit; JSON escapes make a body larger than its page."""
    if media in (Media.HTML, Media.TEXT):
        return max_page_bytes
    return bounded_lines.max_line_bytes(max_page_bytes)


def parse_raw_request(raw: RawRequest, max_page_bytes: int) -> ClassifyRequest:
    """Parse a body of any media type. Options of the query are for what a JSON object leaves out.

    Raises:
        BadField: The body does not fit, or has another value of an option than the query.
        UnreadablePage: It is not text, or not one page.
    """
    if raw.media is Media.JSON and not raw.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        refuse_other_formats(raw.body, json=READ_JSON, others=READ_OTHERS)
    if raw.media is Media.JSON:
        return _parse_json(raw, max_page_bytes)
    refuse_other_formats(raw.body, json=READ_JSON, others=READ_OTHERS)
    page = _decode_page(raw, max_page_bytes)
    return ClassifyRequest(jsonl.PageRow(raw.query.id, None, page), raw.query.options)


def _parse_json(raw: RawRequest, max_page_bytes: int) -> ClassifyRequest:
    query = raw.query
    fields = parse_fields(raw.body, encoded=True)
    of_page = {"id": query.id, "url": query.url}
    fields |= {name: value for name, value in of_page.items() if value is not None and fields.get(name) is None}
    with naming_fields(raw.body):
        request = parse_classify_fields(fields, max_page_bytes, query.options)
    for name in query.names:
        if name in of_page:
            differs = str(fields[name]) != of_page[name]
        else:
            differs = getattr(request.options, name) != getattr(query.options, name)
        if differs:
            raise BadField("bad_row", f"{name} in the query differs from {name} in the body; leave one of them out")
    return request


def _decode_page(raw: RawRequest, max_page_bytes: int) -> Page:
    id, url = raw.query.id or "", raw.query.url or ""
    saved = read_saved_page(raw.body)
    if saved is not None:
        raw = replace(raw, media=Media.HTML, body=saved.html, charset=saved.charset)
        url = url or saved.url
    if raw.media is Media.HTML:
        html = decode_html(raw.body, declared=raw.charset)
        jsonl.check_size(html, max_page_bytes)
        return EncodedPage(id, html, url) if isinstance(html, bytes) else Page(id, html=html, url=url)
    text = decode(raw.body, html=False, declared=raw.charset)
    jsonl.check_size(text, max_page_bytes)
    return Page(id, text=text, url=url)


def parse_fields(body: bytes, *, encoded: bool = False) -> dict[str, Any]:
    """Parse the fields of a JSON object, which may begin with a byte order mark; raise `BadField` if it is not one.

    `encoded` says whether `html` is bytes in UTF-8 where it can be.
    """
    return jsonl.parse_fields(body.removeprefix(jsonl.BOM), encoded=encoded, alone=True)


@contextmanager
def naming_fields(body: bytes) -> Iterator[None]:
    """Add the names of the fields of a JSON object to the error of one without a page."""
    try:
        yield
    except BadField as error:
        raise BadField(error.code, f"{error}{jsonl.name_fields(body.removeprefix(jsonl.BOM), error)}") from None


def parse_classify_fields(
    fields: dict[str, Any], max_page_bytes: int, default: AnswerOptions = AnswerOptions(), *, line: int | None = None
) -> ClassifyRequest:
    """Read the page and the options from an object's fields; `default` is for options that it leaves out.

    `line` is the number of its line in a batch.

    Raises:
        BadField: They do not fit.
    """
    id = jsonl.read_id(fields)
    row = page_rows.read_page_row(fields, id, line, max_page_bytes)
    return ClassifyRequest(row, _options_fields(fields, default))


def check_unread_fields(fields: dict[str, Any]) -> None:
    """Raise `BadField` if a field of the page or an option has the wrong type, in an object whose body is read instead.

    A mistake is named even where it does not matter, as in every other request.
    """
    for name in ("text", "url"):
        jsonl.read_string(fields, name)
    if not isinstance(fields.get("html"), bytes):
        jsonl.read_string(fields, "html")
    _options_fields(fields, AnswerOptions())


def _options_fields(fields: dict[str, Any], default: AnswerOptions) -> AnswerOptions:
    flags = {name: getattr(default, name) if (own := bool_field(fields, name)) is None else own for name in FLAGS}
    return AnswerOptions(**flags, parts=parts_field(fields) or default.parts)


def bool_field(fields: dict[str, Any], name: str) -> bool | None:
    """Read true or false; None where it is null or missing.

    Raises:
        BadField: It is something else.
    """
    value = fields.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise BadField("bad_row", f"{name} is {jsonl.json_type(value)}, expected true or false; leave it out for false")


def parts_field(fields: dict[str, Any]) -> tuple[Kind, ...] | None:
    """Read a list of parts of an article; None where it is null or missing.

    Raises:
        BadField: It is something else, or has a name that is no part.
    """
    value = fields.get("parts")
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        found = "a list of other things" if isinstance(value, list) else jsonl.json_type(value)
        raise BadField("bad_row", f"parts is {found}, expected a list with some of {', '.join(PARTS)}")
    return _read_parts(value)


def parts_parameter(value: str | None) -> tuple[Kind, ...] | None:
    """Read names of parts, separated by commas, from a query; None where it has none.

    Raises:
        BadField: A name is no part.
    """
    return None if value is None else _read_parts(name.strip() for name in value.split(","))


def url_parameter(value: str | None) -> str | None:
    """Read the address of a page from a query; None where it has none.

    Raises:
        BadField: It is no http address.
    """
    try:
        return None if value is None else page_rows.read_address(value)
    except ValueError as error:
        raise BadField("bad_row", f"query.url {error}") from None


def _read_parts(names: Iterable[str]) -> tuple[Kind, ...]:
    try:
        return read_parts(names)
    except ValueError as error:
        raise BadField("bad_row", f"parts: {error}") from None
