"""An index at a glance: its latest clusters, and how it grew day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Float, Integer, case, cast, func, literal_column, select

from service.index.lookup import ids_of
from service.index.schema import DOCUMENTS
from service.index.store import Index

SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Latest:
    """A cluster: its id, how many documents it has, and when the last was added, in seconds since 1970 UTC."""

    id: str
    documents: int
    added: float


@dataclass(frozen=True, slots=True)
class Day:
    """A day in UTC, `2024-05-01`, and how many of the present documents and clusters were there at its end."""

    day: str
    documents: int
    clusters: int


def latest_clusters(index: Index, most: int) -> list[Latest]:
    """Read the clusters to which documents were added last, the last first."""
    columns = DOCUMENTS.c
    with index.database.reading() as connection:
        numbers: list[int] = []
        newest = select(columns.cluster).order_by(columns.number.desc())
        for cluster in connection.execution_options(yield_per=most).execute(newest).scalars():
            if cluster not in numbers:
                numbers.append(cluster)
            if len(numbers) == most:
                break
        return _described(connection, numbers)


def _described(connection: Connection, numbers: Sequence[int]) -> list[Latest]:
    columns = DOCUMENTS.c
    query = (
        select(columns.cluster, func.count(), func.max(columns.added))
        .where(columns.cluster.in_(numbers))
        .group_by(columns.cluster)
    )
    counted = {number: (n, added) for number, n, added in connection.execute(query)}
    names = ids_of(connection, numbers)
    return [Latest(names[number], *counted[number]) for number in numbers]


def growth(index: Index, most: int) -> list[Day]:
    """Count up documents and clusters by the day of adding, the earliest first; at most the last so many days.

    A day on which nothing was added is left out. It reads the whole table.
    """
    columns = DOCUMENTS.c
    with index.database.reading() as connection:
        day = _day_of(connection, columns.added).label("day")
        began = func.sum(case((columns.cluster == columns.number, 1), else_=0))
        query = select(day, func.count(), began).group_by(day).order_by(day)
        rows = connection.execute(query).all()
    found, documents, clusters = list[Day](), 0, 0
    for number, more, begun in rows:
        documents, clusters = documents + more, clusters + int(begun)
        found.append(Day(_date(number), documents, clusters))
    return found[-most:]


def _day_of(connection: Connection, added: ColumnElement[float]) -> ColumnElement[int]:
    """Number the day since 1970; a cast cuts off on SQLite and rounds on PostgreSQL, which knows `floor`."""
    days = added / literal_column(str(SECONDS_A_DAY), Float)  # one term for all databases to group by
    return cast(days if connection.dialect.name == "sqlite" else func.floor(days), Integer)


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * SECONDS_A_DAY, UTC).date().isoformat()
