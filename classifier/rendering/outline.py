"""Builds the tree of an article from its blocks, for the renderers: headings, lists, tables, quotes and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from copydesk.classifier.rendering.inline import CELLS, Inline, Piece, nest, with_breaks
from copydesk.classifier.structure import Picture, Span, Structure
from copydesk.classifier.types import Kind, ScoredBlock, clean

MAX_DEPTH = 16
"""Groups inside each other; what lies deeper is put into the innermost of them."""

LISTS = ("ul", "ol")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TAG_OF_KIND = {
    Kind.HEADLINE: "h1",
    Kind.SUBHEADING: "h2",  # unless the page says its level
    Kind.PREFORMATTED: "pre",
    Kind.CAPTION: "figcaption",
}
_AROUND_KIND = {Kind.LIST_ITEM: ("ul", "li"), Kind.QUOTE: ("blockquote",), Kind.TABLE: ("table", "tr")}
"""The groups around a block of a kind where the page does not say them."""
_OWN_MARKER = re.compile(r"(?:[-*+•◦‣▪■●·–—]|\(?\w{1,3}[.)])\s")
"""The start of a list item whose text has a bullet or a number: it gets no second one."""

MAX_CELL_BLOCKS = 3
"""Blocks of one cell up to which its table has data; cells with more are columns of a page."""
MAX_EMPTY_CELLS = 10
"""Empty cells for each other one up to which a table is set with all its columns."""

_NOTHING = Structure({}, {}, {}, {}, {}, {}, ())
_Path = list[tuple[object, str]]  # key and tag of each group, outermost first


@dataclass(frozen=True, slots=True)
class Leaf:
    """A block's text: its tag is "h1" to "h6", "p", "pre", "figcaption", or "img" for an image between blocks."""

    tag: str
    content: tuple[Piece, ...]
    language: str = ""


@dataclass(slots=True)
class Group:
    """An element with others in it.

    Attributes:
        start: The number that an ordered list begins with.
        column: The column of a cell, or the last one of a row, where the page says it.
    """

    tag: str
    key: object = None
    start: int | None = None
    column: int | None = None
    children: list[Group | Leaf] = field(default_factory=list)


def build_outline(
    blocks: Sequence[ScoredBlock], parts: Collection[Kind], structure: Structure | None, *, links: bool
) -> Group:
    """Build the tree of the blocks of these kinds; `links` says whether with links, emphasis and images."""
    builder = _Builder(structure or _NOTHING, links=links)
    pictures = _pictures(blocks, parts, builder.structure) if links else []
    n_placed = 0
    for number, block in enumerate(blocks):
        if block.kind not in parts:
            continue
        while n_placed < len(pictures) and pictures[n_placed].before <= number:
            builder.add_picture(pictures[n_placed])
            n_placed += 1
        builder.add(number, block)
    for picture in pictures[n_placed:]:
        builder.add_picture(picture)
    builder.root.children = _without_layout_tables(builder.root.children)
    return builder.root


def _pictures(blocks: Sequence[ScoredBlock], parts: Collection[Kind], structure: Structure) -> list[Picture]:
    """Return the images between blocks whose addresses are in no block of these kinds."""
    if not structure.pictures:
        return []
    numbers = (number for number in structure.spans if blocks[number].kind in parts)
    in_blocks = {span.target for number in numbers for span in structure.spans[number] if span.tag == "img"}
    return [picture for picture in structure.pictures if picture.image.target not in in_blocks]


def rows_of(table: Group) -> list[Group]:
    """Return the rows of a table, those of its head first among them."""
    found = []
    for child in table.children:
        if isinstance(child, Group):
            found += [child] if child.tag == "tr" else rows_of(child)
    return found


def leaves_of(group: Group) -> Iterator[Leaf]:
    """Yield the leaves in a group and in the groups in it, in order."""
    for child in group.children:
        if isinstance(child, Leaf):
            yield child
        else:
            yield from leaves_of(child)


