"""Records the inline elements and the images of a page while its blocks are cut."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from selectolax.lexbor import LexborHTMLParser, LexborNode

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.image_address import ATTRIBUTES, MAX_ADDRESS
from copydesk.classifier.segmentation.block_builder import BlockBuilder
from copydesk.classifier.structure import GOES_ON, MAX_CELL_SPAN, TAGS, Recording

MAX_ALT = 1_000
"""Characters of an image's description that are kept."""

MAX_OPEN = 50
"""Inline elements inside each other that are recorded."""

MAX_START_DIGITS = 8
"""Digits of the number that an ordered list begins with; Markdown allows nine in an item's number."""

MAX_PICTURE_NODES = 100
"""Nodes of a `picture` among which its first `source` and its image are looked for."""

RECORDED = {
    "a": "a",
    **dict.fromkeys(("em", "i"), "em"),
    **dict.fromkeys(("strong", "b"), "strong"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
    **{tag: tag for tag in ("td", "th", "img", "ol")},
}
"""The tag under which an inline element, or a cell in a row that is one block, is recorded."""
_A, _TD, _IMAGE = map(TAGS.index, ("a", "td", "img"))
_CELLS = (_TD, TAGS.index("th"))
_WORD = re.compile(r"\S+")
_SPAN = re.compile(r"[ \t\n\f\r]*([0-9]+)")

SpanRow = tuple[int, int, int, int, int]
_has_base = core_function("cd_has_base", "u8* i64", "i64")


class _Mark(NamedTuple):
    """An inline element around `pieces[start:end]` of a run; the rest is as in `Recording.spans`."""

    start: int
    end: int
    tag: int
    string: int


class RecordingBuilder(BlockBuilder):
    """A builder that also keeps where inline elements begin and end in each block; see `Recording`.

    Attributes:
        open: Depth, first piece, tag and string of each element that was begun and not ended.
        runs: The first block of each run with spans, and one past its last.
    """

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[int, int, int, int]] = []
        self.spans: list[SpanRow] = []
        self.runs: list[tuple[int, int]] = []
        self.loose: list[tuple[int, int, int]] = []
        self.numbers: dict[int, int] = {}
        self.strings: list[str] = []
        self._marks: list[_Mark] = []
        self._images: list[tuple[int, _Mark]] = []  # element

    def enter(self, tag: str, node: LexborNode, element: int, depth: int) -> None:
        """Begin an element whose tag is in `RECORDED`.

        Args:
            element: The number of the block element around it; of a list its own.
            depth: How many elements are open around it.
        """
        at = len(self.pieces)
        if tag == "img":
            self._images.append((element, _Mark(at, at, _IMAGE, len(self.strings))))
            self.strings += _strings_of(node)
        elif tag == "ol":
            start = (node.attributes.get("start") or "").strip()
            if start.isdecimal() and len(start) <= MAX_START_DIGITS:
                self.numbers[element] = int(start)
        elif len(self.open) < MAX_OPEN:
            target = (node.attributes.get("href") or "").strip() if tag == "a" else ""
            if tag != "a":
                size = _size_of(node) if tag in ("td", "th") else -1
                self.open.append((depth, at, TAGS.index(RECORDED[tag]), size))
            elif 0 < len(target) <= MAX_ADDRESS:
                self.open.append((depth, at, _A, len(self.strings)))
                self.strings.append(target)

    def add_cell_size(self, node: LexborNode, element: int) -> None:
        """Add the size of a cell that begins a block, if it is over several columns or rows."""
        if (size := _size_of(node)) >= 0:
            self.numbers[element] = size

    def leave(self) -> None:
        """End the element that was begun last."""
        _, start, tag, string = self.open.pop()
        at = len(self.pieces)
        if start < at or tag in _CELLS:
            self._marks.append(_Mark(start, at, tag, string))

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
            unfinished = [_Mark(start, len(pieces), tag, string) for _, start, tag, string in reversed(self.open)]
            self.runs.append((first, last))
            self.spans += _spans(first, self.texts[first:last], pieces, (*self._marks, *inside, *unfinished))
            self._images = [image for image in self._images if image[0] != element]
        self.loose += [(first, place, mark.string) for place, mark in self._images]
        self._images.clear()
        self._marks.clear()
        goes_on = last > first
        self.open[:] = [
            (depth, 0, tag, GOES_ON if goes_on and tag in _CELLS else string) for depth, _, tag, string in self.open
        ]

    def leave_out(self, left_out: Sequence[int]) -> list[int]:
        """Leave out blocks, and the record of each run that loses one."""
        numbers = super().leave_out(left_out)
        self._forget({run for run in self.runs if numbers[run[1]] - numbers[run[0]] < run[1] - run[0]})
        self.runs = [(numbers[first], numbers[last]) for first, last in self.runs]
        self.spans = [(numbers[block], start, end, tag, string) for block, start, end, tag, string in self.spans]
        self.loose = [(numbers[before], element, string) for before, element, string in self.loose]
        return numbers

    def replace_texts(self, texts: Mapping[int, str]) -> None:
        """Give blocks other texts, and forget the record of their runs."""
        super().replace_texts(texts)
        self._forget({run for run in self.runs if not texts.keys().isdisjoint(range(*run))})

    def _forget(self, runs: set[tuple[int, int]]) -> None:
        blocks = {block for run in runs for block in range(*run)}
        self.runs = [run for run in self.runs if run not in runs]
        self.spans = [span for span in self.spans if span[0] not in blocks]

    def recording(self, base: str) -> Recording:
        """Return what was recorded of a page whose element `base` has this target."""
        return Recording(
            np.array(self.spans, np.int64).reshape(-1, 5),
            np.array(self.loose, np.int64).reshape(-1, 3),
            self.numbers,
            self.strings,
            base,
        )


