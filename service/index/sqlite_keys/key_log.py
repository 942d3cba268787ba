"""The keys of an SQLite index that came last: a log of runs on disk, which every connection holds sorted in memory.

New keys would else each change a page of the large table of their own. A run is what one transaction added, or took out
of earlier runs. Its keys stay in it until their piece moves to the table `keys`; it goes when all of them have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Integer, bindparam, delete, insert, literal_column, select

from copydesk.classifier.compiled.jit import jit
from copydesk.classifier.duplicates.shingles import KEY_BITS
from copydesk.service.index.sqlite_keys.key_filter import count_anew, filter_keys
from copydesk.service.index.sqlite_keys.partition import PIECE_SHIFT, PIECES, last_move, state
from copydesk.service.index.statements import Statement
from copydesk.service.index.tables import KEY_RUNS, KEYS, LAST_RUN, MOVED, set_value

RECENT = "recent_keys"
"""Under what name a connection's own are kept with it."""

MOVED_AT_ONCE = 4096
_RATIO = 4
"""A run in memory is at least so many times as long as the next, else the two are made one."""
_JOINED_AT_ONCE = 131_072
"""Pairs of runs that are made one: so many at a time, as sorting all at once would hold them four times."""

Pairs = NDArray[np.int64]
"""Shape (2, n): keys, and the documents that hold them."""

_LATER = Statement(
    select(KEY_RUNS.c.since, KEY_RUNS.c.gone, KEY_RUNS.c.pairs)
    .where(KEY_RUNS.c.run > bindparam("run", type_=Integer()))
    .order_by(KEY_RUNS.c.run)
)

_FIRST_LEFT = Statement(
    select(KEY_RUNS.c.run)
    .where(KEY_RUNS.c.since > bindparam("moved", type_=Integer()))
    .order_by(KEY_RUNS.c.run)
    .limit(literal_column("1"))
)


@dataclass(slots=True)
class _Run:
    """Pairs by rising key; those of pieces that have moved `since` do not count, nor those of document 0."""

    pairs: Pairs
    since: int

    def live(self, found: NDArray[np.intp], moved: int) -> NDArray[np.intp]:
        """Return which of some pairs count."""
        keys, documents = self.pairs[:, found]
        live: NDArray[np.intp] = found[(documents > 0) & (last_move(keys >> PIECE_SHIFT, moved) < self.since)]
        return live


