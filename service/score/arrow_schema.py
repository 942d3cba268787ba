"""Arrow schemas of batch scoring, derived from the row contract, and the rows that readers make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import msgspec
import pyarrow as pa
from msgspec import inspect

from copydesk.service.rows import contract


@dataclass(frozen=True, slots=True)
class InputRow:
    """A page that a reader found, or the error of a row without a page.

    Attributes:
        id: The id in the input; if there is none, file and position.
        url: The URL, which is not fetched; empty if unknown.
        form: `html` or `text`.
        content: The page's bytes, None if there is no page.
        decoded: Whether the content is UTF-8 of a text that the input had decoded already. Lone surrogates are kept in
            plain text and are U+FFFD in HTML.
        charset: The charset that an HTTP header declares, None if there is none.
        published: The time in ISO 8601, unchanged from the input.
        source: The publisher, unchanged from the input.
        file: The file that contains the page.
        position: Its place in the file: the first byte of a line (decompressed) or of a WARC record (as stored), the
            number of a row of CSV or Parquet, 0 for a file that is a page.
        code: The error code, None if the row has a page.
        message: The error message.
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


def arrow_type(kind: inspect.Type) -> pa.DataType:
    """Return the Arrow type of a field; of a union it is that of the first type, so that every id is a string."""
    match kind:
        case inspect.Metadata(type=inner, extra=extra):
            return pa.type_for_alias(extra["arrow"]) if extra else arrow_type(inner)
        case inspect.UnionType(types=types):
            return arrow_type(types[0])
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return pa.list_(arrow_type(item))
        case inspect.StructType() | inspect.DataclassType():
            return pa.struct(_arrow_fields(kind))
        case inspect.BytesType():
            return pa.large_binary()
        case inspect.BoolType():
            return pa.bool_()
        case inspect.IntType():
            return pa.int64()
        case inspect.FloatType():
            return pa.float64()
    assert isinstance(kind, inspect.StrType | inspect.EnumType), kind
    return pa.string()


def _arrow_fields(kind: inspect.StructType | inspect.DataclassType) -> list[tuple[str, pa.DataType]]:
    """Return the columns of a struct; a field that JSON may leave out (`UNSET`) has none."""
    present = [field for field in kind.fields if field.required or field.default is not msgspec.NODEFAULT]
    return [(field.name, arrow_type(field.type)) for field in present]


def arrow_schema(kind: type) -> pa.Schema:
    """Return the schema of rows of a struct or a dataclass."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType | inspect.DataclassType)
    return pa.schema(_arrow_fields(info))


BLOCK = arrow_type(inspect.type_info(contract.Block))
PROBABILITIES = arrow_type(inspect.type_info(contract.Probabilities))
MATCH = arrow_type(inspect.type_info(contract.Match))
INPUT = arrow_schema(InputRow)
OUTPUT = arrow_schema(contract.ScoredPage)
ERRORS = arrow_schema(contract.ScoreError)

_FIELDS = tuple(field.name for field in fields(InputRow))


def input_batch(rows: Sequence[InputRow]) -> pa.RecordBatch:
    """Return rows as Arrow columns."""
    columns = [pa.array([_stored(getattr(row, name)) for row in rows], INPUT.field(name).type) for name in _FIELDS]
    return pa.RecordBatch.from_arrays(columns, schema=INPUT)


def input_rows(batch: pa.RecordBatch) -> list[InputRow]:
    """Return Arrow columns as rows; the reverse of `input_batch`."""
    columns = [batch.column(name).to_pylist() for name in _FIELDS]
    return [InputRow(*values) for values in zip(*columns, strict=True)]


def _stored(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value


def storable(text: str) -> str:
    """Replace each lone surrogate, which Arrow cannot store, by U+FFFD; offsets into the text stay valid."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text
