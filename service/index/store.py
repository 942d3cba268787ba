"""The index itself: each operation is one transaction on either database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, func, select, text

from copydesk.classifier.duplicates.signing import KEYS as KEY_SCHEME
from copydesk.classifier.duplicates.signing import SCHEME
from copydesk.classifier.duplicates.types import KeyScheme, SigningScheme
from copydesk.service.index import migrations
from copydesk.service.index.cluster_ids import keep_names, leads_to
from copydesk.service.index.database import SQLITE, Database
from copydesk.service.index.matching import Asked, Sightings
from copydesk.service.index.reads import Best, Stored, by_id, clusters_of, ids_of, last_number
from copydesk.service.index.records import Answer, Document, Entry, NoIndex, Stats
from copydesk.service.index.sqlite_keys.key_log import move_all
from copydesk.service.index.tables import DOCUMENTS, EDGES, TABLES, is_ready, prepare, schema_version, settings_of
from copydesk.service.index.writes import Edge, move_clusters, put, regroup, set_verdicts, settle, take_out

EXPIRE_AT_ONCE = 1000
"""Documents that one transaction of `expire` removes, so that other writers wait for no more."""


class Age(StrEnum):
    """By what a document's age is told; `PUBLISHED` takes the time of adding where none is known."""

    PUBLISHED = "published"
    ADDED = "added"


def open_index(
    place: str,
    *,
    create: bool = True,
    scheme: SigningScheme = SCHEME,
    keys: KeyScheme = KEY_SCHEME,
    preferred: Sequence[str] = (),
) -> Index:
    """Open an index, and make it where there is none.

    Args:
        place: A file's path for SQLite, or a URL such as postgresql://USER:PASSWORD@HOST/DATABASE.
        create: Whether it may be made.
        scheme: How texts are signed; held to what the index was made with.
        keys: How candidates are found; so too.
        preferred: Sources whose documents are kept before all others, the first most.

    Raises:
        ValueError: The URL cannot be read.
        NoIndex: There is none, and none is to be made.
        IndexMismatch: It is held to other settings, or newer than this version.
        IndexUnavailable: The database cannot be reached or used.
    """
    database = Database(place)
    missing = NoIndex(f"{database.name} holds no index; add documents to make one, or name another place")
    if not create and not database.exists():
        raise missing
    wanted = settings_of(scheme, keys)
    with database.reading() as connection:
        ready = is_ready(connection, wanted, database.name, 1 + len(migrations.ALL))
        there = ready or schema_version(connection) > 0
    if not there and not create:
        raise missing
    if not ready:
        with database.writing() as connection:
            prepare(connection, wanted, database.name, migrations.ALL)
    return Index(database, scheme, keys, preferred)


