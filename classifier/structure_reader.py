"""Reads how an article is set from its page's element tree and the recorded inline elements, for the renderers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from copydesk.classifier.fields import resolve
from copydesk.classifier.result import Article
from copydesk.classifier.structure import LooseImage, Mark, Picture, Recording, Span, Structure
from copydesk.classifier.types import PARTS, Blocks, Kind, Markup

MAX_KEPT = 48
"""Elements around a block that are read, outermost first."""

MAX_PICTURES = 1_000
"""Images of one page between blocks that are read."""

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LISTS = frozenset(("ul", "ol"))
_ROW_PARTS = frozenset(("thead", "tr", "td", "th"))
_KEPT = _HEADINGS | _LISTS | _ROW_PARTS | {"table", "li", "blockquote", "figure"}
_CELLS = ("td", "th")

_LANGUAGE = re.compile(r"\b(?:language|lang|highlight-source)-([\w+#.-]{1,30})", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_WEB_SCHEMES, _OTHER_SCHEMES = ("http:", "https:"), ("mailto:", "tel:")


def add_structure(article: Article, page: Blocks) -> Article:
    """Return the article of a page with its structure, if the page's inline elements were recorded."""
    if page.markup is None or page.recording is None or page.text != article.text:
        return article
    kinds = [block.kind for block in article.blocks]
    parts = {number for number, kind in enumerate(kinds) if kind in PARTS}
    url = article.url or article.canonical_url or page.head.canonical
    base = resolve(page.recording.base, url) or url
    paths = _Paths(page.markup, kinds, parts)
    structure = Structure(
        pictures=tuple(_pictures(page.markup, page.recording, paths, base)),
        paths=paths.of_blocks,
        tags=paths.tags,
        starts={element: start for element, start in page.recording.starts.items() if element in paths.tags},
        languages=dict(_languages(page.markup, kinds)),
        spans=dict(_spans(page, page.recording, parts, base)),
    )
    return article.with_values(structure=structure)


class _Paths:
    """The elements around blocks, without those that only the page's layout has."""

    def __init__(self, markup: Markup, kinds: Sequence[Kind], parts: set[int]) -> None:
        self.markup = markup
        self.tags: dict[int, str] = {}
        self.parts = parts
        self._kept: dict[int, tuple[int, ...]] = {0: ()}
        self._items = self._innermost("li", [number for number in parts if kinds[number] is Kind.LIST_ITEM])
        self._items -= self._with_heading(self._items, kinds)
        self._tables = self._innermost("table", [number for number in parts if kinds[number] is Kind.TABLE])
        self._quotes = self._innermost("blockquote", [number for number in parts if kinds[number] is Kind.QUOTE])
        self.of_blocks = {number: self.of(markup.elements[number], kinds[number]) for number in sorted(parts)}

    def _with_heading(self, elements: Iterable[int], kinds: Sequence[Kind]) -> set[int]:
        """Return the elements with a heading in them: such an item is a section, and no line of a list."""
        before = [0, *accumulate(kind in (Kind.HEADLINE, Kind.SUBHEADING) for kind in kinds)]
        firsts, lasts = self.markup.firsts, self.markup.lasts
        return {each for each in elements if before[firsts[each]] < before[lasts[each]]}

    def of_image(self, element: int) -> tuple[int, ...]:
        """Return the same for an image: a cell of a table with data, or else a figure."""
        tables = [each for each in self._around(element) if self.markup.tags[each] == "table"]
        return self.of(element, Kind.TABLE if tables and tables[-1] in self.tags else Kind.CAPTION)

    def of(self, element: int, kind: Kind) -> tuple[int, ...]:
        """Return the elements around and including one, outermost first, that matter for a block of this kind."""
        tag_of = self.markup.tags
        kept = self._around(element)
        table = max((place for place, each in enumerate(kept) if tag_of[each] == "table"), default=len(kept))
        is_cell = kind is Kind.TABLE or (
            kind is Kind.LIST_ITEM and not self._tables.isdisjoint(kept[table : table + 1])
        )
        in_row = is_cell and any(tag_of[each] == "tr" for each in kept[table:])
        path: list[int] = []
        in_item = False
        for place in reversed(range(len(kept))):
            each = kept[place]
            tag = tag_of[each]
            if tag == "li":
                in_item = each in self._items
            if (
                (tag in _HEADINGS and kind is Kind.SUBHEADING)
                or (
                    (tag == "li" or tag in _LISTS) and in_item and not (kind is Kind.TABLE and in_row and place > table)
                )
                or (tag == "blockquote" and each in self._quotes)
                or ((tag == "table" or tag in _ROW_PARTS) and in_row and place >= table)
                or (tag == "figure" and kind is Kind.CAPTION)
            ):
                path.append(each)
                self.tags[each] = tag
        return tuple(reversed(path))

    def _around(self, element: int) -> tuple[int, ...]:
        """Return the elements with tags that matter around and including one; each element is visited once."""
        chain = []
        while element not in self._kept:
            chain.append(element)
            element = self.markup.parents[element]
        kept = self._kept[element]
        for each in reversed(chain):
            if self.markup.tags[each] in _KEPT and len(kept) < MAX_KEPT:
                kept = (*kept, each)
            self._kept[each] = kept
        return kept

    def _innermost(self, tag: str, numbers: Iterable[int]) -> set[int]:
        """Return the innermost elements of a tag around blocks."""
        found = set()
        for number in numbers:
            around = self._around(self.markup.elements[number])
            found.update([each for each in around if self.markup.tags[each] == tag][-1:])
        return found


