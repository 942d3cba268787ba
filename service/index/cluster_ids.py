"""Keeps old cluster ids valid: a redirect leads from the id of a merged or removed document to its present cluster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from copydesk.service.index.reads import read_ids
from copydesk.service.index.statements import Statement, one_of
from copydesk.service.index.tables import DOCUMENTS, REDIRECTS

MAX_REDIRECTS = 100
"""Redirects that lead to one document; if there are more, those of the oldest documents are deleted."""

_BY_ID = Statement(select(REDIRECTS.c.id, REDIRECTS.c.document).where(one_of(REDIRECTS.c.id)))
_BY_DOCUMENT = Statement(
    select(REDIRECTS.c.document, REDIRECTS.c.id, REDIRECTS.c.number).where(one_of(REDIRECTS.c.document))
)
_DELETE = delete(REDIRECTS).where(REDIRECTS.c.id == bindparam("old_id"))


def read_redirect(connection: Connection, id: str) -> int | None:
    """Return the document to whose cluster an old cluster id leads, None if there is none."""
    return next((document for _, document in _BY_ID.rows(connection, values=[id])), None)


def read_redirects_to(connection: Connection, numbers: Iterable[int]) -> dict[int, list[tuple[str, int]]]:
    """Read the old ids that lead to documents, each as the id and the number of the document it was named after."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for document, id, number in _BY_DOCUMENT.rows_of(connection, numbers):
        found[document].append((id, number))
    return {number: sorted(redirects) for number, redirects in found.items()}


def redirect_to_themselves(connection: Connection, numbers: Iterable[int]) -> None:
    """Write redirects for documents whose ids were cluster ids, and which are in an older cluster now."""
    write_redirects(connection, {id: (number, number) for number, id in read_ids(connection, numbers).items()})


def write_redirects(connection: Connection, redirects: Mapping[str, tuple[int, int]]) -> None:
    """Replace redirects: for each old id, the number of the document it was named after, and the target."""
    if redirects:
        connection.execute(_DELETE, [{"old_id": id} for id in redirects])
        rows = [{"id": id, "number": number, "document": document} for id, (number, document) in redirects.items()]
        connection.execute(insert(REDIRECTS), rows)


def delete_own_redirects(connection: Connection, numbers: Iterable[int]) -> None:
    """Delete the redirects of documents whose ids are cluster ids again."""
    for number, id in read_ids(connection, numbers).items():
        connection.execute(delete(REDIRECTS).where(REDIRECTS.c.id == id, REDIRECTS.c.document == number))


def move_redirects(connection: Connection, removed: Mapping[int, int]) -> None:
    """Before documents are deleted, redirect old cluster ids that lead to them to the oldest remaining member.

    If a cluster has no remaining member, its old ids are deleted. `removed` has the cluster of each document to delete.
    """
    redirects = read_redirects_to(connection, removed)
    own_ids = read_ids(connection, {number for number, cluster in removed.items() if number == cluster})
    targets = sorted(redirects.keys() | own_ids.keys())
    remaining = {
        cluster: _oldest_remaining(connection, cluster, removed)
        for cluster in sorted({removed[number] for number in targets})
    }
    for number in targets:
        target = remaining[removed[number]]
        if target is None:
            connection.execute(delete(REDIRECTS).where(REDIRECTS.c.document == number))
            continue
        connection.execute(update(REDIRECTS).where(REDIRECTS.c.document == number).values(document=target))
        if number in own_ids:
            write_redirects(connection, {own_ids[number]: (number, target)})
        _delete_surplus(connection, target)


def _oldest_remaining(connection: Connection, cluster: int, removed: Mapping[int, int]) -> int | None:
    query = select(DOCUMENTS.c.number).where(DOCUMENTS.c.cluster == cluster).order_by(DOCUMENTS.c.number)
    return next((number for number in connection.execute(query).scalars() if number not in removed), None)


def _delete_surplus(connection: Connection, document: int) -> None:
    ids = select(REDIRECTS.c.id).where(REDIRECTS.c.document == document)
    newest_first = ids.order_by(REDIRECTS.c.number.desc(), REDIRECTS.c.id.desc())
    surplus = connection.execute(newest_first.offset(MAX_REDIRECTS)).scalars().all()
    if surplus:
        connection.execute(delete(REDIRECTS).where(REDIRECTS.c.id.in_(surplus)))
