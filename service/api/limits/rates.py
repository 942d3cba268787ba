"""How many requests each key has left: a bucket a key that fills evenly, one for all workers of a server."""

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
"""The buckets' name in the folder that workers share."""
LOCK_SECONDS = 5
"""How long a worker waits for another that changes a bucket, which takes a fraction of a millisecond."""

_TABLE = 'CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, "left" REAL NOT NULL, at REAL NOT NULL)'


@dataclass(slots=True)
class _Bucket:
    left: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key has: whether this request is within it, requests left, and seconds until one more, or all, are."""

    granted: bool
    left: int
    seconds: int


class Rates:
    """The buckets of all keys; a full one holds a minute's requests.

    They are in a small database, as several processes count in the same buckets. It is gone with the server, so that
    nothing of it waits for the disk.
    """

    def __init__(
        self, per_minute: int, clock: Callable[[], float] = time.monotonic, *, folder: Path | None = None
    ) -> None:
        """Open the buckets.

        Args:
            per_minute: Requests of each key.
            clock: In seconds; the same for all processes, as that of the machine is.
            folder: Shared with other processes; None where there are none.
        """
        self.quota = per_minute
        self._clock = clock
        place = ":memory:" if folder is None else folder / FILE
        self._buckets = sqlite3.connect(place, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
        self._buckets.execute("PRAGMA journal_mode = WAL")
        self._buckets.execute("PRAGMA synchronous = OFF")
        self._buckets.execute(_TABLE)

    def take(self, name: str) -> Allowance:
        """Take one request of a key's bucket, if it holds one.

        Raises:
            Problem: The buckets cannot be used.
        """
        with self._bucket(name) as bucket:
            granted = bucket.left >= 1
            if granted:
                bucket.left -= 1
        missing = 1 - bucket.left if not granted else self.quota - bucket.left
        return Allowance(granted, max(0, int(bucket.left)), max(1, math.ceil(self._seconds(missing))))

    def owe(self, name: str, n: int) -> float:
        """Take the requests of rows that are let through, and return for how many seconds to hold up the next.

        Raises:
            Problem: The buckets cannot be used.
        """
        with self._bucket(name) as bucket:
            bucket.left -= n
        return self._seconds(-bucket.left) if bucket.left < 0 else 0.0

    def close(self) -> None:
        """Let go of the buckets."""
        self._buckets.close()

    @contextmanager
    def _bucket(self, name: str) -> Iterator[_Bucket]:
        """Give a bucket as it is now, to be changed while no other process looks at it.

        Raises:
            Problem: The buckets cannot be used.
        """
        try:
            self._buckets.execute("BEGIN IMMEDIATE")
            with self._buckets:
                now = self._clock()
                bucket = self._filled(name, now)
                yield bucket
                self._buckets.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", (name, bucket.left, now))
        except sqlite3.Error as error:
            message = f"the requests of keys cannot be counted ({error}); see that the temporary folder has room"
            raise Problem("keys_unusable", message) from None

    def _filled(self, name: str, now: float) -> _Bucket:
        row = self._buckets.execute('SELECT "left", at FROM buckets WHERE name = ?', (name,)).fetchone()
        left, at = row or (self.quota, now)
        return _Bucket(min(float(self.quota), left + (now - at) * self.quota / WINDOW_SECONDS))

    def _seconds(self, requests: float) -> float:
        return requests * WINDOW_SECONDS / self.quota
