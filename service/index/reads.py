"""What is read of an index: the documents that hold keys, documents by number, id or cluster, and their edges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    bindparam,
    case,
    func,
    literal_column,
    select,
)

from copydesk.classifier.duplicates.candidates import MOST_DOCUMENTS
from copydesk.service.index.clusters import MOST_COUNTED, Links, linked
from copydesk.service.index.pairs import Pair, Pairs
from copydesk.service.index.sqlite_keys.key_filter import key_filter
from copydesk.service.index.sqlite_keys.key_log import recent_keys
from copydesk.service.index.statements import VALUES_A_STATEMENT, Statement, Values, one_of
from copydesk.service.index.tables import DOCUMENTS, EDGES, KEYS

ENDS = 5
"""Of a key that more than MOST_DOCUMENTS share, so many of the oldest and of the newest documents are compared."""

_SLACK = 30
"""Rows a key may bring on average before a statement for many keys is split, lest common keys flood it."""


class Holders(NamedTuple):
    """The numbers of the documents that hold a key, rising; of a common key only the ends."""

    numbers: list[int]
    common: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it is compared: everything but its keys."""

    number: int
    id: str
    cluster: int
    digest: int
    length: int
    published: float | None
    added: float
    source: str | None
    crowded: bool
    shingles: bytes


Rank = tuple[int, float, int, str]
"""What decides on the document to keep of a cluster, the least first."""

_NOBODY = Holders([], common=False)
_COLUMNS = [DOCUMENTS.c[name] for name in Stored.__slots__]
_BY_NUMBER = Statement(select(*_COLUMNS).where(one_of(DOCUMENTS.c.number)))
_BY_ID = Statement(select(*_COLUMNS).where(one_of(DOCUMENTS.c.id)))
_IDS = Statement(select(DOCUMENTS.c.number, DOCUMENTS.c.id).where(one_of(DOCUMENTS.c.number)))
_EDGES = Statement(
    select(EDGES.c.document, EDGES.c.other, EDGES.c.similarity).where(one_of(EDGES.c.document), EDGES.c.same_story)
)
_PAIR = [EDGES.c[name] for name in ("document", "other", *Pair._fields)]
_PAIRS = Statement(select(*_PAIR).where(one_of(EDGES.c.document)))
_SOME_PAIRS = Statement(select(*_PAIR).where(one_of(EDGES.c.document)).limit(bindparam("most", type_=Integer())))
_OLDEST_PAIRS = Statement(
    select(*_PAIR)
    .where(EDGES.c.document == bindparam("of"))
    .order_by(EDGES.c.other)
    .limit(bindparam("most", type_=Integer()))
)
_CROWDED = Statement(select(DOCUMENTS.c.number, DOCUMENTS.c.crowded).where(one_of(DOCUMENTS.c.number)))
_CLUSTERS = Statement(select(DOCUMENTS.c.number, DOCUMENTS.c.cluster).where(one_of(DOCUMENTS.c.number)))
_OLDEST_MEMBERS = Statement(
    select(DOCUMENTS.c.number)
    .where(DOCUMENTS.c.cluster == bindparam("cluster"))
    .order_by(DOCUMENTS.c.number)
    .limit(bindparam("most", type_=Integer()))
)
_LAST_NUMBER = Statement(select(func.max(DOCUMENTS.c.number)))


_HOLDERS = Statement(
    select(KEYS.c.key, KEYS.c.document).where(one_of(KEYS.c.key)).limit(bindparam("most", type_=Integer()))
)
_OF_KEY = select(KEYS.c.document).where(KEYS.c.key == bindparam("key")).limit(bindparam("most", type_=Integer()))
_OLDEST = Statement(_OF_KEY.order_by(KEYS.c.document))
_NEWEST = Statement(_OF_KEY.order_by(KEYS.c.document.desc()))


def holders_of(connection: Connection, keys: Iterable[int]) -> dict[int, Holders]:
    """Find who holds each key; keys that no document holds are left out."""
    found: dict[int, Holders] = {}
    every = sorted(set(keys))
    newer: dict[int, list[int]] = {}
    if every and connection.dialect.name == "sqlite":
        recent, asked = recent_keys(connection), np.array(every, np.int64)
        for key, document in recent.holders(asked):
            newer.setdefault(key, []).append(document)
        every = key_filter(connection).perhaps_held(connection, asked, recent.moved)
    for first in range(0, len(every), VALUES_A_STATEMENT):
        _find_holders(connection, every[first : first + VALUES_A_STATEMENT], found)
    for key, documents in newer.items():
        older = found.get(key, _NOBODY)
        found[key] = _holders(sorted(older.numbers + documents), common=older.common)
    return found


def _find_holders(connection: Connection, keys: list[int], found: dict[int, Holders]) -> None:
    most = MOST_DOCUMENTS + 2 + _SLACK * len(keys)
    rows = _HOLDERS.rows(connection, values=keys, most=most)
    if len(rows) < most:
        numbers: dict[int, list[int]] = {}
        for key, document in rows:
            numbers.setdefault(key, []).append(document)
        for key, documents in numbers.items():
            found[key] = _holders(sorted(documents))
    elif len(keys) > 1:
        half = len(keys) // 2
        _find_holders(connection, keys[:half], found)
        _find_holders(connection, keys[half:], found)
    else:
        found[keys[0]] = _ends(connection, keys[0])


