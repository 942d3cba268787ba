"""Names of clusters: an id that a cluster once had leads on, also when the document that it belonged to is gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from copydesk.service.index.reads import ids_of
from copydesk.service.index.statements import Statement, one_of
from copydesk.service.index.tables import DOCUMENTS, NAMES

MOST_NAMES = 100
"""Names of removed documents that lead to one document; of more the oldest are forgotten."""

_WHERE = Statement(select(NAMES.c.id, NAMES.c.document).where(one_of(NAMES.c.id)))
_FORGET = delete(NAMES).where(NAMES.c.id == bindparam("gone"))
_LEADING = Statement(select(NAMES.c.document, NAMES.c.id, NAMES.c.number).where(one_of(NAMES.c.document)))


def leads_to(connection: Connection, id: str) -> int | None:
    """Return the document in whose cluster the one is that once had this id, None where there is none."""
    return next((document for _, document in _WHERE.rows(connection, values=[id])), None)


def names_of(connection: Connection, numbers: Iterable[int]) -> dict[int, list[tuple[str, int]]]:
    """Read the names that lead to documents, each with the number that its own document had or has."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for document, name, number in _LEADING.rows_of(connection, numbers):
        found[document].append((name, number))
    return {number: sorted(names) for number, names in found.items()}


def keep_names(connection: Connection, numbers: Iterable[int]) -> None:
    """Remember that clusters were named for documents that have joined older ones."""
    names = {name: (number, number) for number, name in ids_of(connection, numbers).items()}
    put_names(connection, names)


def put_names(connection: Connection, names: Mapping[str, tuple[int, int]]) -> None:
    """Let names, each with the number that its document had, lead to documents."""
    forgotten = [{"gone": name} for name in names]
    if forgotten:
        connection.execute(_FORGET, forgotten)
        rows = [{"id": name, "number": number, "document": document} for name, (number, document) in names.items()]
        connection.execute(insert(NAMES), rows)


def forget_names(connection: Connection, numbers: Iterable[int]) -> None:
    """Forget the names of documents that their clusters are named for again."""
    for number, name in ids_of(connection, numbers).items():
        connection.execute(delete(NAMES).where(NAMES.c.id == name, NAMES.c.document == number))


def hand_on_names(connection: Connection, gone: Mapping[int, int]) -> None:
    """Let the names that lead to documents, which are still there and are to go, lead to what stays of their clusters.

    The oldest document that stays takes them; where none stays they are forgotten.

    Args:
        connection: Of a transaction that may write.
        gone: The cluster of each of these documents.
    """
    led = names_of(connection, gone)
    named = ids_of(connection, {number for number, cluster in gone.items() if number == cluster})
    concerned = sorted(led.keys() | named.keys())
    heirs = {cluster: _heir(connection, cluster, gone) for cluster in sorted({gone[number] for number in concerned})}
    for number in concerned:
        heir = heirs[gone[number]]
        if heir is None:
            connection.execute(delete(NAMES).where(NAMES.c.document == number))
            continue
        connection.execute(update(NAMES).where(NAMES.c.document == number).values(document=heir))
        if number in named:
            put_names(connection, {named[number]: (number, heir)})
        _forget_surplus(connection, heir)


def _heir(connection: Connection, cluster: int, gone: Mapping[int, int]) -> int | None:
    """Return the oldest document of a cluster that stays."""
    query = select(DOCUMENTS.c.number).where(DOCUMENTS.c.cluster == cluster).order_by(DOCUMENTS.c.number)
    return next((number for number in connection.execute(query).scalars() if number not in gone), None)


def _forget_surplus(connection: Connection, document: int) -> None:
    leading = select(NAMES.c.id).where(NAMES.c.document == document)
    n = connection.execute(select(func.count()).select_from(leading.subquery())).scalar_one()
    if n > MOST_NAMES:
        surplus = leading.order_by(NAMES.c.number, NAMES.c.id).limit(n - MOST_NAMES)
        connection.execute(delete(NAMES).where(NAMES.c.id.in_(connection.execute(surplus).scalars().all())))
