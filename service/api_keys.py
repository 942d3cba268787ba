"""API keys of the HTTP service: a small SQLite file with the hash and the scope of each key."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from copydesk.classifier import CopydeskError
from copydesk.classifier.plurals import counted

PREFIX = "cdk_"
"""Start of every key, by which scanners for secrets find one that was committed by mistake."""
KEY_BYTES = 32
"""Random bytes of a key. 256 bits cannot be guessed, so a fast hash (SHA-256) is enough to store it."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,79}")

_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
"""SQLite's codes for a disk that has no room, or that fails."""
_TABLE = (
    "CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, scope TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, "
    "made REAL NOT NULL)"
)
_COLUMNS = ("name", "scope", "hash", "made")


class KeysUnusable(CopydeskError):
    """The file of keys cannot be read or written."""

    code = "keys_unusable"


class KeysInterrupted(KeysUnusable):
    """The disk of the file has no room, or fails: the same command works when that is mended."""

    code = "keys_interrupted"


class Scope(StrEnum):
    """What a key allows; each scope includes those before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def allows(self, needed: Scope) -> bool:
        """Tell whether this scope includes the needed one."""
        scopes = list(Scope)
        return scopes.index(self) >= scopes.index(needed)


@dataclass(frozen=True, slots=True)
class Key:
    """A stored key, without its text; `created` is in seconds since 1970 UTC."""

    name: str
    scope: Scope
    created: float


class KeyFile:
    """The keys of one file; several processes may use it at once."""

    def __init__(self, path: Path) -> None:
        """Set the path of the file, which is created with the first key."""
        self._path = path
        self._reading: sqlite3.Connection | None = None
        self._read_file: tuple[int, int] | None = None
        """The file that `_reading` has open."""

    def add(self, name: str, scope: Scope, *, now: float) -> str:
        """Make a key and return it; it cannot be shown again, as only its hash is stored.

        Raises:
            ValueError: The name cannot be used, or another key has it.
            KeysUnusable: The file cannot be written.
        """
        if not NAME.fullmatch(name):
            raise ValueError(
                f"the name is {name[:80]!r}, expected 1 to 80 letters, digits or . _ @ - beginning with one"
            )
        key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
        with self._writing() as connection:
            row = (name, scope.value, _hash_key(key), now)
            added = connection.execute("INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?)", row).rowcount
        if not added:
            raise ValueError(f"there is a key named {name!r} already; revoke it first, or choose another name")
        return key

    def revoke(self, name: str) -> bool:
        """Make a key invalid from the next request on; return whether there was one."""
        if self._identity() is None:
            return False
        with self._writing() as connection:
            return bool(connection.execute("DELETE FROM keys WHERE name = ?", (name,)).rowcount)

    def read_all(self) -> list[Key]:
        """Read all keys, in the order of their names."""
        return self._select("ORDER BY name")

    def find(self, key: str) -> Key | None:
        """Look a key up; None if it is not valid."""
        return next(iter(self._select("WHERE hash = ?", _hash_key(key))), None)

    def close(self) -> None:
        if self._reading is not None:
            self._reading.close()
        self._reading = self._read_file = None

    def _select(self, condition: str, *values: bytes) -> list[Key]:
        identity = self._identity()
        if identity != self._read_file:  # a file that was replaced or removed, as keys in it must not stay valid
            self.close()
        if identity is None:
            return []
        if self._reading is None:
            self._reading, self._read_file = self._open(), identity
        try:
            rows = self._reading.execute(f"SELECT name, scope, made FROM keys {condition}", values)
            return [Key(name, Scope(scope), created) for name, scope, created in rows]
        except sqlite3.Error as error:
            self.close()
            raise self._unusable(error) from None

    def _identity(self) -> tuple[int, int] | None:
        """Return which file is at the path; None if there is none."""
        try:
            found = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._unusable(error) from None
        return found.st_dev, found.st_ino

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Open the file for a transaction; a new one can be read only by its owner."""
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(self._open()) as connection, connection:
                yield connection
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from None

    def _open(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
            try:
                self._check_tables(connection)
                connection.execute(_TABLE)
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            raise self._unusable(error) from None
        return connection

    def _check_tables(self, connection: sqlite3.Connection) -> None:
        """Raise `KeysUnusable` if the file is the database of another program."""
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = tuple(row[1] for row in connection.execute("PRAGMA table_info(keys)"))
        if names and columns != _COLUMNS:
            some = ", ".join(sorted(names)[:5])
            raise KeysUnusable(
                f"{self._path} is a database of another program: it has {counted(len(names), 'table')} ({some}), "
                "expected a file of keys or an empty one; name another file with COPYDESK_KEYS"
            )

    def _unusable(self, error: Exception) -> KeysUnusable:
        if getattr(error, "errno", None) == errno.ENOSPC or getattr(error, "sqlite_errorcode", 0) & 0xFF in _NO_ROOM:
            return KeysInterrupted(f"the keys in {self._path} cannot be used ({error}); make room on its disk")
        return KeysUnusable(f"the keys in {self._path} cannot be used ({error}); name another file with COPYDESK_KEYS")


def _hash_key(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
