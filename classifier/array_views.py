"""Sequences over arrays: a value becomes a Python object when it is asked for; loads no numeric library."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
ALL = slice(None)
Record = TypeVar("Record", bound=NamedTuple)


class ArrayView(Sequence[T]):
    """A sequence that is equal to the tuple of its values, and is pickled as that."""

    __slots__ = ()

    @abstractmethod
    def values(self, places: slice = ALL) -> Sequence[T]:
        """Return the values at these places."""

    @abstractmethod
    def _at(self, place: int) -> T:
        """Return the value at a place; a negative one counts from the end."""

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...
    def __getitem__(self, place: int | slice) -> T | tuple[T, ...]:
        return tuple(self.values(place)) if isinstance(place, slice) else self._at(place)

    def __iter__(self) -> Iterator[T]:
        return iter(self.values())

    def index(self, value: object, start: int = 0, stop: int = sys.maxsize) -> int:
        """Return the first place of a value; raise ValueError without one."""
        return self.values().index(value, start, stop)

    def count(self, value: object) -> int:
        """Count a value."""
        return self.values().count(value)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, tuple | ArrayView) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (tuple(self),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}{tuple(self)!r}"


class Numbers(ArrayView[int]):
    """The numbers of an array."""

    __slots__ = ("_numbers",)

    if not TYPE_CHECKING:

        def __getitem__(self, place: int | slice) -> int | tuple[int, ...]:  # half the time of the general one
            return self._numbers[place] if type(place) is int else super().__getitem__(place)

    def __init__(self, array: NDArray[np.int64]) -> None:
        self._numbers = array.data

    def __len__(self) -> int:
        return len(self._numbers)

    def values(self, places: slice = ALL) -> list[int]:
        """Return some numbers."""
        return self._numbers[places].tolist()

    def _at(self, place: int) -> int:
        return self._numbers[place]


class Names(ArrayView[str]):
    """Names out of a few, by their numbers."""

    __slots__ = ("_names", "_numbers")

    if not TYPE_CHECKING:

        def __getitem__(self, place: int | slice) -> str | tuple[str, ...]:
            return self._names[self._numbers.item(place)] if type(place) is int else super().__getitem__(place)

    def __init__(self, numbers: NDArray[np.int64], names: Sequence[str]) -> None:
        self._numbers = numbers
        self._names = names

    def __len__(self) -> int:
        return len(self._numbers)

    def values(self, places: slice = ALL) -> list[str]:
        """Return some names."""
        return list(map(self._names.__getitem__, self._numbers[places].tolist()))

    def index(self, value: object, start: int = 0, stop: int = sys.maxsize) -> int:
        """Return the first place of a name; raise ValueError without one."""
        if self._names.count(value) != 1:  # a name that the parser does not know may have several numbers
            return super().index(value, start, stop)
        first, last, _ = slice(start, stop).indices(len(self))
        found = (self._numbers[first:last] == self._names.index(value)).nonzero()[0]
        if not len(found):
            raise ValueError(f"{value!r} is not among the names")
        return first + int(found[0])

    def places(self, value: object) -> list[int]:
        """Return all places of a name; asking `index` for one after the other would be quadratic."""
        numbers = [number for number, name in enumerate(self._names) if name == value]
        if len(numbers) != 1:
            return [place for place, name in enumerate(self) if name == value]
        places: list[int] = (self._numbers == numbers[0]).nonzero()[0].tolist()
        return places

    def count(self, value: object) -> int:
        """Count a name."""
        if self._names.count(value) != 1:
            return super().count(value)
        return int((self._numbers == self._names.index(value)).sum())

    def _at(self, place: int) -> str:
        return self._names[self._numbers.item(place)]


class Rows(ArrayView[Record]):
    """Named tuples of numbers, a row of an array each.

    Attributes:
        array: Shape (n, fields of the tuple).
    """

    __slots__ = ("_kind", "array")

    if not TYPE_CHECKING:

        def __getitem__(self, place: int | slice) -> Record | tuple[Record, ...]:
            if type(place) is int:
                return tuple.__new__(self._kind, self.array[place].tolist())
            return super().__getitem__(place)

    def __init__(self, kind: type[Record], array: NDArray[np.int64] | NDArray[np.int32]) -> None:
        self._kind = kind
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    def values(self, places: slice = ALL) -> list[Record]:
        """Return some named tuples."""
        return list(map(tuple.__new__, repeat(self._kind), self.array[places].tolist()))

    def _at(self, place: int) -> Record:
        return tuple.__new__(self._kind, self.array[place].tolist())
