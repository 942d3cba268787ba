"""A filter over the table `keys` of an index: it saves the look-up of almost every key that the table lacks.

It is laid out as a quotient filter: for each partition the table `key_filter` has the sorted 16-bit remainders that
follow the partition's own bits in its keys. See docs/how-it-works.md, "The keys".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, bindparam, delete, literal_column, select

from copydesk.classifier.compiled.library import core_function
from copydesk.service.index.bulk_inserts import insert_rows
from copydesk.service.index.keys.partition import PARTITION_SHIFT, PARTITIONS, last_merge
from copydesk.service.index.statements import Statement, one_of
from copydesk.service.index.tables import KEY_FILTER, KEYS

FILTER = "key_filter"
"""The entry of a connection's `info` that has the KeyFilter of its index, one for all connections of the process."""

_REMAINDER_BITS = 16
_REMAINDER_SHIFT = PARTITION_SHIFT - _REMAINDER_BITS
READ_ALL = 1024
"""Partitions read one by one before all are read at once: 4 us each then, against 147 us (a million articles)."""
_ROOM = 1.125
"""Over-allocation factor when memory for longer partitions is allocated."""

_REBUILD_GROWTH = 2
"""A partition is rebuilt from `keys` once it has this many times as many remainders as after its last rebuild."""
_MIN_REBUILT = 64
"""Remainders; a partition with at most _REBUILD_GROWTH times this many is never rebuilt."""
_READ_STEP = 512
"""Partitions read by one statement: 260,000 keys in an index of a million articles."""

_PRESENT = core_function("cd_present_keys", "u16* i64 i64* i64 i64* i64 i64 i64 i64*", "i64")

_NEVER = -2 * PARTITIONS
"""Placeholder for the merge count of a partition that is not in memory: lower than any `last_merge`."""

_SOME = Statement(select(KEY_FILTER.c.partition, KEY_FILTER.c.remainders).where(one_of(KEY_FILTER.c.partition)))
_FIRST, _LAST = bindparam("first", type_=BigInteger()), bindparam("last", type_=BigInteger())
_BETWEEN = Statement(
    select(KEY_FILTER.c.partition, KEY_FILTER.c.remainders, KEY_FILTER.c.n_rebuilt)
    .where(KEY_FILTER.c.partition >= _FIRST, KEY_FILTER.c.partition < _LAST)
    .order_by(KEY_FILTER.c.partition)
)
_PREFIX = KEYS.c.key.bitwise_rshift(literal_column(str(_REMAINDER_SHIFT)))
_PREFIXES = Statement(select(_PREFIX).distinct().where(KEYS.c.key >= _FIRST, KEYS.c.key < _LAST))
_DELETE = Statement(delete(KEY_FILTER).where(one_of(KEY_FILTER.c.partition)))
_COLUMNS = ("partition", "n_rebuilt", "remainders")


class KeyFilter:
    """The partitions that have been looked up, in memory, for all connections of a process to one index.

    A partition is read again once it has been merged since. A merge comes last in its transaction: a partition read
    after it, before the commit, would not be valid if the transaction failed.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._allocate(room=8)

    def maybe_present(self, connection: Connection, keys: NDArray[np.int64], n_merged: int) -> list[int]:
        """Return the keys, in their order, that the table `keys` may have; it has none of the others.

        `n_merged` partitions had been merged when the transaction began; it has merged nothing so far.
        """
        with self._lock:
            partitions = keys >> PARTITION_SHIFT
            merged = last_merge(partitions, n_merged)
            while (stale := partitions[self._read_at[partitions] <= merged]).size:
                self._read(connection, stale, n_merged)
            present: list[int] = _present(self._remainders, self._counts, keys).tolist()
        return present

    def _read(self, connection: Connection, partitions: NDArray[np.int64], n_merged: int) -> None:
        """Read some partitions, or all; if one is too long, only allocate room, so that the caller tries again."""
        if self._n_read < READ_ALL <= self._n_read + partitions.size:
            rows: Iterable[Sequence[Any]] = (
                row
                for first in range(0, PARTITIONS, _READ_STEP)
                for row in _BETWEEN.rows(connection, first=first, last=first + _READ_STEP)
            )
            partitions = np.arange(PARTITIONS)
        else:
            rows = _SOME.rows_of(connection, partitions.tolist())
        self._n_read += partitions.size
        self._counts[partitions] = 0
        self._read_at[partitions] = _NEVER  # should reading fail
        for partition, data, *_ in rows:
            n = len(data) // 2
            if n > self._remainders.shape[1]:
                self._allocate(int(_ROOM * n) + 1)
                return
            self._remainders[partition, :n] = np.frombuffer(data, "<u2")
            self._counts[partition] = n
        self._read_at[partitions] = n_merged

    def _allocate(self, room: int) -> None:
        """Begin anew with room for longer partitions: copying those in memory would need the memory of both."""
        self._remainders = np.zeros((PARTITIONS, room), np.uint16)  # the system allocates memory as rows are written
        self._counts = np.zeros(PARTITIONS, np.int64)
        self._read_at = np.full(PARTITIONS, _NEVER, np.int64)
        self._n_read = 0


def _present(remainders: NDArray[np.uint16], counts: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the keys whose remainder is in their partition, by binary search."""
    present, shifts = np.empty(len(keys), np.int64), (PARTITION_SHIFT, _REMAINDER_SHIFT)
    n = _PRESENT(remainders, remainders.shape[1], counts, len(counts), keys, len(keys), *shifts, present)
    return present[:n]


