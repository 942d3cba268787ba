"""Puts the blocks of many pages in columns, which are written as Arrow lists and counted without a loop over blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.classifier import KINDS, LABELS
from copydesk.classifier.article import PageScores
from copydesk.service.score.arrow_schema import BLOCK, PROBABILITIES

_LABEL_NAMES = pa.array([label.value for label in LABELS])
_KIND_NAMES = pa.array([kind.value for kind in KINDS])


@dataclass(frozen=True, slots=True)
class FlatBlocks:
    """The blocks of several pages, one page after the other.

    Attributes:
        starts: Shape (n_blocks,): offset of each block in its page's text.
        ends: Shape (n_blocks,): one past its last character.
        labels: Shape (n_blocks,): indexes into `LABELS`.
        kinds: Shape (n_blocks,): indexes into `KINDS`.
        probabilities: Shape (n_blocks, 3).
        bounds: Shape (n_pages + 1,): page p has the blocks from `bounds[p]` to `bounds[p + 1]`.
    """

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    labels: NDArray[np.int64]
    kinds: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    bounds: NDArray[np.int32]


def flat_blocks(pages: Sequence[PageScores]) -> FlatBlocks:
    """Concatenate the blocks of pages."""
    bounds = np.zeros(len(pages) + 1, np.int32)
    np.cumsum([len(page.labels) for page in pages], out=bounds[1:])
    return FlatBlocks(
        np.concatenate([np.empty(0, np.int32), *(page.starts for page in pages)]),
        np.concatenate([np.empty(0, np.int32), *(page.ends for page in pages)]),
        np.concatenate([np.empty(0, np.int64), *(page.labels for page in pages)]),
        np.concatenate([np.empty(0, np.int64), *(page.kinds for page in pages)]),
        np.concatenate([np.empty((0, len(LABELS))), *(page.probabilities for page in pages)]),
        bounds,
    )


def block_lists(flat: FlatBlocks) -> pa.Array:
    """Return an Arrow array with a list of blocks for each page."""
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
