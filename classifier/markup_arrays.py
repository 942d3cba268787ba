"""The element tree around a page's blocks as arrays, as compiled code writes and reads it."""

from __future__ import annotations

from codecs import utf_32_le_decode
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.array_views import ALL, ArrayView, Names, Numbers
from copydesk.classifier.arrays import Hashes, Integers


class Strings(NamedTuple):
    """Many strings: their code points one after the other, and where each ends.

    The points are bytes where `narrow_points` made them so.
    """

    points: NDArray[np.uint32] | NDArray[np.uint8]
    ends: Integers

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Return strings that are objects already."""
        points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
        return cls(points, np.cumsum(_integers(map(len, texts), len(texts))))

    def string(self, number: int) -> str:
        """Return one of them."""
        return _decoded(self.points[self.ends[number - 1] if number else 0 : self.ends[number]])

    def pick(self, numbers: Iterable[int]) -> list[str]:
        """Return some of them."""
        text, ends = self.text(), self.ends.data
        return [text[ends[number - 1] if number else 0 : ends[number]] for number in numbers]

    def narrow_points(self) -> NDArray[np.uint32] | NDArray[np.uint8]:
        """Return a copy of the points, as bytes if all are below 256."""
        is_narrow = not len(self.points) or self.points.max() < 256
        return self.points.astype(np.uint8) if is_narrow else self.points.copy()

    def to_tuple(self) -> tuple[str, ...]:
        """Return them as objects."""
        text, ends = self.text(), self.ends.tolist()
        return tuple([text[start:end] for start, end in zip([0, *ends], ends, strict=False)])

    def text(self) -> str:
        """Return all of them as one string."""
        return _decoded(self.points)


_MANY = 1000  # points for which it pays to look at them first


def _decoded(points: NDArray[np.uint32] | NDArray[np.uint8]) -> str:
    if not len(points):
        return ""
    if points.itemsize > 1 and len(points) > _MANY and points.max() < 256:  # as Latin-1 it takes half the time
        points = points.astype(np.uint8)
    if points.itemsize == 1:
        return str(points.data, "latin-1")
    return utf_32_le_decode(points.data, "surrogatepass", True)[0]


_NO_NUMBERS, _NO_HASHES = np.empty(0, np.int64), np.empty(0, np.uint64)
_NO_STRINGS = Strings(np.empty(0, np.uint32), _NO_NUMBERS)


class Texts(ArrayView[str]):
    """Texts that are code points one after the other."""

    __slots__ = ("_all", "_strings")

    def __init__(self, strings: Strings) -> None:
        self._strings = strings
        self._all: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self._strings.ends)

    def values(self, places: slice = ALL) -> tuple[str, ...]:
        """Return some texts, and keep all."""
        if self._all is None:
            self._all = self._strings.to_tuple()
        return self._all[places]

    def _at(self, place: int) -> str:
        return self._strings.string(place if place >= 0 else range(len(self))[place])


def _integers(values: Iterable[int], size: int) -> Integers:
    return np.fromiter(values, np.int64, size)


class MarkupArrays(NamedTuple):
    """The columns of `Markup` as arrays.

    Attributes:
        tags: The place of each element's tag in `tag_names`.
        tag_names: Names of tags, not only those on the page.
        tag_hashes: Shape (len(tag_names),): their CRC-32, a lone surrogate as a question mark.
        names: A string for each element.
        inline, hrefs: A string for each block.
        parents, firsts, lasts: Shape (n_elements,).
        elements, link_chars, links, images: Shape (n_blocks,).
    """

    tags: Integers
    tag_names: tuple[str, ...]
    tag_hashes: Hashes
    names: Strings
    parents: Integers
    firsts: Integers
    lasts: Integers
    elements: Integers
    link_chars: Integers
    links: Integers
    images: Integers
    inline: Strings
    hrefs: Strings

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[Any]]) -> Self:
        """Return columns that are tuples as arrays; the inverse of `column`."""
        given: dict[str, Any] = {
            name: Strings.of(values) if name in ("names", "inline", "hrefs") else _integers(values, len(values))
            for name, values in columns.items()
            if name != "tags"
        }
        numbers = {tag: number for number, tag in enumerate(dict.fromkeys(columns["tags"]))}
        tags = _integers(map(numbers.__getitem__, columns["tags"]), len(columns["tags"]))
        names = tuple(numbers)
        return cls(tags=tags, tag_names=names, tag_hashes=hash_tags(names), **given)

    def column(self, name: str) -> ArrayView[Any]:
        """Return a column of `Markup`."""
        values = getattr(self, name)
        if isinstance(values, Strings):
            return Texts(values)
        return Names(values, self.tag_names) if name == "tags" else Numbers(values)

    def named_places(self) -> Self:
        """Return a small copy of the columns that say how each block and the elements around it are named."""
        columns = self.tags, self.parents, self.elements, self.names.ends, self.inline.ends
        numbers: NDArray[Any] = np.concatenate(columns, dtype=np.int32, casting="unsafe")
        ends = [*accumulate(map(len, columns))]
        tags, parents, elements, *of_strings = map(numbers.__getitem__, map(slice, [0, *ends], ends))
        names, inline = (
            Strings(each.narrow_points(), of) for each, of in zip((self.names, self.inline), of_strings, strict=True)
        )
        nothing = dict.fromkeys(("firsts", "lasts", "link_chars", "links", "images"), _NO_NUMBERS)
        return type(self)(
            tags=tags,
            tag_names=self.tag_names,
            tag_hashes=_NO_HASHES,
            names=names,
            parents=parents,
            elements=elements,
            inline=inline,
            hrefs=_NO_STRINGS,
            **nothing,
        )


COLUMNS = frozenset(MarkupArrays._fields) - {"tag_names", "tag_hashes"}
"""The columns of `Markup`."""


def hash_tags(names: Sequence[str]) -> Hashes:
    """Return the CRC-32 of each name, a lone surrogate as a question mark."""
    return np.array([crc32(name.encode("utf-8", "replace")) for name in names], np.uint64)
