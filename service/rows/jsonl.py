"""The JSONL contract: a line in becomes a row with a page, an answer becomes a line out."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

import msgspec

from copydesk.classifier.types import LABELS, Article, Explanation, Page, ScoredBlock

JsonId = str | int | float | None

LINE_BYTES_PER_PAGE_BYTE = 6
"""JSON writes a byte of a page in six at most (`\\u0000`), so a page within its limit fits a line within this."""
LINE_EXTRA_BYTES = 1024 * 1024
"""Room on a line for its id, url and fields that are not read."""
SKIP_BYTES = 1024 * 1024
BOM = b"\xef\xbb\xbf"
BODY, BOILERPLATE, TEASER = (label.value for label in LABELS)


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page that can be classified; `id` is as it came, `line` is None where the input is no JSONL."""

    id: JsonId
    line: int | None
    page: Page


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be classified, and why; `code` is a stable word for machines."""

    id: JsonId
    line: int | None
    code: str
    message: str


Row = PageRow | BadRow


@dataclass(frozen=True, slots=True)
class Line:
    """A line of JSONL that is not parsed yet."""

    number: int
    content: bytes


class BadField(Exception):
    """A row whose fields do not fit the contract."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_jsonl(stream: BinaryIO, *, max_page_bytes: int) -> Iterator[Row]:
    """Read one row a line, in order, holding one line at a time; empty lines are passed over."""
    for line in read_lines(stream, max_page_bytes=max_page_bytes):
        yield parsed(line, max_page_bytes=max_page_bytes)


def read_lines(stream: BinaryIO, *, max_page_bytes: int) -> Iterator[Line | BadRow]:
    """Do the same without parsing."""
    limit = line_limit(max_page_bytes)
    for number, line in enumerate(bounded_lines(stream, limit), start=1):
        if line is None:
            message = f"line {number} has more than {limit} bytes; cut the page or raise COPYDESK_MAX_PAGE_BYTES"
            yield BadRow(None, number, "too_large", message)
        elif number == 1 and line.startswith(BOM):
            yield from _unless_empty(Line(number, line[len(BOM) :]))
        else:
            yield from _unless_empty(Line(number, line))


def _unless_empty(line: Line) -> Iterator[Line]:
    if line.content.strip():
        yield line


def line_limit(max_page_bytes: int) -> int:
    """Return how many bytes a line has at most when its page is within its limit."""
    return LINE_BYTES_PER_PAGE_BYTE * max_page_bytes + LINE_EXTRA_BYTES


def bounded_lines(stream: BinaryIO, limit: int) -> Iterator[bytes | None]:
    """Give each line; None for one of more than `limit` bytes, which is skipped without being held."""
    while line := stream.readline(limit + 1):
        if len(line) <= limit or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(SKIP_BYTES)
        yield None


def parsed(row: Line | Row, *, max_page_bytes: int) -> Row:
    """Parse what is not parsed yet."""
    return parse_row(row.content, row.number, max_page_bytes=max_page_bytes) if isinstance(row, Line) else row


def parse_row(line: bytes, number: int, *, max_page_bytes: int) -> Row:
    """Turn one line of JSON into a row; whatever is wrong with it becomes a `BadRow`."""
    found: JsonId = None
    try:
        fields = json_object(line)
        found = row_id(fields)
        return PageRow(found, number, row_page(fields, found, max_page_bytes))
    except BadField as error:
        return bad_row(found, number, error)


def bad_row(found: JsonId, number: int, error: BadField) -> BadRow:
    """Say what is wrong with a line."""
    return BadRow(found, number, error.code, f"line {number}: {error}")


def json_object(line: bytes) -> dict[str, Any]:
    """Parse one line.

    Raises:
        BadField: It is no JSON object in UTF-8.
    """
    try:
        fields = _parsed(line)
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8; JSON lines are UTF-8, so write the row again in it"
        raise BadField("bad_encoding", message) from None
    except json.JSONDecodeError as error:
        message = f"not JSON at character {error.pos} ({error.msg}); expected one whole JSON object a line"
        raise BadField("bad_json", message) from None
    except (ValueError, RecursionError) as error:
        message = f"JSON that cannot be read ({type(error).__name__}); expected an object of strings and numbers"
        raise BadField("bad_json", message) from None
    if not isinstance(fields, dict):
        raise BadField("bad_row", f"{json_type(fields)}, expected an object with an id and a text or an html")
    return fields


