"""Reads the rows of Parquet files, value by value: one that cannot be used costs no other.

Arrow's own conversion to Python fails on a text that is not UTF-8, on a time outside Python's years and on an unknown
time zone, and takes the whole batch with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.options import PageOptions
from copydesk.service.score.tables.columns import PAGE_FIELDS, Fields, bad_columns, check_single, find_fields
from copydesk.service.score.tables.rows import row_from_values

BATCH_ROWS = 64
BATCH_BYTES = 4 * 1024 * 1024
"""Rows are read in batches of about this many rows or bytes, whichever are fewer."""
UUID_BYTES = 16
"""An id in bytes of this fixed size is a UUID."""
PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
MAX_DEPTH = 20
"""Nested columns are looked for to this depth."""


class Unusable:
    """Stands for a value of a type, or outside the range, that cannot be used."""


UNUSABLE = Unusable()


def parquet_fields(parquet: Any, options: PageOptions) -> Fields:
    """Return the columns of a Parquet file with the fields of a page; nested ones by their names joined with dots.

    Raises:
        BadField: There is no column with a page, two have its name, or one is of a type that cannot be read.
    """
    columns = _columns(parquet.schema_arrow)
    types = dict(reversed(columns))
    fields = find_fields(list(dict.fromkeys(name for name, _ in columns)), options.columns)
    outermost = parquet.schema_arrow.names
    for field, column in fields.items():
        check_single(column, outermost if column in outermost else [name for name, _ in columns])
        expected = _expected(field, types[column])
        if expected is not None:
            raise bad_columns(
                f"the column {column!r} is of the type {types[column]}, expected {expected}; "
                f"name another with --{field}-column"
            )
    return fields


def _expected(field: str, type: pa.DataType) -> str | None:
    """Return which types a field may have if it has another one. Times and sources may have any: they cost no row."""
    type = _stored_type(type)
    if pa.types.is_null(type) or _is_text(type):
        return None
    if field in PAGE_FIELDS or field == "url":
        return "text or bytes"
    if field != "id":
        return None
    scalar = pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_temporal
    usable = any(is_type(type) for is_type in scalar) and not (pa.types.is_duration(type) or pa.types.is_interval(type))
    return None if usable else "text, numbers, bytes or times"


def _stored_type(type: pa.DataType) -> pa.DataType:
    """Return the type of a column's values, without the type that an extension or a dictionary puts around it."""
    while isinstance(type, pa.BaseExtensionType) or pa.types.is_dictionary(type):
        type = type.storage_type if isinstance(type, pa.BaseExtensionType) else type.value_type
    return type


def _is_text(type: pa.DataType) -> bool:
    kinds = (
        *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_binary),
        *(pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary),
    )
    return any(is_kind(type) for is_kind in kinds)


def _is_uuid(type: pa.DataType) -> bool:
    type = _stored_type(type)
    return bool(pa.types.is_fixed_size_binary(type)) and type.byte_width == UUID_BYTES


def _columns(schema: pa.Schema) -> list[tuple[str, pa.DataType]]:
    """Return the name and type of each column; names of nested columns are joined by dots."""
    found: list[tuple[str, pa.DataType]] = []

    def add(name: str, type: pa.DataType, depth: int) -> None:
        found.append((name, type))
        if pa.types.is_struct(type) and depth < MAX_DEPTH:
            for field in type:
                add(f"{name}.{field.name}", field.type, depth + 1)

    for field in schema:
        add(field.name, field.type, 0)
    return found


def read_parquet(
    parquet: Any, groups: Sequence[int], file: str, offset: int, options: PageOptions
) -> Iterator[InputRow]:
    """Read the rows of some row groups; `offset` is the number of the first row in the file.

    Raises:
        ValueError: There are fewer or more rows than the file says.
    """
    fields = parquet_fields(parquet, options)
    position = offset
    n_bytes = sum(parquet.metadata.row_group(number).total_byte_size for number in groups)
    n_rows = sum(parquet.metadata.row_group(number).num_rows for number in groups)
    step = max(1, min(BATCH_ROWS, BATCH_BYTES * n_rows // max(1, n_bytes)))
    columns = list(dict.fromkeys(fields.values()))
    for batch in parquet.iter_batches(step, row_groups=list(groups), columns=columns, use_threads=False):
        values = {field: column_values(_column(batch, column)) for field, column in fields.items()}
        if "id" in fields and _is_uuid(_column(batch, fields["id"]).type):
            values["id"] = [UUID(bytes=value) if isinstance(value, bytes) else None for value in values["id"]]
        for number in range(batch.num_rows):
            row = {field: column[number] for field, column in values.items()}
            yield row_from_values(row, file, position, max_page_bytes=options.max_page_bytes)
            position += 1
    check_count(position - offset, n_rows)


def check_count(found: int, expected: int) -> None:
    """Raise `ValueError` if there are fewer or more rows than the file says, as Arrow does not check it."""
    if found != expected:
        raise ValueError(f"found {found:,} rows, expected {expected:,} as the file's own description says")


def _column(batch: pa.RecordBatch, name: str) -> pa.Array:
    """Return a column, which may be a field of a nested one."""
    at = batch.schema.get_field_index(name)
    if at >= 0:
        return batch.column(at)
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        at = batch.schema.get_field_index(".".join(parts[:cut]))
        if at >= 0:
            return _nested(batch.column(at), parts[cut:])
    raise KeyError(name)


def _nested(column: pa.Array, parts: Sequence[str]) -> pa.Array:
    for cut in range(len(parts), 0, -1):
        name = ".".join(parts[:cut])
        if pa.types.is_struct(column.type) and column.type.get_field_index(name) >= 0:
            inner = pc.struct_field(column, [column.type.get_field_index(name)])
            return _nested(inner, parts[cut:]) if parts[cut:] else inner
    raise KeyError(".".join(parts))


def column_values(column: pa.Array) -> list[object]:
    """Return a column's values as Python has them: text that is not UTF-8 as bytes, `UNUSABLE` for what has no form."""
    if isinstance(column.type, pa.BaseExtensionType):
        return column_values(column.storage)
    if pa.types.is_dictionary(column.type):
        return column_values(column.dictionary_decode())
    type = column.type
    if pa.types.is_string(type) or pa.types.is_large_string(type) or pa.types.is_string_view(type):
        return [_text(value) for value in column.cast(pa.large_binary()).to_pylist()]
    if pa.types.is_timestamp(type):
        return [_time(value, type.unit, type.tz) for value in column.view(pa.int64()).to_pylist()]
    if pa.types.is_date64(type):
        return [_time(value, "ms", None) for value in column.view(pa.int64()).to_pylist()]
    if pa.types.is_nested(type) or pa.types.is_duration(type) or pa.types.is_interval(type):
        return [None if is_null else UNUSABLE for is_null in column.is_null().to_pylist()]
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):  # a day outside Python's years
        return [_value(value) for value in column]


def _value(value: pa.Scalar) -> object:
    try:
        return value.as_py()
    except (ValueError, OverflowError):
        return UNUSABLE


def _text(value: bytes | None) -> str | bytes | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return value


def _time(value: int | None, unit: str, zone: str | None) -> datetime | Unusable | None:
    """Return a timestamp, in UTC if its column has any time zone: its number counts from 1970 in UTC."""
    if value is None:
        return None
    epoch = datetime(1970, 1, 1, tzinfo=UTC if zone else None)
    seconds, rest = divmod(value, PER_SECOND[unit])
    try:
        return epoch + timedelta(seconds=seconds, microseconds=rest * 1_000_000 // PER_SECOND[unit])
    except OverflowError:
        return UNUSABLE
