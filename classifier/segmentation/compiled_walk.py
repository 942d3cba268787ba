"""Cuts the tree of an HTML page into blocks in compiled code, for the pages without rare elements: nearly all."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from selectolax.lexbor import LexborHTMLParser

from copydesk.classifier.array_views import Rows
from copydesk.classifier.arrays import Hashes, Integers
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.markup_arrays import MarkupArrays, Strings, Texts, hash_tags
from copydesk.classifier.segmentation import block_builder, hidden
from copydesk.classifier.segmentation.block_builder import BlockBuilder
from copydesk.classifier.segmentation.head import HeadFinder
from copydesk.classifier.segmentation.lexbor import Lexbor, find_lexbor
from copydesk.classifier.segmentation.recorder import RecordingBuilder
from copydesk.classifier.structure import Recording
from copydesk.classifier.types import Block, Blocks, Markup

_TAG, _TITLE, _LANGUAGE, _META, _CANONICAL, _JSON_LD, _TIME, _PROPERTY, _TEMPLATE = range(9)  # the kinds of `found`
_DONE, _NOT_HERE, _NEEDS_CLASSES, _TOO_LITTLE_ROOM = 0, 2, 3, 4  # answers of the walk
_TABLES = (5, 8, 4, 3, 5, 2, 3, 2, 1)
"""Columns of an element, a block, an entry of `found`, a hidden element, and of what is recorded, as in html_walk.h."""
_N_TEXTS = 6

_MAX_KEPT = 4_000_000
"""Bytes of a page up to which a thread keeps the room for what the walk writes, about 15 times as much."""

_walk_html = core_function("cd_walk_html", "u64* u32* u8* i64 u64* i64 i64 i64 u64* i64* u64*", "memory")
_NO_CLASSES, _NO_TEMPLATES = np.empty(0, np.uint8), np.empty(0, np.uint64)


class Walked(NamedTuple):
    """A page's text and blocks, and what else the walk found.

    Attributes:
        spans: Shape (n_blocks, 2): start and end of each block in the text.
        found: What the page says of itself.
        record: The inline elements, where they were asked for.
        hidden: The hidden elements that have a long block and are in no other one; none if they can neither be copies
            of what is shown nor the page's main text.
    """

    text: str
    spans: Integers
    markup: MarkupArrays
    found: HeadFinder
    hidden: list[hidden.Hidden]
    has_template: bool
    record: _Record | None

    def texts(self) -> list[str]:
        """Return the text of each block."""
        return [self.text[start:end] for start, end in self.spans.tolist()]

    def to_blocks(self, base: str) -> Blocks:
        """Return the page as it was walked; `base` is the target of its element `base`."""
        recording = None if self.record is None else self.record.recording(base)
        markup = Markup.from_arrays(self.markup)
        return Blocks(self.text, Rows(Block, self.spans), self.found.to_head(), markup, recording)

    def to_builder(self) -> BlockBuilder:
        """Return a builder that has collected the same, to change it."""
        builder = BlockBuilder() if self.record is None else self.record.to_builder()
        markup = Markup.from_arrays(self.markup)
        for column in ("tags", "names", "parents", "firsts", "lasts"):
            setattr(builder, column, list(getattr(markup, column)))
        columns = markup.elements, markup.link_chars, markup.links, markup.images, markup.inline, markup.hrefs
        builder.rows = list(zip(*columns, strict=True))
        builder.texts, builder.found = self.texts(), self.found
        return builder


class _Record(NamedTuple):
    """What the walk recorded of inline elements; see `Recording` and `RecordingBuilder`."""

    spans: Integers
    runs: Integers
    images: Integers
    numbers: dict[int, int]
    strings: Texts

    def recording(self, base: str) -> Recording:
        """Return it as it is."""
        return Recording(self.spans, self.images, self.numbers, self.strings, base)

    def to_builder(self) -> RecordingBuilder:
        """Return a builder that has recorded the same, to change it."""
        builder = RecordingBuilder()
        for name in ("spans", "runs"):
            setattr(builder, name, [*map(tuple, getattr(self, name).tolist())])
        builder.loose = [*map(tuple, self.images.tolist())]
        builder.numbers, builder.strings = self.numbers, list(self.strings)
        return builder


class _Room:
    """Arrays that the walk writes to, of so many rows and code points each."""

    def __init__(self, sizes: Integers) -> None:
        self.sizes = sizes
        numbers = sizes.tolist()
        tables = [np.empty((n, width), np.int64) for n, width in zip(numbers, _TABLES, strict=False)]
        self.arrays = [*tables, *(np.empty(n, np.uint32) for n in numbers[len(_TABLES) :])]
        self.addresses = np.array([array.ctypes.data for array in self.arrays], np.uint64)


class _Rooms(threading.local):
    """The room that a thread keeps from one page to the next, and the bytes of a page that it is enough for."""

    room: _Room
    size = -1

    def room_for(self, size: int) -> _Room:
        """Return room for a page of so many bytes; pages with more of something are walked again."""
        if size <= self.size:
            return self.room
        size = min(max(size, 2 * self.size), _MAX_KEPT) if size <= _MAX_KEPT else size
        few = size // 200
        room = _Room(np.array([2 * few, few, few, 50, few, few, few, 50, few, *[size // 2] * _N_TEXTS], np.int64) + 500)
        if size <= _MAX_KEPT:
            self.room, self.size = room, size
        return room


_rooms = _Rooms()


def walk_tree(parser: LexborHTMLParser, size: int, *, inline: bool = False) -> Walked | None:
    """Walk a page of so many bytes; None if only the walk in Python can do it. `inline` is as for `segment_html`."""
    lexbor = find_lexbor()
    if lexbor is None or parser.body is None:
        return None
    walked = _walk(lexbor, parser, _rooms.room_for(size), _NO_TEMPLATES, inline=inline)
    if walked is None or not walked.has_template:
        return walked
    templates = [template.mem_id for template in parser.css("template") if hidden.holds_article(template)]
    if not templates:
        return walked
    return _walk(lexbor, parser, _rooms.room_for(size), np.sort(np.array(templates, np.uint64)), inline=inline)


def _walk(lexbor: Lexbor, parser: LexborHTMLParser, room: _Room, templates: Hashes, *, inline: bool) -> Walked | None:
    """Walk a page, and into the templates that have these addresses, in rising order."""
    nodes = np.array(
        [0 if node is None else node.mem_id for node in (parser.root, parser.head, parser.body)], np.uint64
    )
    classes, answer = _NO_CLASSES, _TOO_LITTLE_ROOM
    while answer in (_TOO_LITTLE_ROOM, _NEEDS_CLASSES):
        sizes = room.sizes.copy()
        answer = _walk_html(
            *(lexbor.functions, lexbor.tags, classes, len(classes), templates, len(templates)),
            *(block_builder.MAX_ELEMENTS, inline, nodes, sizes, room.addresses),
        )
        if answer == _NEEDS_CLASSES:
            classes = _character_classes()
        elif answer == _TOO_LITTLE_ROOM:  # a text takes more room before its white space is folded
            room = _Room(3 * np.maximum(room.sizes, sizes))
    if answer == _NOT_HERE:
        return None
    arrays = [array[:n] for array, n in zip(room.arrays, sizes.tolist(), strict=True)]
    return _read(lexbor, arrays, inline=inline)


def _read(lexbor: Lexbor, arrays: Sequence[Any], *, inline: bool) -> Walked:
    """Name what the walk wrote, and copy it."""
    elements, blocks, found, unseen, *recorded, ends, text, names, inlines, hrefs, collected, strings = arrays
    tags, parents, firsts, lasts, name_ends = elements.T.copy()
    *_, places, link_chars, links, images, inline_ends, href_ends = blocks.T.copy()
    finder, others, has_template = _read_found(found.tolist(), Strings(collected, found[:, 3]).text())
    tag_names, tag_hashes = lexbor.names, lexbor.hashes
    if any(others):
        tag_names, tag_hashes = (*tag_names, *others), np.concatenate((tag_hashes, hash_tags(others)))
    markup = MarkupArrays(
        tags=tags,
        tag_names=tag_names,
        tag_hashes=tag_hashes,
        names=Strings(names.copy(), name_ends),
        parents=parents,
        firsts=firsts,
        lasts=lasts,
        elements=places,
        link_chars=link_chars,
        links=links,
        images=images,
        inline=Strings(inlines.copy(), inline_ends),
        hrefs=Strings(hrefs.copy(), href_ends),
    )
    left_out = [hidden.Hidden(*row) for row in unseen.tolist()]
    record = None
    if inline:
        spans, runs, images, numbers = (array.copy() for array in recorded)
        record = _Record(spans, runs, images, dict(numbers.tolist()), Texts(Strings(strings.copy(), ends[:, 0].copy())))
    spans_of_blocks = blocks[:, :2].copy()
    return Walked(Strings(text, blocks[:, 1]).text(), spans_of_blocks, markup, finder, left_out, has_template, record)


def _read_found(rows: list[list[int]], text: str) -> tuple[HeadFinder, list[str], bool]:
    """Return what the page says of itself, names of tags by the row that they are in, and whether it has a template."""
    finder = HeadFinder()
    tags = [""] * len(rows)
    at, has_template = 0, False
    for number, (kind, block, name_end, value_end) in enumerate(rows):
        name, value = text[at:name_end], text[name_end:value_end]
        at = value_end
        if kind == _META:
            finder.add_meta(name, value)
        elif kind == _TAG:
            tags[number] = name
        elif kind == _TIME:
            finder.add_time(block, value)
        elif kind == _PROPERTY:
            finder.properties.append((block, name, value))
        elif kind == _JSON_LD:
            finder.add_json_ld(value)
        elif kind == _CANONICAL:
            finder.add_canonical(value)
        elif kind == _TITLE:
            finder.add_title(value)
        elif kind == _LANGUAGE:
            finder.language = value
        else:
            has_template = True
    return finder, tags, has_template


@cache
def _character_classes() -> NDArray[np.uint8]:
    """Return the bits of html_walk.h for each character below 0x10000."""
    characters = np.arange(0x10000, dtype=np.uint32).view("U1")
    upper = np.char.isupper(characters)
    title = np.char.istitle(characters) & ~upper
    bits = np.char.isalnum(characters), upper, np.char.islower(characters), np.char.isalpha(characters), title
    packed: NDArray[np.uint8] = np.packbits(bits, axis=0, bitorder="little")[0]
    return packed
