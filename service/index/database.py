"""Opens SQLite and PostgreSQL behind one interface: connections, transactions, and errors that name the index."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from copydesk.service.index import postgres
from copydesk.service.index.keys import FILTER, KEY_LOG, KeyFilter
from copydesk.service.index.records import IndexUnavailable

SQLITE = "sqlite"
POSTGRES = "postgresql"
BUSY_SECONDS = 60
"""How long a transaction waits for the writer lock of SQLite before it fails."""
CACHE_KIB = 8 * 1024
"""SQLite's page cache of each connection; small, as the system caches pages of the file too."""
WAL_BYTES = 64 * 1024 * 1024
"""The size to which SQLite truncates its write-ahead log after a checkpoint."""
CHECKPOINT_PAGES = 8192
"""Pages in the write-ahead log from which on SQLite makes a checkpoint."""

_SCHEME = re.compile(r"[a-z][a-z0-9+]*://")


class Database:
    """The database of an index; each thread gets a connection from the pool."""

    def __init__(self, place: str) -> None:
        """Read the place: a file's path, or a URL of SQLite or PostgreSQL.

        Raises:
            ValueError: The URL cannot be read or names another database.
            IndexUnavailable: The driver is not installed.
        """
        self.path: Path | None = None
        if postgres.URL.match(place):
            self.dialect = POSTGRES
            url, self.name = postgres.read_url(place)
            self._engine = postgres.create_postgres_engine(url)
        else:
            self.dialect = SQLITE
            file = _read_sqlite_url(place)
            self.name = repr(place)
            self.path = Path(file.database) if file.database else None
            self._engine = _create_sqlite_engine(file)
        shared = KeyFilter()
        event.listen(self._engine, "connect", lambda _, record: record.info.update({FILTER: shared}))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read transaction, which sees one state of the index whatever others write meanwhile."""
        with self._translating_driver_errors(), self._engine.connect() as connection:
            if self.dialect == POSTGRES:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a write transaction, one at a time for each index: durable at the end, rolled back on an error."""
        with self._translating_driver_errors(), self._engine.connect().execution_options(write=True) as connection:
            info = connection.info
            try:
                with connection.begin():
                    if self.dialect == POSTGRES:
                        connection.exec_driver_sql(postgres.LOCK)
                    yield connection
            except BaseException:
                info.pop(KEY_LOG, None)  # it may have keys that were rolled back
                raise

    @contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """Open a connection without a transaction, for commands such as VACUUM."""
        with self._translating_driver_errors(), self._engine.connect() as connection:
            connection.connection.rollback()  # SQLAlchemy's test of the connection may have begun a transaction
            yield connection.execution_options(isolation_level="AUTOCOMMIT", autocommit=True)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _translating_driver_errors(self) -> Iterator[None]:
        """Turn errors of the driver into IndexUnavailable; its own message might show a password."""
        try:
            yield
        except (DBAPIError, self._engine.dialect.loaded_dbapi.Error) as error:
            original = error.orig if isinstance(error, DBAPIError) else error
            raise IndexUnavailable(
                f"index {self.name} cannot be used: {_reason(original)}; "
                "check that it exists, is writable and has free space"
            ) from None


def _read_sqlite_url(place: str) -> URL:
    if not _SCHEME.match(place):
        return URL.create(SQLITE, database=place)
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise ValueError(f"the index's URL cannot be read; {postgres.EXPECTED}") from None
    if url.get_backend_name() != SQLITE:
        raise ValueError(
            f"the index's URL names {url.get_backend_name()}, expected a file's path or a postgresql:// URL"
        )
    return url


def _create_sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True, pool_use_lifo=True)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # no implicit transactions: _begin_sqlite begins them
    for pragma in (
        f"busy_timeout = {1000 * BUSY_SECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        f"cache_size = -{CACHE_KIB}",
        f"journal_size_limit = {WAL_BYTES}",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("autocommit"):
        begin = "BEGIN IMMEDIATE" if options.get("write") else "BEGIN"
        connection.connection.cursor().execute(begin)  # faster than SQLAlchemy's own execution


def _reason(error: BaseException | None) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