def _languages(markup: Markup, kinds: Sequence[Kind]) -> Iterator[tuple[int, str]]:
    for number, kind in enumerate(kinds):
        if kind is Kind.PREFORMATTED:
            element = markup.elements[number]
            names = f"{markup.inline[number]} {markup.names[element]} {markup.names[max(0, markup.parents[element])]}"
            if found := _LANGUAGE.search(names):
                yield number, found[1].lower()


_NO_PICTURE = re.compile(r"\.svg$|placeholder|transparent|spacer|pixel\.gif|icon[-_.]", re.IGNORECASE)
"""Addresses of icons, and of what stands for a picture until a script loads it."""


def _pictures(markup: Markup, recording: Recording, paths: _Paths, base: str) -> Iterator[Picture]:
    """Yield the images that are beside a block of the article in the innermost element with blocks around them."""
    last = LooseImage(-1, -1, "", "")
    for image in recording.images[:MAX_PICTURES]:
        element, is_fallback = image.element, False
        while element > 0 and markup.firsts[element] == markup.lasts[element]:
            is_fallback |= markup.tags[element] == "noscript"
            element = markup.parents[element]
        beside = [image.before - 1] * (image.before > markup.firsts[element])
        beside += [image.before] * (image.before < markup.lasts[element])
        target = _safe_address(image.target, base)
        is_again = target == last.target or (is_fallback and image.before == last.before)
        if (
            target
            and not is_again
            and not _NO_PICTURE.search(target)
            and any(number in paths.parts for number in beside)
        ):
            yield Picture(image.before, paths.of_image(image.element), Span(0, 0, "img", target, image.alt))
            last = image._replace(target=target)


# Inline elements


def _spans(page: Blocks, recording: Recording, parts: set[int], base: str) -> Iterator[tuple[int, tuple[Span, ...]]]:
    """Yield the spans of each block of the article that has some: cells in page order, then the others, outer first.

    Runs and blocks differ in white space alone, so a place in a run is found in its blocks by the number of other
    characters before it.
    """
    for run in recording.runs:
        numbers = range(run.first, run.last)
        if parts.isdisjoint(numbers):
            continue
        blocks = [_Places(page.text, *page.blocks[number]) for number in numbers]
        before = list(accumulate((block.size for block in blocks), initial=0))
        counts = [0, *accumulate(len("".join(piece.split())) for piece in run.pieces)]
        spans: list[list[Span]] = [[] for _ in blocks]
        for mark in run.marks:
            target = _safe_address(mark.target, base) if mark.target else ""
            if target or mark.tag not in ("a", "img"):
                for place, span in _parts_of(mark._replace(target=target), counts, before, blocks):
                    spans[place].append(span)
        for number, found in zip(numbers, spans, strict=True):
            if found and number in parts:
                cells = [span for span in found if span.tag in _CELLS]
                others = [span for span in reversed(found) if span.tag not in _CELLS]
                yield number, (*cells, *sorted(others, key=lambda span: (span.start, -span.end)))


def _parts_of(
    mark: Mark, counts: Sequence[int], before: Sequence[int], blocks: Sequence[_Places]
) -> Iterator[tuple[int, Span]]:
    """Yield the parts of a mark in the blocks of its run; a mark without characters is in one of them.

    `counts` and `before` are the characters before each piece and before each block.
    """
    first, last = counts[mark.start], counts[mark.end]
    place = min(bisect_right(before, first), len(blocks)) - 1
    if first == last and mark.tag in ("img", *_CELLS):
        at = blocks[place].at(first - before[place])
        yield place, Span(at, at, mark.tag, mark.target, mark.alt)
    while place < len(blocks) and before[place] < last and first < last:
        start, end = max(first - before[place], 0), min(last - before[place], blocks[place].size)
        if start < end:
            yield place, Span(blocks[place].at(start), blocks[place].at(end - 1) + 1, mark.tag, mark.target, mark.alt)
        place += 1


class _Places:
    """Where in a page's text the characters of a block are, white space not counted."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._end = end
        words = [found.span() for found in _WORD.finditer(text, start, end)]
        self._starts = [word[0] for word in words]
        self._counts = list(accumulate((end - start for start, end in words), initial=0))
        self.size = self._counts[-1]

    def at(self, number: int) -> int:
        """Return the place of a character, or the block's end."""
        if number >= self.size:
            return self._end
        word = bisect_right(self._counts, number) - 1
        return self._starts[word] + number - self._counts[word]


def _safe_address(address: str, base: str) -> str:
    """Return an address, absolute where possible; empty for places on the page itself and for what runs or has data."""
    address = _NOT_IN_ADDRESS.sub("", address).strip()
    scheme = _SCHEME.match(address)
    if scheme is not None and scheme[0].lower() in _OTHER_SCHEMES:
        return address
    if address.startswith("#") or (scheme is not None and scheme[0].lower() not in _WEB_SCHEMES):
        return ""
    absolute = resolve(address, base)
    _, mark, fragment = address.partition("#")
    return f"{absolute}{mark}{fragment}" if absolute else address
