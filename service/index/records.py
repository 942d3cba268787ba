"""The answers of an index, and what it stores."""

from __future__ import annotations

from dataclasses import dataclass

from copydesk.classifier.duplicates import Match
from copydesk.classifier.duplicates.types import DocumentId, KeptBecause


@dataclass(frozen=True, slots=True)
class IndexAnswer:
    """The answer of the index to a document.

    Attributes:
        cluster: The id of the oldest document of its story; its own id if there is no other.
        kept_because: Why it is the document to keep of its cluster; None if it is not.
        added: Whether this call added it, or replaced the document of its id.
        unchanged: Whether it was in the index before, with the same id, words, source and time of publication.
        seen: Whether its cluster has another version of the story, under another id.
        matches: Other documents that it matches, sorted by id; `same_story` is whether the pair is one story.
        common_keys: Number of its keys that too many documents share: it was compared only with the oldest and newest.
    """

    id: DocumentId
    cluster: DocumentId
    kept_because: KeptBecause | None
    added: bool
    unchanged: bool
    seen: bool
    matches: tuple[Match, ...]
    common_keys: int = 0

    @property
    def keep(self) -> bool:
        """Whether it is the document to keep of its cluster."""
        return self.kept_because is not None


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document in the index, which does not store its text.

    `length` is in characters; `published` and `added` are in seconds since 1970 UTC.
    """

    id: DocumentId
    cluster: DocumentId
    length: int
    published: float | None
    added: float
    source: str | None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Stats:
    """The size of an index: documents, clusters, pairs that are one story, bytes; and its earliest and latest times.

    `schema` is the number of its format; times are in seconds since 1970 UTC, None if the index is empty.
    """

    documents: int
    clusters: int
    same_story_pairs: int
    n_bytes: int
    schema: int
    first_added: float | None
    last_added: float | None
    first_published: float | None
    last_published: float | None
