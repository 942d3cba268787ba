"""Chooses the images of an article: those beside its blocks, and those that stand between them with a credit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import NamedTuple

from copydesk.classifier.image_address import is_decoration, read_image
from copydesk.classifier.segmentation import HIDDEN
from copydesk.classifier.structure import TAGS, Recording
from copydesk.classifier.types import KINDS, PARTS, Kind, Markup

MAX_IMAGES = 1_000
"""Images of one article that are kept. Images elsewhere on the page do not count."""

MAX_FRAME_BLOCKS = 10
"""Blocks of an element up to which it can be the frame of an image. On 197 news pages such frames have up to 5."""

_IMAGE = TAGS.index("img")
_N_PARTS = len(PARTS)
_CAPTION, _METADATA, _FURNITURE = map(KINDS.index, (Kind.CAPTION, Kind.METADATA, Kind.FURNITURE))
_CREDITS = frozenset((_CAPTION, _METADATA))
_IN_FRAME = _CREDITS | {_FURNITURE}


class ImagePlace(NamedTuple):
    """An image of an article, and where it is.

    Attributes:
        before: The number of the block after it, or of the block that it is in.
        around: The element around it.
        frame: The figure around it, or else the innermost element, a `noscript` aside.
        is_fallback: Whether it is in a `noscript`.
        address: Its address, as the page has it.
        alt: Its description.
    """

    before: int
    around: int
    frame: int
    is_fallback: bool
    address: str
    alt: str


def find_images(recording: Recording, markup: Markup, kinds: Sequence[int]) -> Iterator[ImagePlace]:
    """Yield the images of an article that are in no block of it, in page order, up to `MAX_IMAGES`.

    Args:
        recording: The images of its page.
        markup: The element tree of its page.
        kinds: The kind of each block of the page, as its place in `KINDS`.
    """
    rows = [(before, around, string, False) for before, around, string in recording.images.tolist()]
    spans = recording.spans[recording.spans[:, 3] == _IMAGE].tolist()
    blocks = ((block, string) for block, _, _, _, string in spans if kinds[block] >= _N_PARTS)
    rows += [(block, markup.elements[block], string, True) for block, string in blocks]
    rows.sort(key=lambda row: row[0])
    return islice(_chosen(rows, recording.strings, _Frames(markup, kinds)), MAX_IMAGES) if rows else iter(())


def _chosen(
    rows: Iterable[tuple[int, int, int, bool]], strings: Sequence[str], frames: _Frames
) -> Iterator[ImagePlace]:
    """Yield those of some images that have an address and are in the article.

    A row is the block after an image, the element around it, its first string, and whether it is in that block.
    """
    for before, around, string, is_in_block in rows:
        place = frames.place_of(around)
        is_beside = not is_in_block and frames.is_beside(before, place.with_blocks)
        if not place.is_hidden and (is_beside or frames.is_between(place)):
            address, alt = read_image(strings, string)
            if address and not is_decoration(address):
                yield ImagePlace(before, around, place.frame, place.is_fallback, address, alt)


class _Place(NamedTuple):
    """The elements around and including one that matter for an image directly in it.

    Attributes:
        with_blocks: The innermost element with blocks.
        figure: The innermost figure with blocks.
        frame, is_fallback: As in `ImagePlace`.
        is_hidden: Whether one is hidden, and no part of the article is in it.
    """

    with_blocks: int
    figure: int | None
    frame: int
    is_fallback: bool
    is_hidden: bool


class _Frames:
    """The elements around images, and the blocks in them and around them."""

    def __init__(self, markup: Markup, kinds: Sequence[int]) -> None:
        self.tags, self.parents = list(markup.tags), list(markup.parents)
        self.firsts, self.lasts = list(markup.firsts), list(markup.lasts)
        self.names, self.kinds = markup.names, kinds
        self.parts_before = [0, *accumulate(kind < _N_PARTS for kind in kinds)]
        body = [number for number, kind in enumerate(kinds) if kind < _N_PARTS and kind != _CAPTION]
        self.body = range(body[0], body[-1]) if body else range(0)
        self._places = {0: _Place(0, None, 0, is_fallback=False, is_hidden=False)}

    def place_of(self, element: int) -> _Place:
        """Return what is around and including an element; each element is visited once."""
        chain = []
        while element not in self._places:
            chain.append(element)
            element = self.parents[element]
        place = self._places[element]
        for each in reversed(chain):
            place = self._places[each] = self._inside(place, each)
        return place

    def _inside(self, place: _Place, element: int) -> _Place:
        """Return the place of an element in an element with this place."""
        tag, has_blocks = self.tags[element], self.firsts[element] < self.lasts[element]
        is_fallback = not has_blocks and (place.is_fallback or tag == "noscript")
        is_frame = not is_fallback and (tag == "figure" or self.tags[place.frame] != "figure")
        return _Place(
            element if has_blocks else place.with_blocks,
            element if has_blocks and tag == "figure" else place.figure,
            element if is_frame else place.frame,
            is_fallback,
            place.is_hidden or (self.names[element].endswith(HIDDEN) and not self._has_parts(element)),
        )

    def _has_parts(self, element: int) -> bool:
        return self.parts_before[self.firsts[element]] < self.parts_before[self.lasts[element]]

    def is_beside(self, before: int, element: int) -> bool:
        """Return whether the block before or after an image is a part of the article, in the same element."""
        return (before > self.firsts[element] and self._is_part(before - 1)) or (
            before < self.lasts[element] and self._is_part(before)
        )

    def is_between(self, place: _Place) -> bool:
        """Return whether an image is inside the article, in a frame with a caption or a credit.

        The frame is its figure, which lies anywhere between the first and the last part of the body, or else the
        innermost element with blocks, which lies directly between two parts. The caption may follow that element. A
        button may be in the frame too; text of any other kind may not. A button alone is no sign: advertisements and
        newsletters have one as well.
        """
        figure = place.figure
        frame = place.with_blocks if figure is None else figure
        first, last = self.firsts[frame], self.lasts[frame]
        blocks = self.kinds[first:last] if last - first <= MAX_FRAME_BLOCKS else ()
        if not blocks or not _IN_FRAME.issuperset(blocks):
            return False
        if figure is not None:
            return not _CREDITS.isdisjoint(blocks) and first in self.body and last - 1 in self.body
        has_credit = not _CREDITS.isdisjoint(self.kinds[first : last + 1])
        return has_credit and self._is_part(first - 1) and self._is_part(last)

    def _is_part(self, number: int) -> bool:
        return 0 <= number < len(self.kinds) and self.kinds[number] < _N_PARTS
