"""Marks lines by characters without which a rule's expression cannot match, so that few lines are matched with it.

One pass over the text of a page takes the time of a few expressions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import spans_of
from copydesk.classifier.compiled import code_points
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.types import Blocks

CREDIT, SHOWN, COMMENTS, LABEL = 1, 2, 4, 8
"""Bits, as in line_signs.c: a caption that may end with a credit, or begin with what is shown; what may be a heading of
readers' comments; a short line that ends with a colon."""

LineSigns = NDArray[np.uint8]

_line_signs = core_function("cd_line_signs", "u32* i64 i64* i64 u8*", "i64")


def line_signs(page: Blocks) -> LineSigns:
    """Return the bits of each block.

    Raises:
        ValueError: A block is outside the text.
    """
    points, spans = code_points(page.text), np.ascontiguousarray(spans_of(page.blocks), np.int64)
    signs = np.empty(len(spans), np.uint8)
    if _line_signs(points, len(points), spans, len(spans), signs) < 0:
        raise ValueError("found a block outside the text; segment the page again")
    return signs


def lines_with(sign: int, signs: LineSigns) -> list[int]:
    """Return the numbers of the blocks with a sign, in order."""
    found: list[int] = (signs & sign).nonzero()[0].tolist()
    return found
