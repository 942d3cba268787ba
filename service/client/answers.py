"""What the service answers, as values: its JSON read back into the library's types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from copydesk.classifier.duplicates.types import Relation
from copydesk.classifier.types import LABELS, Article, Explanation, Kind, Label, Page, Reason, ScoredBlock


@dataclass(frozen=True, slots=True)
class Likeness:
    """An article of the index that an asked one is like.

    Attributes:
        id: Its id.
        relation: How the asked article stands to it.
        similarity: Jaccard similarity of the bodies, in [0, 1].
        contains: Share of the other's shingles that the asked body holds too.
        contained: Share of the asked body's shingles that the other holds too.
        ranges: What they share, `(start, end)` in characters of the asked article's body.
    """

    id: str
    relation: Relation
    similarity: float
    contains: float
    contained: float
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the index says of an article that was put or checked.

    Attributes:
        id: The article's; None where it was checked without one.
        cluster: The id of the oldest article of its story, None where it is asked without an id and new.
        keep: Whether it is the one to keep of its story.
        seen: Whether the index holds another version of the story.
        added: Whether it is in the index now.
        matches: Articles it is like, in the order of their ids.
        labels: How many blocks got each label.
        title: Its headline.
        confidence: How sure the model is of the body as a whole.
        model: The digest of the model that answered.
    """

    id: str | int | float | None
    cluster: str | None
    keep: bool
    seen: bool
    added: bool
    matches: tuple[Likeness, ...]
    labels: dict[Label, int]
    title: str
    confidence: float
    model: str


@dataclass(frozen=True, slots=True)
class Held:
    """What the index holds of an article; times are ISO 8601, `length` counts characters of the body."""

    id: str
    length: int
    published: str | None
    added: str
    source: str | None
    cluster: str
    keep: bool | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A story: its articles, the oldest first; `keep` of exactly one is true."""

    id: str
    documents: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The model that answers: its manifest, scores included, and its card in Markdown where it has one."""

    manifest: dict[str, Any]
    card: str | None


def article_of(page: Page, fields: dict[str, Any]) -> Article:
    """Read the answer to a page."""
    text = fields["text"] if page.text is None else page.text
    return Article(
        id=page.id,
        url=page.url,
        text=text,
        blocks=tuple(_block(block, text) for block in fields["blocks"]),
        body=fields["body"],
        title=fields["title"],
        confidence=fields["confidence"],
        model=fields["model"],
    )


def _block(fields: dict[str, Any], page_text: str) -> ScoredBlock:
    body, boilerplate, teaser = (fields["probabilities"][label.value] for label in LABELS)
    why = fields.get("explanation")
    return ScoredBlock(
        start=fields["start"],
        end=fields["end"],
        label=Label(fields["label"]),
        kind=Kind(fields["kind"]),
        probabilities=(body, boilerplate, teaser),
        explanation=None if why is None else _explanation(why),
        page_text=page_text,
    )


def _explanation(fields: dict[str, Any]) -> Explanation:
    reasons = tuple(Reason(each["words"], each["contribution"]) for each in fields["reasons"])
    return Explanation(Label(fields["runner_up"]), fields["log_odds"], reasons)


def comparison_of(fields: dict[str, Any]) -> Comparison:
    """Read what the index says of an article."""
    return Comparison(
        id=fields["id"],
        cluster=fields["cluster"],
        keep=fields["keep"],
        seen=fields["seen"],
        added=fields["added"],
        matches=tuple(_likeness(match) for match in fields["matches"]),
        labels={label: fields["labels"][label.value] for label in LABELS},
        title=fields["title"],
        confidence=fields["confidence"],
        model=fields["model"],
    )


def _likeness(fields: dict[str, Any]) -> Likeness:
    return Likeness(
        id=fields["id"],
        relation=Relation(fields["relation"]),
        similarity=fields["similarity"],
        contains=fields["contains"],
        contained=fields["contained"],
        ranges=tuple((start, end) for start, end in fields["ranges"]),
    )


def held_of(fields: dict[str, Any], cluster: str | None = None) -> Held:
    """Read what the index holds of an article; `cluster` is its story where the fields do not say."""
    return Held(
        id=fields["id"],
        length=fields["length"],
        published=fields["published"],
        added=fields["added"],
        source=fields["source"],
        cluster=fields["cluster"] if cluster is None else cluster,
        keep=fields.get("keep"),
    )


def cluster_of(fields: dict[str, Any]) -> Cluster:
    """Read a story."""
    return Cluster(fields["id"], tuple(held_of(each, fields["id"]) for each in fields["documents"]))
