"""The rows of `copydesk dedup`: a line becomes a document, its body given or found by the classifier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from copydesk.service.rows.classify_rows import Answer, Classify, answer_rows
from copydesk.service.rows.jsonl import (
    BadField,
    BadRow,
    JsonId,
    Line,
    PageRow,
    Row,
    bad_row,
    check_size,
    json_object,
    json_type,
    row_id,
    row_page,
    string_field,
)

UNKNOWN = float("nan")
"""The time of a document that does not say when it was published."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the closed set.

    Attributes:
        id: As it came; two ids with the same text, such as 1 and "1", are the same.
        line: Its line, None where the input is no JSONL.
        body: What is compared.
        published: Seconds since 1970, NaN where unknown.
        source: Who published it, None where unknown.
    """

    id: JsonId
    line: int | None
    body: str
    published: float = UNKNOWN
    source: str | None = None


@dataclass(frozen=True, slots=True)
class _RawPage:
    """A page that the classifier has to read first."""

    row: PageRow
    published: float = UNKNOWN
    source: str | None = None


def read_documents(
    rows: Sequence[Line | Row], classifier: Callable[[], Classify], *, max_page_bytes: int
) -> list[Document | BadRow]:
    """Turn rows into documents, in order; whatever is wrong with one becomes a `BadRow`.

    `classifier` is called once a page that has no body yet turns up, so that no model is loaded for bodies alone.
    """
    return [_body_found(_parse(row, max_page_bytes), classifier) for row in rows]


def _body_found(found: Document | BadRow | _RawPage, classifier: Callable[[], Classify]) -> Document | BadRow:
    if not isinstance(found, _RawPage):
        return found
    answer = next(answer_rows(_one(found.row), classifier()))
    if not isinstance(answer, Answer):
        return answer
    return Document(found.row.id, found.row.line, answer.article.body, found.published, found.source)


def _one(row: PageRow) -> Iterator[Row]:
    yield row


def _parse(row: Line | Row, max_page_bytes: int) -> Document | BadRow | _RawPage:
    if isinstance(row, BadRow):
        return row
    if isinstance(row, PageRow):
        return _RawPage(row)
    found: JsonId = None
    try:
        fields = json_object(row.content)
        found = row_id(fields)
        return _document(fields, found, row.number, max_page_bytes)
    except BadField as error:
        return bad_row(found, row.number, error)


def _document(fields: dict[str, Any], found: JsonId, number: int, max_page_bytes: int) -> Document | _RawPage:
    if "error" in fields:
        raise _passed_on(fields["error"])
    if found is None:
        raise BadField("no_id", "no id, expected one, as matches name documents by it; give every row its own id")
    published, source = read_published(fields), string_field(fields, "source")
    body = string_field(fields, "body")
    if body is not None:
        check_size(body, max_page_bytes)
        return Document(found, number, body, published, source)
    if fields.get("text") is None and fields.get("html") is None:
        raise BadField("bad_row", "neither body, text nor html; expected a body, or a page as one of text and html")
    return _RawPage(PageRow(found, number, row_page(fields, found, max_page_bytes)), published, source)


def _passed_on(error: object) -> BadField:
    """Pass an error row of `copydesk classify` on."""
    given = error if isinstance(error, dict) else {}
    code = given.get("code")
    return BadField(
        code if isinstance(code, str) else "bad_row", f"the row holds an error, no page: {given.get('message')}"
    )


def read_published(fields: dict[str, Any]) -> float:
    """Read the time, NaN where there is none; one without an offset is in UTC.

    Raises:
        BadField: It is no time in ISO 8601.
    """
    value = fields.get("published")
    if value is None:
        return UNKNOWN
    if not isinstance(value, str):
        raise BadField("bad_row", f"published is {json_type(value)}, expected a string such as 2024-05-01T08:30:00Z")
    try:
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        expected = "expected a time in ISO 8601 such as 2024-05-01T08:30:00Z"
        raise BadField("bad_row", f"published is {value[:40]!r}, {expected}") from None
