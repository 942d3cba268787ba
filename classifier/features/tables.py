"""Keeps the tables that the C core reads text and markup with in one piece of memory, which is filled once."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Hashes, Integers
from copydesk.classifier.compiled import character_tables, code_points
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.compiled.maths import log1p
from copydesk.classifier.features import call_words, counts, part_names

_N_LOGS = 4096
"""Whole numbers whose logarithms are looked up; larger ones, mostly lengths of texts, are rare."""

TABLES = np.dtype(
    [
        ("logs", np.float64, _N_LOGS),
        ("part_keys", np.uint64, part_names.PLACES),
        ("call_keys", np.uint64, call_words.PLACES),
        ("lower", np.uint32, 0x10000),
        ("classes", np.uint8, 0x10000),
        ("part_bits", np.uint8, part_names.PLACES),
        ("call_levels", np.uint8, call_words.PLACES),
    ]
)
"""`Tables` of features.h, field by field."""

_read_blocks = core_function("cd_read_blocks", "u32* i64 i64* i64* i64 u8* u32* i64* u64* i64* i64*", "i64")


@cache
def tables() -> NDArray[np.uint8]:
    """Return a record `TABLES` as bytes, which are only read."""
    record = np.zeros(1, TABLES)
    record["logs"] = log1p(np.arange(_N_LOGS, dtype=np.float64))
    record["part_keys"], record["part_bits"] = part_names.part_table()
    record["classes"], record["lower"] = character_tables()
    record["call_keys"], record["call_levels"] = call_words.call_table(*_words_of_calls(record.view(np.uint8)))
    return record.view(np.uint8)


def _words_of_calls(record: NDArray[np.uint8]) -> tuple[Hashes, Integers]:
    """Return the hashes of the words of all calls, and where each call's end, by the tables of characters."""
    calls = [call for call, _ in call_words.CALLS]
    points, n = code_points("\n".join(calls)), len(calls)
    ends = np.cumsum([len(call) + 1 for call in calls]) - 1
    starts = np.concatenate([[0], ends[:-1] + 1])
    tokens, words, word_ends = (
        np.empty(2 * len(points), np.uint32),
        np.empty(len(points), np.uint64),
        np.empty_like(ends),
    )
    rest = np.empty(n, np.int64), words, word_ends, np.empty((n, counts.N_COUNTS), np.int64)
    _read_blocks(points, len(points), starts, ends, n, record, tokens, *rest)
    return words, word_ends
