"""The rows of duplicate detection: matches, clusters, and what the index answers."""

from __future__ import annotations

from typing import Annotated, Self

from msgspec import UNSET, Meta, Struct, UnsetType

from copydesk.classifier import duplicates
from copydesk.service.rows.contract.values import (
    Confidence,
    Count,
    Day,
    Digest,
    Keep,
    KeptBecause,
    Share,
    StoredTitle,
    Time,
    Title,
)
from copydesk.service.rows.jsonl import JsonId

SHARE_DIGITS = 4
"""Decimals to which the shares of a match are rounded."""


class Match(Struct, frozen=True):
    """Another document that shares much of its body with the document in question."""

    id: JsonId
    relation: Annotated[duplicates.Relation, Meta(description="What the document in question is to the other one.")]
    similarity: Annotated[Share, Meta(description="Jaccard similarity of the two bodies.")]
    contains: Annotated[Share, Meta(description="Share of the other body that is also in the body in question.")]
    contained: Annotated[Share, Meta(description="Share of the body in question that is also in the other body.")]


class IndexMatch(Match, frozen=True):
    """A document of the index that shares much of its body with the document in question."""

    id: JsonId
    ranges: Annotated[
        tuple[tuple[Count, Count], ...], Meta(description="Shared passages, in characters of the body in question.")
    ]

    @classmethod
    def of(cls, match: duplicates.Match) -> Self:
        """Convert the index's match."""
        shares = match.overlap.similarity, match.overlap.contains, match.overlap.contained
        similarity, contains, contained = (round(share, SHARE_DIGITS) for share in shares)
        return cls(match.id, match.relation, similarity, contains, contained, match.overlap.ranges)


class ClusterRow(Struct, frozen=True, kw_only=True):
    """The result of `copydesk dedup` and `copydesk index` for a document."""

    id: JsonId
    cluster: Annotated[
        JsonId,
        Meta(description="The id that names the cluster: of its oldest document in an index, else the smallest."),
    ]
    keep: Keep
    kept_because: KeptBecause
    added: bool | UnsetType = UNSET
    seen: bool | UnsetType = UNSET
    unchanged: bool | UnsetType = UNSET
    matches: tuple[Match, ...]


class LabelCounts(Struct, frozen=True):
    """How many blocks of a page have each label."""

    body: Count
    boilerplate: Count
    teaser: Count


class ArticleAnswer(Struct, frozen=True, kw_only=True):
    """The index's answer to an article that was added or checked, with a summary of its labels.

    `labels`, `is_article`, `confidence` and `model` are null if the request has a body: no page was classified.
    """

    id: Annotated[JsonId, Meta(description="Null where it was checked without an id.")]
    cluster: Annotated[
        JsonId, Meta(description="The oldest document that tells the story; null for a new one without an id.")
    ]
    keep: Keep
    kept_because: KeptBecause
    seen: Annotated[bool, Meta(description="Whether the index has another version of the story, under another id.")]
    added: Annotated[bool, Meta(description="Whether it was added, or replaced the article of its id.")]
    unchanged: Annotated[bool, Meta(description="Whether the index had this very article under its id before.")]
    matches: Annotated[tuple[IndexMatch, ...], Meta(description="In the order of their ids.")]
    labels: LabelCounts | None
    title: Title
    published: Annotated[Time, Meta(description="As the index has it: the request's, else the page's own.")]
    source: Annotated[str | None, Meta(description="As the index has it: the request's, else the page's site.")]
    remarks: Annotated[
        tuple[str, ...],
        Meta(description="Values of the request that are no time or no source, and are not used; usually none."),
    ]
    is_article: Annotated[bool | None, Meta(description="Whether the page is an article with a body.")]
    confidence: Confidence | None
    model: Digest | None


class IndexedArticle(Struct, frozen=True):
    """What the index stores about an article; `length` counts characters of its body, which is not stored."""

    id: JsonId
    cluster: JsonId
    length: Count
    published: Time
    added: Time
    source: str | None
    title: StoredTitle


class ClusterMember(Struct, frozen=True):
    """An article of a cluster."""

    id: JsonId
    keep: Keep
    kept_because: KeptBecause
    length: Count
    published: Time
    added: Time
    source: str | None
    title: StoredTitle


class Cluster(Struct, frozen=True):
    """A story: its articles, the oldest first, of which exactly one is to keep."""

    id: JsonId
    documents: tuple[ClusterMember, ...]


class FoundArticles(Struct, frozen=True):
    """Articles whose titles have the words of a search, the last added first."""

    documents: tuple[IndexedArticle, ...]


class LatestCluster(Struct, frozen=True):
    """A cluster, how many documents it has, when the last was added, and the title of the oldest that has one."""

    id: JsonId
    documents: Count
    added: Time
    title: StoredTitle


class DayTotals(Struct, frozen=True):
    """How many of the present documents and clusters were there at the end of a day in UTC."""

    day: Day
    documents: Count
    clusters: Count
    sizes: Annotated[dict[str, Count], Meta(description="Clusters, by their documents.")]


class IndexOverview(Struct, frozen=True):
    """The size of the index, its latest clusters and its growth."""

    documents: Count
    clusters: Count
    same_story_pairs: Count
    n_bytes: Count
    schema: Count
    first_added: Time
    last_added: Time
    first_published: Time
    last_published: Time
    latest: Annotated[list[LatestCluster], Meta(description="Clusters added to last, the last first.")]
    growth: Annotated[list[DayTotals], Meta(description="Each day on which something was added.")]
