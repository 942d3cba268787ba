"""Limits the requests of each key by a token bucket, which all workers of a server share."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from copydesk.service.api.problems import Problem

WINDOW_SECONDS = 60
FILE = "rates.sqlite"
"""Name of the database in the folder that workers share."""
LOCK_SECONDS = 5
"""How long a worker waits for another one's transaction, which takes a fraction of a millisecond."""

_TABLE = 'CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, "left" REAL NOT NULL, at REAL NOT NULL)'


@dataclass(slots=True)
class _Bucket:
    left: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """The answer for one request.

    Attributes:
        granted: Whether the request is within the limit.
        left: Requests that the key has left.
        seconds: Until the next request is granted; until the bucket is full, where this one is.
    """

    granted: bool
    left: int
    seconds: int


class RateLimiter:
    """The token buckets of all keys; a full one has a minute's requests.

    Several processes share the buckets, so they are in an SQLite database. It is worthless once the server stops, so
    no write waits for the disk.
    """

    def __init__(
        self, per_minute: int, clock: Callable[[], float] = time.monotonic, *, folder: Path | None = None
    ) -> None:
        """Open the database.

        Args:
            per_minute: Requests that each key has.
            clock: Seconds of a clock that all processes share.
            folder: Folder that the workers share, None for a single process.

        Raises:
            OSError: There is no room for the database.
        """
        self.quota = per_minute
        self._clock = clock
        path = ":memory:" if folder is None else folder / FILE
        try:
            self._database = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = OFF")
            self._database.execute(_TABLE)
        except sqlite3.Error as error:
            raise OSError(f"the counters of requests cannot be created: {error}") from error

    def take(self, name: str) -> Allowance:
        """Take one request out of a key's bucket, if it has one.

        Raises:
            Problem: The buckets cannot be used.
        """
        with self._bucket(name) as bucket:
            granted = bucket.left >= 1
            if granted:
                bucket.left -= 1
        missing = 1 - bucket.left if not granted else self.quota - bucket.left
        return Allowance(granted, max(0, int(bucket.left)), max(1, math.ceil(self._seconds(missing))))

    def take_many(self, name: str, n: int) -> float:
        """Take `n` requests, even more than the bucket contains; returns the seconds to wait until it is not overdrawn.

        Raises:
            Problem: The buckets cannot be used.
        """
        with self._bucket(name) as bucket:
            bucket.left -= n
        return self._seconds(-bucket.left) if bucket.left < 0 else 0.0

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    @contextmanager
    def _bucket(self, name: str) -> Iterator[_Bucket]:
        """Yield a bucket to be changed, in a transaction that keeps other processes out.

        Raises:
            Problem: The buckets cannot be used.
        """
        try:
            self._database.execute("BEGIN IMMEDIATE")
            with self._database:
                now = self._clock()
                bucket = self._read_bucket(name, now)
                yield bucket
                self._database.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", (name, bucket.left, now))
        except sqlite3.Error as error:
            message = f"the requests of keys cannot be counted ({error}); see that the temporary folder has room"
            raise Problem("keys_unusable", message) from None

    def _read_bucket(self, name: str, now: float) -> _Bucket:
        row = self._database.execute('SELECT "left", at FROM buckets WHERE name = ?', (name,)).fetchone()
        left, at = row or (self.quota, now)
        return _Bucket(min(float(self.quota), left + (now - at) * self.quota / WINDOW_SECONDS))

    def _seconds(self, requests: float) -> float:
        return requests * WINDOW_SECONDS / self.quota
