"""Writes to an index: new documents with their keys and pairs, and everything that the removal of documents changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from operator import attrgetter

import numpy as np
from sqlalchemy import Connection, bindparam, delete, select, update

from copydesk.classifier.duplicates.shingles import KEY_BITS
from copydesk.service.index.bulk_inserts import insert_rows
from copydesk.service.index.cluster_ids import delete_own_redirects, move_redirects, redirect_to_themselves
from copydesk.service.index.clusters import read_connected, read_linked, replay
from copydesk.service.index.keys import key_log_of
from copydesk.service.index.pairs import Pair
from copydesk.service.index.reads import (
    StoredDocument,
    read_clusters,
    read_oldest_members,
    read_pairs_incomplete,
    read_some_links,
)
from copydesk.service.index.statements import Statement, one_of
from copydesk.service.index.tables import DOCUMENTS, KEYS, PAIRS, TITLES
from copydesk.service.index.verdicts import Verdicts

PARTITIONS_A_DOCUMENT = 1
"""Partitions of the key log that are merged for each new document. So each batch changes the few pages of these
partitions, and the log has the keys of 33,000 documents on average, which take 17 MB of memory."""
KEY_BYTES = (KEY_BITS + 7) // 8
_DOCUMENT_COLUMNS = (*StoredDocument.__slots__, "keys")
_PAIR_COLUMNS = ("document", "other", *Pair._fields)
_fields = attrgetter(*StoredDocument.__slots__)
_STEP = 500
"""Documents that one statement of a removal names."""

NumberedPair = tuple[int, int, Pair]
"""The numbers of two documents, and their pair."""

_CLUSTER_AND_KEYS = Statement(
    select(DOCUMENTS.c.number, DOCUMENTS.c.cluster, DOCUMENTS.c["keys"]).where(one_of(DOCUMENTS.c.number))
)
_SET_CLUSTER = update(DOCUMENTS).where(DOCUMENTS.c.number == bindparam("of")).values(cluster=bindparam("to"))
_MERGE_CLUSTER = update(DOCUMENTS).where(DOCUMENTS.c.cluster == bindparam("of")).values(cluster=bindparam("to"))
_PAIR_ENDS = Statement(select(PAIRS.c.document, PAIRS.c.other).where(one_of(PAIRS.c.document)))
_DELETE_PAIR = delete(PAIRS).where(PAIRS.c.document == bindparam("from"), PAIRS.c.other == bindparam("to"))
_SET_VERDICT = (
    update(PAIRS)
    .where(PAIRS.c.document == bindparam("from"), PAIRS.c.other == bindparam("to"))
    .values(same_story=bindparam("same"))
)


def pack_keys(keys: Sequence[int]) -> bytes:
    """Pack keys in six bytes each, for `documents.keys`, where a removal finds them."""
    values = np.array(keys, "<u8").view(np.uint8).reshape(-1, 8)
    return values[:, :KEY_BYTES].tobytes()


def unpack_keys(data: bytes) -> list[int]:
    """Unpack what `pack_keys` returned."""
    values = np.zeros((len(data) // KEY_BYTES, 8), np.uint8)
    values[:, :KEY_BYTES] = np.frombuffer(data, np.uint8).reshape(-1, KEY_BYTES)
    keys: list[int] = values.view("<u8").ravel().tolist()
    return keys


def write_documents(
    connection: Connection, rows: Sequence[tuple[StoredDocument, Sequence[int]]], pairs: Iterable[NumberedPair]
) -> None:
    """Write documents with their keys, and pairs in both directions."""
    if not rows:
        return
    insert_rows(
        connection, DOCUMENTS, _DOCUMENT_COLUMNS, [(*_fields(stored), pack_keys(keys)) for stored, keys in rows]
    )
    both = {ends: pair for a, b, pair in pairs for ends in ((a, b), (b, a))}
    insert_rows(connection, PAIRS, _PAIR_COLUMNS, [(*ends, *pair) for ends, pair in sorted(both.items())])
    numbers = np.repeat([stored.number for stored, _ in rows], [len(keys) for _, keys in rows])
    if not numbers.size:
        return
    postings = np.array([np.concatenate([np.array(keys, np.int64) for _, keys in rows]), numbers])
    key_log_of(connection).add(connection, postings)


def merge_key_log(connection: Connection, n_new: int) -> None:
    """Merge a part of the key log, in proportion to the new documents; the last step of its transaction."""
    if n_new:
        key_log_of(connection).merge(connection, n_new * PARTITIONS_A_DOCUMENT)


def merge_clusters(connection: Connection, merges: Mapping[int, int]) -> None:
    """Put all documents of clusters into others, and redirect the ids of those clusters."""
    if merges:
        redirect_to_themselves(connection, merges)
        connection.execute(_MERGE_CLUSTER, [{"of": old, "to": new} for old, new in merges.items()])


def write_clusters(connection: Connection, clusters: Mapping[int, int]) -> None:
    """Write the clusters of documents where they have changed, and keep the cluster ids valid."""
    before = read_clusters(connection, clusters)
    changed = {number: cluster for number, cluster in clusters.items() if before[number] != cluster}
    if changed:
        connection.execute(_SET_CLUSTER, [{"of": number, "to": cluster} for number, cluster in changed.items()])
    delete_own_redirects(connection, [number for number, cluster in changed.items() if number == cluster])
    moved = [number for number, cluster in changed.items() if before[number] == number != cluster]
    redirect_to_themselves(connection, moved)


def rename_clusters(connection: Connection, removed: Iterable[int]) -> None:
    """Name what is left of clusters whose oldest documents were removed after the oldest document that is left."""
    for cluster in removed:
        for oldest in read_oldest_members(connection, cluster)[:1]:
            connection.execute(_MERGE_CLUSTER, [{"of": cluster, "to": oldest}])
            delete_own_redirects(connection, [oldest])


def write_verdicts(connection: Connection, verdicts: Mapping[tuple[int, int], bool]) -> None:
    """Write whether pairs are one story, in both directions."""
    both = {ends: same for (a, b), same in verdicts.items() for ends in ((a, b), (b, a))}
    if both:
        rows = [{"from": a, "to": b, "same": same} for (a, b), same in sorted(both.items())]
        connection.execute(_SET_VERDICT, rows)


def remove_documents(connection: Connection, numbers: Iterable[int], *, for_good: bool = True) -> int:
    """Remove documents with their keys and pairs; decide again on what they affected, and rebuild their clusters.

    What would be too much to do again stays as it is, see `MAX_DECIDED_AGAIN` and `MAX_REBUILT`. Unknown numbers are
    ignored; returns how many were known. `for_good` is False for a replacement: the ids stay, so
    that cluster ids need no redirects.
    """
    rows = list(_CLUSTER_AND_KEYS.rows_of(connection, numbers))
    removed = [number for number, _, _ in rows]
    read_links = partial(read_some_links, connection)
    neighbours = read_linked(removed, read_links)
    affected = set(chain.from_iterable(Verdicts(connection).affected_by(removed).values())).difference(removed)
    pairs = list(_PAIR_ENDS.rows_of(connection, removed))
    if for_good:
        move_redirects(connection, {number: cluster for number, cluster, _ in rows})
    for first in range(0, len(removed), _STEP):
        step = removed[first : first + _STEP]
        connection.execute(delete(DOCUMENTS).where(DOCUMENTS.c.number.in_(step)))
        connection.execute(delete(TITLES).where(TITLES.c.document.in_(step)))
        connection.execute(delete(PAIRS).where(PAIRS.c.document.in_(step)))
    if pairs:
        connection.execute(_DELETE_PAIR, [{"from": other, "to": number} for number, other in sorted(pairs)])
    postings = [(key, number) for number, _, keys in rows for key in unpack_keys(keys)]
    if postings:
        delete_keys(connection, postings)
    verdicts = Verdicts(connection).decide_again(affected)
    write_verdicts(connection, verdicts)
    neighbours.update(chain.from_iterable(verdicts))
    links = read_connected(neighbours, read_links)
    write_clusters(connection, replay(links, read_pairs_incomplete(connection, links)))
    rename_clusters(connection, [number for number, cluster, _ in rows if number == cluster])
    return len(rows)


def delete_keys(connection: Connection, postings: Sequence[tuple[int, int]]) -> None:
    """Delete pairs of a key and a document, from the key log and from the table."""
    key_log_of(connection).remove(connection, np.array(postings, np.int64).T)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DELETE FROM {KEYS.name} WHERE key = ? AND document = ?", sorted(postings))
        return
    keys, documents = zip(*postings, strict=True)
    connection.exec_driver_sql(
        f"DELETE FROM {KEYS.name} USING unnest(%s::bigint[], %s::bigint[]) AS gone(key, document) "
        f"WHERE {KEYS.name}.key = gone.key AND {KEYS.name}.document = gone.document",
        (list(keys), list(documents)),
    )
