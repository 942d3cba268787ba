"""Opens an index, and implements its operations: adds, checks, reads and removes documents in transactions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, func, select, text

from copydesk.classifier.duplicates import Document, DuplicateOptions, KeyScheme, SigningScheme, read_seconds
from copydesk.classifier.duplicates.types import DEFAULT_KEYS, DEFAULT_OPTIONS, DEFAULT_SCHEME, DocumentId, KeptBecause
from copydesk.service.index import writes
from copydesk.service.index.choice import Choice
from copydesk.service.index.cluster_ids import read_redirect, redirect_to_themselves
from copydesk.service.index.database import SQLITE, Database
from copydesk.service.index.export import export_lines, import_lines
from copydesk.service.index.growth import ClusterSummary, Day, read_growth, read_latest_clusters
from copydesk.service.index.keys import merge_all
from copydesk.service.index.matching import BatchMatcher
from copydesk.service.index.reads import (
    StoredDocument,
    read_by_id,
    read_by_number,
    read_clusters,
    read_given_ids,
    read_last_number,
)
from copydesk.service.index.records import IndexAnswer, IndexedDocument, Stats
from copydesk.service.index.signed_batch import SignedBatch
from copydesk.service.index.tables import DOCUMENTS, FORMAT, PAIRS, TABLES, is_made, make_tables, settings_of
from copydesk.service.index.titles import find_by_words, read_titles, title_of, write_titles
from copydesk.service.index_errors import NoIndex

EXPIRE_STEP = 1000
"""Documents that one transaction of `expire` removes, which bounds how long other writers wait."""


class Age(StrEnum):
    """Which time a document's age is measured from; PUBLISHED means the time of adding if publication is unknown."""

    PUBLISHED = "published"
    ADDED = "added"


def open_index(
    place: str | Path,
    options: DuplicateOptions = DEFAULT_OPTIONS,
    *,
    create: bool = True,
    scheme: SigningScheme = DEFAULT_SCHEME,
    keys: KeyScheme = DEFAULT_KEYS,
) -> Index:
    """Open an index; make it if there is none.

    Args:
        place: The path of an SQLite file, or a URL such as postgresql://USER:PASSWORD@HOST/DATABASE.
        options: How alike two documents must be, and which one of a cluster to keep. The index does not store them.
        create: Whether to make a missing index.
        scheme: How texts are signed; must equal that of the index.
        keys: How candidates are found; must equal that of the index.

    Raises:
        TypeError: The place is neither a string nor a path.
        ValueError: The place is empty, or its URL cannot be read.
        NoIndex: There is none, and `create` is false.
        IndexMismatch: The index has another format, or was made under other settings.
        IndexUnavailable: The place is a folder or cannot be looked up, or the database cannot be reached or used.
    """
    database, settings = Database(place), settings_of(scheme, keys)
    missing = NoIndex(f"{database.name} does not contain an index; add documents to create one, or name another place")

    def check(connection: Connection) -> None:
        if not is_made(connection, settings, database.name):
            raise missing

    if database.file is not None and not database.file.exists():
        if not create:
            raise missing
        database.file.may_create = database.file.is_new = True
    try:
        with database.reading() as connection:
            check(connection)
    except NoIndex:
        if not create:
            raise
        if database.file is not None:
            with database.autocommit() as connection:
                database.file.use_write_ahead_log(connection)
        with database.writing() as connection:
            make_tables(connection, settings, database.name)
    database.check_content = check
    return Index(database, scheme, keys, options)