def key_filter_of(connection: Connection) -> KeyFilter:
    """Return the filter of a connection's index."""
    found: KeyFilter = connection.info[FILTER]
    return found


def add_to_filter(connection: Connection, first: int, last: int, keys: NDArray[np.int64]) -> None:
    """Add keys that were just written to `keys`, all from partitions `first` to before `last`."""
    new = np.unique(keys >> _REMAINDER_SHIFT)
    rows = _BETWEEN.rows(connection, first=first, last=last)
    n_rebuilt = {partition: n for partition, _, n in rows}
    old = [np.frombuffer(data, "<u2") + np.int64(partition << _REMAINDER_BITS) for partition, data, _ in rows]
    prefixes = np.sort(np.concatenate([*old, new]), kind="stable")
    prefixes = prefixes[np.append(True, prefixes[1:] != prefixes[:-1])] if prefixes.size else prefixes
    bounds = _bounds(prefixes, first, last)
    changed = []
    for partition in np.unique(new >> _REMAINDER_BITS).tolist():
        own = prefixes[bounds[partition - first] : bounds[partition - first + 1]]
        if own.size > _REBUILD_GROWTH * max(n_rebuilt.get(partition, 0), _MIN_REBUILT):
            own = _read_prefixes(connection, partition, partition + 1)
            n_rebuilt[partition] = own.size
        changed.append((partition, n_rebuilt.get(partition, 0), own.astype("<u2").tobytes()))
    _DELETE.run_for(connection, [partition for partition, _, _ in changed])
    insert_rows(connection, KEY_FILTER, _COLUMNS, changed)


def rebuild_filter(connection: Connection) -> None:
    """Make the whole filter from the table `keys`."""
    connection.execute(delete(KEY_FILTER))
    for first in range(0, PARTITIONS, _READ_STEP):
        prefixes = _read_prefixes(connection, first, first + _READ_STEP)
        bounds = _bounds(prefixes, first, first + _READ_STEP).tolist()
        rows = [
            (partition, end - begin, prefixes[begin:end].astype("<u2").tobytes())
            for partition, begin, end in zip(range(first, PARTITIONS), bounds, bounds[1:], strict=False)
            if end > begin
        ]
        insert_rows(connection, KEY_FILTER, _COLUMNS, rows)


def _read_prefixes(connection: Connection, first: int, last: int) -> NDArray[np.int64]:
    """Read the first 32 bits of the keys in partitions `first` to before `last`, sorted, each once."""
    rows = _PREFIXES.rows(connection, first=first << PARTITION_SHIFT, last=last << PARTITION_SHIFT)
    return np.sort(np.fromiter((row[0] for row in rows), np.int64, len(rows)))


def _bounds(prefixes: NDArray[np.int64], first: int, last: int) -> NDArray[np.int64]:
    """Return where each partition begins among sorted prefixes, and the end of the last."""
    return np.searchsorted(prefixes, np.arange(first, last + 1) << _REMAINDER_BITS)
