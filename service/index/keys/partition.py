"""Divides the keys of an index into 65,536 partitions, the unit in which the key log is merged.

The number of partitions merged so far is stored and only rises; modulo PARTITIONS it is the partition that is merged
next. See docs/how-it-works.md, "The keys".
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from copydesk.classifier.duplicates.shingles import KEY_BITS
from copydesk.service.index.statements import Statement, one_of
from copydesk.service.index.tables import LAST_RUN, N_MERGED, SETTINGS

Partitions = TypeVar("Partitions", int, NDArray[np.int64])
"""One partition or several."""

PARTITION_BITS = 16
PARTITIONS = 1 << PARTITION_BITS
PARTITION_SHIFT = KEY_BITS - PARTITION_BITS
"""The first bits of a key are its partition. Keys are hashes, so all partitions have about the same size."""

_PROGRESS = Statement(select(SETTINGS.c.name, SETTINGS.c.value).where(one_of(SETTINGS.c.name)))


def merge_progress(connection: Connection) -> tuple[int, int]:
    """Read how many partitions have been merged so far, and the number of the last run in the log."""
    values = {name: int(value) for name, value in _PROGRESS.rows(connection, values=[LAST_RUN, N_MERGED])}
    return values[N_MERGED], values[LAST_RUN]


def last_merge(partition: Partitions, n_merged: int) -> Partitions:
    """Return how many partitions had been merged before the last merge of this one; negative if there was none."""
    return n_merged - 1 - ((n_merged - 1 - partition) & (PARTITIONS - 1))
