"""How the keys of an SQLite index are cut into pieces, and how far keys have moved from the recent ones to the others.

New keys stand in a log of runs, which every connection holds in memory (`recent_keys`). Piece after piece, they move to
the table `keys`, beside which a filter (`key_filter`) tells most keys that it does not hold. The count of moved pieces
only ever rises; the piece of that number, modulo their number, is the next.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from copydesk.classifier.compiled.jit import jit
from copydesk.classifier.duplicates.shingles import KEY_BITS
from copydesk.service.index.statements import Statement, one_of
from copydesk.service.index.tables import LAST_RUN, MOVED, SETTINGS

Pieces = TypeVar("Pieces", int, NDArray[np.int64])
"""One piece or several."""

PIECE_BITS = 16
PIECES = 1 << PIECE_BITS
PIECE_SHIFT = KEY_BITS - PIECE_BITS
"""A key's piece is its first bits; as keys are hashes, the pieces are of one size."""

_STATE = Statement(select(SETTINGS.c.name, SETTINGS.c.value).where(one_of(SETTINGS.c.name)))


def state(connection: Connection) -> tuple[int, int]:
    """Read how many pieces have moved, and the number of the last run."""
    values = {name: int(value) for name, value in _STATE.rows(connection, values=[LAST_RUN, MOVED])}
    return values[MOVED], values[LAST_RUN]


@jit
def last_move(piece: Pieces, moved: int) -> Pieces:
    """Return how many pieces had moved when one, or each of several, last began to; negative where it never has."""
    return moved - 1 - (moved - 1 - piece) % PIECES
