"""Defines every row and every JSON answer once, for every module that writes, reads, describes or stores them.

From these structs follow the lines of the command line, the answers over HTTP, the types of the client, the schemas of
`/openapi.json` and the columns of batch scoring. Fields are written in the order of their definition here. A field that
is `UNSET` is left out of JSON, and a field that may be `UNSET` has no column.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from msgspec import UNSET, Meta, Struct, UnsetType

from copydesk.classifier import FIELDS, Article, Comment, Explanation, Kind, Label, ScoredBlock, duplicates
from copydesk.service.corrections import Correction
from copydesk.service.rows.jsonl import BadRow, JsonId, PageRow

SHARE_DIGITS = 4
"""Decimals to which the shares of a match are rounded."""
MAX_NAME_CHARACTERS = 2000
NO_NULL_CHARACTER = r"^[^\u0000]*$"
"""A database cannot keep null characters."""
ISO_TIME = (
    "^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?$"
)

Count = Annotated[int, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Offset = Annotated[int, Meta(ge=0, description="In characters of the page's text.", extra={"arrow": "int32"})]
Time = Annotated[str | None, Meta(extra_json_schema={"format": "date-time"})]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
Published = Annotated[str, Meta(pattern=ISO_TIME, description="When it was published; without an offset it is UTC.")]
Source = Annotated[
    str, Meta(max_length=MAX_NAME_CHARACTERS, pattern=NO_NULL_CHARACTER, description="Who published it.")
]
IncludeText = Annotated[
    bool | None,
    Meta(description="Whether the answer to a page of plain text includes its text; that to HTML always does."),
]
Keep = Annotated[bool, Meta(description="Whether it is the one to keep of its cluster.")]


class Probabilities(Struct, frozen=True, gc=False):
    """A block's probability of each label; they sum to 1."""

    body: Share
    boilerplate: Share
    teaser: Share


class Block(Struct, frozen=True, gc=False):
    """A run of text that a browser would set as one block, with its label."""

    start: Offset
    end: Offset
    label: Label
    kind: Kind
    confidence: Annotated[Share, Meta(description="The probability of the block's own label.")]
    probabilities: Probabilities
    explanation: Explanation | UnsetType = UNSET

    @classmethod
    def of(cls, block: ScoredBlock) -> Self:
        """Convert the classifier's block; a page has hundreds, so arguments are passed by position, which is faster."""
        start, end, label, kind, probabilities, explanation, _ = block
        return cls(start, end, label, kind, block.confidence, Probabilities(*probabilities), explanation or UNSET)

    def to_scored_block(self, page_text: str) -> ScoredBlock:
        """Return the classifier's block of a page with this text."""
        odds = self.probabilities
        explanation = None if self.explanation is UNSET else self.explanation
        probabilities = (odds.body, odds.boilerplate, odds.teaser)
        return ScoredBlock(self.start, self.end, self.label, self.kind, probabilities, explanation, page_text)


class LabelledPage(Struct, frozen=True, kw_only=True):
    """The answer to a page: its blocks, body and title."""

    id: JsonId
    line: Annotated[int, Meta(description="The line of a row without an id.")] | UnsetType = UNSET
    text: Annotated[str, Meta(description="What the blocks' offsets index.")] | UnsetType = UNSET
    blocks: tuple[Block, ...]
    body: str
    title: str
    authors: tuple[str, ...]
    published: str | None
    modified: str | None
    site: str
    section: str
    tags: tuple[str, ...]
    language: str
    language_declared: str
    language_detected: str
    description: str
    image: str
    canonical_url: str
    found_in: dict[str, str]
    comments: tuple[Comment, ...]
    is_article: bool
    page_type: str
    page_types: dict[str, Share]
    confidence: Annotated[Share, Meta(description="The word F1 that is expected of the body.")]
    model: Annotated[str, Meta(description="The digest of the model that was used.")]

    @classmethod
    def of(cls, row: PageRow, article: Article, *, include_text: bool = False) -> Self:
        """Convert the classifier's answer; a page of HTML always gets its text, a page of text on request."""
        return cls(
            id=row.id,
            line=_line(row),
            text=article.text if include_text or row.page.html is not None else UNSET,
            blocks=tuple(map(Block.of, article.blocks)),
            body=article.body,
            comments=article.comments,
            is_article=article.is_article,
            page_type=article.page_type,
            page_types=dict(article.page_types),
            confidence=article.confidence,
            model=article.model,
            **{name: getattr(article, name) for name in FIELDS},
        )


class RowError(Struct, frozen=True):
    """Why a row could not be used: a stable code, and a message."""

    code: str
    message: str


class ErrorRow(Struct, frozen=True, kw_only=True):
    """The answer to a row that could not be used."""

    id: JsonId
    line: int | UnsetType = UNSET
    error: RowError

    @classmethod
    def of(cls, row: BadRow) -> Self:
        """Convert a row that could not be used."""
        return cls(id=row.id, line=_line(row), error=RowError(row.code, row.message))


def _line(row: PageRow | BadRow) -> int | UnsetType:
    return row.line if row.id is None and row.line is not None else UNSET


