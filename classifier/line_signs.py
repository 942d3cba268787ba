"""Finds the lines that a rule may match, by characters that its expression cannot do without.

One pass over the text of a page takes the time of a few expressions, and leaves few lines to match with each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from copydesk.classifier.arrays import spans_of
from copydesk.classifier.compiled import code_points
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.types import Blocks

_line_signs = core_function("cd_line_signs", "u32* i64 i64* i64 i64* i64*", "i64")


class LineSigns(NamedTuple):
    """The numbers of some of a page's blocks, in order; the sizes are those of the rules.

    Attributes:
        credits: Long lines that may end by saying who took a picture.
        shown: Lines that may begin with what they show, such as "Video:", or have it in brackets.
        comments: Short lines that may be a heading of readers' comments.
        labels: Short lines that end with a colon.
    """

    credits: list[int]
    shown: list[int]
    comments: list[int]
    labels: list[int]


def line_signs(page: Blocks) -> LineSigns:
    """Return the lines that rules may match; right after a page is cut, its text is still in the processor's cache.

    Raises:
        ValueError: A block is outside the text.
    """
    points, spans = code_points(page.text), np.ascontiguousarray(spans_of(page.blocks), np.int64)
    n_signs = len(LineSigns._fields)
    found, counts = np.empty((n_signs, len(spans)), np.int64), np.empty(n_signs, np.int64)
    if _line_signs(points, len(points), spans, len(spans), found, counts) < 0:
        raise ValueError("found a block outside the text; segment the page again")
    return LineSigns(*(row[:count].tolist() for row, count in zip(found, counts.tolist(), strict=True)))
