"""Arrow schemas of batch scoring, derived from the row contract, and the rows that readers make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import msgspec
import pyarrow as pa
from msgspec import inspect

from copydesk.classifier import FIELDS
from copydesk.classifier.model import PAGE_TYPES
from copydesk.service.rows import contract

T = TypeVar("T", str, str | None)
MAPS = {"page_types": PAGE_TYPES, "found_in": tuple(name for name in FIELDS if name != "found_in")}
"""The names in each map of the contract. It becomes a struct, which DuckDB, Polars and pandas read by name."""


@dataclass(frozen=True, slots=True)
class InputRow:
    """A page that a reader found, or the error of a row without a page.

    Attributes:
        id: The id in the input; if there is none, file and position.
        form: `html` or `text`.
        decoded: Whether the content is UTF-8 of a text that the input had decoded already. Lone surrogates are kept in
            plain text and are U+FFFD in HTML.
        charset: The charset that an HTTP header declares, None if there is none.
        published, source: The time in ISO 8601 and the publisher, as the input has them.
        unused: The names of fields whose values could not be used, separated by commas.
        absent: The fields, separated by commas, whose columns the user named and this row of JSON lacks; None if that
            is not known, as for other formats.
        fields: The names of the row's fields, as JSON, if it lacks one.
        captured, host: When the page was fetched, and from which host. They take the place of the time of publication
            and the source where neither the row nor the page names them.
        position: Its place in the file: the first byte of a line (decompressed) or of a WARC record (as stored), the
            number of a row of CSV or Parquet, 0 for a file that is a page.
        code, message: The error, None if the row has a page.
        passed_over: Why the row is no page, for the counts of the summary; None if it is one, or an error.
    """

    id: str
    url: str = ""
    form: str = "html"
    content: bytes | None = None
    decoded: bool = False
    charset: str | None = None
    published: str | None = None
    source: str | None = None
    unused: str = ""
    absent: str | None = None
    fields: str | None = None
    captured: str | None = None
    host: str | None = None
    file: str = ""
    position: int = 0
    code: str | None = None
    message: str | None = None
    passed_over: str | None = None


def arrow_type(kind: inspect.Type) -> pa.DataType:
    """Return the Arrow type of a field; of a union it is that of the first type, so that every id is a string."""
    match kind:
        case inspect.Metadata(type=inner, extra=extra):
            return pa.type_for_alias(extra["arrow"]) if extra else arrow_type(inner)
        case inspect.UnionType(types=types):
            return arrow_type(types[0])
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return pa.list_(arrow_type(item))
        case inspect.StructType(fields=fields) | inspect.DataclassType(fields=fields):
            # a field that JSON may leave out (`UNSET`) has no column
            present = [field for field in fields if field.required or field.default is not msgspec.NODEFAULT]
            return pa.struct([(field.name, _field_type(field)) for field in present])
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


def _field_type(field: inspect.Field) -> pa.DataType:
    kind = field.type.type if isinstance(field.type, inspect.Metadata) else field.type
    if isinstance(kind, inspect.DictType):
        return pa.struct([(name, arrow_type(kind.value_type)) for name in MAPS[field.name]])
    return arrow_type(field.type)


def _struct(kind: type) -> pa.StructType:
    return arrow_type(inspect.type_info(kind))


BLOCK = _struct(contract.Block)
PROBABILITIES = _struct(contract.Probabilities)
MATCH = _struct(contract.Match)
INPUT = pa.schema(list(_struct(InputRow)))
OUTPUT = pa.schema(list(_struct(contract.ScoredPage)))


def input_batch(rows: Sequence[InputRow]) -> pa.RecordBatch:
    """Return rows as Arrow columns."""
    return pa.RecordBatch.from_pydict(
        {name: [storable(getattr(row, name)) for row in rows] for name in INPUT.names}, INPUT
    )


def input_rows(batch: pa.RecordBatch) -> list[InputRow]:
    """Return Arrow columns as rows; the reverse of `input_batch`."""
    return [InputRow(**fields) for fields in batch.to_pylist()]


def storable(value: T) -> T:
    """Replace each lone surrogate of a text, which Arrow cannot store, by U+FFFD; offsets into the text stay valid."""
    if not isinstance(value, str):
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in value)
    return value


_MADE_OF = {BLOCK: contract.Block, PROBABILITIES: contract.Probabilities}


def json_values(array: pa.Array) -> list[Any]:
    """Return values to be encoded as JSON: what `to_pylist` returns, but structs of the row contract for blocks.

    It goes column by column. `to_pylist` takes several times as long, as a page has hundreds of blocks.
    """
    kind = array.type
    if pa.types.is_struct(kind) and not array.null_count:
        columns = map(json_values, array.flatten())
        if kind in _MADE_OF:
            return list(map(_MADE_OF[kind], *columns))
        names = [field.name for field in kind]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    if pa.types.is_list(kind):
        items = iter(json_values(array.flatten()))
        return [None if n is None else list(islice(items, n)) for n in array.value_lengths().to_pylist()]
    if pa.types.is_string(kind) or (pa.types.is_primitive(kind) and not array.null_count):
        found: list[Any] = array.to_numpy(zero_copy_only=False).tolist()
        return found
    return list(array.to_pylist())
