"""The bodies of requests to the service, for its description and for the client."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from copydesk.classifier import PARTS
from copydesk.service.corrections import Correction
from copydesk.service.rows.contract.values import Published, Source
from copydesk.service.rows.jsonl import JsonId

IncludeText = Annotated[
    bool | None,
    Meta(description="Whether the answer to a page of plain text includes its text; that to HTML always does."),
]
Part = Annotated[str, Meta(extra_json_schema={"enum": [part.value for part in PARTS]})]
Parts = Annotated[
    tuple[Part, ...],
    Meta(min_length=1, description="The parts that are the body; by default all but headline and captions."),
]

NotStored = Annotated[Any, Meta(description="Not used: a stored page has neither time nor source.")]


class PageRequest(Struct, kw_only=True):
    """A page to classify: exactly one of text and html is set."""

    id: Annotated[JsonId, Meta(description="The page's id; it is unchanged in the answer.")] | UnsetType = UNSET
    text: (
        Annotated[str | None, Meta(description="The page as plain text; a request has exactly one of text and html.")]
        | UnsetType
    ) = UNSET
    html: Annotated[str | None, Meta(description="The page as HTML.")] | UnsetType = UNSET
    url: Annotated[str | None, Meta(description="The page's address; nothing is fetched from it.")] | UnsetType = UNSET
    published: Published | UnsetType | None = UNSET
    source: Source | UnsetType | None = UNSET
    explain: Annotated[bool | None, Meta(description="Whether each block has its explanation.")] | UnsetType = UNSET
    include_text: IncludeText | UnsetType = UNSET
    include_markdown: (
        Annotated[bool | None, Meta(description="Whether the answer has the article as Markdown too.")] | UnsetType
    ) = UNSET
    links: (
        Annotated[bool | None, Meta(description="Whether Markdown and HTML have links, emphasis and images.")]
        | UnsetType
    ) = UNSET
    parts: Parts | UnsetType | None = UNSET


class ArticleRequest(PageRequest, kw_only=True):
    """An article to compare or to add: a page, or a body. An id here has to be that of the path, if it has one."""

    body: (
        Annotated[
            str | None,
            Meta(
                description="The text that is compared; then no page is classified, and text and html are not read. An "
                "answer of /v1/classify may be sent as it is."
            ),
        ]
        | UnsetType
    ) = UNSET
    title: Annotated[Any, Meta(description="The headline of a body: a text.")] | UnsetType = UNSET


class FeedbackRequest(PageRequest, kw_only=True):
    """A page with corrected labels; start and end are as /v1/classify answers them, a kind falls under its label."""

    published: NotStored | UnsetType | None = UNSET
    source: NotStored | UnsetType | None = UNSET
    blocks: Annotated[tuple[Correction, ...], Meta(min_length=1, description="The blocks that are corrected.")]
