"""Opens the file of a SQLite index: also one that may only be read, and only as long as it is at its path."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from stat import S_ISDIR
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event

from copydesk.service.index_errors import IndexUnavailable

R = TypeVar("R")
LOCK_SECONDS = 30
"""How long a transaction waits for a lock, above all for that of the writers, before it fails."""
POLL_SECONDS = 0.01
"""The longest pause between two attempts to get the writer lock. SQLite's own pauses grow to 0.1 s, so that one of many
writers may never get it."""
CACHE_KIB = 8 * 1024
"""SQLite's page cache of each connection; small, as the system caches pages of the file too."""
WAL_BYTES = 64 * 1024 * 1024
"""The size to which SQLite truncates its write-ahead log after a checkpoint."""
PAGE_BYTES = 8192
"""SQLite's page size in a new file. A document's row has 1.8 kB: pages of 4,096 bytes have room for two, and leave 557
bytes of each empty."""
CHECKPOINT_PAGES = 4096
"""Pages in the write-ahead log from which on SQLite makes a checkpoint."""

STATE = "file"
"""The entry of a connection's `info` that has the FileState which it was opened with."""

FileState = tuple[int, ...]
"""Which file is at a path: device and inode; and if it is open without locks, its size, time, and write-ahead log."""


class SqliteFile:
    """The file of an index."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.may_create = False
        """Whether a missing file is made; one that was there once is not."""
        self.is_new = False
        """Whether opening the index made the file."""

    def create_engine(self) -> Engine:
        """Make the pool of connections to the file."""
        engine = create_engine("sqlite://", creator=self._connect, hide_parameters=True, poolclass=QueuePool)
        event.listen(engine, "connect", self._set_up)
        event.listen(engine, "begin", _begin)
        return engine

    def beside(self, end: str) -> Path:
        """Return a file that SQLite keeps beside it, by the end of its name: `-wal` or `-shm`."""
        return self.path.with_name(self.path.name + end)

    def exists(self) -> bool:
        """Tell whether there is a file at the path.

        Raises:
            IndexUnavailable: It is a folder, or the system cannot look it up.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise IndexUnavailable(
                f"index {str(self.path)!r} cannot be looked up ({reason}); name another place, or mend the permissions"
            ) from None
        if S_ISDIR(found.st_mode):
            raise IndexUnavailable(f"{str(self.path)!r} is a folder, expected a file; name a file in it for the index")
        return True

    def is_writable(self) -> bool:
        """Tell whether it may be written: SQLite makes files beside it."""
        return os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)

    def is_open_in(self, connection: Connection) -> bool:
        """Tell whether a connection has opened what is at the path now."""
        state: FileState = connection.info[STATE]
        return self._state(unlocked=len(state) > 2) == state

    def identity_in(self, connection: Connection) -> FileState:
        """Return device and inode of the file that a connection has opened."""
        state: FileState = connection.info[STATE]
        return state[:2]

    def use_write_ahead_log(self, connection: Connection) -> None:
        """Set the page size of a new file, and the mode in which readers and a writer do not wait for each other."""
        connection.exec_driver_sql(f"PRAGMA page_size = {PAGE_BYTES}").close()
        _retry(lambda: connection.exec_driver_sql("PRAGMA journal_mode = WAL").close())

    def remove_if_empty(self, table: str) -> None:
        """Remove the file if a table has no rows and nobody else has it open; all own connections are closed."""
        uri = f"{self.path.absolute().as_uri()}?mode=rw"
        with suppress(sqlite3.Error, OSError), closing(sqlite3.connect(uri, uri=True, timeout=0)) as connection:
            connection.isolation_level = None
            connection.execute("PRAGMA journal_mode = DELETE")  # it fails if others have the file open
            connection.execute("BEGIN EXCLUSIVE")
            if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None:
                self.path.resolve().unlink()  # a link to it was there before

    def _connect(self) -> sqlite3.Connection:
        mode = "rwc" if self.may_create else "rw"
        if self.exists() and not self.is_writable():
            # without the log's files, which cannot be made, SQLite can only read it if it takes no locks
            mode = "ro" if self._n_log_bytes() else "ro&immutable=1"
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        self.may_create = False
        return connection

    def _set_up(self, connection: sqlite3.Connection, record: Any) -> None:
        record.info[STATE] = self._state(unlocked=not self.is_writable() and not self._n_log_bytes())
        for pragma in (
            f"busy_timeout = {1000 * LOCK_SECONDS}",
            "synchronous = FULL",
            f"cache_size = -{CACHE_KIB}",
            f"journal_size_limit = {WAL_BYTES}",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def _state(self, *, unlocked: bool) -> FileState:
        """Read which file is at the path; empty if there is none."""
        try:
            found = self.path.stat()
        except OSError:
            return ()
        if unlocked:
            return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, self._n_log_bytes()
        return found.st_dev, found.st_ino

    def _n_log_bytes(self) -> int:
        try:
            return self.beside("-wal").stat().st_size
        except OSError:
            return 0


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("autocommit"):
        return
    cursor = connection.connection.cursor()  # faster than SQLAlchemy's own execution
    if not options.get("write"):
        cursor.execute("BEGIN")
        return
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        _retry(lambda: cursor.execute("BEGIN IMMEDIATE"))
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {1000 * LOCK_SECONDS}")


def _retry(action: Callable[[], R]) -> R:
    """Try again while another connection has the lock, for LOCK_SECONDS."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return action()
        except Exception as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0, POLL_SECONDS))


def is_full(error: BaseException | None) -> bool:
    """Tell whether an error of the driver means that there is no room on the disk, or that the disk fails."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def is_no_database(error: BaseException | None) -> bool:
    """Tell whether an error of the driver means that the file is not one of SQLite's."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB


def is_busy(error: BaseException | None) -> bool:
    """Tell whether an error of the driver, or of SQLAlchemy about one, means that another connection has the lock."""
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_BUSY