def _parsed(line: bytes) -> object:
    """Parse JSON by a compiled parser; what that refuses is left to the standard library, which takes more of it."""
    try:
        return msgspec.json.decode(line)
    except (ValueError, RecursionError):
        return json.loads(line.decode("utf-8"), parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def row_id(fields: dict[str, Any]) -> JsonId:
    """Take the id, None where there is none.

    Raises:
        BadField: It is neither a string nor a number.
    """
    value = fields.get("id")
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return value
    raise BadField("bad_row", f"id is {json_type(value)}, expected a string or a number")


def row_page(fields: dict[str, Any], row_id: JsonId, max_page_bytes: int) -> Page:
    """Take the page.

    Raises:
        BadField: There is not exactly one of text and html, or it is too large.
    """
    text, html, url = (string_field(fields, name) for name in ("text", "html", "url"))
    if (text is None) == (html is None):
        found = "neither text nor html" if text is None else "both text and html"
        raise BadField("bad_row", f"{found}, expected exactly one of them")
    check_size(text if html is None else html, max_page_bytes)
    return Page(id="" if row_id is None else str(row_id), text=text, html=html, url=url or "")


def string_field(fields: dict[str, Any], name: str) -> str | None:
    """Take a string, None where there is none.

    Raises:
        BadField: It is something else.
    """
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    raise BadField("bad_row", f"{name} is {json_type(value)}, expected a string")


def check_size(content: str | None, max_page_bytes: int) -> None:
    """Check a page against the limit.

    Raises:
        BadField: It is over.
    """
    if content is None or 4 * len(content) <= max_page_bytes:
        return
    n_bytes = len(content.encode("utf-8", "surrogatepass"))
    if n_bytes > max_page_bytes:
        raise BadField("too_large", too_large(max_page_bytes))


def too_large(max_page_bytes: int) -> str:
    """Say that a page is over the limit."""
    return f"the page has more than {max_page_bytes} bytes; cut it or raise COPYDESK_MAX_PAGE_BYTES"


def json_type(value: object) -> str:
    """Name a value's type in JSON's words."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def block_fields(block: ScoredBlock) -> dict[str, Any]:
    """Give a block's fields; a page has hundreds, so they are spelled out, and its enums are the strings they are."""
    body, boilerplate, teaser = block.probabilities
    fields: dict[str, Any] = {
        "start": block.start,
        "end": block.end,
        "label": block.label,
        "kind": block.kind,
        "confidence": block.confidence,
        "probabilities": {BODY: body, BOILERPLATE: boilerplate, TEASER: teaser},
    }
    if block.explanation is not None:
        fields["explanation"] = explanation_fields(block.explanation)
    return fields


def answer_fields(
    row: PageRow, article: Article, of_block: Callable[[ScoredBlock], object] = block_fields
) -> dict[str, Any]:
    """Give the answer's fields in contract order, those of blocks as told; `text` only where the input was HTML."""
    fields = name_fields(row)
    if row.page.html is not None:
        fields["text"] = article.text
    fields["blocks"] = list(map(of_block, article.blocks))
    return fields | {
        "body": article.body,
        "title": article.title,
        "confidence": article.confidence,
        "model": article.model,
    }


def error_fields(row: BadRow) -> dict[str, Any]:
    """Give the fields of a row that could not be classified."""
    return name_fields(row) | {"error": {"code": row.code, "message": row.message}}


def encode_row(fields: dict[str, Any]) -> bytes:
    """Write one line of UTF-8 JSON; lone surrogates, which UTF-8 cannot hold, are written as escapes."""
    try:
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def name_fields(row: Row) -> dict[str, Any]:
    """Give the fields that name a row: its id, and its line where it has none."""
    if row.id is None and row.line is not None:
        return {"id": None, "line": row.line}
    return {"id": row.id}


def explanation_fields(explanation: Explanation) -> dict[str, Any]:
    """Give an explanation's fields."""
    return {
        "runner_up": explanation.runner_up.value,
        "log_odds": explanation.log_odds,
        "reasons": [{"words": reason.words, "contribution": reason.contribution} for reason in explanation.reasons],
    }