def _holders(numbers: list[int], *, common: bool = False) -> Holders:
    """Keep one more than is common whole: the asked document itself may be among them."""
    if len(numbers) <= MOST_DOCUMENTS + 1 and not common:
        return Holders(numbers, common=False)
    return Holders(numbers[: ENDS + 1] + numbers[-ENDS - 1 :], common=True)


def _ends(connection: Connection, key: int) -> Holders:
    oldest = [number for (number,) in _OLDEST.rows(connection, key=key, most=ENDS + 1)]
    newest = [number for (number,) in _NEWEST.rows(connection, key=key, most=ENDS + 1)]
    return Holders(oldest + newest[::-1], common=True)


def by_number(connection: Connection, numbers: Iterable[int]) -> dict[int, Stored]:
    """Read documents by number; those that are not there are left out."""
    return {row[0]: Stored(*row) for row in _BY_NUMBER.rows_of(connection, numbers)}


def by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Stored]:
    """Read documents by id; those that are not there are left out."""
    return {row[1]: Stored(*row) for row in _BY_ID.rows_of(connection, ids)}


def clusters_of(connection: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """Read the clusters of documents."""
    return {row[0]: row[1] for row in _CLUSTERS.rows_of(connection, numbers)}


def ids_of(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Read the ids of documents."""
    return {row[0]: row[1] for row in _IDS.rows_of(connection, numbers)}


def edges_of(connection: Connection, numbers: Iterable[int]) -> list[tuple[int, int, float]]:
    """Read the pairs of documents that tell one story, with the similarity of each."""
    return [(row[0], row[1], row[2]) for row in _EDGES.rows_of(connection, numbers)]


def pairs_of(connection: Connection, numbers: Iterable[int]) -> dict[int, Pairs]:
    """Read all pairs of documents; those without any have none."""
    wanted = list(numbers)
    return _by_document(wanted, _PAIRS.rows_of(connection, wanted))


def oldest_pairs_of(connection: Connection, numbers: Sequence[int], most: int) -> dict[int, Pairs]:
    """Read the pairs of documents, of one with many those with the oldest, at least so many."""
    if len(numbers) == 1:
        return _by_document(numbers, _OLDEST_PAIRS.rows(connection, of=numbers[0], most=most))
    if len(numbers) <= VALUES_A_STATEMENT:
        rows = _SOME_PAIRS.rows(connection, values=list(numbers), most=most * len(numbers))
        if len(rows) < most * len(numbers):
            return _by_document(numbers, rows)
    half = len(numbers) // 2
    halves = numbers[:half], numbers[half:]
    return {number: pairs for part in halves for number, pairs in oldest_pairs_of(connection, part, most).items()}


def _by_document(numbers: Iterable[int], rows: Iterable[Values]) -> dict[int, Pairs]:
    found: dict[int, Pairs] = {number: {} for number in numbers}
    for number, other, similarity, coverage, kind, same_story in rows:
        found[number][other] = Pair(similarity, coverage, kind, bool(same_story))
    return found


def crowded_of(connection: Connection, numbers: Iterable[int]) -> dict[int, bool]:
    """Read of documents whether pairs of them with older ones may be missing."""
    return {number: bool(crowded) for number, crowded in _CROWDED.rows_of(connection, numbers)}


def oldest_of(connection: Connection, cluster: int) -> tuple[list[int], Links]:
    """Read the oldest documents of a cluster, as many as count, with their links."""
    members = [number for (number,) in _OLDEST_MEMBERS.rows(connection, cluster=cluster, most=MOST_COUNTED)]
    return members, linked(members, edges_of(connection, members))


def last_number(connection: Connection) -> int:
    """Read the highest number, 0 where there is no document."""
    return int(_LAST_NUMBER.rows(connection)[0][0] or 0)


class Best:
    """Tells the document to keep of a cluster: from the first preferred source, else by `rank`."""

    def __init__(self, preferred: Sequence[str] = ()) -> None:
        self._preferred = {source: place for place, source in enumerate(dict.fromkeys(preferred))}
        columns = DOCUMENTS.c
        order: list[ColumnElement[Any]] = [
            columns.published.is_(None),
            columns.published,
            columns.length.desc(),
            columns.id,
        ]
        if self._preferred:
            names = {source: literal_column(str(at), Integer) for source, at in self._preferred.items()}
            rest = literal_column(str(len(self._preferred)), Integer)
            order.insert(0, case(names, value=columns.source, else_=rest))
        chosen = select(columns.source, columns.published, columns.length, columns.id)
        first = chosen.where(columns.cluster == bindparam("cluster")).order_by(*order).limit(literal_column("1"))
        self._first = Statement(first)

    def of(self, connection: Connection, cluster: int) -> Rank:
        """Read the rank of the document to keep of a cluster."""
        ((source, published, length, name),) = self._first.rows(connection, cluster=cluster)
        return self.rank(source, published, length, name)

    def rank(self, source: str | None, published: float | None, length: int, id: str) -> Rank:
        """Rank a document: by its source, the earliest published, the longest, the smallest id."""
        place = len(self._preferred) if source is None else self._preferred.get(source, len(self._preferred))
        return place, float("inf") if published is None else published, -length, id