class Index:
    """An open index; several threads and processes may use one place at once."""

    def __init__(self, database: Database, scheme: SigningScheme, keys: KeyScheme, options: DuplicateOptions) -> None:
        """Use a database that has its tables; `open_index` makes both."""
        self.database = database
        self._scheme = scheme
        self._keys = keys
        self._choice = Choice(options)

    def with_options(self, options: DuplicateOptions) -> Index:
        """Return the same index under other options; closing either closes both."""
        return Index(self.database, self._scheme, self._keys, options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.database.close()

    def remove_new_file(self) -> None:
        """Close the index; remove its file if opening made it, it has no documents, and nobody else has it open."""
        self.close()
        if self.database.file is not None and self.database.file.is_new:
            self.database.file.remove_if_empty(DOCUMENTS.name)

    def check(self, documents: Iterable[Document]) -> list[IndexAnswer]:
        """Answer as `add` would for each document alone; documents of the batch are not compared with each other."""
        documents = list(documents)
        batch = SignedBatch(documents, self._scheme, self._keys)
        with self.database.reading() as connection:
            by_id = read_by_id(connection, (document.key for document in documents))
            shared: BatchMatcher | None = None
            answers = []
            for at, document in enumerate(documents):
                stored = by_id.get(document.key)
                if stored is not None and not batch.equals(at, stored):
                    matcher = BatchMatcher(connection, batch, range(at, at + 1), self._choice)
                    matcher.exclude(stored)
                    answers.append(matcher.answer(at, None, stored.number).answer)
                    continue
                shared = shared or BatchMatcher(connection, batch, range(len(documents)), self._choice)
                answers.append(shared.answer(at, stored, stored.number if stored else None).answer)
        return answers

    def add(self, documents: Iterable[Document], *, now: float | str, unseen_only: bool = False) -> list[IndexAnswer]:
        """Add documents in order, and answer for each; it is compared with the earlier ones of the batch too.

        All are durable when it returns, none if it raises. Adding an equal document again changes nothing, and its
        answer is `unchanged`; one whose text, source or time of publication differs replaces the stored one under its
        id.

        Args:
            documents: In their order; if an id repeats, the last one stays.
            now: The time of adding, in seconds since 1970 UTC as of `time.time()`; other values are read as `published`
                of a `Document` is.
            unseen_only: Whether to leave out documents whose story is in the index under another id.

        Raises:
            TypeError: `now` is neither a number nor a string.
            ValueError: `now` is no time.
        """
        added = read_seconds("now", now)
        documents = list(documents)
        batch = SignedBatch(documents, self._scheme, self._keys)
        answers: list[IndexAnswer] = []
        with self.database.writing() as connection:
            for part in batch.parts(read_by_id(connection, (document.key for document in documents))):
                answers += self._add_part(connection, batch, part, added, unseen_only=unseen_only)
            writes.merge_key_log(connection, sum(answer.added for answer in answers))
        return answers

    def _add_part(
        self, connection: Connection, batch: SignedBatch, part: range, now: float, *, unseen_only: bool
    ) -> Iterator[IndexAnswer]:
        """Add either documents that replace nothing, or exactly one that may replace a stored one."""
        number = read_last_number(connection)  # before a removal, as the replaced document may be the last
        by_id = read_by_id(connection, (batch.documents[at].key for at in part))
        replaced = by_id.get(batch.documents[part.start].key)
        if replaced is not None and not batch.equals(part.start, replaced):
            writes.remove_documents(connection, [replaced.number], for_good=False)
            del by_id[replaced.id]
        else:
            replaced = None
        matcher = BatchMatcher(connection, batch, part, self._choice)
        new: list[tuple[StoredDocument, list[int]]] = []
        pairs: list[writes.NumberedPair] = []
        titles: dict[int, str] = {}
        for at in part:
            stored = by_id.get(batch.documents[at].key)
            own = stored or (replaced if at == part.start else None)
            pending = matcher.answer(at, stored, own.number if own else None)
            title = title_of(batch.documents[at])
            if stored is not None and title:
                titles[stored.number] = title
            if stored is not None or (unseen_only and own is None and pending.answer.seen):
                yield pending.answer
                continue
            number += own is None
            row = matcher.add(at, own.number if own else number, now, pending)
            new.append((row, batch.keys(at)))
            if title:
                titles[row.number] = title
            pairs += [(row.number, other, pair) for other, pair in pending.pairs.items()]
            yield replace(pending.answer, added=True)

        clusters, merges = matcher.clusters, matcher.clusters.merges()
        numbers = {row.number for row, _ in new}
        writes.merge_clusters(connection, {old: to for old, to in merges.items() if old not in numbers})
        rows = [(replace(row, cluster=clusters.find(row.cluster)) if merges else row, keys) for row, keys in new]
        writes.write_documents(connection, rows, pairs)
        redirect_to_themselves(connection, numbers.intersection(merges))
        write_titles(connection, titles)
        writes.write_verdicts(connection, matcher.new_verdicts)
        writes.write_clusters(connection, matcher.new_clusters)

    def get(self, id: DocumentId) -> IndexedDocument | None:
        """Read a document, None if there is none."""
        key = _key(id)
        with self.database.reading() as connection:
            stored = read_by_id(connection, [key]).get(key)
            if stored is None:
                return None
            return _indexed_documents(connection, [stored])[0]

    def remove(self, ids: DocumentId | Iterable[DocumentId]) -> int:
        """Remove documents as if they had never been added; return how many there were. Unknown ids are ignored.

        Args:
            ids: One id or several.

        Raises:
            TypeError: One of them is neither a string nor a number; nothing is removed.
        """
        if isinstance(ids, (str, int, float)):
            ids = [ids]
        if isinstance(ids, (bytes, bytearray, Mapping)) or not isinstance(ids, Iterable):
            raise TypeError(f"ids is of type {type(ids).__name__}, expected an id, or a list of ids")
        keys = list(map(_key, ids))
        with self.database.writing() as connection:
            stored = read_by_id(connection, keys).values()
            return writes.remove_documents(connection, (document.number for document in stored))

    def expire(self, before: float | str, *, by: Age | str = Age.PUBLISHED) -> int:
        """Remove documents older than a time; return how many.

        It uses several transactions; an interrupted call can be repeated.

        Args:
            before: Seconds since 1970 UTC, or a time in ISO 8601, read as `published` of a `Document` is.
            by: Which time of a document is compared, an `Age` or its value.

        Raises:
            TypeError: `before` is neither a number nor a string.
            ValueError: `before` is no time, or there is no such age.
        """
        oldest = read_seconds("before", before)
        if by not in tuple(Age):
            raise ValueError(f"by is {str(by)[:40]!r}, expected one of {', '.join(Age)}")
        time = DOCUMENTS.c.added if by == Age.ADDED else func.coalesce(DOCUMENTS.c.published, DOCUMENTS.c.added)
        with self.database.reading() as connection:
            numbers = connection.execute(select(DOCUMENTS.c.number).where(time < oldest)).scalars().all()
        n = 0
        for first in range(0, len(numbers), EXPIRE_STEP):
            step = numbers[first : first + EXPIRE_STEP]
            with self.database.writing() as connection:
                present = select(DOCUMENTS.c.number).where(DOCUMENTS.c.number.in_(step), time < oldest)
                n += writes.remove_documents(connection, connection.execute(present).scalars().all())
        return n

    def resolve(self, cluster: DocumentId) -> DocumentId | None:
        """Return the present id of a cluster, None if no document of it is left.

        A cluster's id is that of its oldest document. The id of any document, and any id that the cluster had before a
        merge or a removal, lead to it.
        """
        key = _key(cluster)
        with self.database.reading() as connection:
            found = _find_cluster(connection, key)
            return None if found is None else read_given_ids(connection, [found])[found]

    def members(self, cluster: DocumentId) -> list[IndexedDocument]:
        """Read the documents of a cluster, oldest first, by any id that `resolve` takes."""
        key = _key(cluster)
        with self.database.reading() as connection:
            found = _find_cluster(connection, key)
            if found is None:
                return []
            query = select(DOCUMENTS.c.id).where(DOCUMENTS.c.cluster == found)
            stored = read_by_id(connection, connection.execute(query).scalars())
            return _indexed_documents(connection, sorted(stored.values(), key=lambda each: each.number))

    def search(self, words: str, *, most: int = 20) -> list[IndexedDocument]:
        """Find documents by words of their titles, or by how the words begin; the last added first, at most `most`.

        Raises:
            ValueError: There are too many words.
        """
        with self.database.reading() as connection:
            numbers = find_by_words(connection, words, most)
            stored = read_by_number(connection, numbers)
            return _indexed_documents(connection, [stored[number] for number in numbers])

    def choose_document_to_keep(self, documents: Sequence[IndexedDocument]) -> tuple[IndexedDocument, KeptBecause]:
        """Return the one to keep of a cluster's documents, at least one, and why."""
        return self._choice.document_to_keep(documents)

    def stats(self) -> Stats:
        """Count the documents, clusters and pairs; reads some tables whole."""
        columns = DOCUMENTS.c
        times = [extreme(time) for time in (columns.added, columns.published) for extreme in (func.min, func.max)]
        with self.database.reading() as connection:
            documents, *spans = connection.execute(select(func.count(), *times)).one()
            clusters = connection.execute(select(func.count()).where(columns.cluster == columns.number)).scalar_one()
            n_rows = connection.execute(select(func.count()).where(PAIRS.c.same_story)).scalar_one()
            size = _n_bytes(connection, self.database)
        return Stats(documents, clusters, n_rows // 2, size, FORMAT, *spans)

    def latest_clusters(self, most: int) -> list[ClusterSummary]:
        """Read the clusters to which documents were added last, the last first."""
        with self.database.reading() as connection:
            return read_latest_clusters(connection, most)

    def growth(self, most: int) -> list[Day]:
        """Count documents and clusters by day, for the last `most` days on which documents were added."""
        with self.database.reading() as connection:
            return read_growth(connection, most)

    def export_lines(self) -> Iterator[bytes]:
        """Write the index as lines of JSON, for `import_lines`."""
        return export_lines(self.database)

    def import_lines(self, lines: Iterable[bytes]) -> int:
        """Read what `export_lines` wrote into this empty index, whole or not at all; return how many documents.

        Raises:
            ValueError: The index is not empty, or a line is not one of an export.
            IndexMismatch: The export was made under other settings.
        """
        return import_lines(self.database, lines)

    def compact(self) -> None:
        """Free the space of removed documents; others wait meanwhile."""
        with self.database.writing() as connection:
            merge_all(connection)
        with self.database.autocommit() as connection:
            if self.database.dialect == SQLITE:
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                for table in TABLES.tables:
                    connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {table}")


def _key(id: DocumentId) -> str:
    """Return the text of an id, by which ids are compared."""
    if isinstance(id, bool) or not isinstance(id, (str, int, float)):
        raise TypeError(f"the id is of type {type(id).__name__}, expected a string or a number")
    return str(id)


def _find_cluster(connection: Connection, id: str) -> int | None:
    stored = read_by_id(connection, [id]).get(id)
    if stored is not None:
        return stored.cluster
    document = read_redirect(connection, id)
    return None if document is None else read_clusters(connection, [document])[document]


def _indexed_documents(connection: Connection, rows: Sequence[StoredDocument]) -> list[IndexedDocument]:
    ids = read_given_ids(connection, {row.cluster for row in rows})
    titles = read_titles(connection, (row.number for row in rows))
    return [
        IndexedDocument(
            row.given_id, ids[row.cluster], row.length, row.published, row.added, row.source, titles.get(row.number)
        )
        for row in rows
    ]


def _n_bytes(connection: Connection, database: Database) -> int:
    if database.file is not None:
        files = map(database.file.beside, ("", "-wal", "-shm"))
        return sum(file.stat().st_size for file in files if file.exists())
    sizes = [f"pg_total_relation_size('{name}')" for name in TABLES.tables]
    return int(connection.execute(text(f"SELECT {' + '.join(sizes)}")).scalar_one())
