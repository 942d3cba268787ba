"""Makes attributes of an article when they are asked for; loads no numeric library."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from copydesk.classifier.types import FIELDS, Fields

if TYPE_CHECKING:
    from copydesk.classifier.article import PageScores

_MADE_LATE = frozenset((*FIELDS, "blocks", "comments")) - {"title"}


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
