"""Writes the blocks of a page as JSON from their columns, without an object for each."""

from __future__ import annotations

from functools import cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Integers
from copydesk.classifier.article import PageScores
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.types import KINDS, LABELS

_BLOCK_BYTES = 256
"""Room for a block: 136 bytes of names of fields and signs, two offsets, two names, and four numbers of 24 bytes."""

_ROOM = 24
"""Bytes that the C core copies for a name or a number, whatever its size."""

_LEAST_BY_CORE = 1e-5
"""The least number that the C core writes. Smaller ones have an exponent."""

_json_blocks = core_function("cd_json_blocks", "i32* i32* i8* i8* i64 f64* u8* i64 u8* i64* u8*", "i64")


def json_blocks(scores: PageScores) -> memoryview:
    """Return the list of blocks as `msgspec` writes that of the contract, byte for byte.

    Raises:
        ValueError: A label or a kind does not exist.
    """
    odds = np.ascontiguousarray(scores.probabilities)
    flat = odds.reshape(-1)
    by_core = flat >= _LEAST_BY_CORE
    by_core &= flat < 1.0
    others = msgspec.json.encode(flat[~by_core].tolist())
    out = np.empty(_ROOM + _BLOCK_BYTES * len(scores.starts), np.uint8)
    columns = map(np.ascontiguousarray, (scores.starts, scores.ends, scores.labels, scores.kinds))
    size = _json_blocks(*columns, len(scores.starts), odds, others, len(others), *_names(), out)
    if size < 0:
        raise ValueError("found a label or a kind that there is not; classify the page again")
    return out[:size].data


@cache
def _names() -> tuple[NDArray[np.uint8], Integers]:
    """Return the names of the labels and kinds, with room for each, and their sizes."""
    names = [name.value.encode() for name in (*LABELS, *KINDS)]
    padded = b"".join(name.ljust(_ROOM) for name in names)
    return np.frombuffer(padded, np.uint8), np.array([*map(len, names)], np.int64)
