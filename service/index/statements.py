"""Compiles statements once with SQLAlchemy and runs them with the driver, as its overhead exceeds the query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Self, cast

from sqlalchemy import ClauseElement, ColumnElement, Connection, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Boolean

_VALUES = "values"
"""The name of the parameter of `one_of`: a list that is not empty."""

_SIZE_STEP = 32
"""SQLite gets one parameter for each value of a list, padded to a multiple of this, so that it prepares few statements.
It looks up 33 keys in 118 us so, with a JSON list in 197 us (33 million keys, one core)."""

VALUES_A_STATEMENT = 500
"""Values of a list that one statement looks up at most."""

Values = tuple[Any, ...]


class _OneOf(ColumnElement[bool]):
    """Whether a column has one of the values of a list."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column = column
        self.values: ColumnElement[Any] = bindparam(_VALUES)
        self.kind = "bigint" if column.type.python_type is int else "text"

    def self_group(self, against: object = None) -> Self:
        """Add nothing: `= 1`, which SQLAlchemy adds to SQLite's booleans, would cause a scan of the whole table."""
        return self


@compiles(_OneOf, "sqlite")
def _one_of_sqlite(element: _OneOf, compiler: SQLCompiler, **words: Any) -> str:
    column, values = compiler.process(element.column, **words), compiler.process(element.values, **words)
    return f"{column} IN (/*{values}*/)"  # `_Compiled._expand` puts a parameter for each value here


@compiles(_OneOf, "postgresql")
def _one_of_postgres(element: _OneOf, compiler: SQLCompiler, **words: Any) -> str:
    column, values = compiler.process(element.column, **words), compiler.process(element.values, **words)
    return f"{column} = ANY(CAST({values} AS {element.kind}[]))"


def one_of(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a column has one of the `values` of a Statement's run."""
    return _OneOf(column)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """SQL for one database, the names of its parameters in their order, and those that are constant."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, object]
    expands_lists: bool
    cursor_options: dict[str, bool]
    by_size: dict[int, str] = field(default_factory=dict)

    def with_parameters(self, parameters: dict[str, object]) -> tuple[str, list[object]]:
        """Return the SQL and the parameters in their order."""
        by_name = self.constants | parameters
        values = by_name.get(_VALUES)
        if self.expands_lists and isinstance(values, list):
            return self._expand(values, by_name)
        return self.sql, [by_name[name] for name in self.names]

    def _expand(self, values: list[object], by_name: dict[str, object]) -> tuple[str, list[object]]:
        size = 1 if len(values) == 1 else -(-len(values) // _SIZE_STEP) * _SIZE_STEP
        padded = values + values[-1:] * (size - len(values))
        if size not in self.by_size:
            self.by_size[size] = self.sql.replace("/*?*/", ",".join("?" * size))
        parameters: list[object] = []
        for name in self.names:
            parameters += padded if name == _VALUES else [by_name[name]]
        return self.by_size[size], parameters


class Statement:
    """A statement for both databases, compiled at its first use on each."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, **parameters: object) -> Sequence[Values]:
        """Run it and read all rows."""
        compiled = self._compiled.get(connection.dialect.name) or self._compile(connection)
        sql, ordered = compiled.with_parameters(parameters)
        with closing(connection.connection.cursor(**compiled.cursor_options)) as cursor:
            cursor.execute(sql, ordered)
            return cast(Sequence[Values], cursor.fetchall() if cursor.description else ())

    def rows_of(self, connection: Connection, values: Iterable[Any]) -> Iterator[Values]:
        """Run it for all distinct values, sorted, VALUES_A_STATEMENT at a time."""
        distinct = sorted(set(values))
        for first in range(0, len(distinct), VALUES_A_STATEMENT):
            yield from self.rows(connection, values=distinct[first : first + VALUES_A_STATEMENT])

    def run_for(self, connection: Connection, values: Iterable[Any]) -> None:
        """Run it for all distinct values, as `rows_of` does, where there are no rows to read."""
        for _ in self.rows_of(connection, values):
            pass

    def _compile(self, connection: Connection) -> _Compiled:
        compiled = self._statement.compile(dialect=connection.dialect)
        assert isinstance(compiled, SQLCompiler)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        names = tuple(compiled.positiontup or ())
        is_sqlite = connection.dialect.name == "sqlite"
        options = {} if is_sqlite else {"binary": True}  # half the bytes of a result with large columns
        found = _Compiled(str(compiled), names, constants, expands_lists=is_sqlite, cursor_options=options)
        self._compiled[connection.dialect.name] = found
        return found
