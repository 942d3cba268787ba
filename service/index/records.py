"""What goes into an index and comes out of it, and the errors of the world that it meets."""

from __future__ import annotations

import math
from dataclasses import dataclass

from copydesk.classifier.duplicates.types import Match
from copydesk.classifier.errors import CopydeskError

MOST_ID_CHARACTERS = 2000


class IndexUnavailable(CopydeskError):
    """A database that cannot be reached, read or written."""

    code = "index_unavailable"


class NoIndex(IndexUnavailable):
    """A place that holds no index where one was expected."""

    code = "no_index"


class IndexMismatch(CopydeskError):
    """An index that was made under other settings, or by a newer version."""

    code = "index_mismatch"


@dataclass(frozen=True, slots=True)
class Document:
    """A body under its id; `published` is in seconds since 1970 UTC.

    Raises:
        ValueError: The id is empty, too long or holds what a database cannot keep; so for the source.
    """

    id: str
    text: str
    published: float | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("the id is empty; give each document an id of its own")
        for name, value in (("id", self.id), ("source", self.source or "")):
            _check_name(name, value)
        if self.published is not None and not math.isfinite(self.published):
            raise ValueError(f"published is {self.published}, expected a number of seconds; leave it out if unknown")


def _check_name(name: str, value: str) -> None:
    if len(value) > MOST_ID_CHARACTERS:
        raise ValueError(f"the {name} has {len(value)} characters, expected at most {MOST_ID_CHARACTERS}; shorten it")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(f"the {name} holds a null character or half a character; write it in whole characters")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an index says of an asked document.

    Attributes:
        id: The document's.
        cluster: The id of the oldest document that tells the same story, the document's own where none does.
        keep: Whether it is the one to keep of its cluster.
        added: Whether it is in the index now.
        seen: Whether the index holds another version of the story, in that cluster.
        matches: In the order of their ids; `same_story` tells which would share its cluster by themselves.
        common_keys: Its keys that so many documents share that only the oldest and the newest of them were compared.
    """

    id: str
    cluster: str
    keep: bool
    added: bool
    seen: bool
    matches: tuple[Match, ...]
    common_keys: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as the index holds it: its text is not kept.

    `length` counts characters; `published` and `added` are in seconds since 1970 UTC.
    """

    id: str
    cluster: str
    length: int
    published: float | None
    added: float
    source: str | None


@dataclass(frozen=True, slots=True)
class Stats:
    """How much an index holds: documents, clusters, pairs that tell one story, bytes, and its times from and to."""

    documents: int
    clusters: int
    same_story_pairs: int
    n_bytes: int
    schema: int
    first_added: float | None
    last_added: float | None
    first_published: float | None
    last_published: float | None
