"""The element tree around a page's blocks as arrays, as compiled code writes and reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Integers


class Strings(NamedTuple):
    """Many strings: their code points one after the other, and where each ends."""

    points: NDArray[np.uint32]
    ends: Integers

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Return strings that are objects already."""
        points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
        return cls(points, np.cumsum(_integers(map(len, texts), len(texts))))

    def sizes(self) -> Integers:
        """Return the characters of each."""
        return np.diff(self.ends, prepend=0)

    def to_tuple(self) -> tuple[str, ...]:
        """Return them as objects."""
        text, ends = self.text(), self.ends.tolist()
        return tuple([text[start:end] for start, end in zip([0, *ends], ends, strict=False)])

    def text(self) -> str:
        """Return all of them as one string."""
        return str(self.points.data, "utf-32-le", "surrogatepass") if len(self.points) else ""


def _integers(values: Iterable[int], size: int) -> Integers:
    return np.fromiter(values, np.int64, size)


class MarkupArrays(NamedTuple):
    """The columns of `Markup` as arrays.

    Attributes:
        tags: The place of each element's tag in `tag_names`.
        tag_names: Names of tags, not only those on the page.
        names: A string for each element.
        inline, hrefs: A string for each block.
        parents, firsts, lasts: Shape (n_elements,).
        elements, link_chars, links, images: Shape (n_blocks,).
    """

    tags: Integers
    tag_names: tuple[str, ...]
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
        return cls(tags=tags, tag_names=tuple(numbers), **given)

    def column(self, name: str) -> tuple[Any, ...]:
        """Return a column of `Markup` as a tuple."""
        values = getattr(self, name)
        if isinstance(values, Strings):
            return values.to_tuple()
        numbers = tuple(values.tolist())
        return tuple(map(self.tag_names.__getitem__, numbers)) if name == "tags" else numbers
