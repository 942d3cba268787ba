"""Records the inline elements and the images of a page while its blocks are cut."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from copydesk.classifier.segmentation.block_builder import BlockBuilder
from copydesk.classifier.structure import LooseImage, Mark, Recording, Run

MAX_ADDRESS, MAX_ALT = 2_000, 1_000
"""Characters of a link's or an image's address beyond which it is left out, and of an image's description."""

MAX_WORDS = 100
"""Words of a `srcset` that are read."""

MAX_OPEN = 50
"""Inline elements inside each other that are recorded."""

MAX_START_DIGITS = 8
"""Digits of the number that an ordered list begins with; Markdown allows nine in an item's number."""

_NAMES = {
    "a": "a",
    **dict.fromkeys(("em", "i"), "em"),
    **dict.fromkeys(("strong", "b"), "strong"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
    "td": "td",
    "th": "th",
}
"""The tag under which an inline element, or a cell in a row that is one block, is recorded."""
RECORDED = frozenset(_NAMES) | {"img", "ol"}
_CELLS = ("td", "th")
_LATE_SOURCES = ("data-src", "data-original", "data-lazy-src")
"""Attributes in which pages keep an image's address for a script that loads it late."""
_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)[wx](?:,(.*))?")
"""Width or density of a candidate in a `srcset`, and what is written after it without white space."""


class RecordingBuilder(BlockBuilder):
    """A builder that also keeps the pieces of each run with inline elements, and where in them these begin and end.

    `open` has depth, first piece, tag and target of each element that was begun and not ended.
    """

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[int, int, str, str]] = []
        self._marks: list[Mark] = []
        self._images: list[tuple[int, Mark]] = []  # element
        self._runs: list[Run] = []
        self._loose: list[LooseImage] = []
        self._starts: dict[int, int] = {}

    def enter(self, tag: str, node: LexborNode, element: int, depth: int) -> None:
        """Begin an element whose tag is in `RECORDED`.

        Args:
            element: The number of the block element around it; of a list its own.
            depth: How many elements are open around it.
        """
        at = len(self.pieces)
        if tag == "img":
            if target := _image_address(node):
                alt = (node.attributes.get("alt") or "")[:MAX_ALT]
                self._images.append((element, Mark(at, at, "img", target, alt)))
        elif tag == "ol":
            start = (node.attributes.get("start") or "").strip()
            if start.isdecimal() and len(start) <= MAX_START_DIGITS:
                self._starts[element] = int(start)
        elif len(self.open) < MAX_OPEN:
            target = (node.attributes.get("href") or "").strip() if tag == "a" else ""
            if tag != "a" or 0 < len(target) <= MAX_ADDRESS:
                self.open.append((depth, at, _NAMES[tag], target))

    def leave(self) -> None:
        """End the element that was begun last."""
        _, start, tag, target = self.open.pop()
        at = len(self.pieces)
        if start < at or tag in _CELLS:
            self._marks.append(Mark(start, at, tag, target))

    def end(self, element: int, in_pre: int) -> None:
        """End the run, and record it if it was cut into blocks; open elements go on in the next one."""
        if not (self.open or self._marks or self._images):
            super().end(element, in_pre)
            return
        if self.gaps:
            self.fill_gaps()
        first, pieces, n_asides = len(self.texts), tuple(self.pieces), len(self.asides)
        super().end(element, in_pre)
        last = len(self.texts) - n_asides
        if last > first:
            inside = [mark for place, mark in self._images if place == element]
            unfinished = [Mark(start, len(pieces), tag, target) for _, start, tag, target in reversed(self.open)]
            marks = (*self._marks, *inside, *unfinished)  # an outer element after those in it
            self._runs.append(Run(first, last, pieces, marks))
            self._images = [image for image in self._images if image[0] != element]
        self._loose += [LooseImage(first, place, mark.target, mark.alt) for place, mark in self._images]
        self._images.clear()
        self._marks.clear()
        self.open[:] = [(depth, 0, tag, target) for depth, _, tag, target in self.open]

    def leave_out(self, left_out: Sequence[int]) -> list[int]:
        """Leave out blocks, and the record of each run that loses one."""
        numbers = super().leave_out(left_out)
        self._runs = [
            run._replace(first=numbers[run.first], last=numbers[run.last])
            for run in self._runs
            if numbers[run.last] - numbers[run.first] == run.last - run.first
        ]
        self._loose = [image._replace(before=numbers[image.before]) for image in self._loose]
        return numbers

    def replace_texts(self, texts: Mapping[int, str]) -> None:
        """Give blocks other texts, and forget the record of their runs."""
        super().replace_texts(texts)
        self._runs = [run for run in self._runs if texts.keys().isdisjoint(range(run.first, run.last))]

    def recording(self, parser: LexborHTMLParser) -> Recording:
        """Return what was recorded of the page."""
        last = [LooseImage(len(self.texts), place, mark.target, mark.alt) for place, mark in self._images]
        base = parser.css_first("base[href]")
        address = (base.attributes.get("href") or "")[:MAX_ADDRESS] if base is not None else ""
        return Recording(tuple(self._runs), (*self._loose, *last), self._starts, address)


def _image_address(image: LexborNode) -> str:
    """Return an image's address, empty for one of a single pixel and for one whose data are in the page."""
    attributes = image.attributes
    if {attributes.get("width"), attributes.get("height")} & {"0", "1"}:
        return ""
    found = [attributes.get(name) for name in (*_LATE_SOURCES, "src")]
    found += [_largest(attributes.get(name)) for name in ("data-srcset", "srcset")]
    if image.parent is not None and image.parent.tag == "picture":
        found += [_largest(source.attributes.get("srcset")) for source in image.parent.css("source")[:1]]
    addresses = (address.strip() for address in found if address)
    return next((each for each in addresses if len(each) <= MAX_ADDRESS and not each.lower().startswith("data:")), "")


def _largest(srcset: str | None) -> str:
    """Return the address of the largest candidate of a `srcset`."""
    candidates: list[tuple[float, str]] = [(-1.0, "")]
    address = ""
    for word in (srcset or "").split()[:MAX_WORDS]:
        size = _SIZE.fullmatch(word)
        if size is None:
            candidates.append((0.0, address))
            address = word
        else:
            candidates.append((float(size[1]), address))
            address = size[2] or ""
    return max([*candidates, (0.0, address)], key=lambda each: (each[1] != "", each[0]))[1].rstrip(",")
