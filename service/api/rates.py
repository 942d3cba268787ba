"""How many requests each key has left: a bucket a key that fills evenly."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_SECONDS = 60


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key has: whether this request is within it, requests left, and seconds until one more, or all, are."""

    granted: bool
    left: int
    seconds: int


class Rates:
    """The buckets of all keys of one worker; a full one holds a minute's requests."""

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.quota = max(1, int(per_minute))
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, name: str) -> Allowance:
        """Take one request of a key's bucket, if it holds one."""
        bucket = self._filled(name)
        granted = bucket.left >= 1
        if granted:
            bucket.left -= 1
        missing = 1 - bucket.left if not granted else self.quota - bucket.left
        return Allowance(granted, max(0, int(bucket.left)), max(1, math.ceil(self._seconds(missing))))

    def owe(self, name: str, n: int) -> float:
        """Take the requests of rows that are let through, and return for how many seconds to hold up the next."""
        bucket = self._filled(name)
        bucket.left -= n
        return self._seconds(-bucket.left) if bucket.left < 0 else 0.0

    def _filled(self, name: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(name, _Bucket(float(self.quota), now))
        bucket.left = min(float(self.quota), bucket.left + (now - bucket.at) * self.quota / WINDOW_SECONDS)
        bucket.at = now
        return bucket

    def _seconds(self, requests: float) -> float:
        return requests * WINDOW_SECONDS / self.quota
