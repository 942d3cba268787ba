"""The key log of an index: an LSM level that takes new keys, so that adding a document writes few pages.

A transaction appends one sorted run to the table `key_runs`, with its new postings, or with tombstones for postings it
removed from earlier runs. See docs/how-it-works.md, "The keys".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, bindparam, delete, literal_column, select

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.duplicates.shingles import KEY_BITS
from copydesk.service.index.bulk_inserts import insert_postings, insert_rows
from copydesk.service.index.keys.key_filter import add_to_filter, rebuild_filter
from copydesk.service.index.keys.partition import PARTITION_SHIFT, PARTITIONS, last_merge, merge_progress
from copydesk.service.index.statements import Statement
from copydesk.service.index.tables import KEY_RUNS, LAST_RUN, N_MERGED, set_value

KEY_LOG = "key_log"
"""The entry of a connection's `info` that has its KeyLog."""

_MERGE_STEP = 4096
"""Partitions merged by one statement, which bounds the memory for their postings."""
_RATIO = 4
"""A run in memory is at least this many times as long as the next younger one; else the two are joined."""
_JOIN_STEP = 131_072
"""Postings sorted at once when runs are joined: sorting all at once would need four times their memory."""

_FIND = core_function("cd_find_places", "i64* i64 i64* i64 i64* i64", "i64")

Postings = NDArray[np.int64]
"""Shape (2, n): keys, and the number of the document that has each."""

_COLUMNS = ("run", "n_merged", "tombstones", "postings")
_LATER_RUNS = Statement(
    select(KEY_RUNS.c.n_merged, KEY_RUNS.c.tombstones, KEY_RUNS.c.postings)
    .where(KEY_RUNS.c.run > bindparam("run", type_=BigInteger()))
    .order_by(KEY_RUNS.c.run)
)
_OLDEST_UNMERGED = Statement(
    select(KEY_RUNS.c.run)
    .where(KEY_RUNS.c.n_merged > bindparam("n_merged", type_=BigInteger()))
    .order_by(KEY_RUNS.c.run)
    .limit(literal_column("1"))
)


@dataclass(slots=True)
class _Run:
    """Postings sorted by key, written when `n_merged` partitions had been merged.

    A posting is live until its partition is merged again, or its document is set to 0, which marks it as removed.
    """

    postings: Postings
    n_merged: int

    def live(self, places: NDArray[np.intp], n_merged: int) -> NDArray[np.intp]:
        """Return those of some places whose postings are live."""
        keys, documents = self.postings[:, places]
        merged = last_merge(keys >> PARTITION_SHIFT, n_merged) >= self.n_merged
        live: NDArray[np.intp] = places[(documents > 0) & ~merged]
        return live