def read_base(parser: LexborHTMLParser, page: bytes) -> str:
    """Return the target of a page's element `base`; empty without one, as in nearly all pages."""
    if not _has_base(np.frombuffer(page, np.uint8), len(page)):
        return ""
    base = parser.css_first("base[href]")
    return (base.attributes.get("href") or "")[:MAX_ADDRESS] if base is not None else ""


def _size_of(cell: LexborNode) -> int:
    """Return the size of a cell as in `Recording`; -1 for one column and row."""
    attributes = cell.attributes
    columns, rows = max(1, _read_span(attributes.get("colspan"))), _read_span(attributes.get("rowspan"))
    return -1 if columns == rows == 1 else rows * (MAX_CELL_SPAN + 1) + columns


def _read_span(value: str | None) -> int:
    """Read how many columns or rows a cell is over: the digits at the start; 1 without any."""
    digits = _SPAN.match(value or "")
    return min(int(digits[1].lstrip("0")[:4] or 0), MAX_CELL_SPAN) if digits else 1


def _strings_of(image: LexborNode) -> list[str]:
    """Return what `read_image` reads of an image."""
    attributes = image.attributes
    source = _source_of(image)
    sources = source.attributes.get("srcset") if source is not None else ""
    return [
        *(attributes.get(name) or "" for name in ATTRIBUTES),
        sources or "",
        (attributes.get("alt") or "")[:MAX_ALT],
    ]


def _source_of(image: LexborNode) -> LexborNode | None:
    """Return the first `source` of a `picture`, for its first image alone, as each of many would get a copy."""
    picture, source = image.parent, None
    if picture is None or picture.tag != "picture":
        return None
    node = picture.first_child
    for _ in range(MAX_PICTURE_NODES):
        if node is None:
            break
        if node.tag == "img":
            return source if node.mem_id == image.mem_id else None
        if source is None and node.tag == "source":
            source = node
        node = node.next
    return None


def _spans(first: int, texts: Sequence[str], pieces: Sequence[str], marks: Sequence[_Mark]) -> Iterator[SpanRow]:
    """Yield the parts of each mark of a run in the run's blocks, whose texts these are, from number `first` on.

    Runs and blocks differ in white space alone, so a place in a run is found in its blocks by the number of other
    characters before it.
    """
    blocks = [*map(_Places, texts)]
    before = list(accumulate((block.size for block in blocks), initial=0))
    counts = [0, *accumulate(len("".join(piece.split())) for piece in pieces)]
    for mark in marks:
        for place, start, end in _parts_of(counts[mark.start], counts[mark.end], mark.tag, before, blocks):
            yield first + place, start, end, mark.tag, mark.string


def _parts_of(
    first: int, last: int, tag: int, before: Sequence[int], blocks: Sequence[_Places]
) -> Iterator[tuple[int, int, int]]:
    """Yield block, start and end of the parts of a mark; one without characters is in one block.

    `before` has the characters before each block.
    """
    place = min(bisect_right(before, first), len(blocks)) - 1
    if first == last and tag in (_IMAGE, *_CELLS):
        at = blocks[place].at(first - before[place])
        yield place, at, at
    while place < len(blocks) and before[place] < last and first < last:
        start, end = max(first - before[place], 0), min(last - before[place], blocks[place].size)
        if start < end:
            yield place, blocks[place].at(start), blocks[place].at(end - 1) + 1
        place += 1


class _Places:
    """Where in a block's text its characters are, white space not counted."""

    def __init__(self, text: str) -> None:
        self._end = len(text)
        words = [found.span() for found in _WORD.finditer(text)]
        self._starts = [word[0] for word in words]
        self._counts = list(accumulate((end - start for start, end in words), initial=0))
        self.size = self._counts[-1]

    def at(self, number: int) -> int:
        """Return the place of a character, or the text's end."""
        if number >= self.size:
            return self._end
        word = bisect_right(self._counts, number) - 1
        return self._starts[word] + number - self._counts[word]