class Index:
    """An open index; several threads and processes may use one place at once."""

    def __init__(
        self, database: Database, scheme: SigningScheme, keys: KeyScheme, preferred: Sequence[str] = ()
    ) -> None:
        """Take a database that is prepared; `open_index` does it all."""
        self.database = database
        self._scheme = scheme
        self._keys = keys
        self._best = Best(preferred)

    def __enter__(self) -> Self:
        """Close at the end of a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the database."""
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def check(self, documents: Sequence[Document]) -> list[Answer]:
        """Answer what adding each document, alone, would; nothing is written, none sees another."""
        asked = Asked(documents, self._scheme, self._keys)
        with self.database.reading() as connection:
            known = by_id(connection, (document.id for document in documents))
            shared: Sightings | None = None
            answers = []
            for at, document in enumerate(documents):
                held = known.get(document.id)
                if held is not None and not asked.is_held(at, held):
                    answers.append(self._check_changed(connection, asked, at, held))
                    continue
                shared = shared or Sightings(connection, asked, range(len(documents)), self._best)
                answers.append(shared.answer(at, held, held.number if held else None).answer)
        return answers

    def _check_changed(self, connection: Connection, asked: Asked, at: int, held: Stored) -> Answer:
        alone = Sightings(connection, asked, range(at, at + 1), self._best)
        alone.hide(held)
        return alone.answer(at, None, held.number).answer

    def add(self, documents: Sequence[Document], *, now: float, unseen_only: bool = False) -> list[Answer]:
        """Add documents and answer each as it was added, those before it included.

        All are on disk when it returns, or none where it raises. A document that the index holds as it is changes
        nothing; one whose text, source or time of publication differs replaces what was held under its id.

        Args:
            documents: In their order; where an id repeats, the last stays.
            now: Seconds since 1970 UTC, kept as the time of adding.
            unseen_only: Whether to leave out documents whose story the index holds already under other ids.
        """
        asked = Asked(documents, self._scheme, self._keys)
        answers: list[Answer] = []
        with self.database.writing() as connection:
            for part in _parts(connection, asked):
                answers += self._add_part(connection, asked, part, now, unseen_only=unseen_only)
            settle(connection, sum(answer.added for answer in answers))
        return answers

    def _add_part(
        self, connection: Connection, asked: Asked, part: range, now: float, *, unseen_only: bool
    ) -> Iterator[Answer]:
        """Add documents none of which replaces another, or one that may."""
        number = last_number(connection)  # before the replaced document, which may be the last, is taken out
        known = by_id(connection, (asked.documents[at].id for at in part))
        replaced = known.get(asked.documents[part.start].id)
        if replaced is not None and not asked.is_held(part.start, replaced):
            take_out(connection, [replaced.number], for_good=False)
            del known[replaced.id]
        else:
            replaced = None
        sightings = Sightings(connection, asked, part, self._best)
        new: list[tuple[Stored, list[int]]] = []
        edges: list[Edge] = []
        for at in part:
            held = known.get(asked.documents[at].id)
            own = held or (replaced if at == part.start else None)
            sighting = sightings.answer(at, held, own.number if own else None)
            if held is not None or (unseen_only and own is None and sighting.answer.seen):
                yield sighting.answer
                continue
            number += own is None
            stored = sightings.admit(at, own.number if own else number, now, sighting)
            new.append((stored, asked.keys(at)))
            edges += [(stored.number, other, pair) for other, pair in sighting.pairs.items()]
            yield replace(sighting.answer, added=True)
        _write(connection, sightings, new, edges)

    def get(self, id: str) -> Entry | None:
        """Read a document, None where there is none."""
        with self.database.reading() as connection:
            found = by_id(connection, [id]).get(id)
            return None if found is None else _entry(connection, found)

    def remove(self, ids: Sequence[str]) -> int:
        """Remove documents as if they had never been added; ids that are not there are passed over.

        Returns how many were there.
        """
        with self.database.writing() as connection:
            known = by_id(connection, ids)
            return take_out(connection, (stored.number for stored in known.values()))

    def expire(self, before: float, *, by: Age = Age.PUBLISHED) -> int:
        """Remove documents older than a time, in seconds since 1970 UTC; returns how many.

        A run that is broken off may be run again: it removes step by step, each step whole.
        """
        time = DOCUMENTS.c.added if by is Age.ADDED else func.coalesce(DOCUMENTS.c.published, DOCUMENTS.c.added)
        with self.database.reading() as connection:
            numbers = connection.execute(select(DOCUMENTS.c.number).where(time < before)).scalars().all()
        n = 0
        for first in range(0, len(numbers), EXPIRE_AT_ONCE):
            step = numbers[first : first + EXPIRE_AT_ONCE]
            with self.database.writing() as connection:
                still = select(DOCUMENTS.c.number).where(DOCUMENTS.c.number.in_(step), time < before)
                n += take_out(connection, connection.execute(still).scalars().all())
        return n

    def resolve(self, cluster: str) -> str | None:
        """Return what a cluster is called now, None where no document of it is left.

        A cluster's id is that of its oldest document, so the id of one that was merged into an older one, or of any
        document, leads to the cluster that holds it. When a document goes that a cluster was once named for, its id
        goes on leading to the cluster of the oldest document that was left in its own.
        """
        with self.database.reading() as connection:
            found = _find(connection, cluster)
            return None if found is None else ids_of(connection, [found])[found]

    def members(self, cluster: str) -> list[Entry]:
        """Read a cluster's documents, oldest first; by its id, a merged one's, or that of any document in it."""
        with self.database.reading() as connection:
            found = _find(connection, cluster)
            if found is None:
                return []
            query = select(DOCUMENTS.c.id).where(DOCUMENTS.c.cluster == found)
            stored = by_id(connection, connection.execute(query).scalars())
            name = ids_of(connection, [found])[found]
        return [_named(each, name) for each in sorted(stored.values(), key=lambda each: each.number)]

    def best(self, documents: Sequence[Entry]) -> Entry:
        """Return the document to keep of a cluster's documents, at least one."""
        return min(documents, key=lambda each: self._best.rank(each.source, each.published, each.length, each.id))

    def stats(self) -> Stats:
        """Count what the index holds; it reads the whole of some tables."""
        columns = DOCUMENTS.c
        times = (func.min(columns.added), func.max(columns.added), func.min(columns.published))
        with self.database.reading() as connection:
            documents = connection.execute(select(func.count()).select_from(DOCUMENTS)).scalar_one()
            clusters = connection.execute(select(func.count()).where(columns.cluster == columns.number)).scalar_one()
            edges = connection.execute(select(func.count()).where(EDGES.c.same_story)).scalar_one()
            added, last_added, published = connection.execute(select(*times)).one()
            last_published = connection.execute(select(func.max(columns.published))).scalar_one()
            size, schema = _size(connection, self.database), schema_version(connection)
        return Stats(documents, clusters, edges // 2, size, schema, added, last_added, published, last_published)

    def compact(self) -> None:
        """Give back the room that removed documents left; others wait meanwhile."""
        with self.database.writing() as connection:
            if self.database.dialect == SQLITE:
                move_all(connection)
        with self.database.alone() as connection:
            if self.database.dialect == SQLITE:
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                for table in TABLES.tables:
                    connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {table}")


def _write(
    connection: Connection, sightings: Sightings, new: list[tuple[Stored, list[int]]], edges: list[Edge]
) -> None:
    """Write new documents, the clusters that they have joined, and the ids that these had."""
    numbers = {stored.number for stored, _ in new}
    clusters = sightings.clusters
    changes = clusters.changes()
    move_clusters(connection, {old: to for old, to in changes.items() if old not in numbers})
    put(connection, [(replace(stored, cluster=clusters.of(stored.cluster)), keys) for stored, keys in new], edges)
    keep_names(connection, numbers.intersection(changes))
    set_verdicts(connection, sightings.verdicts)
    regroup(connection, sightings.regrouped)


def _find(connection: Connection, id: str) -> int | None:
    """Return the cluster that an id leads to."""
    found = by_id(connection, [id]).get(id)
    if found is not None:
        return found.cluster
    document = leads_to(connection, id)
    return None if document is None else clusters_of(connection, [document])[document]


def _parts(connection: Connection, asked: Asked) -> Iterator[range]:
    """Cut a batch around each document that may replace another."""
    held = by_id(connection, (document.id for document in asked.documents))
    earlier: dict[str, int] = {}
    first = 0
    for at, document in enumerate(asked.documents):
        before = earlier.get(document.id)
        if before is None:
            changed = document.id in held and not asked.is_held(at, held[document.id])
        else:
            changed = before >= first or not asked.is_equal(before, at)
        if changed:
            if at > first:
                yield range(first, at)
            yield range(at, at + 1)
            first = at + 1
        earlier[document.id] = at
    if first < len(asked.documents):
        yield range(first, len(asked.documents))


def _entry(connection: Connection, stored: Stored) -> Entry:
    return _named(stored, ids_of(connection, [stored.cluster])[stored.cluster])


def _named(stored: Stored, cluster: str) -> Entry:
    return Entry(stored.id, cluster, stored.length, stored.published, stored.added, stored.source)


def _size(connection: Connection, database: Database) -> int:
    if database.path is not None:
        files = (database.path.with_name(database.path.name + end) for end in ("", "-wal", "-shm"))
        return sum(file.stat().st_size for file in files if file.exists())
    names = [f"pg_total_relation_size('{name}')" for name in TABLES.tables]
    return int(connection.execute(text(f"SELECT {' + '.join(names)}")).scalar_one())
