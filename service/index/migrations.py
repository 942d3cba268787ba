"""The steps that bring an index that an older version made to the newest schema."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, bindparam, select, text, update

from classifier.packed import unpack_set
from service.index.changes import regroup
from service.index.clusters import Links, replay
from service.index.key_filter import count_anew
from service.index.lookup import by_number, edges_of
from service.index.names import keep_names
from service.index.recent_keys import recent_keys
from service.index.schema import DOCUMENTS, EDGES, KEY_PIECES, KEY_RUNS, NAMES, Migration

PAIRS_A_RUN = 65_536

_SET_SIMILARITY = (
    update(EDGES)
    .where(EDGES.c.document == bindparam("from"), EDGES.c.other == bindparam("to"))
    .values(similarity=bindparam("alike"))
)


def _weigh_pairs(connection: Connection) -> None:
    """Say of each pair how alike the two are, and let clusters join where enough pairs agree.

    Before, any pair joined two clusters, so that a cluster holds all that its documents are linked with. The
    similarity is that of the stored sets; which shingles were no evidence when a document came is not known. A
    document that has no pair with an older one began a cluster that was named for it.
    """
    connection.execute(text("ALTER TABLE edges ADD COLUMN similarity DOUBLE PRECISION NOT NULL DEFAULT 1"))
    NAMES.create(connection)
    grown = select(DOCUMENTS.c.cluster).where(DOCUMENTS.c.cluster != DOCUMENTS.c.number).distinct()
    for cluster in connection.execute(grown.order_by(DOCUMENTS.c.cluster)).scalars().all():
        members = select(DOCUMENTS.c.number).where(DOCUMENTS.c.cluster == cluster)
        links = _weighed(connection, connection.execute(members).scalars().all())
        found = [
            {"from": number, "to": other, "alike": similarity}
            for number, others in links.items()
            for other, similarity in others.items()
        ]
        connection.execute(_SET_SIMILARITY, found)
        clusters = replay(links)
        regroup(connection, clusters)
        began = [number for number, others in links.items() if not any(other < number for other in others)]
        keep_names(connection, [number for number in began if clusters[number] != number])


def _weighed(connection: Connection, members: Sequence[int]) -> Links:
    rows = by_number(connection, members)
    sets = {number: set(unpack_set(row.shingles).tolist()) for number, row in rows.items()}
    links: Links = {number: {} for number in members}
    for number, other, _ in edges_of(connection, members):
        shared, every = len(sets[number] & sets[other]), len(sets[number] | sets[other])
        identical = rows[number].digest == rows[other].digest != 0
        links[number][other] = 1.0 if identical or not every else shared / every
    return links


def _filter_keys(connection: Connection) -> None:
    """Make a log of runs of SQLite's recent keys, and a filter over the others."""
    KEY_RUNS.create(connection)
    KEY_PIECES.create(connection)
    if connection.dialect.name == "sqlite":
        recent = connection.exec_driver_sql("SELECT key, document FROM recent_keys ORDER BY key, document")
        while rows := recent.fetchmany(PAIRS_A_RUN):
            recent_keys(connection).add(connection, np.array([tuple(row) for row in rows], np.int64).T)
        count_anew(connection)
    connection.execute(text("DROP TABLE recent_keys"))
    connection.execute(text("DELETE FROM settings WHERE name = 'next_move'"))


ALL: tuple[Migration, ...] = (_weigh_pairs, _filter_keys)
"""The first brings schema 1 to 2."""
