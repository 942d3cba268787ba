"""Keeps the tables that the C core reads text and markup with in one piece of memory, which is filled once."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled import character_tables
from copydesk.classifier.compiled.maths import log1p
from copydesk.classifier.features import part_names

_N_LOGS = 4096
"""Whole numbers whose logarithms are looked up; larger ones, mostly lengths of texts, are rare."""

TABLES = np.dtype(
    [
        ("logs", np.float64, _N_LOGS),
        ("part_keys", np.uint64, part_names.PLACES),
        ("lower", np.uint32, 0x10000),
        ("classes", np.uint8, 0x10000),
        ("part_bits", np.uint8, part_names.PLACES),
    ]
)
"""`Tables` of features.h, field by field."""


@cache
def tables() -> NDArray[np.uint8]:
    """Return a record `TABLES` as bytes, which are only read."""
    record = np.zeros(1, TABLES)
    record["logs"] = log1p(np.arange(_N_LOGS, dtype=np.float64))
    record["part_keys"], record["part_bits"] = part_names.part_table()
    record["classes"], record["lower"] = character_tables()
    return record.view(np.uint8)
