"""An index at a glance: its latest clusters, and how it grew day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Float,
    Integer,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from copydesk.service.index.reads import ids_of
from copydesk.service.index.store import Index
from copydesk.service.index.tables import DOCUMENTS

SECONDS_A_DAY = 86_400
LEAST = (1, 2, 5, 10)
"""Documents from which on a cluster counts as of the next size."""
SIZES = ("1", "2-4", "5-9", "10+")
"""Names of these sizes."""


@dataclass(frozen=True, slots=True)
class Latest:
    """A cluster: its id, how many documents it has, and when the last was added, in seconds since 1970 UTC."""

    id: str
    documents: int
    added: float


@dataclass(frozen=True, slots=True)
class Day:
    """A day in UTC, `2024-05-01`, and how many of the present documents and clusters were there at its end.

    `sizes` says for each of `SIZES` how many clusters were that large.
    """

    day: str
    documents: int
    clusters: int
    sizes: dict[str, int]


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

    A day on which nothing was added is left out. It reads the whole table twice.
    """
    with index.database.reading() as connection:
        rows: Sequence[Any] = connection.execute(_additions(connection)).all()
    found, documents, reached = list[Day](), 0, [0] * len(LEAST)
    for number, more, *grown in rows:
        documents += more
        reached = [before + int(now) for before, now in zip(reached, grown, strict=True)]
        # A cluster that has reached a size has reached all below it; at least 0, as clocks of machines may differ.
        sizes = [max(0, these - larger) for these, larger in pairwise([*reached, 0])]
        found.append(Day(_date(number), documents, reached[0], dict(zip(SIZES, sizes, strict=True))))
    return found[-most:]


def _additions(connection: Connection) -> Executable:
    """Count for each day the documents added, and by each of `LEAST` the clusters that came to that size by them."""
    columns = DOCUMENTS.c
    began = select(columns.added, literal_column("1", Integer).label("size")).where(columns.cluster == columns.number)
    place = 1 + func.row_number().over(partition_by=columns.cluster, order_by=columns.number)
    joined = select(columns.added, place.label("size")).where(columns.cluster != columns.number)
    each = union_all(began, joined).subquery().c
    day = _day_of(connection, each.added).label("day")
    grown = [func.sum(case((each.size == least, 1), else_=0)) for least in LEAST]
    return select(day, func.count(), *grown).group_by(day).order_by(day)


def _day_of(connection: Connection, added: ColumnElement[float]) -> ColumnElement[int]:
    """Number the day since 1970; a cast cuts off on SQLite and rounds on PostgreSQL, which knows `floor`."""
    days = added / literal_column(str(SECONDS_A_DAY), Float)  # one term for all databases to group by
    return cast(days if connection.dialect.name == "sqlite" else func.floor(days), Integer)


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * SECONDS_A_DAY, UTC).date().isoformat()