class _Builder:
    """The tree so far; `stack` has the groups that are open, outermost first."""

    def __init__(self, structure: Structure, *, links: bool) -> None:
        self.structure = structure
        self.links = links
        self.is_html = structure is not _NOTHING
        self.root = Group("article")
        self.stack = [self.root]

    def add(self, number: int, block: ScoredBlock) -> None:
        """Add a block."""
        elements = self._elements(self.structure.paths.get(number, ()))
        spans = self.structure.spans.get(number, ())
        shown = [span for span in spans if span.tag not in CELLS] if self.links else []
        self._open(_groups(number, block, elements, is_html=self.is_html))
        if self.stack[-1].tag == "tr":
            self._add_cells(block.page_text, _cells(block, spans), shown)
            return
        tag = _TAG_OF_KIND.get(block.kind, "p")
        if block.kind is Kind.SUBHEADING:
            tag = next((tag for _, tag in reversed(elements) if tag in HEADINGS), tag)
        content = nest(block.page_text, block.start, block.end, shown)
        if self.is_html and block.kind is not Kind.PREFORMATTED:
            content = with_breaks(content)
        self.stack[-1].children.append(Leaf(tag, content, self.structure.languages.get(number, "")))

    def _add_cells(self, text: str, cells: Sequence[Span], shown: Sequence[Span]) -> None:
        row, at = self.stack[-1], 0
        for cell in cells:
            inner = []
            while at < len(shown) and shown[at].start < cell.end:
                inner.append(shown[at])
                at += 1
            content = nest(text, cell.start, cell.end, inner)
            leaves: list[Group | Leaf] = [Leaf("p", content)] if content else []
            last = row.children[-1] if row.children else None
            if isinstance(last, Group) and last.column is not None and last.column == cell.column:
                last.children += leaves  # a part of it is a block of its own
            else:
                row.children.append(Group(cell.tag, column=cell.column, children=leaves))

    def add_picture(self, picture: Picture) -> None:
        """Add an image between blocks."""
        self._open(_repaired(self._elements(picture.path)))
        image = picture.image
        leaf = Leaf("img", (Inline("img", (), image.target, clean(image.alt)),))
        self.stack[-1].children.append(Group("td", children=[leaf]) if self.stack[-1].tag == "tr" else leaf)

    def _elements(self, path: Sequence[int]) -> _Path:
        return [(element, self.structure.tags[element]) for element in path]

    def _columns(self, key: object) -> tuple[int, ...]:
        return self.structure.columns.get(key, ()) if isinstance(key, int) else ()

    def _open(self, path: _Path) -> None:
        """Close the groups that are not in the path, and open those of it that are not open."""
        path = path[:MAX_DEPTH]
        n_same = 0
        while n_same < min(len(path), len(self.stack) - 1) and self.stack[n_same + 1].key == path[n_same][0]:
            n_same += 1
        del self.stack[n_same + 1 :]
        for key, tag in path[n_same:]:
            siblings = self.stack[-1].children
            last = siblings[-1] if siblings else None
            if isinstance(key, _Added) and isinstance(last, Group) and last.tag == tag == "li":
                last.key = key  # a list that follows an item directly is set as a part of that item
                self.stack.append(last)
                continue
            group = Group(tag, key, self.structure.starts.get(key) if isinstance(key, int) else None)
            group.column = self._columns(key)[-1] if self._columns(key) else None
            siblings.append(group)
            self.stack.append(group)


@dataclass(frozen=True, slots=True)
class _Added:
    """The key of a list around a lone item, and of an item around a list that is a list's child."""

    tag: str
    near: object


