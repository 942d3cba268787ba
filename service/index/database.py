"""Opens SQLite and PostgreSQL behind one interface: connections, transactions, and errors that name the index."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, PendingRollbackError, TimeoutError

from copydesk.service.index import postgres, sqlite_file
from copydesk.service.index.keys import FILTER, KEY_LOG, KeyFilter
from copydesk.service.index.sqlite_file import SqliteFile
from copydesk.service.index_errors import IndexInterrupted, IndexUnavailable

SQLITE = "sqlite"
POSTGRES = "postgresql"
UNUSABLE = "check that it exists, is writable and has free space"
UNREACHABLE = "check that the server runs, and the host, port, user, password and database in the URL"

_MEMORY = ":memory:"
"""SQLite's name for a database without a file, which each connection of an index would have for itself."""

_SCHEME = re.compile(r"[a-z][a-z0-9+]*://")


class Database:
    """The database of an index; each thread gets a connection from the pool."""

    def __init__(self, place: str | Path) -> None:
        """Read the place: a file's path, or a URL of SQLite or PostgreSQL.

        Raises:
            TypeError: The place is neither a string nor a path.
            ValueError: The place is empty, or its URL cannot be read or names another database.
            IndexUnavailable: The driver is not installed.
        """
        place = os.fspath(place)
        self.file: SqliteFile | None = None
        if postgres.URL.match(place):
            self.dialect = POSTGRES
            url, self.name = postgres.read_url(place)
            self._engine = postgres.create_postgres_engine(url)
        else:
            self.dialect = SQLITE
            self.name = repr(place)
            self.file = SqliteFile(_read_path(place))
            self._engine = self.file.create_engine()
        self.check_content: Callable[[Connection], None] = lambda _: None
        """Checks in a transaction that the database has the index; called again if another file is at the path."""
        self._identity: sqlite_file.FileState = ()
        """The file whose content was checked last."""
        self._filter = KeyFilter()
        self._process = os.getpid()
        event.listen(self._engine, "connect", lambda _, record: record.info.update({FILTER: self._filter}))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read transaction, which sees one state of the index whatever others write meanwhile."""
        with self._translating_errors(), self._connect() as connection:
            if self.dialect == POSTGRES:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection
            self._check_file(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a write transaction, one at a time for each index: durable at the end, rolled back on an error."""
        with self._translating_errors(), self._connect().execution_options(write=True) as connection:
            info = connection.info
            try:
                with connection.begin():
                    if self.dialect == POSTGRES:
                        connection.exec_driver_sql(postgres.LOCK)
                    yield connection
            except BaseException:
                info.pop(KEY_LOG, None)  # it may have keys that were rolled back
                raise
            self._check_file(connection)  # what is written to a file that has been removed is lost

    @contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """Open a connection without a transaction and without a time limit, for commands such as VACUUM."""
        with self._translating_errors(), self._connect() as connection:
            connection.connection.rollback()  # SQLAlchemy's test of the connection may have begun a transaction
            connection = connection.execution_options(isolation_level="AUTOCOMMIT", autocommit=True)
            if self.dialect == POSTGRES:
                connection.detach()
                connection.exec_driver_sql("SET statement_timeout = 0")
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _connect(self) -> Connection:
        self._leave_connections_of_parent()
        connection = self._engine.connect()
        if self.file is None:
            return connection
        if not self.file.is_open_in(connection):
            connection.close()
            self._engine.dispose()
            self._identity = ()  # the next file may get the inode of this one
            self._filter = KeyFilter()
            self._check_exists()
            connection = self._engine.connect()
        identity = self.file.identity_in(connection)
        if identity != self._identity:
            try:
                with connection.begin():
                    self.check_content(connection)
            except BaseException:
                connection.close()
                raise
            self._identity = identity
        return connection

    def _leave_connections_of_parent(self) -> None:
        """Connect anew in a process that was forked: two processes that use one connection mix up their statements."""
        if self.dialect == POSTGRES and self._process != os.getpid():
            self._engine.dispose(close=False)
            self._process = os.getpid()

    def _check_exists(self) -> None:
        if self.file is not None and not self.file.may_create and not self.file.exists():
            raise IndexUnavailable(
                f"index {self.name} is gone: its file has been moved or removed; "
                "put it back, or restart to make a new index"
            )

    def _check_file(self, connection: Connection) -> None:
        """Check at the end of a transaction that its file is still at its path, unchanged if it was read unlocked."""
        if self.file is not None and not self.file.is_open_in(connection):
            self._check_exists()
            raise IndexUnavailable(f"index {self.name} has been replaced while it was used; try again")

    @contextmanager
    def _translating_errors(self) -> Iterator[None]:
        """Turn errors of the driver into IndexUnavailable; its own message might show a password."""
        try:
            yield
        except (DBAPIError, PendingRollbackError, TimeoutError, self._engine.dialect.loaded_dbapi.Error) as error:
            original = error.orig if isinstance(error, DBAPIError) else error
            if sqlite_file.is_busy(original) or postgres.is_lock_timeout(original):
                raise IndexInterrupted(
                    f"index {self.name} is in use: others have been writing to it for "
                    f"{sqlite_file.LOCK_SECONDS} seconds; try again later"
                ) from None
            self._check_exists()
            reason = next(iter(str(original).splitlines()), type(original).__name__)
            if sqlite_file.is_no_database(original):
                raise IndexUnavailable(
                    f"{self.name} is no index: it is not a file of SQLite's; name another file, or a new one"
                ) from None
            advice = UNREACHABLE if postgres.is_unreachable(original) else UNUSABLE
            is_full = sqlite_file.is_full(original) or postgres.is_full(original)
            raise (IndexInterrupted if is_full else IndexUnavailable)(
                f"index {self.name} cannot be used: {reason}; {advice}"
            ) from None


def public_name(place: str) -> str:
    """Return a place without its password.

    Raises:
        ValueError: The place is empty, or its URL cannot be read or names another database.
        IndexUnavailable: The driver is not installed.
    """
    if postgres.URL.match(place):
        return postgres.read_url(place)[1]
    _read_path(place)
    return place


def _read_path(place: str) -> Path:
    if not place.strip():
        raise ValueError("the place of the index is empty, expected a file's path or a postgresql:// URL")
    if not _SCHEME.match(place):
        return _check_path(place)
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise ValueError(f"the index's URL cannot be read; {postgres.EXPECTED}") from None
    if url.get_backend_name() != SQLITE:
        raise ValueError(
            f"the index's URL names {url.get_backend_name()}, expected a file's path or a postgresql:// URL"
        )
    return _check_path(url.database or _MEMORY)


def _check_path(path: str) -> Path:
    if path == _MEMORY:
        raise ValueError("the place of the index names SQLite's memory, expected a file's path; name a file")
    return Path(path)
