"""Reads how an article is set from its page's element tree and the recorded inline elements, for the renderers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

import numpy as np

from copydesk.classifier.arrays import spans_of
from copydesk.classifier.article_images import find_images
from copydesk.classifier.fields import resolve
from copydesk.classifier.image_address import read_image
from copydesk.classifier.result import Article
from copydesk.classifier.structure import GOES_ON, TAGS, Picture, Recording, Span, Structure
from copydesk.classifier.table_columns import read_columns, recorded_cells
from copydesk.classifier.types import KINDS, PARTS, Blocks, Kind, Markup

MAX_KEPT = 48
"""Elements around a block that are read, outermost first."""

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LISTS = frozenset(("ul", "ol"))
_ROW_PARTS = frozenset(("thead", "tr", "td", "th"))
_KEPT = _HEADINGS | _LISTS | _ROW_PARTS | {"table", "li", "blockquote", "figure"}
_CELLS = ("td", "th")
_HEADLINE, _SUBHEADING, _LIST_ITEM, _QUOTE, _TABLE, _PREFORMATTED, _CAPTION = map(
    KINDS.index,
    (Kind.HEADLINE, Kind.SUBHEADING, Kind.LIST_ITEM, Kind.QUOTE, Kind.TABLE, Kind.PREFORMATTED, Kind.CAPTION),
)

_LANGUAGE = re.compile(r"\b(?:language|lang|highlight-source)-([\w+#.-]{1,30})", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_WEB_SCHEMES, _OTHER_SCHEMES = ("http:", "https:"), ("mailto:", "tel:")


def add_structure(article: Article, page: Blocks) -> Article:
    """Return the article of a page with its structure, if the page's inline elements were recorded."""
    if page.markup is None or page.recording is None or page.text != article.text:
        return article
    scores = article.scores
    kinds = [KINDS.index(block.kind) for block in article.blocks] if scores is None else scores.kinds.tolist()
    parts = {number for number, kind in enumerate(kinds) if kind < len(PARTS)}
    canonical = "" if article.url else article.canonical_url if scores is None else scores.reading.canonical_url()
    url = article.url or canonical or page.head.canonical
    base = resolve(page.recording.base, url) or url
    paths = _Paths(page.markup, kinds, parts)
    columns = read_columns(page.markup, page.recording, paths.tags)
    structure = Structure(
        pictures=tuple(_pictures(page, paths, kinds, base)),
        paths=paths.of_blocks,
        tags=paths.tags,
        starts={each: start for each, start in page.recording.numbers.items() if paths.tags.get(each) == "ol"},
        columns=columns,
        languages=dict(_languages(page.markup, kinds)),
        spans=dict(_spans(page, page.recording, parts, base, dict(_columns_of_spans(page, columns)))),
    )
    return article.with_values(structure=structure)


class _Paths:
    """The elements around blocks, without those that only the page's layout has.

    Attributes:
        tags: The tags of the elements in the paths.
        of_blocks: The path of each part of the article.
        tag_of, parents, firsts, lasts: The columns of `Markup` as lists.
    """

    def __init__(self, markup: Markup, kinds: Sequence[int], parts: set[int]) -> None:
        self.tag_of, self.parents = list(markup.tags), list(markup.parents)
        self.firsts, self.lasts = list(markup.firsts), list(markup.lasts)
        self.tags: dict[int, str] = {}
        self._kept: dict[int, tuple[int, ...]] = {0: ()}
        self._known: dict[tuple[tuple[int, ...], int], tuple[int, ...]] = {}
        elements = list(markup.elements)
        self._items = self._innermost("li", [elements[number] for number in parts if kinds[number] == _LIST_ITEM])
        self._items -= self._with_heading(self._items, kinds)
        self._tables = self._innermost("table", [elements[number] for number in parts if kinds[number] == _TABLE])
        self._quotes = self._innermost("blockquote", [elements[number] for number in parts if kinds[number] == _QUOTE])
        self.of_blocks = {number: self.of(elements[number], kinds[number]) for number in sorted(parts)}

    def _with_heading(self, elements: Collection[int], kinds: Sequence[int]) -> set[int]:
        """Return the elements with a heading in them: such an item is a section, and no line of a list."""
        before = [0, *accumulate(kind in (_HEADLINE, _SUBHEADING) for kind in kinds)] if elements else []
        return {each for each in elements if before[self.firsts[each]] < before[self.lasts[each]]}

    def of_image(self, element: int) -> tuple[int, ...]:
        """Return the same for an image: a cell of a table with data, or else a figure."""
        tables = [each for each in self._around(element) if self.tag_of[each] == "table"]
        return self.of(element, _TABLE if tables and tables[-1] in self.tags else _CAPTION)

    def of(self, element: int, kind: int) -> tuple[int, ...]:
        """Return the elements around and including one, outermost first, that matter for a block of this kind."""
        kept = self._around(element)
        if not kept:
            return ()
        path = self._known.get((kept, kind))
        if path is None:
            path = self._known[kept, kind] = self._chosen(kept, kind)
            self.tags.update((each, self.tag_of[each]) for each in reversed(path))
        return path

    def _chosen(self, kept: tuple[int, ...], kind: int) -> tuple[int, ...]:
        """Return those of some elements, each in the one before, that matter for a block of this kind."""
        tags = [self.tag_of[each] for each in kept]
        table = len(tags) - 1 - tags[::-1].index("table") if "table" in tags else len(tags)
        in_row = "tr" in tags[table:] and (kind == _TABLE or (kind == _LIST_ITEM and kept[table] in self._tables))
        without_lists = in_row and (kind == _TABLE or not any(tag in _CELLS for tag in tags[table:]))
        path: list[int] = []
        in_item = False
        for place in reversed(range(len(kept))):
            each, tag = kept[place], tags[place]
            if tag == "li":
                in_item = each in self._items
            if (
                (kind == _SUBHEADING and tag in _HEADINGS)
                or (in_item and (tag == "li" or tag in _LISTS) and not (without_lists and place > table))
                or (tag == "blockquote" and each in self._quotes)
                or (in_row and place >= table and (tag == "table" or tag in _ROW_PARTS))
                or (kind == _CAPTION and tag == "figure")
            ):
                path.append(each)
        return tuple(reversed(path))

    def _around(self, element: int) -> tuple[int, ...]:
        """Return the elements with tags that matter around and including one; each element is visited once."""
        chain = []
        while element not in self._kept:
            chain.append(element)
            element = self.parents[element]
        kept = self._kept[element]
        for each in reversed(chain):
            if self.tag_of[each] in _KEPT and len(kept) < MAX_KEPT:
                kept = (*kept, each)
            self._kept[each] = kept
        return kept

    def _innermost(self, tag: str, elements: Iterable[int]) -> set[int]:
        """Return the innermost elements of a tag around and including some."""
        found = set()
        for element in elements:
            around = self._around(element)
            found.update([each for each in around if self.tag_of[each] == tag][-1:])
        return found


