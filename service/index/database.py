"""The two databases behind one interface: how each is opened, and what a reading or writing transaction is."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from copydesk.service.index.records import IndexUnavailable
from copydesk.service.index.sqlite_keys.key_filter import FILTER, KeyFilter
from copydesk.service.index.sqlite_keys.key_log import RECENT

SQLITE = "sqlite"
POSTGRES = "postgresql"
DRIVER = "postgresql+pg8000"
"""Pure Python under the BSD licence: nothing to compile, and no copyleft as with psycopg."""

BUSY_SECONDS = 60
"""How long a writer waits for another."""
CACHE_KIB = 8 * 1024
"""Of each connection; little, as the system keeps pages of the file too."""
WAL_BYTES = 64 * 1024 * 1024
"""To what size SQLite cuts its log back once what it holds is in the file."""
CHECKPOINT_PAGES = 8192
WRITER_LOCK = 0x636F7079
"""The lock that makes writers of one PostgreSQL database wait for each other: "copy" in ASCII."""

_SCHEME = re.compile(r"[a-z][a-z0-9+]*://")


class Database:
    """A place that holds an index, with its transactions; connections are made as threads need them."""

    def __init__(self, place: str) -> None:
        """Read the place: a file's path, or a URL of SQLite or PostgreSQL.

        Raises:
            ValueError: The URL cannot be read or names another database.
            IndexUnavailable: The driver is not installed.
        """
        url = _url(place)
        self.name = url.render_as_string(hide_password=True) if _SCHEME.match(place) else repr(place)
        self.dialect = url.get_backend_name()
        self.path = Path(url.database) if self.dialect == SQLITE and url.database else None
        self._engine = _engine(url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the index, whatever others write meanwhile."""
        with self._errors_named(), self._engine.connect() as connection:
            if self.dialect == POSTGRES:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that alone may write; all of it is on disk at the end, or none where an error is raised."""
        with self._errors_named(), self._engine.connect().execution_options(write=True) as connection:
            kept = connection.info
            try:
                with connection.begin():
                    if self.dialect == POSTGRES:
                        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})
                    yield connection
            except BaseException:
                kept.pop(RECENT, None)  # it may know keys that are not there now
                raise

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Give a connection outside of any transaction, for what a database does in none."""
        with self._errors_named(), self._engine.connect() as connection:
            connection.connection.rollback()  # the look whether the connection still works may have begun one
            yield connection.execution_options(isolation_level="AUTOCOMMIT", alone=True)

    def exists(self) -> bool:
        """Tell whether there may be an index; a server is only asked once it is opened."""
        return self.path is None or self.path.exists()

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        """Say which index failed; a driver's own message might show a password."""
        try:
            yield
        except (DBAPIError, self._engine.dialect.loaded_dbapi.Error) as error:
            told = error.orig if isinstance(error, DBAPIError) else error
            raise IndexUnavailable(
                f"index {self.name} cannot be used: {_reason(told)}; see that it is there, may be written and has room"
            ) from None


def _url(place: str) -> URL:
    if not _SCHEME.match(place):
        return URL.create(SQLITE, database=place)
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise ValueError("the index's URL cannot be read; expected postgresql://USER:PASSWORD@HOST/DATABASE") from None
    if url.get_backend_name() not in (SQLITE, POSTGRES):
        raise ValueError(
            f"the index's URL names {url.get_backend_name()}, expected a file's path or a postgresql:// URL"
        )
    return url.set(drivername=DRIVER) if url.get_backend_name() == POSTGRES else url


def _engine(url: URL) -> Engine:
    try:
        pre_ping = url.get_backend_name() == POSTGRES
        engine = create_engine(url, hide_parameters=True, pool_use_lifo=True, pool_pre_ping=pre_ping)
    except ImportError:
        raise IndexUnavailable(
            "the driver of PostgreSQL is not installed; install it with: pip install 'copydesk[postgres]'"
        ) from None
    if url.get_backend_name() == SQLITE:
        event.listen(engine, "connect", _set_up_sqlite)
        shared = KeyFilter()
        event.listen(engine, "connect", lambda _, record: record.info.update({FILTER: shared}))
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _set_up_postgres)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins no transaction by itself; _begin_sqlite does
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {1000 * BUSY_SECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        f"cache_size = -{CACHE_KIB}",
        f"journal_size_limit = {WAL_BYTES}",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("alone"):
        return
    begin = "BEGIN IMMEDIATE" if options.get("write") else "BEGIN"
    connection.connection.cursor().execute(begin)  # not through SQLAlchemy, whose part takes longer


def _set_up_postgres(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("SET synchronous_commit = on")
    connection.commit()
    cursor.close()


def _reason(error: BaseException | None) -> str:
    told = error.args[0] if error is not None and error.args else type(error).__name__
    return str(told.get("M", "no reason given")) if isinstance(told, dict) else str(told).splitlines()[0]
