"""What HTML says of how text is set, beyond its blocks: recorded by segmentation, read by the renderers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


GOES_ON = -2
"""In place of a size: the span is a later part of a cell with elements in it that are blocks of their own."""

MAX_CELL_SPAN = 1_000
"""Columns or rows up to which a cell may be over several; the limit of the HTML Standard for columns."""

TAGS = ("", "a", "em", "strong", "code", "td", "th", "img", "ol")
"""Tags under which segmentation records elements, by number; as in html_walk.h."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The inline elements of a page, as they were met.

    Attributes:
        spans: Shape (n, 5), for each part of an inline element, a cell or an image in a block: the block, start and end
            in the block's text, the tag's number in `TAGS`, and the number of a string, or the size of a cell, or -1,
            or `GOES_ON`. A span comes after those in it.
        images: Shape (n, 3), for each image in no block: the block after it, the element around it, the number of a
            string.
        numbers: By element, the first number of an ordered list, and the size of a cell.
        strings: The targets of links, and for each image the strings that `read_image` of image_address.py reads.
        base: The target of the page's element `base`.

    The size of a cell is `rows * (MAX_CELL_SPAN + 1) + columns`; only cells over several columns or rows have one, and
    rows are 0 for a cell over all rows below it.
    """

    spans: NDArray[np.int64]
    images: NDArray[np.int64]
    numbers: Mapping[int, int]
    strings: Sequence[str]
    base: str


class Span(NamedTuple):
    """Characters of a page's text inside one inline element, `text[start:end]`; an image has none.

    `tag` is "a", "em", "strong", "code" or "img", or "td" or "th" for a cell of a table row that is one block. `target`
    is the address of a link or an image, `alt` an image's description, `column` that of a cell, if it is known.
    """

    start: int
    end: int
    tag: str
    target: str = ""
    alt: str = ""
    column: int | None = None


class Picture(NamedTuple):
    """An image between blocks: the number of the block after it, the elements around it, its `Span`."""

    before: int
    path: tuple[int, ...]
    image: Span


@dataclass(frozen=True, slots=True)
class Structure:
    """What HTML says of how an article is set, and the kinds of its blocks do not: for Markdown and HTML.

    Attributes:
        tags: The tag of each element in the paths, by its number: "h1" to "h6", "ul", "ol", "li", "table", "thead",
            "tr", "td", "th", "blockquote", "pre", "figure".
        columns: By element, the columns of a cell, or of each cell of a row, empty ones too, counted from 0.
        starts: The number that an ordered list, or an item of it, begins with, by element, where the page says it.
        languages: The programming language of preformatted blocks, by block, where the page says it.
        paths: The elements around each block of the article, outermost first, by block.
        spans: The inline elements of each block of the article, by block: cells in page order, then the others, a span
            before those in it.
        pictures: The article's images that are in no block, in page order.
    """

    tags: Mapping[int, str]
    columns: Mapping[int, tuple[int, ...]]
    starts: Mapping[int, int]
    languages: Mapping[int, str]
    paths: Mapping[int, tuple[int, ...]]
    spans: Mapping[int, tuple[Span, ...]]
    pictures: tuple[Picture, ...]