def _languages(markup: Markup, kinds: Sequence[int]) -> Iterator[tuple[int, str]]:
    for number, kind in enumerate(kinds):
        if kind == _PREFORMATTED:
            element = markup.elements[number]
            names = f"{markup.inline[number]} {markup.names[element]} {markup.names[max(0, markup.parents[element])]}"
            if found := _LANGUAGE.search(names):
                yield number, found[1].lower()


_ICON = r"(?-i:(?<![A-Za-z])|(?<=[a-z])(?=I)|(?<=fav))icon[-_.]"
"""The word at its beginning, as in "menu-icon." and "menuIcon.", or "favicon."; "silicon-" is another word."""
_NO_PICTURE = re.compile(rf"\.svg$|placeholder|transparent|spacer|pixel\.gif|{_ICON}", re.IGNORECASE)
"""Addresses of icons, and of what stands for a picture until a script loads it."""


def _pictures(page: Blocks, paths: _Paths, kinds: Sequence[int], base: str) -> Iterator[Picture]:
    """Yield the images of the article that are in no block of it; of those with one address the first.

    An image in a `noscript` is for readers without scripts: it repeats one that a script loads, before or after it in
    the same frame, and of the two the first is kept.
    """
    assert page.markup is not None
    assert page.recording is not None
    targets: set[str] = set()
    surplus: Counter[tuple[int, int]] = Counter()  # by place and frame, images less those in a `noscript`
    for place in find_images(page.recording, page.markup, kinds):
        target = _safe_address(place.address, base)
        if not target or _NO_PICTURE.search(target):
            continue
        where, sign = (place.before, place.frame), -1 if place.is_fallback else 1
        is_twin = sign * surplus[where] < 0
        surplus[where] += sign
        if not is_twin and target not in targets:
            yield Picture(place.before, paths.of_image(place.around), Span(0, 0, "img", target, place.alt))
            targets.add(target)


# Inline elements


def _columns_of_spans(page: Blocks, columns: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, int]]:
    """Yield the number of each span that is a cell in a known column, and that column."""
    assert page.markup is not None
    assert page.recording is not None
    n_cells: dict[int, int] = {}
    for number, row, size in recorded_cells(page.markup, page.recording) if columns else ():
        n_cells[row] = n_cells.get(row, 0) + (size != GOES_ON)
        if 0 < n_cells[row] <= len(columns.get(row, ())):
            yield number, columns[row][n_cells[row] - 1]


def _spans(
    page: Blocks, recording: Recording, parts: set[int], base: str, columns: Mapping[int, int]
) -> Iterator[tuple[int, tuple[Span, ...]]]:
    """Yield the spans of each block of the article that has some: cells in page order, then the others, outer first.

    `columns` are those of cells, by the number of the span.
    """
    is_part = np.zeros(len(page.blocks), np.bool_)
    is_part[list(parts)] = True
    numbers = is_part[recording.spans[:, 0]].nonzero()[0]
    rows = recording.spans[numbers]
    starts = spans_of(page.blocks)[rows[:, 0], 0].tolist()
    found: dict[int, list[Span]] = {}
    for (block, start, end, kind, string), at, number in zip(rows.tolist(), starts, numbers.tolist(), strict=True):
        tag, target, alt = TAGS[kind], "", ""
        if tag in ("a", "img"):
            target, alt = read_image(recording.strings, string) if tag == "img" else (recording.strings[string], "")
            target = _safe_address(target, base) if target else ""
            if not target:
                continue
        found.setdefault(block, []).append(Span(at + start, at + end, tag, target, alt, columns.get(number)))
    for block in sorted(found):
        spans = found[block]
        if len(spans) > 1:
            others = [span for span in reversed(spans) if span.tag not in _CELLS]
            others.sort(key=lambda span: (span.start, -span.end))
            spans = [*(span for span in spans if span.tag in _CELLS), *others]
        yield block, tuple(spans)


def _safe_address(address: str, base: str) -> str:
    """Return an address, absolute where possible; empty for places on the page itself and for what runs or has data."""
    address = (address if address.isprintable() else _NOT_IN_ADDRESS.sub("", address)).strip()
    scheme = _SCHEME.match(address)
    if scheme is not None and scheme[0].lower() in _OTHER_SCHEMES:
        return address
    if address.startswith("#") or (scheme is not None and scheme[0].lower() not in _WEB_SCHEMES):
        return ""
    absolute = resolve(address, base)
    _, mark, fragment = address.partition("#")
    return f"{absolute}{mark}{fragment}" if absolute else address
