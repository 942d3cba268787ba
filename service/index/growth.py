"""The data of an overview: the clusters that grew last, and the size of the index day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import sqlalchemy as sa

from copydesk.classifier.duplicates.types import DocumentId
from copydesk.service.index.reads import read_given_ids
from copydesk.service.index.tables import DOCUMENTS
from copydesk.service.index.titles import read_cluster_titles

SECONDS_A_DAY = 86_400
_MIN_SIZES = (1, 2, 5, 10)
"""The smallest number of documents of each size of SIZES."""
SIZES = ("1", "2-4", "5-9", "10+")
"""The sizes of clusters that are counted, by number of documents."""


@dataclass(frozen=True, slots=True)
class ClusterSummary:
    """A cluster: its id, how many documents it has, and when the last was added, in seconds since 1970 UTC.

    `title` is that of its oldest document that has one.
    """

    id: DocumentId
    documents: int
    added: float
    title: str | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day in UTC, `2024-05-01`, and how many of the present documents and clusters there were at its end.

    `sizes` has the number of clusters of each of SIZES.
    """

    day: str
    documents: int
    clusters: int
    sizes: dict[str, int]


def read_latest_clusters(connection: sa.Connection, most: int) -> list[ClusterSummary]:
    """Read the clusters with the most recently added documents, the latest first."""
    columns = DOCUMENTS.c
    numbers: list[int] = []
    newest = sa.select(columns.cluster).order_by(columns.number.desc())
    for cluster in connection.execution_options(yield_per=most).execute(newest).scalars():
        if cluster not in numbers:
            numbers.append(cluster)
        if len(numbers) == most:
            break
    query = (
        sa.select(columns.cluster, sa.func.count(), sa.func.max(columns.added))
        .where(columns.cluster.in_(numbers))
        .group_by(columns.cluster)
    )
    sizes = {number: (n, added) for number, n, added in connection.execute(query)}
    ids = read_given_ids(connection, numbers)
    titles = read_cluster_titles(connection, numbers)
    return [ClusterSummary(ids[number], *sizes[number], titles.get(number)) for number in numbers]


def read_growth(connection: sa.Connection, most: int) -> list[Day]:
    """Count documents and clusters by the day of adding, the earliest first; at most the last `most` days.

    Days on which nothing was added are left out. Reads the whole table twice.
    """
    found, documents, reached = list[Day](), 0, [0] * len(_MIN_SIZES)
    for number, n_added, *n_reached in connection.execute(_additions(connection)):
        documents += n_added
        reached = [before + int(now) for before, now in zip(reached, n_reached, strict=True)]
        # A cluster that has reached a size has reached all below it; at least 0, as clocks of machines may differ.
        sizes = [max(0, these - larger) for these, larger in pairwise([*reached, 0])]
        date = datetime.fromtimestamp(number * SECONDS_A_DAY, UTC).date().isoformat()
        found.append(Day(date, documents, reached[0], dict(zip(SIZES, sizes, strict=True))))
    return found[-most:]


def _additions(connection: sa.Connection) -> sa.Executable:
    """Count for each day the documents added, and for each of SIZES the clusters that reached it by them."""
    columns = DOCUMENTS.c
    one = sa.literal_column("1", sa.Integer).label("size")
    began = sa.select(columns.added, one).where(columns.cluster == columns.number)
    place = 1 + sa.func.row_number().over(partition_by=columns.cluster, order_by=columns.number)
    joined = sa.select(columns.added, place.label("size")).where(columns.cluster != columns.number)
    each = sa.union_all(began, joined).subquery().c
    day = _day_of(connection, each.added).label("day")
    n_reached = [sa.func.sum(sa.case((each.size == size, 1), else_=0)) for size in _MIN_SIZES]
    return sa.select(day, sa.func.count(), *n_reached).group_by(day).order_by(day)


def _day_of(connection: sa.Connection, added: sa.ColumnElement[float]) -> sa.ColumnElement[int]:
    """Number the day since 1970; a cast truncates on SQLite and rounds on PostgreSQL, which has `floor`."""
    days = added / sa.literal_column(str(SECONDS_A_DAY), sa.Float)  # one term for all databases to group by
    return sa.cast(days if connection.dialect.name == "sqlite" else sa.func.floor(days), sa.Integer)