class RecentKeys:
    """What the log of runs says, as of a connection's present transaction."""

    def __init__(self) -> None:
        """Begin as of an index without keys."""
        self._runs: list[_Run] = []
        self.moved = 0
        self._last = 0

    def catch_up(self, connection: Connection) -> bool:
        """Read what is new in the log; False where the log is another one, as a file that was put in its place has."""
        moved, last = state(connection)
        if last < self._last or moved < self.moved:
            return False
        self.moved = moved
        if last > self._last:
            added: list[Pairs] = []
            for since, gone, data in _LATER.rows(connection, run=self._last):
                pairs = np.frombuffer(data, "<i8").astype(np.int64).reshape(2, -1)
                if gone:
                    self._append(added)
                    self._take_out(pairs)
                else:
                    added.append(pairs[:, last_move(pairs[0] >> PIECE_SHIFT, moved) < since])
            self._append(added)
            self._last = last
        self._runs = [run for run in self._runs if run.since > moved - PIECES]
        return True

    def holders(self, keys: NDArray[np.int64]) -> list[tuple[int, int]]:
        """Return the pairs of some keys, each once."""
        found: list[tuple[int, int]] = []
        for run in self._runs:
            places = _places(run.pairs[0], keys)
            if places.size:
                found += zip(*run.pairs[:, run.live(places, self.moved)].tolist(), strict=True)
        return found

    def between(self, first: int, last: int) -> Pairs:
        """Return the pairs of the keys from one to before another."""
        return _between(self._runs, first, last, self.moved)

    def add(self, connection: Connection, pairs: Pairs) -> None:
        """Write a run of new pairs."""
        self._write(connection, pairs, gone=False)
        self._append([pairs])

    def remove(self, connection: Connection, pairs: Pairs) -> None:
        """Take pairs out; those that are not there are passed over."""
        gone = self._take_out(pairs)
        if gone.size:
            self._write(connection, gone, gone=True)

    def move(self, connection: Connection, n_pieces: int) -> None:
        """Move the next pieces to `keys`; nothing may be looked up after it in the same transaction."""
        while n_pieces > 0:
            first = self.moved % PIECES
            n = min(n_pieces, PIECES - first, MOVED_AT_ONCE)
            pairs = self.between(first << PIECE_SHIFT, (first + n) << PIECE_SHIFT)
            if pairs.size:
                sql = f"INSERT INTO {KEYS.name} (key, document) VALUES (?, ?)"
                connection.exec_driver_sql(sql, list(map(tuple, pairs.T.tolist())))
                filter_keys(connection, first, first + n, pairs[0])
            self.moved += n
            n_pieces -= n
        set_value(connection, MOVED, str(self.moved))
        self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        """Delete the runs whose keys have all moved; as `since` rises with the runs, those after them are not read."""
        left = _FIRST_LEFT.rows(connection, moved=self.moved - PIECES)
        connection.execute(delete(KEY_RUNS).where(KEY_RUNS.c.run < (left[0][0] if left else self._last + 1)))

    def _write(self, connection: Connection, pairs: Pairs, *, gone: bool) -> None:
        self._last += 1
        row = {"run": self._last, "since": self.moved, "gone": gone, "pairs": pairs.astype("<i8").tobytes()}
        connection.execute(insert(KEY_RUNS), [row])
        set_value(connection, LAST_RUN, str(self._last))

    def _take_out(self, pairs: Pairs) -> Pairs:
        """Mark pairs; returns those that were there."""
        gone = []
        for run in self._runs:
            begins = np.searchsorted(run.pairs[0], pairs[0], side="left")
            ends = np.searchsorted(run.pairs[0], pairs[0], side="right")
            for at in np.flatnonzero(ends > begins).tolist():
                places = np.arange(begins[at], ends[at])
                places = run.live(places[run.pairs[1, places] == pairs[1, at]], self.moved)
                if places.size:
                    gone.append(at)
                    run.pairs[1, places] = 0
        return pairs[:, sorted(gone)]

    def _append(self, parts: list[Pairs]) -> None:
        """Take new pairs as a run, which the last ones join until each is many times as long as the next."""
        joined = [_Run(_sorted(parts), self.moved)]
        parts.clear()
        n = joined[0].pairs.shape[1]
        while self._runs and self._runs[-1].pairs.shape[1] < _RATIO * n:
            joined.append(self._runs.pop())
            n += joined[-1].pairs.shape[1]
        new = joined[0] if len(joined) == 1 else _Run(_joined(joined[::-1], self.moved), self.moved)
        if new.pairs.size:
            self._runs.append(new)


@jit
def _places(held: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return where some keys stand among those that are held, rising; any of them may stand there several times."""
    places = np.empty(len(keys), np.intp)
    n = 0
    for key in keys:
        at = np.searchsorted(held, key)
        while at < len(held) and held[at] == key:
            if n == len(places):
                places = np.concatenate((places, np.empty_like(places)))
            places[n] = at
            n += 1
            at += 1
    return places[:n]


def _between(runs: Sequence[_Run], first: int, last: int, moved: int) -> Pairs:
    """Return the pairs whose keys lie from one to before another; from each run those that count."""
    parts = []
    for run in runs:
        begin, end = np.searchsorted(run.pairs[0], (first, last))
        parts.append(run.pairs[:, run.live(np.arange(begin, end), moved)])
    return _sorted(parts)


def _joined(runs: Sequence[_Run], moved: int) -> Pairs:
    """Make one run's pairs of several runs', range after range of the keys, which are hashes."""
    room = sum(run.pairs.shape[1] for run in runs)
    pairs = np.empty((2, room), np.int64)  # the system gives memory as it is written
    steps = np.linspace(0, 1 << KEY_BITS, 2 + room // _JOINED_AT_ONCE, dtype=np.int64).tolist()
    n = 0
    for first, last in pairwise(steps):
        part = _between(runs, first, last, moved)
        pairs[:, n : n + part.shape[1]] = part
        n += part.shape[1]
    return pairs[:, :n]


def _sorted(parts: list[Pairs]) -> Pairs:
    """Return pairs by key; a copy."""
    every = np.concatenate([np.empty((2, 0), np.int64), *parts], axis=1)
    return every[:, np.argsort(every[0], kind="stable")]


def recent_keys(connection: Connection) -> RecentKeys:
    """Return a connection's recent keys, as of its present transaction."""
    held: RecentKeys | None = connection.info.pop(RECENT, None)
    if held is None or not held.catch_up(connection):
        held = RecentKeys()
        held.catch_up(connection)
    connection.info[RECENT] = held
    return held


def move_all(connection: Connection) -> None:
    """Move all recent keys to the others, and make the filter anew."""
    recent_keys(connection).move(connection, PIECES)
    count_anew(connection)
