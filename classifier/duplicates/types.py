"""The plain values of duplicate detection: documents, matches, clusters, options. No numeric library.

docs/duplicates.md explains them, `rules` has what decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from copydesk.classifier.duplicates.times import published_seconds

MAX_NAME_CHARACTERS = 2000
"""Characters of an id or a source, at most; a longer one is refused."""
MAX_TITLE_CHARACTERS = 300
"""Characters of a title that an index stores; a longer one is cut."""


DocumentId = str | int | float
"""An id; two ids with the same text, such as 1 and "1", are one id. Answers have it as it was given."""


@dataclass(frozen=True, slots=True, init=False)
class Document:
    """An article's body under an id of its own; `published` is in seconds since 1970 UTC, None where unknown.

    The title is not compared: an index stores it, so that people recognise the document.
    """

    id: DocumentId
    text: str
    published: float | None
    source: str | None
    title: str | None

    def __init__(
        self,
        id: DocumentId,
        text: str,
        published: float | str | None = None,
        source: str | None = None,
        title: str | None = None,
    ) -> None:
        """Check the values.

        Args:
            id: Two ids with the same text are one id.
            text: The article's body.
            published: Seconds or milliseconds since 1970, or a time in ISO 8601 such as `Article.published`; without
                an offset it is in UTC, and a day counts from its beginning.
            source: Where the article is from.
            title: Its title.

        Raises:
            TypeError: `published` is neither a number nor a string, or the text or the source is no string.
            ValueError: `published` is no time, the id is empty or no finite number, or the id or the source is too long
                or has characters that a database cannot store.
        """
        if not isinstance(text, str):
            raise TypeError(
                f"the text is of type {type(text).__name__}, expected a string; an empty one if there is none"
            )
        if source is not None and not isinstance(source, str):
            raise TypeError(f"source is of type {type(source).__name__}, expected a string; leave it out if unknown")
        values = (id, text, published_seconds(published), source, title)
        for name, value in zip(Document.__slots__, values, strict=True):
            object.__setattr__(self, name, value)
        self._check()

    def _check(self) -> None:
        if self.id == "":
            raise ValueError("the id is empty; give each document an id of its own")
        if isinstance(self.id, bool) or (not isinstance(self.id, str) and not math.isfinite(self.id)):
            raise ValueError(f"the id is {self.id}, expected a string or a number")
        for name, value in (("id", self.key), ("source", self.source or "")):
            if len(value) > MAX_NAME_CHARACTERS:
                raise ValueError(
                    f"the {name} has {len(value)} characters, expected at most {MAX_NAME_CHARACTERS}; shorten it"
                )
            if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
                raise ValueError(f"the {name} has a null character or a lone surrogate; write it in whole characters")

    @property
    def key(self) -> str:
        """The text of the id, by which ids are compared."""
        return str(self.id)


class Relation(StrEnum):
    """How a document relates to another; `CONTAINS` and `CONTAINED` also name a shared part of each."""

    IDENTICAL = "identical"
    NEAR_DUPLICATE = "near_duplicate"
    CONTAINS = "contains"
    CONTAINED = "contained"


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a text shares with another, counted in distinct shingles (runs of three words).

    A common shingle is a stock phrase that many stories contain. A distinctive one is any other.

    Attributes:
        similarity: Jaccard similarity: shared shingles by the shingles of both, in [0, 1].
        contains: Share of the other's shingles that the text contains.
        contained: Share of the text's shingles that the other contains.
        distinctive_similarity: Jaccard similarity of the distinctive shingles alone.
        distinctive_shared: Number of shared distinctive shingles.
        longest_run: Words of the text's longest run of shared distinctive shingles.
        passage: Words of its best passage: the run with the most shared distinctive shingles less others.
        coverage: Share of the shorter text inside shared runs, which short gaps do not interrupt; at most 1.
        differing_facts: Share of the shorter text's facts for which the other has others in the same place.
        words_before: Words before the longest range of those runs that are in no other range, in the text with fewer.
        ranges: Those runs as `(start, end)` in characters of the text.
    """

    similarity: float
    contains: float
    contained: float
    distinctive_similarity: float
    distinctive_shared: int
    longest_run: int
    passage: int
    coverage: float
    differing_facts: float
    words_before: int
    ranges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """Another document, how a document relates to it, and whether the two are versions of one story."""

    id: DocumentId
    relation: Relation
    same_story: bool
    overlap: Overlap


