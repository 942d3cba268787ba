"""The steps that bring an index that an older version made to the newest schema."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, bindparam, select, text, update

from copydesk.classifier.duplicates.overlap import COVERED
from copydesk.classifier.duplicates.same_story import DOUBTFUL, EVIDENT, ONE_SIZE, SURE
from copydesk.classifier.duplicates.shingle_codec import unpack_set
from copydesk.service.index.cluster_ids import keep_names
from copydesk.service.index.clusters import Links, replay
from copydesk.service.index.sqlite_keys.key_filter import count_anew
from copydesk.service.index.sqlite_keys.key_log import recent_keys
from copydesk.service.index.statements import VALUES_A_STATEMENT
from copydesk.service.index.tables import DOCUMENTS, EDGES, KEY_PIECES, KEY_RUNS, NAMES, Migration
from copydesk.service.index.writes import regroup

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
    columns = DOCUMENTS.c
    digests, sets = {}, {}
    links: Links = {number: {} for number in members}
    chunks = [members[first : first + VALUES_A_STATEMENT] for first in range(0, len(members), VALUES_A_STATEMENT)]
    for chunk in chunks:
        query = select(columns.number, columns.digest, columns.shingles).where(columns.number.in_(chunk))
        for number, digest, shingles in connection.execute(query):
            digests[number], sets[number] = digest, set(unpack_set(shingles).tolist())
    for chunk in chunks:
        pairs = select(EDGES.c.document, EDGES.c.other).where(EDGES.c.document.in_(chunk))
        for number, other in connection.execute(pairs):
            shared, every = len(sets[number] & sets[other]), len(sets[number] | sets[other])
            identical = digests[number] == digests[other] != 0
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


def _keep_pairs(connection: Connection) -> None:
    """Say of each pair how wholly it is told, and of what kind it is, as far as its similarity tells.

    Before, only pairs that told one story by themselves were kept, each a version of one size. What else two documents
    share is not known, so pairs of any of them may be missing.
    """
    for statement in (
        "ALTER TABLE documents ADD COLUMN crowded BOOLEAN NOT NULL DEFAULT TRUE",
        "ALTER TABLE edges ADD COLUMN coverage DOUBLE PRECISION NOT NULL DEFAULT 1",
        f"ALTER TABLE edges ADD COLUMN kind BIGINT NOT NULL DEFAULT {EVIDENT | DOUBTFUL | ONE_SIZE}",
        "ALTER TABLE edges ADD COLUMN same_story BOOLEAN NOT NULL DEFAULT TRUE",
        f"UPDATE edges SET kind = {EVIDENT | ONE_SIZE | SURE} WHERE similarity = 1",
        f"UPDATE edges SET coverage = CASE WHEN similarity < {COVERED} / (2 - {COVERED}) THEN {COVERED} "
        "ELSE 2 * similarity / (1 + similarity) END",  # of two sets of one size so much is shared
    ):
        connection.execute(text(statement))


ALL: tuple[Migration, ...] = (_weigh_pairs, _filter_keys, _keep_pairs)
"""The first brings schema 1 to 2."""
