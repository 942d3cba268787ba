"""The rows of classified pages: blocks, fields, errors, and the rows of batch scoring."""

from __future__ import annotations

from typing import Annotated, Any, Self, cast

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from copydesk.classifier import (
    FIELDS,
    Article,
    Comment,
    Explanation,
    Kind,
    Label,
    OtherArticle,
    ScoredBlock,
)
from copydesk.service.rows.contract.documents import Match
from copydesk.service.rows.contract.values import Confidence, Digest, FoundTime, KeptBecause, Offset, Share, Title
from copydesk.service.rows.jsonl import BadRow, JsonId, PageRow

Remarks = Annotated[
    tuple[str, ...],
    Meta(description="A sentence for each value of the input that could not be used; left out if all could."),
]


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
    explanation: (
        Annotated[Explanation, Meta(description="On request: the reasons. Later blocks of long pages have none.")]
        | UnsetType
    ) = UNSET

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


class PageAnswer(Struct, frozen=True, kw_only=True):
    """What is known about a page; a text is empty, a list has no entries, a time is null where nothing is known."""

    id: JsonId
    line: Annotated[int, Meta(description="The line of a row without an id.")] | UnsetType = UNSET
    url: Annotated[str, Meta(description="As in the input.")]
    title: Title
    authors: Annotated[tuple[str, ...], Meta(description="Names, in the order of the page.")]
    published: FoundTime | None
    modified: FoundTime | None
    site: Annotated[str, Meta(description="The name of the publication, or its host name.")]
    section: Annotated[str, Meta(description="The department, such as Sport.")]
    tags: Annotated[tuple[str, ...], Meta(description="Keywords, in the order of the page.")]
    language: Annotated[str, Meta(description="BCP 47: the declared language, unless the text is in another one.")]
    language_declared: Annotated[str, Meta(description="BCP 47: as the page declares it.")]
    language_detected: Annotated[str, Meta(description="BCP 47: by the text of the body.")]
    description: Annotated[str, Meta(description="The page's own summary.")]
    image: Annotated[str, Meta(description="The address of the article's picture.")]
    canonical_url: Annotated[str, Meta(description="The address that the page names as its own.")]
    found_in: Annotated[dict[str, str], Meta(description="By the name of each field above: where it was found.")]
    is_article: Annotated[bool, Meta(description="Whether the page is an article with a body.")]
    page_type: Annotated[str, Meta(description="The most probable type of the page.")]
    page_types: Annotated[dict[str, Share], Meta(description="The probability of each type; they sum to 1.")]
    confidence: Confidence
    body: Annotated[str, Meta(description="The chosen parts of the article, joined by blank lines.")]
    comments: Annotated[tuple[Comment, ...], Meta(description="Readers' comments, in the order of the page.")]
    other_articles: Annotated[
        tuple[OtherArticle, ...], Meta(description="Further articles on the page; offsets as those of the blocks.")
    ]


class BriefPage(PageAnswer, frozen=True, kw_only=True):
    """The answer to a page without its blocks: its fields and its body. `published` is the input's, else the page's."""

    source: Annotated[str, Meta(description="As in the input, if it has one.")] | UnsetType = UNSET
    remarks: Remarks | UnsetType = UNSET
    markdown: Annotated[str, Meta(description="The article as Markdown, on request.")] | UnsetType = UNSET
    model: Digest

    @classmethod
    def of(cls, row: PageRow, article: Article) -> Self:
        """Convert the classifier's answer."""
        return cls(**_page_fields(row, article))


class LabelledPage(BriefPage, frozen=True, kw_only=True):
    """The answer to a page: its fields, its body and its blocks."""

    text: Annotated[str, Meta(description="What the blocks' offsets index.")] | UnsetType = UNSET
    blocks: tuple[Block, ...]

    @classmethod
    def of(
        cls,
        row: PageRow,
        article: Article,
        *,
        include_text: bool = False,
        markdown: str | UnsetType = UNSET,
        blocks: Raw | None = None,
    ) -> Self:
        """Convert the classifier's answer; a page of HTML always gets its text, a page of text on request.

        `blocks` are the blocks as JSON, for a row that is only encoded; without them they are made of the article.
        """
        return cls(
            **_page_fields(row, article),
            markdown=markdown,
            text=article.text if include_text or row.page.text is None else UNSET,
            blocks=tuple(map(Block.of, article.blocks)) if blocks is None else cast(tuple[Block, ...], blocks),
        )


def _page_fields(row: PageRow, article: Article) -> dict[str, Any]:
    """Return the fields that every answer to a page has."""
    return {
        "id": row.id,
        "line": _line(row),
        "url": article.url,
        **{name: getattr(article, name) for name in FIELDS},
        "source": UNSET if row.source is None else row.source,
        "remarks": tuple(value.describe() for value in row.unused) or UNSET,
        "is_article": article.is_article,
        "page_type": article.page_type,
        "page_types": dict(article.page_types),
        "confidence": article.confidence,
        "body": article.body,
        "comments": article.comments,
        "other_articles": article.other_articles,
        "model": article.model,
    }


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


class ScoredPage(PageAnswer, frozen=True, kw_only=True):
    """A page in the output of `copydesk score`.

    `published` and `source` are those of the input, else what the page says: its `published` and its `site`. `markdown`
    is null unless it was asked for. `position` is the page's place in its file. `cluster`, `keep`, `kept_because` and
    `matches` are null where duplicates were not looked for, `text` if the input was text, `text` and `blocks` without
    blocks in the output.
    """

    id: str
    markdown: str | None
    source: str | None
    file: str
    position: int
    cluster: str | None
    keep: bool | None
    kept_because: KeptBecause
    matches: list[Match] | None
    model: Digest
    text: str | None
    blocks: list[Block] | None


class ScoreError(Struct, frozen=True):
    """A row that `copydesk score` could not use, its place, a digest of its content if that is known, and why.

    `url` is empty if the row has none, or could not be read.
    """

    id: str
    url: str
    file: str
    position: int
    digest: str | None
    code: str
    message: str