def _groups(number: int, block: ScoredBlock, elements: _Path, *, is_html: bool) -> _Path:
    """Return the groups around a block: those of the page, and where the page has none those of its kind.

    A list item is set as a paragraph if HTML has no list there, or if its text brings its bullet along.
    """
    path = _repaired([(key, tag) for key, tag in elements if tag not in HEADINGS])
    around = _AROUND_KIND.get(block.kind, ())
    if not around or around[-1] in [tag for _, tag in path]:
        return path
    if block.kind is Kind.LIST_ITEM and (is_html or _OWN_MARKER.match(block.page_text, block.start, block.end)):
        return path
    inner = "" if block.kind is Kind.QUOTE else number  # quotes in a row are one
    return [*path, *(((tag, ""), tag) for tag in around[:-1]), ((around[-1], inner), around[-1])]


def _repaired(path: _Path) -> _Path:
    """Put a list around an item without one, and an item around a list that is a list's child."""
    repaired: _Path = []
    above: tuple[object, str] = (None, "")
    for key, tag in path:
        if tag == "li" and above[1] not in LISTS:
            repaired.append((_Added("ul", above[0]), "ul"))
        elif tag in LISTS and above[1] in LISTS:
            repaired.append((_Added("li", key), "li"))
        above = (key, tag)
        repaired.append(above)
    return repaired


def _cells(block: ScoredBlock, spans: Sequence[Span]) -> list[Span]:
    """Return the cells of a row: those that were recorded, if they have all of its text, else what tabs separate."""
    cells = [span for span in spans if span.tag in CELLS]
    gaps = zip([block.start, *(cell.end for cell in cells)], [*(cell.start for cell in cells), block.end], strict=True)
    if cells and all(start <= end and not block.page_text[start:end].strip() for start, end in gaps):
        return cells
    cells, start = [], block.start
    for cell in block.text.split("\t"):
        cells.append(Span(start, start + len(cell), "td"))
        start += len(cell) + 1
    return cells


def _without_layout_tables(children: list[Group | Leaf]) -> list[Group | Leaf]:
    """Put the paragraphs of tables without data in the place of these."""
    out: list[Group | Leaf] = []
    for child in children:
        if isinstance(child, Group) and child.tag == "table" and not _has_data(rows_of(child)):
            out += _leaves(child)
            continue
        if isinstance(child, Group):
            child.children = _without_layout_tables(child.children)
            if child.tag == "table":
                _fill_rows(child, _n_columns(rows_of(child)))
        out.append(child)
    return out


def _n_columns(rows: Iterable[Group]) -> int:
    return max((1 + max([row.column or 0, *(place for place, _ in _places(row))]) for row in rows), default=0)


def _places(row: Group) -> Iterator[tuple[int, Group | Leaf]]:
    """Yield the cells of a row, each with the column that it has, or else the one after the cell before it."""
    at = 0
    for cell in row.children:
        at = max(at, cell.column or 0) if isinstance(cell, Group) else at
        yield at, cell
        at += 1


def _fill_rows(part: Group, n_columns: int) -> None:
    """Add empty cells to the rows of a table or of a part of it, so that every row has one for each column."""
    for row in part.children:
        if isinstance(row, Group) and row.tag == "tr":
            tag = "th" if part.tag == "thead" else "td"
            cells = dict(_places(row))
            row.children = [cells[place] if place in cells else Group(tag) for place in range(n_columns)]
        elif isinstance(row, Group):
            _fill_rows(row, n_columns)


def _has_data(rows: Sequence[Group]) -> bool:
    sizes = [len(row.children) for row in rows]
    cells = (cell for row in rows for cell in row.children if isinstance(cell, Group))
    return (
        max(sizes, default=0) > 1
        and _n_columns(rows) * len(sizes) <= (1 + MAX_EMPTY_CELLS) * sum(sizes)
        and all(len(cell.children) <= MAX_CELL_BLOCKS for cell in cells)
    )


def _leaves(group: Group) -> list[Group | Leaf]:
    """Return the leaves and lists of a table without data."""
    found: list[Group | Leaf] = []
    for child in group.children:
        if isinstance(child, Leaf):
            found.append(child)
        else:
            found += _without_layout_tables([child]) if child.tag in LISTS else _leaves(child)
    return found