class Keep(StrEnum):
    """Which document of a cluster to keep. A document without a time comes after all with one."""

    EARLIEST = "earliest"
    LATEST = "latest"
    LONGEST = "longest"


class KeptBecause(StrEnum):
    """Why a document is the one to keep: how it differs from the one that would be kept without it.

    `NO_BODY` is that of a document whose body is empty or has no words: it cannot be compared, so it is alone in its
    cluster.
    """

    ONLY_ONE = "only_one"
    PREFERRED_SOURCE = "preferred_source"
    EARLIEST = "earliest"
    LATEST = "latest"
    LONGEST = "longest"
    SMALLEST_ID = "smallest_id"
    NO_BODY = "no_body"


@dataclass(frozen=True, slots=True)
class DuplicateOptions:
    """What a user decides about duplicates; docs/duplicates.md explains it.

    Attributes:
        min_similarity: Least Jaccard similarity of a match, in [0, 1]; 0 sets no limit.
        min_contained: Least share of the one text that the other contains, in [0, 1]; 0 sets no limit.
        keep: Which document of a cluster to keep.
        prefer: Sources whose documents are kept before all others, the most preferred first; a string is one source.

    Raises:
        TypeError: A preferred source is no string.
        ValueError: A share is not in [0, 1], or there is no such rule.
    """

    min_similarity: float = 0.0
    min_contained: float = 0.0
    keep: Keep = Keep.EARLIEST
    prefer: Sequence[str] = ()

    def __post_init__(self) -> None:
        for name in ("min_similarity", "min_contained"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ValueError(f"{name} is {value}, expected a share from 0 to 1")
        if self.keep not in tuple(Keep):
            raise ValueError(f"keep is {str(self.keep)[:40]!r}, expected one of {', '.join(Keep)}")
        object.__setattr__(self, "keep", Keep(self.keep))
        prefer = (self.prefer,) if isinstance(self.prefer, str) else tuple(self.prefer)
        for source in prefer:
            if not isinstance(source, str):
                raise TypeError(
                    f"prefer has a value of type {type(source).__name__}, expected the names of sources as strings"
                )
        object.__setattr__(self, "prefer", prefer)


DEFAULT_OPTIONS = DuplicateOptions()


@dataclass(frozen=True, slots=True)
class Cluster:
    """The documents of one story: its id is the smallest of theirs, `keep` the one to keep, and why."""

    id: DocumentId
    members: tuple[DocumentId, ...]
    keep: DocumentId
    kept_because: KeptBecause


@dataclass(frozen=True, slots=True)
class DuplicateReport:
    """All clusters, sorted by id, and each pair that matches once: the smaller id, and its match with the other."""

    clusters: tuple[Cluster, ...]
    matches: tuple[tuple[DocumentId, Match], ...]


@dataclass(frozen=True, slots=True)
class SigningScheme:
    """All that a text's shingles and signature depend on; only texts signed under one scheme can be compared.

    Any change of the hashes raises `version`. `shingle_characters` is the size of shingles in scripts without spaces.
    """

    name: str = "copydesk"
    version: int = 5
    shingle_words: int = 3
    shingle_characters: int = 5
    num_perm: int = 128
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Banding:
    """How a signature is cut into keys: into `bands`, each a hash of `rows` values."""

    bands: int
    rows: int


DEFAULT_BANDING = Banding(16, 2)
"""Finds pairs at Jaccard similarity 0.42 with probability 0.95, at 0.5 with 0.99. Together with the keys of passages it
raised recall from 0.998 (11 bands) to all similar pairs (syndication set, seeds 7 and 11, OCR copies included)."""


@dataclass(frozen=True, slots=True)
class KeyScheme:
    """How texts are cut into keys; two documents that share a key become candidates."""

    banding: Banding = DEFAULT_BANDING
    """How the whole text's signature becomes keys."""

    passage_words: int = 5
    """Words in a hashed run. Fewer survive OCR errors better (recall 0.998, 0.992 for 6, 0.979 for 8), more make fewer
    candidates of different stories (290 in a million pairs, half of them real insertions; 1,660 for 4)."""

    passage_characters: int = 10
    """Characters in a hashed run that begins in a script without spaces."""

    passage_window: int = 40
    """Every shared passage of `passage_window + passage_words - 1` words, 44 by default, shares a key."""


DEFAULT_SCHEME = SigningScheme()
DEFAULT_KEYS = KeyScheme()
