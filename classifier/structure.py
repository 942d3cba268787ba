"""What HTML says of how text is set, beyond its blocks: recorded by segmentation, read by the renderers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Mark(NamedTuple):
    """An inline element around `pieces[start:end]` of a run; see `Span` for the rest."""

    start: int
    end: int
    tag: str
    target: str = ""
    alt: str = ""


class Run(NamedTuple):
    """The text between two elements that are set as blocks, in the pieces that the inline elements make of it.

    It was cut into the blocks from number `first` to before `last`; only white space was changed. A mark comes after
    the marks in it.
    """

    first: int
    last: int
    pieces: tuple[str, ...]
    marks: tuple[Mark, ...]


class LooseImage(NamedTuple):
    """An image in no block: the number of the block after it, and of the element around it."""

    before: int
    element: int
    target: str
    alt: str


@dataclass(frozen=True, slots=True)
class Recording:
    """The inline elements of a page, as they were met.

    Attributes:
        runs: The runs with inline elements, in page order.
        images: The images outside of runs, in page order.
        starts: The first number of ordered lists, by the number of the element.
        base: The target of the page's element `base`.
    """

    runs: tuple[Run, ...]
    images: tuple[LooseImage, ...]
    starts: Mapping[int, int]
    base: str


class Span(NamedTuple):
    """Characters of a page's text inside one inline element, `text[start:end]`; an image has none.

    `tag` is "a", "em", "strong", "code" or "img", or "td" or "th" for a cell of a table row that is one block. `target`
    is the address of a link or an image, `alt` an image's description.
    """

    start: int
    end: int
    tag: str
    target: str = ""
    alt: str = ""


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
        starts: The number that an ordered list, or an item of it, begins with, by element, where the page says it.
        languages: The programming language of preformatted blocks, by block, where the page says it.
        paths: The elements around each block of the article, outermost first, by block.
        spans: The inline elements of each block of the article, by block: cells in page order, then the others, a span
            before those in it.
        pictures: The article's images that are in no block, in page order.
    """

    tags: Mapping[int, str]
    starts: Mapping[int, int]
    languages: Mapping[int, str]
    paths: Mapping[int, tuple[int, ...]]
    spans: Mapping[int, tuple[Span, ...]]
    pictures: tuple[Picture, ...]
