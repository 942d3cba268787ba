"""Makes a row of scoring out of the values of its fields, whatever types a table has them in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from uuid import UUID

from copydesk.classifier.segmentation import to_utf8
from copydesk.service.rows import BadField, JsonId, jsonl, origins
from copydesk.service.score.arrow_schema import InputRow


def row_from_values(values: Mapping[str, object], file: str, position: int, *, max_page_bytes: int) -> InputRow:
    """Take a page out of the values of its fields, by name; if they break the row contract, the row has the error.

    A time or a source that cannot be used is left out and named in `unused`: it costs no page.
    """
    values = {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in values.items()}
    content = values.get("html") if values.get("html") is not None else values.get("text")
    decoded = not isinstance(content, bytes)  # bytes are decoded later, by the worker
    found: JsonId = None
    try:
        found = jsonl.read_id({"id": _id(values.get("id"))})
        texts = {name: "" if isinstance(value, bytes) and name != "url" else value for name, value in values.items()}
        page = jsonl.read_page(texts, found, max_page_bytes)
    except BadField as error:
        return bad_row(found, file, position, error)
    if decoded:
        content = to_utf8(page.html or "") if page.text is None else page.text.encode("utf-8", "surrogatepass")
    assert isinstance(content, bytes)
    unused = []
    try:
        published = origins.read_published(values.get("published"))
    except ValueError:
        published = None
        unused.append("published")
    try:
        source = origins.read_source(values.get("source"))
    except ValueError:
        source = None
        unused.append("source")
    return InputRow(
        row_name(found, file, position),
        url=page.url,
        form="text" if values.get("html") is None else "html",
        content=content,
        decoded=decoded,
        published=published,
        source=source,
        unused=",".join(unused),
        file=file,
        position=position,
    )


def row_name(found: JsonId, file: str, position: int) -> str:
    """Return a row's id, or its place if it has none."""
    return f"{file}:{position}" if found is None else str(found)


def bad_row(found: JsonId, file: str, position: int, error: BadField) -> InputRow:
    """Return the row of an error."""
    return InputRow(row_name(found, file, position), file=file, position=position, code=error.code, message=str(error))


def _id(value: object) -> object:
    """Return an id as JSON has it: text, or a number; other types are left for the caller to refuse."""
    match value:
        case bytes():
            return _bytes_id(value)
        case Decimal():
            return format(value, "f")
        case UUID():
            return str(value)
        case date() | time():
            return value.isoformat()
    return value


def _bytes_id(value: bytes) -> str:
    """Return bytes as text if they are text in UTF-8, else in hexadecimal."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value.hex()
    return text if text.isprintable() else value.hex()
