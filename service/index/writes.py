"""What is written to an index: documents with their keys and edges, and what taking documents out changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

import numpy as np
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from copydesk.classifier.duplicates.shingles import KEY_BITS
from copydesk.service.index.cluster_ids import forget_names, hand_on_names, keep_names
from copydesk.service.index.clusters import replay, spread
from copydesk.service.index.pairs import Pair
from copydesk.service.index.reads import Stored, clusters_of, edges_of
from copydesk.service.index.sqlite_keys.key_log import recent_keys
from copydesk.service.index.tables import DOCUMENTS, EDGES, KEYS
from copydesk.service.index.verdicts import Graph

PIECES_A_DOCUMENT = 1
"""So many pieces move for each new document: each batch changes the few pages of its pieces, and the recent keys, of
half a round of documents on average, take 17 MB of memory."""
KEY_BYTES = (KEY_BITS + 7) // 8
_CHUNK = 500

Edge = tuple[int, int, Pair]
"""Two documents, and what they share."""

_SET_CLUSTER = update(DOCUMENTS).where(DOCUMENTS.c.number == bindparam("of")).values(cluster=bindparam("to"))
_SET_STORY = (
    update(EDGES)
    .where(EDGES.c.document == bindparam("from"), EDGES.c.other == bindparam("to"))
    .values(same_story=bindparam("same"))
)
_MOVE_CLUSTER = update(DOCUMENTS).where(DOCUMENTS.c.cluster == bindparam("of")).values(cluster=bindparam("to"))


def packed_keys(keys: Sequence[int]) -> bytes:
    """Write keys in six bytes each, so that a document's can be found again when it is removed."""
    values = np.array(keys, "<u8").view(np.uint8).reshape(-1, 8)
    return values[:, :KEY_BYTES].tobytes()


