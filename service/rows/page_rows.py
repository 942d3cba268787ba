"""Turns a line of JSON, or the fields of a request, into a row with a page."""

from __future__ import annotations

from typing import Any

from copydesk.classifier import Article
from copydesk.service.rows import jsonl, origins
from copydesk.service.rows.jsonl import JsonId, Line, PageRow, Row


def parse_row(row: Line | Row, *, max_page_bytes: int, encoded: bool = False) -> Row:
    """Parse a line into a page, or a `BadRow` with the reason; other rows are returned unchanged.

    `encoded` says whether HTML becomes an `EncodedPage`, by the C core.
    """
    if not isinstance(row, Line):
        return row
    return jsonl.parse_line(
        row, lambda fields, id: read_page_row(fields, id, row.number, max_page_bytes), encoded=encoded
    )


def read_page_row(fields: dict[str, Any], id: JsonId, line: int | None, max_page_bytes: int) -> PageRow:
    """Read the page, the time and the source of a row's fields; `line` is the row's number.

    Raises:
        BadField: There is not exactly one page, or it is too large.
    """
    page = jsonl.read_page(fields, id, max_page_bytes)
    return PageRow(id, line, page, *origins.read_own_texts(fields))


def read_address(text: str) -> str:
    """Return the address of a page that is no row, without white space around it.

    Raises:
        ValueError: It is no http address with a host; the message begins with "is".
    """
    from copydesk.classifier.fields import MAX_ADDRESS, resolve  # it loads numeric libraries

    address = text.strip()
    if not resolve(address, address):
        raise ValueError(
            f"is {address[:80]!r}, expected the whole address of a page: http:// or https://, a host, and in all at "
            f"most {MAX_ADDRESS:,} characters; leave it out if it is not known"
        )
    return address


def with_time_of_row(article: Article, row: PageRow) -> Article:
    """Return a row's article with the row's own time of publication, if it has one, in place of the page's."""
    if row.published is None:
        return article
    return article.with_values(published=row.published, found_in={**article.found_in, "published": row.published_in})
