"""Chooses the images of an article: those beside its blocks, and those that stand between them with a credit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from copydesk.classifier.image_address import read_image
from copydesk.classifier.structure import TAGS, Recording
from copydesk.classifier.types import KINDS, PARTS, Kind, Markup

MAX_IMAGES = 1_000
"""Images of one page that are read."""

MAX_FRAME_BLOCKS = 10
"""Blocks of an element up to which it can be the frame of an image. On 197 news pages such frames have up to 5."""

_IMAGE = TAGS.index("img")
_N_PARTS = len(PARTS)
_CAPTION, _METADATA, _FURNITURE = map(KINDS.index, (Kind.CAPTION, Kind.METADATA, Kind.FURNITURE))
_CREDITS = frozenset((_CAPTION, _METADATA))
_IN_FRAME = _CREDITS | {_FURNITURE}


class ImagePlace(NamedTuple):
    """Where an image of an article is.

    Attributes:
        before: The number of the block after it, or of the block that it is in.
        around: The element around it.
        string: The number of its first string, as in `Recording`.
        is_fallback: Whether it is in a `noscript`.
    """

    before: int
    around: int
    string: int
    is_fallback: bool


def find_images(recording: Recording, markup: Markup, kinds: Sequence[int]) -> Iterator[ImagePlace]:
    """Yield the images of an article that are in no block of it, in page order.

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
    if len(rows) > MAX_IMAGES:
        rows = list(islice((row for row in rows if read_image(recording.strings, row[2])[0]), MAX_IMAGES))
    frames = _Frames(markup, kinds) if rows else None
    for before, around, string, is_in_block in rows:
        assert frames is not None
        element, is_fallback = frames.with_blocks(around)
        if (not is_in_block and frames.is_beside(before, element)) or frames.is_between(around, element):
            yield ImagePlace(before, around, string, is_fallback)


class _Frames:
    """The elements around images, and the blocks in them and around them."""

    def __init__(self, markup: Markup, kinds: Sequence[int]) -> None:
        self.tags, self.parents = list(markup.tags), list(markup.parents)
        self.firsts, self.lasts = list(markup.firsts), list(markup.lasts)
        self.kinds = kinds
        body = [number for number, kind in enumerate(kinds) if kind < _N_PARTS and kind != _CAPTION]
        self.body = range(body[0], body[-1]) if body else range(0)

    def with_blocks(self, element: int) -> tuple[int, bool]:
        """Return the innermost element with blocks around an image, and whether a `noscript` is on the way to it."""
        is_fallback = False
        while element > 0 and self.firsts[element] == self.lasts[element]:
            is_fallback |= self.tags[element] == "noscript"
            element = self.parents[element]
        return element, is_fallback

    def is_beside(self, before: int, element: int) -> bool:
        """Return whether the block before or after an image is a part of the article, in the same element."""
        return (before > self.firsts[element] and self._is_part(before - 1)) or (
            before < self.lasts[element] and self._is_part(before)
        )

    def is_between(self, around: int, element: int) -> bool:
        """Return whether an image is inside the article, in a frame with a caption or a credit.

        The frame is its figure, which lies anywhere between the first and the last part of the body, or else the
        innermost element with blocks, which lies directly between two parts. The caption may follow that element. A
        button may be in the frame too, and may be alone in a figure; text of any other kind may not.
        """
        figure = self._figure(around)
        frame = element if figure is None else figure
        first, last = self.firsts[frame], self.lasts[frame]
        blocks = self.kinds[first:last] if last - first <= MAX_FRAME_BLOCKS else ()
        if not blocks or not _IN_FRAME.issuperset(blocks):
            return False
        if figure is not None:
            has_credit = last - first == 1 or not _CREDITS.isdisjoint(blocks)
            return has_credit and first in self.body and last - 1 in self.body
        has_credit = not _CREDITS.isdisjoint(self.kinds[first : last + 1])
        return has_credit and self._is_part(first - 1) and self._is_part(last)

    def _figure(self, element: int) -> int | None:
        """Return the innermost figure with blocks around an image."""
        while element > 0:
            if self.tags[element] == "figure" and self.firsts[element] < self.lasts[element]:
                return element
            element = self.parents[element]
        return None

    def _is_part(self, number: int) -> bool:
        return 0 <= number < len(self.kinds) and self.kinds[number] < _N_PARTS