def unpacked_keys(data: bytes) -> list[int]:
    """Read them back."""
    values = np.zeros((len(data) // KEY_BYTES, 8), np.uint8)
    values[:, :KEY_BYTES] = np.frombuffer(data, np.uint8).reshape(-1, KEY_BYTES)
    keys: list[int] = values.view("<u8").ravel().tolist()
    return keys


def put(connection: Connection, rows: Sequence[tuple[Stored, Sequence[int]]], edges: Iterable[Edge]) -> None:
    """Write documents with their keys, and edges in both directions."""
    if not rows:
        return
    connection.execute(
        insert(DOCUMENTS),
        [
            {name: getattr(stored, name) for name in Stored.__slots__} | {"keys": packed_keys(keys)}
            for stored, keys in rows
        ],
    )
    both = {ends: pair for a, b, pair in edges for ends in ((a, b), (b, a))}
    if both:
        rows_of_pairs = [{"document": a, "other": b, **pair._asdict()} for (a, b), pair in sorted(both.items())]
        connection.execute(insert(EDGES), rows_of_pairs)
    numbers = np.repeat([stored.number for stored, _ in rows], [len(keys) for _, keys in rows])
    if not numbers.size:
        return
    pairs = np.array([np.concatenate([np.array(keys, np.int64) for _, keys in rows]), numbers])
    if connection.dialect.name == "sqlite":
        recent_keys(connection).add(connection, pairs)
        return
    connection.exec_driver_sql(  # past the library's own handling of rows, which takes longer than the database does
        f"INSERT INTO {KEYS.name} (key, document) SELECT * FROM unnest(%s::bigint[], %s::bigint[])",
        tuple(pairs.tolist()),
    )


def settle(connection: Connection, n: int) -> None:
    """Move recent keys to the others, as much as so many new documents ask for; to stand last in its transaction."""
    if n and connection.dialect.name == "sqlite":
        recent_keys(connection).move(connection, n * PIECES_A_DOCUMENT)


def move_clusters(connection: Connection, changes: Mapping[int, int]) -> None:
    """Let all documents of clusters be of others; the ids of those clusters go on leading there."""
    if changes:
        keep_names(connection, changes)
        connection.execute(_MOVE_CLUSTER, [{"of": old, "to": new} for old, new in changes.items()])


def set_clusters(connection: Connection, clusters: Mapping[int, int]) -> None:
    """Let documents be of clusters."""
    if clusters:
        connection.execute(_SET_CLUSTER, [{"of": number, "to": cluster} for number, cluster in clusters.items()])


def take_out(connection: Connection, numbers: Iterable[int], *, for_good: bool = True) -> int:
    """Remove documents with their keys and edges; what is left of their clusters is found anew by the edges.

    Verdicts in which they had a part are made anew.

    Numbers that are not there are passed over. Returns how many were there.

    Args:
        connection: Of a transaction that may write.
        numbers: Of the documents.
        for_good: Whether their ids go, so that those that clusters had must lead to what is left of these.
    """
    found = list(_read_keys(connection, numbers))
    gone = [number for number, _, _ in found]
    beside = {other for _, other, _ in edges_of(connection, gone)}.difference(gone)
    concerned = Graph(connection).concerned(gone).difference(gone)
    if for_good:
        hand_on_names(connection, {number: cluster for number, cluster, _ in found})
    for chunk in _chunks(gone):
        connection.execute(delete(DOCUMENTS).where(DOCUMENTS.c.number.in_(chunk)))
        connection.execute(delete(EDGES).where(EDGES.c.document.in_(chunk)))
        connection.execute(delete(EDGES).where(EDGES.c.other.in_(chunk)))
    held = [(key, number) for number, _, keys in found for key in keys]
    if held:
        delete_keys(connection, held)
    verdicts = Graph(connection).rejudge(concerned)
    set_verdicts(connection, verdicts)
    beside.update(chain.from_iterable(verdicts))
    regroup(connection, replay(spread(beside, partial(edges_of, connection))))
    return len(found)


def set_verdicts(connection: Connection, verdicts: Mapping[tuple[int, int], bool]) -> None:
    """Write of pairs whether they tell one story."""
    both = {ends: same for (a, b), same in verdicts.items() for ends in ((a, b), (b, a))}
    if both:
        rows = [{"from": a, "to": b, "same": same} for (a, b), same in sorted(both.items())]
        connection.execute(_SET_STORY, rows)


def delete_keys(connection: Connection, held: Sequence[tuple[int, int]]) -> None:
    """Take pairs of a key and a document out, wherever they stand."""
    if connection.dialect.name == "sqlite":
        recent_keys(connection).remove(connection, np.array(held, np.int64).T)
        connection.exec_driver_sql(f"DELETE FROM {KEYS.name} WHERE key = ? AND document = ?", sorted(held))
        return
    keys, documents = zip(*held, strict=True)
    connection.exec_driver_sql(
        f"DELETE FROM {KEYS.name} USING unnest(%s::bigint[], %s::bigint[]) AS gone(key, document) "
        f"WHERE {KEYS.name}.key = gone.key AND {KEYS.name}.document = gone.document",
        (list(keys), list(documents)),
    )


def regroup(connection: Connection, clusters: Mapping[int, int]) -> None:
    """Write the clusters of documents where they are others than those stored."""
    before = clusters_of(connection, clusters)
    changed = {number: cluster for number, cluster in clusters.items() if before[number] != cluster}
    set_clusters(connection, changed)
    forget_names(connection, [number for number, cluster in changed.items() if number == cluster])
    keep_names(connection, [number for number, cluster in changed.items() if before[number] == number != cluster])


def _read_keys(connection: Connection, numbers: Iterable[int]) -> Iterator[tuple[int, int, list[int]]]:
    columns = DOCUMENTS.c
    for chunk in _chunks(sorted(set(numbers))):
        query = select(columns.number, columns.cluster, columns["keys"]).where(columns.number.in_(chunk))
        for number, cluster, keys in connection.execute(query):
            yield number, cluster, unpacked_keys(keys)


def _chunks(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(values), _CHUNK):
        yield values[first : first + _CHUNK]
