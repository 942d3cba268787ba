"""Statements that SQLAlchemy writes once and the driver runs: what it adds to each run takes longer than a look-up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast

from sqlalchemy import ClauseElement, ColumnElement, Connection, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Boolean, Text

VALUES = "values"
"""The parameter of `one_of`: a list."""

_ROOM = 32
"""Lists are filled up to a multiple of this, so that SQLite prepares few statements; with a parameter for each value it
looks 33 keys up in 118 us, with a JSON list, as PostgreSQL gets, in 197 us (33 million keys, one core)."""

VALUES_A_STATEMENT = 500

Values = tuple[Any, ...]


class _OneOf(ColumnElement[bool]):
    """Whether a column has one of the values of a list."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column = column
        self.values = bindparam(VALUES, type_=Text())
        self.kind = "bigint" if column.type.python_type is int else "text"

    def self_group(self, against: object = None) -> Self:
        """Stand as it is: `= 1`, as SQLite's booleans get, would make it read the whole table."""
        return self


@compiles(_OneOf, "sqlite")
def _one_of_sqlite(element: _OneOf, compiler: SQLCompiler, **words: Any) -> str:
    column, values = compiler.process(element.column, **words), compiler.process(element.values, **words)
    return f"{column} IN (/*{values}*/)"  # `_Compiled.listed` sets a parameter for each value


@compiles(_OneOf, "postgresql")
def _one_of_postgres(element: _OneOf, compiler: SQLCompiler, **words: Any) -> str:
    column, values = compiler.process(element.column, **words), compiler.process(element.values, **words)
    listed = f"SELECT CAST(value AS {element.kind}) FROM json_array_elements_text(CAST({values} AS json))"
    return f"{column} = ANY(ARRAY({listed}))"


def one_of(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Ask whether a column has one of the values given as VALUES, which are not none at all."""
    return _OneOf(column)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The text, the names of its parameters in their order, and those that never change."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, object]
    lists: bool
    by_size: dict[int, str] = field(default_factory=dict)

    def ready(self, parameters: dict[str, object]) -> tuple[str, list[object]]:
        """Return the text and the parameters in their order."""
        given = self.constants | parameters
        values = given.get(VALUES)
        if not isinstance(values, list):
            return self.sql, [given[name] for name in self.names]
        if not self.lists:
            given[VALUES] = json.dumps(values, separators=(",", ":"))
            return self.sql, [given[name] for name in self.names]
        return self._listed(values, given)

    def _listed(self, values: list[object], given: dict[str, object]) -> tuple[str, list[object]]:
        size = 1 if len(values) == 1 else -(-len(values) // _ROOM) * _ROOM
        filled = values + values[-1:] * (size - len(values))
        if size not in self.by_size:
            self.by_size[size] = self.sql.replace("/*?*/", ",".join("?" * size))
        parameters: list[object] = []
        for name in self.names:
            parameters += filled if name == VALUES else [given[name]]
        return self.by_size[size], parameters


class Statement:
    """A statement for both databases, compiled at its first use on each."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, **parameters: object) -> Sequence[Values]:
        """Run it and read all rows."""
        compiled = self._compiled.get(connection.dialect.name) or self._compile(connection)
        sql, given = compiled.ready(parameters)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(sql, given)
            return cast(Sequence[Values], cursor.fetchall())
        finally:
            cursor.close()

    def rows_of(self, connection: Connection, values: Iterable[Any]) -> Iterator[Values]:
        """Run it for values, each once, so many at a time, in their order."""
        distinct = sorted(set(values))
        for first in range(0, len(distinct), VALUES_A_STATEMENT):
            yield from self.rows(connection, values=distinct[first : first + VALUES_A_STATEMENT])

    def _compile(self, connection: Connection) -> _Compiled:
        compiled = self._statement.compile(dialect=connection.dialect)
        assert isinstance(compiled, SQLCompiler)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        found = _Compiled(
            str(compiled), tuple(compiled.positiontup or ()), constants, connection.dialect.name == "sqlite"
        )
        self._compiled[connection.dialect.name] = found
        return found
