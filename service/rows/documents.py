"""Turns the rows of `copydesk dedup` and `copydesk index` into documents, by the classifier where a row has no body."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from copydesk.service.rows.classify_rows import Classify, classify_row
from copydesk.service.rows.jsonl import (
    UNKNOWN_TIME,
    BadField,
    BadRow,
    JsonId,
    Line,
    PageRow,
    Row,
    bad_row,
    check_size,
    parse_object,
    read_id,
    read_page,
    read_published,
    read_string,
)


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document whose body can be compared.

    Attributes:
        id: As it came; two ids with the same text, such as 1 and "1", are the same.
        line: Its line, None where the input is no JSONL.
        body: Its text, without boilerplate and teasers.
        published: Seconds since 1970, NaN where unknown.
        source: Who published it, None where unknown.
    """

    id: JsonId
    line: int | None
    body: str
    published: float = UNKNOWN_TIME
    source: str | None = None


@dataclass(frozen=True, slots=True)
class _UnreadPage:
    """A document whose body the classifier still has to find."""

    row: PageRow
    published: float = UNKNOWN_TIME
    source: str | None = None


def read_documents(
    rows: Sequence[Line | Row], classifier: Callable[[], Classify], *, max_page_bytes: int
) -> list[ParsedDocument | BadRow]:
    """Turn rows into documents, in order; whatever is wrong with one becomes a `BadRow`.

    `classifier` is called once a page without a body turns up, so that bodies alone load no model.
    """
    return [_with_body(_parse(row, max_page_bytes), classifier) for row in rows]


def _with_body(
    document: ParsedDocument | BadRow | _UnreadPage, classifier: Callable[[], Classify]
) -> ParsedDocument | BadRow:
    if not isinstance(document, _UnreadPage):
        return document
    row = document.row
    answer = classify_row(row, classifier())
    if isinstance(answer, BadRow):
        return answer
    return ParsedDocument(row.id, row.line, answer.article.body, document.published, document.source)


def _parse(row: Line | Row, max_page_bytes: int) -> ParsedDocument | BadRow | _UnreadPage:
    if isinstance(row, BadRow):
        return row
    if isinstance(row, PageRow):
        return _UnreadPage(row)
    id: JsonId = None
    try:
        fields = parse_object(row.content)
        id = read_id(fields)
        return _parse_fields(fields, id, row.number, max_page_bytes)
    except BadField as error:
        return bad_row(id, row.number, error)


def _parse_fields(fields: dict[str, Any], id: JsonId, number: int, max_page_bytes: int) -> ParsedDocument | _UnreadPage:
    if "error" in fields:
        raise _earlier_error(fields["error"])
    if id is None:
        raise BadField("no_id", "no id, expected one, as matches name documents by it; give every row its own id")
    published, source = read_published(fields), read_string(fields, "source")
    body = read_string(fields, "body")
    if body is not None:
        check_size(body, max_page_bytes)
        return ParsedDocument(id, number, body, published, source)
    if fields.get("text") is None and fields.get("html") is None:
        raise BadField("bad_row", "neither body, text nor html; expected a body, or a page as one of text and html")
    return _UnreadPage(PageRow(id, number, read_page(fields, id, max_page_bytes)), published, source)


def _earlier_error(error: object) -> BadField:
    """Return what an error row of `copydesk classify` says as this row's error."""
    given = error if isinstance(error, dict) else {}
    code = given.get("code")
    return BadField(
        code if isinstance(code, str) else "bad_row", f"the row holds an error, no page: {given.get('message')}"
    )