class Match(Struct, frozen=True):
    """Another document that shares much of its body with the document in question."""

    id: JsonId
    relation: Annotated[duplicates.Relation, Meta(description="What the document in question is to the other one.")]
    similarity: Annotated[Share, Meta(description="Jaccard similarity of the two bodies.")]
    contains: Annotated[Share, Meta(description="Share of the other body that is also in the body in question.")]
    contained: Annotated[Share, Meta(description="Share of the body in question that is also in the other body.")]


class IndexMatch(Match, frozen=True):
    """A document of the index that shares much of its body with the document in question."""

    id: str
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
    added: bool | UnsetType = UNSET
    matches: tuple[Match, ...]


class LabelCounts(Struct, frozen=True):
    """How many blocks of a page have each label."""

    body: Count
    boilerplate: Count
    teaser: Count


class ArticleAnswer(Struct, frozen=True, kw_only=True):
    """The index's answer to an article that was added or checked, with a summary of its labels."""

    id: Annotated[str | None, Meta(description="Null where it was checked without an id.")]
    cluster: Annotated[
        str | None, Meta(description="The oldest document that tells the story; null for a new one without an id.")
    ]
    keep: Keep
    seen: Annotated[bool, Meta(description="Whether the index has another version of the story.")]
    added: Annotated[bool, Meta(description="Whether it is in the index now.")]
    matches: Annotated[tuple[IndexMatch, ...], Meta(description="In the order of their ids.")]
    labels: LabelCounts
    title: str
    confidence: Share
    model: str


class IndexedArticle(Struct, frozen=True):
    """What the index stores about an article; `length` counts characters of its body, which is not stored."""

    id: str
    cluster: str
    length: Count
    published: Time
    added: Time
    source: str | None


class ClusterMember(Struct, frozen=True):
    """An article of a cluster."""

    id: str
    keep: bool
    length: Count
    published: Time
    added: Time
    source: str | None


class Cluster(Struct, frozen=True):
    """A story: its articles, the oldest first, of which exactly one is to keep."""

    id: str
    documents: tuple[ClusterMember, ...]


class LatestCluster(Struct, frozen=True):
    """A cluster, how many documents it has, and when the last of them was added."""

    id: str
    documents: Count
    added: Time


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


class ModelInfo(Struct, frozen=True):
    """The model of the service: its manifest, scores included, and its card if it has one."""

    manifest: dict[str, Any]
    card: Annotated[str | None, Meta(description="Markdown.")]


class FeedbackReceipt(Struct, frozen=True):
    """The id under which a corrected page is stored."""

    id: str


class ServiceStatus(Struct, frozen=True):
    """Whether the service is there, and the digest of its model once that is loaded."""

    status: str
    model: str | UnsetType = UNSET


class ProblemDetails(Struct, frozen=True):
    """Why a request was refused (RFC 9457)."""

    type: Annotated[str, Meta(description="Where /docs explains it.")]
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: Annotated[str, Meta(description="What was found, what was expected, what to do.")]
    instance: str
    code: str


class PageRequest(Struct, kw_only=True):
    """A page to classify: exactly one of text and html is set."""

    id: Annotated[JsonId, Meta(description="The page's id; it is unchanged in the answer.")] | UnsetType = UNSET
    text: (
        Annotated[str | None, Meta(description="The page as plain text; a request has exactly one of text and html.")]
        | UnsetType
    ) = UNSET
    html: Annotated[str | None, Meta(description="The page as HTML.")] | UnsetType = UNSET
    url: Annotated[str | None, Meta(description="The page's address; nothing is fetched from it.")] | UnsetType = UNSET
    explain: Annotated[bool | None, Meta(description="Whether each block has its explanation.")] | UnsetType = UNSET
    include_text: IncludeText | UnsetType = UNSET


class ArticleRequest(PageRequest, kw_only=True):
    """An article to compare or to add; where the path names it, an id in the body has to be the same."""

    published: Published | UnsetType | None = UNSET
    source: Source | UnsetType | None = UNSET


class FeedbackRequest(PageRequest, kw_only=True):
    """A page with corrected labels; start and end are as /v1/classify answers them, a kind falls under its label."""

    blocks: Annotated[tuple[Correction, ...], Meta(min_length=1, description="The blocks that are corrected.")]


class ScoredPage(Struct, frozen=True):
    """A page in the output of `copydesk score`; `published` and `source` are unchanged from the input.

    `text` is null if the input was text, `text` and `blocks` without blocks in the output; `cluster`, `keep` and
    `matches` are null where duplicates were not looked for. `position` is the page's place in its file.
    """

    id: str
    url: str
    title: str
    body: str
    confidence: Share
    text: str | None
    blocks: list[Block] | None
    published: str | None
    source: str | None
    file: str
    position: int
    cluster: str | None
    keep: bool | None
    matches: list[Match] | None
    model: str


class ScoreError(Struct, frozen=True):
    """A row that `copydesk score` could not use, its place, and why."""

    id: str
    file: str
    position: int
    code: str
    message: str
