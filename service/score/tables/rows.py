"""Makes a row of scoring out of the values of its fields, whatever types a table has them in."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from uuid import UUID

from copydesk.classifier.segmentation import to_utf8
from copydesk.service.rows import BadField, JsonId, jsonl, origins
from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.options import PageOptions
from copydesk.service.score.tables.columns import PAGE_FIELDS, Fields, describe_columns, named_columns, suggest_options

MOST_FIELDS = 1000
"""Names of a row's fields that are kept for a message."""
BOTH = "both text and html, expected exactly one of them; name only one, by --html-column or --text-column"
"""The error of a row with two pages."""


def row_from_values(values: Mapping[str, object], file: str, position: int, *, max_page_bytes: int) -> InputRow:
    """Take a page out of the values of its fields, by name; if they break the row contract, the row has the error.

    A time or source that cannot be used is left out and named in `unused`: it costs no page.
    """
    values = {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in values.items()}
    # bytes are decoded later, by the worker; here it only matters whether there are any
    texts = {name: "-"[: len(v)] if isinstance(v, bytes) and name != "url" else v for name, v in values.items()}
    found: JsonId = None
    try:
        found = jsonl.read_id({"id": _id(values.get("id"))})
        if all(map(texts.get, PAGE_FIELDS)):
            raise BadField("bad_row", BOTH)
        page = jsonl.read_page(texts, found, max_page_bytes)
    except BadField as error:
        url = values.get("url")
        return replace(bad_row(found, file, position, error), url=url if isinstance(url, str) else "")
    form = "html" if page.text is None else "text"
    content = values[form]
    decoded = not isinstance(content, bytes)
    if decoded:
        content = to_utf8(page.html or "") if page.text is None else page.text.encode("utf-8", "surrogatepass")
    assert isinstance(content, bytes)
    unused: list[str] = []
    return InputRow(
        row_name(found, file, position),
        url=page.url,
        form=form,
        content=content,
        decoded=decoded,
        published=_value(values, "published", origins.read_published, unused),
        source=_value(values, "source", origins.read_source, unused),
        captured=_value(values, "captured", origins.read_published, unused),
        unused=",".join(unused),
        file=file,
        position=position,
    )


def _value(
    values: Mapping[str, object], name: str, read: Callable[[object], str | None], unused: list[str]
) -> str | None:
    """Return a value as text, None if it cannot be used; then its name is added to `unused`."""
    try:
        return read(values.get(name))
    except ValueError:
        unused.append(name)
        return None


def row_from_object(
    fields: Mapping[str, object], content: bytes, file: str, position: int, options: PageOptions
) -> InputRow:
    """Take a page out of a JSON object, `content`; fields inside others are named with dots."""
    columns = options.columns.read()
    values = {name: _field(fields, column) for name, column in columns.items()}
    pages = [name for name in PAGE_FIELDS if name in columns]
    row = row_from_values(values, file, position, max_page_bytes=options.max_page_bytes)
    if row.code is None:
        named = named_columns(options.columns)
        return _with_absent(row, fields, named) if named else row
    if all(values[name] is None for name in pages) and not any(columns[name] in fields for name in pages):
        missing = {name: columns[name] for name in pages}
        found = describe_columns(list(fields), "fields") + suggest_options(fields, missing)
        row = replace(row, message=f"no field {' or '.join(map(repr, missing.values()))}; {found}")
    return replace(row, content=content)


def _with_absent(row: InputRow, fields: Mapping[str, object], named: Fields) -> InputRow:
    """Add to a row which of the columns that the user named it lacks; one of those with a page is enough."""
    absent = [field for field, name in named.items() if not _has_field(fields, name)]
    if any(field in named and field not in absent for field in PAGE_FIELDS):
        absent = [field for field in absent if field not in PAGE_FIELDS]
    found = json.dumps(list(fields)[:MOST_FIELDS]) if absent else None
    return replace(row, absent=",".join(absent), fields=found)


def _has_field(fields: Mapping[str, object], name: str) -> bool:
    """Return whether there is a field, perhaps in an object around it; its value may be null."""
    if name in fields:
        return True
    first, dot, rest = name.partition(".")
    inner = fields.get(first) if dot else None
    return isinstance(inner, dict) and _has_field(inner, rest)


def _field(fields: Mapping[str, object], name: str) -> object:
    """Return a field's value; the part of a name before a dot may be that of an object around it."""
    if name in fields:
        return fields[name]
    first, dot, rest = name.partition(".")
    inner = fields.get(first) if dot else None
    return _field(inner, rest) if isinstance(inner, dict) else None


def row_name(found: JsonId, file: str, position: int) -> str:
    """Return a row's id, or its place if it has none."""
    return f"{file}:{position}" if found is None else str(found)


def bad_row(found: JsonId, file: str, position: int, error: BadField, content: bytes | None = None) -> InputRow:
    """Return the row of an error, with the input's bytes if they are known."""
    return InputRow(
        row_name(found, file, position),
        content=content,
        file=file,
        position=position,
        code=error.code,
        message=str(error),
    )


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
