"""A filter over the table `keys` of an SQLite index: a key that nobody holds is mostly told without a look-up there.

The table `key_pieces` has, for each piece of the keys, the 16 bits after the piece's own of all keys in `keys`, sorted.
Of N keys one that is not held is taken for held with probability N / 2**32: 0.8 % in an index of a million articles. It
is written in the transaction that writes the keys. What is removed from `keys` stays until its piece is counted anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from copydesk.classifier.compiled.jit import jit
from copydesk.service.index.sqlite_keys.partition import PIECE_SHIFT, PIECES, last_move
from copydesk.service.index.statements import Statement, one_of
from copydesk.service.index.tables import KEY_PIECES, KEYS

FILTER = "key_filter"
"""Under what name every connection has the one of its index."""

VALUE_BITS = 16
_ONES = (1 << VALUE_BITS) - 1
_VALUE_SHIFT = PIECE_SHIFT - VALUE_BITS
READ_ALL = 1024
"""Once so many pieces have been asked for, all are read: 4 us a piece, against 147 one by one (a million articles)."""
_ROOM = 1.125
"""Room for this much more than the longest piece has, when the memory for all of them is made larger."""

COUNT_ANEW = 2
"""A piece is counted anew when it has grown so many-fold, so that what was removed does not stay for ever."""
_LEAST_COUNTED = 64
COUNT_AT_ONCE = 512
"""Pieces: 260,000 keys in an index of a million articles."""

_PIECES = Statement(select(KEY_PIECES.c.piece, KEY_PIECES.c["values"]).where(one_of(KEY_PIECES.c.piece)))
_PIECES_BETWEEN = (
    f'SELECT piece, "values", counted FROM {KEY_PIECES.name} WHERE piece >= ? AND piece < ? ORDER BY piece'
)
_INSERT = f'INSERT OR REPLACE INTO {KEY_PIECES.name} (piece, counted, "values") VALUES (?, ?, ?)'
_KEYS_BETWEEN = f"SELECT DISTINCT key >> {_VALUE_SHIFT} FROM {KEYS.name} WHERE key >= ? AND key < ?"


class KeyFilter:
    """The pieces that were asked for, in memory, for all connections to one index.

    A piece is read anew once keys have moved to it since. Moves stand last in their transaction: no piece may be read
    after one, as it might never be on disk.
    """

    def __init__(self) -> None:
        """Begin with no piece."""
        self._lock = Lock()
        self._values = np.zeros((PIECES, 8), np.uint16)  # the system gives memory as rows are written
        self._counts = np.zeros(PIECES, np.int64)
        self._moved = np.full(PIECES, -2 * PIECES, np.int64)
        self._n_read = 0

    def perhaps_held(self, connection: Connection, keys: NDArray[np.int64], moved: int) -> list[int]:
        """Return those of some keys that `keys` may hold; the others it does not.

        Args:
            connection: Of a transaction in which nothing has moved so far.
            keys: Any.
            moved: How many pieces had moved as its transaction began.
        """
        with self._lock:
            while (missing := _missing(self._moved, keys, moved)).size:
                self._read(connection, np.unique(missing), moved)
            perhaps: list[int] = _perhaps(self._values, self._counts, keys).tolist()
        return perhaps

    def _read(self, connection: Connection, pieces: NDArray[np.int64], moved: int) -> None:
        """Read some pieces or all; where there is no room for one, none is known then, but there is room."""
        if self._n_read < READ_ALL <= self._n_read + pieces.size:
            every = range(0, PIECES, COUNT_AT_ONCE)
            between = ((first, first + COUNT_AT_ONCE) for first in every)
            rows: Iterable[Sequence[Any]] = (
                row for ends in between for row in connection.exec_driver_sql(_PIECES_BETWEEN, ends).fetchall()
            )
            pieces = np.arange(PIECES)
        else:
            rows = _PIECES.rows_of(connection, pieces.tolist())
        self._n_read += pieces.size
        self._counts[pieces] = 0
        self._moved[pieces] = -2 * PIECES  # should reading fail
        for piece, data, *_ in rows:
            n = len(data) // 2
            if n > self._values.shape[1]:
                self._forget(int(_ROOM * n) + 1)
                return
            self._values[piece, :n] = np.frombuffer(data, "<u2")
            self._counts[piece] = n
        self._moved[pieces] = moved

    def _forget(self, room: int) -> None:
        """Begin anew with room for longer pieces: copying the shorter ones would need the memory of both."""
        self._values = np.zeros((PIECES, room), np.uint16)
        self._counts[:] = 0
        self._moved[:] = -2 * PIECES
        self._n_read = 0


@jit
def _missing(known: NDArray[np.int64], keys: NDArray[np.int64], moved: int) -> NDArray[np.int64]:
    """Return the pieces of keys that have moved since they were read, or never were."""
    pieces = np.empty(len(keys), np.int64)
    n = 0
    for key in keys:
        piece = key >> PIECE_SHIFT
        if known[piece] <= last_move(piece, moved):
            pieces[n] = piece
            n += 1
    return pieces[:n]


@jit
def _perhaps(values: NDArray[np.uint16], counts: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    found = np.empty(len(keys), np.int64)
    n = 0
    for key in keys:
        piece, value = key >> PIECE_SHIFT, (key >> _VALUE_SHIFT) & _ONES
        low, high = 0, counts[piece]
        while low < high:
            middle = (low + high) // 2
            if values[piece, middle] < value:
                low = middle + 1
            else:
                high = middle
        if low < counts[piece] and values[piece, low] == value:
            found[n] = key
            n += 1
    return found[:n]


def key_filter(connection: Connection) -> KeyFilter:
    """Return the filter of the index that a connection is of."""
    found: KeyFilter = connection.info[FILTER]
    return found


def filter_keys(connection: Connection, first: int, last: int, keys: NDArray[np.int64]) -> None:
    """Let the filter know keys that were just written; all are of pieces from the first to before the last."""
    new = np.unique(keys >> _VALUE_SHIFT)
    rows = connection.exec_driver_sql(_PIECES_BETWEEN, (first, last)).fetchall()
    counted = {piece: n for piece, _, n in rows}
    old = [np.frombuffer(data, "<u2") + np.int64(piece << VALUE_BITS) for piece, data, _ in rows]
    every = np.sort(np.concatenate([*old, new]), kind="stable")
    every = every[np.append(True, every[1:] != every[:-1])] if every.size else every
    bounds = _bounds(every, first, last)
    written = []
    for piece in np.unique(new >> VALUE_BITS).tolist():
        values = every[bounds[piece - first] : bounds[piece - first + 1]]
        if values.size > COUNT_ANEW * max(counted.get(piece, 0), _LEAST_COUNTED):
            values = _prefixes(connection, piece, piece + 1)
            counted[piece] = values.size
        written.append((piece, counted.get(piece, 0), values.astype("<u2").tobytes()))
    if written:
        connection.exec_driver_sql(_INSERT, written)


def count_anew(connection: Connection) -> None:
    """Make the whole filter of what `keys` holds."""
    connection.exec_driver_sql(f"DELETE FROM {KEY_PIECES.name}")
    for first in range(0, PIECES, COUNT_AT_ONCE):
        every = _prefixes(connection, first, first + COUNT_AT_ONCE)
        bounds = _bounds(every, first, first + COUNT_AT_ONCE).tolist()
        written = [
            (piece, end - begin, every[begin:end].astype("<u2").tobytes())
            for piece, begin, end in zip(range(first, PIECES), bounds, bounds[1:], strict=False)
            if end > begin
        ]
        if written:
            connection.exec_driver_sql(_INSERT, written)


def _prefixes(connection: Connection, first: int, last: int) -> NDArray[np.int64]:
    """Read the first 32 bits of the keys in `keys`, rising, each once."""
    rows = connection.exec_driver_sql(_KEYS_BETWEEN, (first << PIECE_SHIFT, last << PIECE_SHIFT)).fetchall()
    return np.sort(np.fromiter((row[0] for row in rows), np.int64, len(rows)))


def _bounds(prefixes: NDArray[np.int64], first: int, last: int) -> NDArray[np.int64]:
    return np.searchsorted(prefixes, np.arange(first, last + 1) << VALUE_BITS)
