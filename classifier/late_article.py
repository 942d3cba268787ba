"""Makes attributes of an article when they are asked for; loads no numeric library."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING, Any, Self, TypeVar

from copydesk.classifier.types import FIELDS, Fields

if TYPE_CHECKING:
    from copydesk.classifier.article import PageScores

T = TypeVar("T")

_MADE_LATE = frozenset((*FIELDS, "blocks", "comments")) - {"title"}


def refuse_changes(cls: type[T]) -> type[T]:
    """Let a frozen class with slots refuse each name, as `dataclass` means to.

    Its own methods fail with a TypeError on names that are no fields: they refer to the class without slots.
    """

    def refuse_to_set(self: object, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to {name!r}: {cls.__name__} cannot be changed; make another one")

    def refuse_to_delete(self: object, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete {name!r}: {cls.__name__} cannot be changed; make another one")

    cls.__setattr__ = refuse_to_set  # type: ignore[method-assign]
    cls.__delattr__ = refuse_to_delete  # type: ignore[method-assign]
    return cls


class LateArticle(Fields):
    """An article without those of its attributes that are made when they are asked for, and then kept.

    Attributes:
        scores: What they are made of; None for an article that was put together from values.
    """

    __slots__ = ("scores",)
    scores: PageScores | None

    @classmethod
    def of(cls, scores: PageScores, **values: object) -> Self:
        """Make the article of a page's scores; `values` are its attributes that are not made later."""
        article = object.__new__(cls)
        object.__setattr__(article, "scores", scores)
        for name, value in values.items():
            object.__setattr__(article, name, value)
        return article

    def with_values(self, **values: object) -> Self:
        """Return a copy with other values, as `dataclasses.replace` does, which makes nothing that is not made yet."""
        changed = object.__new__(type(self))
        for name in ("scores", *self.__dataclass_fields__):
            with suppress(AttributeError):
                value = values[name] if name in values else object.__getattribute__(self, name)
                object.__setattr__(changed, name, value)
        return changed

    if not TYPE_CHECKING:  # so that type checkers refuse other names

        def __getattr__(self, name: str) -> Any:
            """Return an attribute that is not there yet, and keep it."""
            if name == "scores":
                return None
            scores = self.scores
            if scores is None or name not in _MADE_LATE:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            if name == "blocks":
                value = scores.scored_blocks()
            else:
                value = scores.comments if name == "comments" else getattr(scores.fields, name)
            object.__setattr__(self, name, value)
            return value
