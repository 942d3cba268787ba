"""Checks that the shards of each WARC file join, so that every record is read once: each begins where another ended.

A worker finds the first record of its shard by the record's first bytes, without reading what is before. A page that
contains a WARC can deceive it; then the shard is scored again, from where the shard before it ended.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from copydesk.service.score.readers import Shard
from copydesk.service.score.sources import FileKind
from copydesk.service.score.tally import Tally

Count = Callable[[int, Tally], None]
"""Adds a shard's size and counts to those of the run."""


class SpanChain:
    """The shards of WARC files that were cut, in order, until they and those before them are scored and join.

    Args:
        forget: Called with the number of each shard that was read from a wrong place.
    """

    def __init__(self, forget: Callable[[int], None]) -> None:
        self._forget = forget
        self._cut: deque[Shard] = deque()
        self._scored: dict[int, tuple[Tally, Count]] = {}
        self._misread: deque[Shard] = deque()
        self._end: int | None = None  # unknown behind a shard that could not be read to its end

    def cut(self, shard: Shard) -> None:
        """Add the next shard that was cut."""
        if shard.kind is FileKind.WARC:
            self._cut.append(shard)

    def scored(self, shard: Shard, tally: Tally, count: Count) -> None:
        """Count a shard that was scored, and those behind it, as soon as those before show that it is right."""
        if shard.kind is not FileKind.WARC:
            count(shard.size, tally)
            return
        self._scored[shard.number] = (tally, count)
        while self._cut and self._cut[0].number in self._scored:
            shard = self._cut[0]
            tally, count = self._scored.pop(shard.number)
            if not self._joins(shard, tally):
                self._forget(shard.number)
                self._misread.append(replace(shard, begin=self._end))
                return
            self._cut.popleft()
            first, behind = tally.span
            if first >= 0 or behind < 0:
                self._end = None if behind < 0 else behind
            count(shard.size, tally)

    def misread(self) -> list[Shard]:
        """Return the shards that must be scored again, with the places where they begin."""
        found = list(self._misread)
        self._misread.clear()
        return found

    def _joins(self, shard: Shard, tally: Tally) -> bool:
        first, behind = tally.span
        if shard.start == 0 or behind < 0 or self._end is None:
            return True
        return first == self._end or (first < 0 and self._end >= shard.end)
