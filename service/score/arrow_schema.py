"""The rows of batch scoring and their Arrow schemas: what readers give, what shards hold, what could not be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import pyarrow as pa

from copydesk.classifier.types import LABELS

PROBABILITIES = pa.struct([(label.value, pa.float64()) for label in LABELS])
BLOCK = pa.struct(
    [
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("label", pa.string()),
        ("kind", pa.string()),
        ("confidence", pa.float64()),
        ("probabilities", PROBABILITIES),
    ]
)
MATCH = pa.struct(
    [
        ("id", pa.string()),
        ("relation", pa.string()),
        ("similarity", pa.float64()),
        ("contains", pa.float64()),
        ("contained", pa.float64()),
    ]
)

INPUT = pa.schema(
    [
        ("id", pa.string()),
        ("url", pa.string()),
        ("form", pa.string()),
        ("content", pa.large_binary()),
        ("decoded", pa.bool_()),
        ("charset", pa.string()),
        ("published", pa.string()),
        ("source", pa.string()),
        ("file", pa.string()),
        ("position", pa.int64()),
        ("code", pa.string()),
        ("message", pa.string()),
    ]
)
"""The fields of `InputRow`."""

OUTPUT = pa.schema(
    [
        ("id", pa.string()),
        ("url", pa.string()),
        ("title", pa.string()),
        ("body", pa.string()),
        ("confidence", pa.float64()),
        ("text", pa.string()),
        ("blocks", pa.list_(BLOCK)),
        ("published", pa.string()),
        ("source", pa.string()),
        ("file", pa.string()),
        ("position", pa.int64()),
        ("cluster", pa.string()),
        ("keep", pa.bool_()),
        ("matches", pa.list_(MATCH)),
        ("model", pa.string()),
    ]
)
"""A scored page. `text` is null where the input was text, `text` and `blocks` where no blocks were asked for;
`cluster`, `keep` and `matches` are null until duplicates are looked for. `published` and `source` are as they came."""

ERRORS = pa.schema(
    [
        ("id", pa.string()),
        ("file", pa.string()),
        ("position", pa.int64()),
        ("code", pa.string()),
        ("message", pa.string()),
    ]
)
"""A row that could not be scored, where it stands, and why."""


@dataclass(frozen=True, slots=True)
class InputRow:
    """A page as a reader gives it, or a row in which the reader found none.

    Attributes:
        id: Its own, else one made of file and position.
        url: A name only; empty where unknown.
        form: `html` or `text`.
        content: The page's bytes, None where there is no page.
        decoded: Whether the content is UTF-8 made of text that was decoded already (lone surrogates as
            they are in plain text, U+FFFD in HTML).
        charset: What an HTTP header says of the bytes, None where nothing does.
        published: A time in ISO 8601, as it came.
        source: Who published it, as it came.
        file: The file that holds it.
        position: Where in it: a line's or record's first byte (of JSONL once decompressed, of a WARC as it lies
            there), the number of a row of CSV or Parquet, 0 for a file that is a page.
        code: A stable word for what is wrong with the row, None where nothing is.
        message: The same in words.
    """

    id: str
    url: str = ""
    form: str = "html"
    content: bytes | None = None
    decoded: bool = False
    charset: str | None = None
    published: str | None = None
    source: str | None = None
    file: str = ""
    position: int = 0
    code: str | None = None
    message: str | None = None


_FIELDS = tuple(field.name for field in fields(InputRow))


def input_batch(rows: Sequence[InputRow]) -> pa.RecordBatch:
    """Lay rows in columns."""
    columns = [pa.array([_stored(getattr(row, name)) for row in rows], INPUT.field(name).type) for name in _FIELDS]
    return pa.RecordBatch.from_arrays(columns, schema=INPUT)


def input_rows(batch: pa.RecordBatch) -> list[InputRow]:
    """Take rows out of columns; the counterpart of `input_batch`."""
    columns = [batch.column(name).to_pylist() for name in _FIELDS]
    return [InputRow(*values) for values in zip(*columns, strict=True)]


def _stored(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value


def storable(text: str) -> str:
    """Put a replacement character for each lone surrogate, which Arrow cannot hold; offsets stay as they are."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text
