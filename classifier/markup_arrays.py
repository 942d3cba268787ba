"""The element tree around a page's blocks as arrays, as compiled code writes and reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Integers


class Strings(NamedTuple):
    """Many strings: their code points one after the other, and where each ends."""

    points: NDArray[np.uint32]
    ends: Integers

    def to_tuple(self) -> tuple[str, ...]:
        """Return them as objects."""
        text, ends = self.text(), self.ends.tolist()
        return tuple([text[start:end] for start, end in zip([0, *ends], ends, strict=False)])

    def text(self) -> str:
        """Return all of them as one string."""
        return str(self.points.data, "utf-32-le") if len(self.points) else ""


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
    tag_names: Sequence[str]
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

    def columns(self) -> dict[str, tuple[Any, ...]]:
        """Return the columns of `Markup` as tuples, by name."""
        given = self._asdict()
        tag_names = given.pop("tag_names")
        columns = {
            name: value.to_tuple() if isinstance(value, Strings) else tuple(value.tolist())
            for name, value in given.items()
        }
        columns["tags"] = tuple(map(tag_names.__getitem__, columns["tags"]))
        return columns


class LazyColumns:
    """What `Markup` is without its columns: it makes them when one is used for the first time.

    Attributes:
        arrays: The columns as arrays, where compiled code read the page.
    """

    __slots__ = ("arrays",)
    arrays: MarkupArrays | None

    @classmethod
    def from_arrays(cls, arrays: MarkupArrays) -> Self:
        """Make a tree of these columns."""
        tree = object.__new__(cls)
        object.__setattr__(tree, "arrays", arrays)
        return tree

    def __getattr__(self, name: str) -> Any:
        """Return a column, and keep all of them; only called for what is not there yet."""
        if name == "arrays":
            return None
        columns = {} if self.arrays is None else self.arrays.columns()
        if name not in columns:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        for column, values in columns.items():
            object.__setattr__(self, column, values)
        return columns[name]