class KeyLog:
    """All live postings of the log, as of a connection's present transaction."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []
        self.n_merged = 0
        self._last_run = 0

    def catch_up(self, connection: Connection) -> bool:
        """Read the runs written since the last call; False if the file was replaced by another index."""
        n_merged, last_run = merge_progress(connection)
        if last_run < self._last_run or n_merged < self.n_merged:
            return False
        self.n_merged = n_merged
        if last_run > self._last_run:
            added: list[Postings] = []
            for n_merged_then, tombstones, data in _LATER_RUNS.rows(connection, run=self._last_run):
                postings = np.frombuffer(data, "<i8").astype(np.int64).reshape(2, -1)
                if tombstones:
                    self._append(added)
                    self._mark_removed(postings)
                else:
                    added.append(postings[:, last_merge(postings[0] >> PARTITION_SHIFT, n_merged) < n_merged_then])
            self._append(added)
            self._last_run = last_run
        self._runs = [run for run in self._runs if run.n_merged > n_merged - PARTITIONS]
        return True

    def find(self, keys: NDArray[np.int64]) -> Postings:
        """Return the live postings of some keys, each once."""
        found = [np.empty((2, 0), np.int64)]
        for run in self._runs:
            places = _find_places(run.postings[0], keys)
            if places.size:
                found.append(run.postings[:, run.live(places, self.n_merged)])
        return np.concatenate(found, axis=1)

    def between(self, first: int, last: int) -> Postings:
        """Return the live postings whose keys are at least `first` and below `last`, sorted by key."""
        return _between(self._runs, first, last, self.n_merged)

    def add(self, connection: Connection, postings: Postings) -> None:
        """Append a run of new postings."""
        self._write_run(connection, postings, tombstones=False)
        self._append([postings])

    def remove(self, connection: Connection, postings: Postings) -> None:
        """Append tombstones for those postings that the log has; the others are ignored."""
        removed = self._mark_removed(postings)
        if removed.size:
            self._write_run(connection, removed, tombstones=True)

    def merge(self, connection: Connection, n_partitions: int) -> None:
        """Merge the next partitions into `keys`; no key may be looked up later in the same transaction."""
        while n_partitions > 0:
            first = self.n_merged % PARTITIONS
            n = min(n_partitions, PARTITIONS - first, _MERGE_STEP)
            postings = self.between(first << PARTITION_SHIFT, (first + n) << PARTITION_SHIFT)
            if postings.size:
                insert_postings(connection, postings)
                add_to_filter(connection, first, first + n, postings[0])
            self.n_merged += n
            n_partitions -= n
        set_value(connection, N_MERGED, str(self.n_merged))
        self._delete_merged_runs(connection)

    def _delete_merged_runs(self, connection: Connection) -> None:
        """Delete the runs all of whose partitions have been merged: `n_merged` rises with the number of a run."""
        rows = _OLDEST_UNMERGED.rows(connection, n_merged=self.n_merged - PARTITIONS)
        connection.execute(delete(KEY_RUNS).where(KEY_RUNS.c.run < (rows[0][0] if rows else self._last_run + 1)))

    def _write_run(self, connection: Connection, postings: Postings, *, tombstones: bool) -> None:
        self._last_run += 1
        data = postings.astype("<i8").tobytes()
        insert_rows(connection, KEY_RUNS, _COLUMNS, [(self._last_run, self.n_merged, tombstones, data)])
        set_value(connection, LAST_RUN, str(self._last_run))

    def _mark_removed(self, postings: Postings) -> Postings:
        """Mark postings in memory as removed; return those that were live."""
        removed = []
        for run in self._runs:
            begins = np.searchsorted(run.postings[0], postings[0], side="left")
            ends = np.searchsorted(run.postings[0], postings[0], side="right")
            for at in np.flatnonzero(ends > begins).tolist():
                places = np.arange(begins[at], ends[at])
                places = run.live(places[run.postings[1, places] == postings[1, at]], self.n_merged)
                if places.size:
                    removed.append(at)
                    run.postings[1, places] = 0
        return postings[:, sorted(removed)]

    def _append(self, parts: list[Postings]) -> None:
        """Add new postings as one run and empty the list; join the youngest runs until _RATIO holds again."""
        runs = [_Run(_sorted(parts), self.n_merged)]
        parts.clear()
        n = runs[0].postings.shape[1]
        while self._runs and self._runs[-1].postings.shape[1] < _RATIO * n:
            runs.append(self._runs.pop())
            n += runs[-1].postings.shape[1]
        new = runs[0] if len(runs) == 1 else _Run(_join(runs[::-1], self.n_merged), self.n_merged)
        if new.postings.size:
            self._runs.append(new)


def _find_places(sorted_keys: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return all places in the sorted keys, which may repeat, that have one of some keys."""
    places = np.empty(len(keys), np.int64)
    n = _FIND(sorted_keys, len(sorted_keys), keys, len(keys), places, len(places))
    if n > len(places):
        places = np.empty(n, np.int64)
        _FIND(sorted_keys, len(sorted_keys), keys, len(keys), places, n)
    return places[:n]


def _between(runs: Sequence[_Run], first: int, last: int, n_merged: int) -> Postings:
    parts = []
    for run in runs:
        begin, end = np.searchsorted(run.postings[0], (first, last))
        parts.append(run.postings[:, run.live(np.arange(begin, end), n_merged)])
    return _sorted(parts)


def _join(runs: Sequence[_Run], n_merged: int) -> Postings:
    """Return the live postings of several runs, sorted: one range of keys after the other, which are hashes."""
    room = sum(run.postings.shape[1] for run in runs)
    postings = np.empty((2, room), np.int64)  # the system allocates memory as it is written
    steps = np.linspace(0, 1 << KEY_BITS, 2 + room // _JOIN_STEP, dtype=np.int64).tolist()
    n = 0
    for first, last in pairwise(steps):
        part = _between(runs, first, last, n_merged)
        postings[:, n : n + part.shape[1]] = part
        n += part.shape[1]
    return postings[:, :n]


def _sorted(parts: list[Postings]) -> Postings:
    """Return a copy of all postings, sorted by key."""
    every = np.concatenate([np.empty((2, 0), np.int64), *parts], axis=1)
    return np.take(every, np.argsort(every[0], kind="stable"), axis=1)  # in rows, as the C code reads them


def key_log_of(connection: Connection) -> KeyLog:
    """Return a connection's key log, as of its present transaction."""
    log: KeyLog | None = connection.info.pop(KEY_LOG, None)
    if log is None or not log.catch_up(connection):
        log = KeyLog()
        log.catch_up(connection)
    connection.info[KEY_LOG] = log
    return log


def merge_all(connection: Connection) -> None:
    """Merge the whole log into `keys`, and rebuild the filter, which drops the keys that were removed."""
    key_log_of(connection).merge(connection, PARTITIONS)
    rebuild_filter(connection)
