"""Cuts plain text into blocks: paragraphs, list items and single lines."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.array_views import Rows
from copydesk.classifier.arrays import CodePoints
from copydesk.classifier.compiled import code_points
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.segmentation.lines import TWO_ENDS, visible_lines
from copydesk.classifier.types import Block, Blocks

_TABLE_SIZES = (0x3000, 0x10000, 0x20000, 0x110000)
"""Code points in a table of traits. Most texts need the smallest, which takes 1 ms to make; the others take 2, 3 and 60
more."""

_text_blocks = core_function("cd_text_blocks", "u32* i64 u8* i64* i64* u8* i64 i64*", "memory")


def segment_text(text: str) -> Blocks:
    """Cut plain text into the paragraphs, list items and single lines that a reader sees.

    A blank line always separates blocks. Consecutive lines are one block if they look hard-wrapped: no
    line has room for the next one's first word, and enough line ends are in mid-sentence. Otherwise each
    line is a block. Takes time linear in the text.

    Returns:
        Blocks in text order, not empty and not overlapping, each starting and ending with a visible
        character; together they contain every visible character. `text` is the argument itself.
    """
    points = code_points(text)
    starts, ends, gaps = visible_lines(points)
    spans = np.empty((len(starts), 2), np.int64)
    if (gaps[1:] == TWO_ENDS).all():  # as in most texts
        spans[:, 0], spans[:, 1] = starts, ends
    else:
        n = _text_blocks(points, len(points), _traits_of(points), starts, ends, gaps, len(starts), spans)
        spans = spans[:n].copy()
    return Blocks(text, Rows(Block, spans))


def _traits_of(points: CodePoints) -> NDArray[np.uint8]:
    """Return the bits of wrapped_lines.h for every code point up to a text's highest one."""
    highest = int(points.max())
    return _table(next(step for step, size in enumerate(_TABLE_SIZES) if highest < size))


@cache
def _table(step: int) -> NDArray[np.uint8]:
    """Return the table of one of `_TABLE_SIZES`, which begins with the one before."""
    smaller = _table(step - 1) if step > 0 else np.empty(0, np.uint8)
    characters = np.arange(len(smaller), _TABLE_SIZES[step], dtype=np.uint32).view("U1")
    names = ("isspace", "isdecimal", "islower", "isupper", "isalpha", "isalnum")
    traits = [getattr(np.char, name)(characters) for name in names]
    traits[-1] &= ~traits[1]  # what an expression calls a word, but for digits and low lines
    bits = np.zeros(len(characters), np.uint8)
    for bit, trait in enumerate(traits):  # `packbits` takes half as long as all else
        bits |= trait.view(np.uint8) << bit
    return np.concatenate([smaller, bits])
