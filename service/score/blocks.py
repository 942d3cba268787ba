"""Blocks of many pages in columns: for the rows that are written, and for what is counted of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from classifier.types import KINDS, LABELS, ScoredBlock
from service.score.schema import BLOCK, PROBABILITIES

_LABEL_NUMBERS = {label: number for number, label in enumerate(LABELS)}
_KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
_LABEL_NAMES = pa.array([label.value for label in LABELS])
_KIND_NAMES = pa.array([kind.value for kind in KINDS])


@dataclass(frozen=True, slots=True)
class FlatBlocks:
    """The blocks of some pages, page after page.

    Attributes:
        starts: Shape (n_blocks,).
        ends: Shape (n_blocks,).
        labels: Shape (n_blocks,): places in `LABELS`.
        kinds: Shape (n_blocks,): places in `KINDS`.
        probabilities: Shape (n_blocks, 3).
        bounds: Shape (n_pages + 1,): where each page's begin, and the end.
    """

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    labels: NDArray[np.int64]
    kinds: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    bounds: NDArray[np.int32]


def flat_blocks(pages: Sequence[tuple[ScoredBlock, ...]]) -> FlatBlocks:
    """Lay the blocks of pages in columns: field by field, as dictionaries take several times as long."""
    blocks = list(chain.from_iterable(pages))
    n = len(blocks)
    return FlatBlocks(
        np.fromiter(map(attrgetter("start"), blocks), np.int32, n),
        np.fromiter(map(attrgetter("end"), blocks), np.int32, n),
        np.fromiter(map(_LABEL_NUMBERS.__getitem__, map(attrgetter("label"), blocks)), np.int64, n),
        np.fromiter(map(_KIND_NUMBERS.__getitem__, map(attrgetter("kind"), blocks)), np.int64, n),
        np.array(list(map(attrgetter("probabilities"), blocks)), np.float64).reshape(-1, len(LABELS)),
        np.concatenate((np.zeros(1, np.int32), np.cumsum([len(page) for page in pages], dtype=np.int32))),
    )


def block_lists(flat: FlatBlocks) -> pa.Array:
    """Return them as Arrow holds them, a list a page."""
    columns = [
        pa.array(flat.starts),
        pa.array(flat.ends),
        _LABEL_NAMES.take(pa.array(flat.labels)),
        _KIND_NAMES.take(pa.array(flat.kinds)),
        pa.array(flat.probabilities[np.arange(len(flat.labels)), flat.labels]),
        pa.StructArray.from_arrays(
            [pa.array(column) for column in flat.probabilities.T.copy()], fields=list(PROBABILITIES)
        ),
    ]
    return pa.ListArray.from_arrays(pa.array(flat.bounds), pa.StructArray.from_arrays(columns, fields=list(BLOCK)))
