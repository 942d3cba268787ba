"""Lets the element tree of a page be arrays until somebody asks for its columns; loads no numeric library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from copydesk.classifier.markup_arrays import MarkupArrays


class LazyColumns:
    """What `Markup` is without its columns: it makes each when it is used for the first time.

    Attributes:
        arrays: The columns as arrays, where they were made: by compiled code that read the page, or by `to_arrays`.
    """

    __slots__ = ("arrays",)
    arrays: MarkupArrays | None

    @classmethod
    def from_arrays(cls, arrays: MarkupArrays) -> Self:
        """Make a tree of these columns."""
        tree = object.__new__(cls)
        object.__setattr__(tree, "arrays", arrays)
        return tree

    def to_arrays(self) -> MarkupArrays:
        """Return the columns as arrays, and keep these."""
        if self.arrays is not None:
            return self.arrays
        from copydesk.classifier.markup_arrays import COLUMNS, MarkupArrays  # NumPy is not loaded for values alone

        arrays = MarkupArrays.of({name: getattr(self, name) for name in COLUMNS})
        object.__setattr__(self, "arrays", arrays)
        return arrays

    def __getattr__(self, name: str) -> Any:
        """Return a column, and keep it; only called for what is not there yet."""
        if name == "arrays":
            return None
        if self.arrays is None or name not in type(self).__slots__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        values = self.arrays.column(name)
        object.__setattr__(self, name, values)
        return values
