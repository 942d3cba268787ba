"""Inserts many rows in the fastest way of each driver: `executemany` on SQLite, binary COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table

from copydesk.service.index.tables import KEYS

_POSTGRES_TYPES = {bool: "bool", bytes: "bytea", float: "float8", int: "int8", str: "text"}
_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_TRAILER = b"\xff\xff"
_COPY_POSTING = np.dtype(
    [("n_fields", ">i2"), ("key_size", ">i4"), ("key", ">i8"), ("document_size", ">i4"), ("document", ">i8")]
)
"""A row of `keys` in the binary format of COPY."""


def insert_rows(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Insert rows, with values for the named columns."""
    if not rows:
        return
    columns = f"{table.name} ({', '.join(names)})"
    if connection.dialect.name == "sqlite":
        sql = f"INSERT INTO {columns} VALUES ({', '.join('?' * len(names))})"
        with closing(connection.connection.cursor()) as cursor:
            cursor.executemany(sql, rows)
        return
    types = [_POSTGRES_TYPES[table.c[name].type.python_type] for name in names]
    with (
        closing(connection.connection.cursor()) as cursor,
        cursor.copy(f"COPY {columns} FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def insert_postings(connection: Connection, postings: NDArray[np.int64]) -> None:
    """Insert keys and the numbers of their documents, shape (2, n), into the table `keys`."""
    columns = f"{KEYS.name} (key, document)"
    if connection.dialect.name == "sqlite":
        rows_of_keys: Any = zip(*postings.tolist(), strict=True)  # a list of them takes longer than the insert
        with closing(connection.connection.cursor()) as cursor:
            cursor.executemany(f"INSERT INTO {columns} VALUES (?, ?)", rows_of_keys)
        return
    rows = np.empty(postings.shape[1], _COPY_POSTING)
    rows["n_fields"], rows["key_size"], rows["document_size"] = 2, 8, 8
    rows["key"], rows["document"] = postings
    with (
        closing(connection.connection.cursor()) as cursor,
        cursor.copy(f"COPY {columns} FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(_COPY_HEADER + rows.tobytes() + _COPY_TRAILER)
