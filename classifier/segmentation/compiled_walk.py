"""Cuts the tree of an HTML page into blocks in compiled code, for the pages without rare elements: nearly all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from selectolax.lexbor import LexborHTMLParser

from copydesk.classifier.arrays import Integers
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.markup_arrays import MarkupArrays, Strings, hash_tags
from copydesk.classifier.segmentation import block_builder, hidden
from copydesk.classifier.segmentation.block_builder import BlockBuilder
from copydesk.classifier.segmentation.head import HeadFinder
from copydesk.classifier.segmentation.lexbor import Lexbor, find_lexbor
from copydesk.classifier.types import Markup

_TAG, _TITLE, _LANGUAGE, _META, _CANONICAL, _JSON_LD, _TIME, _PROPERTY, _TEMPLATE = range(9)  # the kinds of `found`
_DONE, _NOT_HERE, _NEEDS_CLASSES, _TOO_LITTLE_ROOM = 0, 2, 3, 4  # answers of the walk
_TABLES = (5, 8, 4, 3)
"""Columns of an element, a block, an entry of `found`, and a hidden element, as in html_walk.h."""

_walk_html = core_function(
    "cd_walk_html", "u64* u32* u8* i64 i64 u64* i64* i64* i64* i64* i64* u32* u32* u32* u32* u32*", "memory"
)
_NO_CLASSES = np.empty(0, np.uint8)


class Walked(NamedTuple):
    """A page's text and blocks, and what else the walk found.

    Attributes:
        spans: Shape (n_blocks, 2): start and end of each block in the text.
        found: What the page says of itself.
        hidden: The hidden elements that have a long block and are in no other one; none if they can neither be copies
            of what is shown nor the page's main text.
    """

    text: str
    spans: Integers
    markup: MarkupArrays
    found: HeadFinder
    hidden: list[hidden.Hidden]
    has_template: bool

    def texts(self) -> list[str]:
        """Return the text of each block."""
        return [self.text[start:end] for start, end in self.spans.tolist()]

    def to_builder(self) -> BlockBuilder:
        """Return a builder that has collected the same, to change it."""
        builder = BlockBuilder()
        markup = Markup.from_arrays(self.markup)
        for column in ("tags", "names", "parents", "firsts", "lasts"):
            setattr(builder, column, list(getattr(markup, column)))
        columns = markup.elements, markup.link_chars, markup.links, markup.images, markup.inline, markup.hrefs
        builder.rows = list(zip(*columns, strict=True))
        builder.texts, builder.found = self.texts(), self.found
        return builder


def walk_tree(parser: LexborHTMLParser, size: int) -> Walked | None:
    """Walk a page of so many bytes; None if only the walk in Python can do it."""
    lexbor = find_lexbor()
    if lexbor is None or parser.body is None:
        return None
    nodes = np.array(
        [0 if node is None else node.mem_id for node in (parser.root, parser.head, parser.body)], np.uint64
    )
    sizes = np.array([size // 100, size // 200, size // 400, 50, *[size // 2] * 5], np.int64) + 500
    needed = sizes
    classes, answer = _NO_CLASSES, _TOO_LITTLE_ROOM
    while answer in (_TOO_LITTLE_ROOM, _NEEDS_CLASSES):
        sizes = needed.copy()
        tables = [np.empty((room, width), np.int64) for room, width in zip(sizes[:4].tolist(), _TABLES, strict=True)]
        strings = [np.empty(room, np.uint32) for room in sizes[4:].tolist()]
        room = *tables, *strings
        answer = _walk_html(
            lexbor.functions, lexbor.tags, classes, len(classes), block_builder.MAX_ELEMENTS, nodes, sizes, *room
        )
        if answer == _NEEDS_CLASSES:
            classes = _character_classes()
        elif answer == _TOO_LITTLE_ROOM:  # a text takes more room before its white space is folded
            needed = 3 * np.maximum(needed, sizes)
    if answer == _NOT_HERE:
        return None
    walked = _read(lexbor, *(array[:n] for array, n in zip(room, sizes.tolist(), strict=True)))
    return None if walked is None or (walked.has_template and _holds_article(parser)) else walked


def _holds_article(parser: LexborHTMLParser) -> bool:
    return any(map(hidden.holds_article, parser.css("template")))


def _read(lexbor: Lexbor, *arrays: Any) -> Walked:
    """Name what the walk wrote."""
    elements, blocks, found, unseen, text, names_of_elements, inline, hrefs, collected = arrays
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
        names=Strings(names_of_elements, name_ends),
        parents=parents,
        firsts=firsts,
        lasts=lasts,
        elements=places,
        link_chars=link_chars,
        links=links,
        images=images,
        inline=Strings(inline, inline_ends),
        hrefs=Strings(hrefs, href_ends),
    )
    left_out = [hidden.Hidden(*row) for row in unseen.tolist()]
    return Walked(Strings(text, blocks[:, 1]).text(), blocks[:, :2], markup, finder, left_out, has_template)


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

    def bits() -> Iterator[int]:
        for character in map(chr, range(0x10000)):
            upper, title = character.isupper(), character.istitle()
            yield (
                character.isalnum()
                | upper << 1
                | character.islower() << 2
                | character.isalpha() << 3
                | (title and not upper) << 4
            )

    return np.fromiter(bits(), np.uint8, 0x10000)
