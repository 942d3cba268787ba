"""The result for a page: its article, with the methods that make text and data of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from copydesk.classifier.late_article import LateArticle, refuse_changes
from copydesk.classifier.structure import Structure
from copydesk.classifier.types import (
    BODY_PARTS,
    FIELDS,
    KINDS,
    LABELS,
    Comment,
    Kind,
    Label,
    OtherArticle,
    ScoredBlock,
    join_blocks,
    read_parts,
    shortened,
)

_NOT_RENDERED = ("language_declared", "language_detected", "found_in")
"""Fields that Markdown and HTML leave out: how the others were found."""

_LOGIN = re.compile(r"\A(\s*https?://)[^/?#]*@", re.IGNORECASE)
"""The beginning of an address, and the login in it."""


@refuse_changes
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Article(LateArticle):
    """A page's article: its text, its fields, and all the page's labelled blocks in page order.

    The blocks, the fields but the title, and the comments are made when they are first asked for, and kept.
    `body`, `parts` and `blocks` belong together: `with_parts` chooses another body, while `dataclasses.replace` of one
    of them makes an article that contradicts itself.

    Attributes:
        text: The text that the blocks' offsets index; if the input was text, the input itself.
        body: The article's text: the blocks of `BODY_PARTS`, or of the parts that were chosen, joined by blank lines.
        comments: Readers' comments, in page order.
        other_articles: Further articles on the page, in page order; their blocks are teasers.
        is_article: Whether the page is an article with a body, and not a front page, a form, an error message.
        page_type: The most probable type of the page.
        page_types: The probability of each type; they sum to 1.
        confidence: The word F1 that is expected of the body, in [0, 1]; 0 without a body.
        model: The digest of the model that was used.
        parts: The kinds of the blocks in `body`.
        structure: What the page's HTML says of how the article is set, for Markdown and HTML; None where it was not
            read.
    """

    id: str
    url: str
    text: str
    blocks: tuple[ScoredBlock, ...]
    body: str
    comments: tuple[Comment, ...] = ()
    other_articles: tuple[OtherArticle, ...] = ()
    is_article: bool
    page_type: str
    page_types: Mapping[str, float]
    confidence: float
    model: str
    parts: tuple[Kind, ...] = BODY_PARTS
    structure: Structure | None = field(default=None, compare=False)

    def __hash__(self) -> int:
        """Hash what tells articles apart; the mappings among the attributes have no hash."""
        return hash((self.id, self.url, self.body, self.model))

    def __repr__(self) -> str:
        sizes = f"{len(self.blocks)} blocks, body of {len(self.body)} characters"
        return f"Article({self.id!r}, title={shortened(self.title)}, {sizes}, confidence={self.confidence:.2f})"

    def labels(self) -> list[Label]:
        """Return the label of each block."""
        if self.scores is None:
            return [block.label for block in self.blocks]
        return list(map(LABELS.__getitem__, self.scores.labels.tolist()))

    def text_of(self, *kinds: Kind | str) -> str:
        """Return the text of all blocks of these kinds, in page order, joined by blank lines.

        Raises:
            ValueError: A name is no kind.
        """
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise ValueError(f"{unknown[0][:40]!r} is no kind of block, expected some of {', '.join(KINDS)}")
        wanted = set(map(Kind, kinds))
        if self.scores is None:
            return join_blocks(block.text for block in self.blocks if block.kind in wanted)
        return join_blocks(self.scores.texts_of(wanted))

    def with_parts(self, parts: Iterable[Kind | str]) -> Article:
        """Return the article with a body of these parts, which are among `PARTS`; one text has commas between them.

        Raises:
            ValueError: There is no name, or one of them is not that of a part.
        """
        chosen = read_parts(parts)
        return self.with_values(body=self.text_of(*chosen), parts=chosen)

    def to_markdown(self, *, links: bool = False, front_matter: bool = True) -> str:
        """Return the article as Markdown (CommonMark with tables), whose plain text is `body` up to white space.

        Levels of headings, nested and numbered lists, empty cells and links come from the page's HTML, if `structure`
        has them; else the kinds of the blocks decide alone.

        Args:
            links: Whether with links, emphasis and images.
            front_matter: Whether the fields that are not empty are put before it, as YAML.
        """
        from copydesk.classifier.rendering import build_outline, render_markdown  # loaded when it is first used

        outline = build_outline(self.blocks, self.parts, self.structure, links=links)
        return render_markdown(outline, self._known_fields() if front_matter else {})

    def to_html(self, *, links: bool = False, fragment: bool = False) -> str:
        """Return the article as an HTML document of a few tags, without scripts; see `to_markdown`.

        Title, authors and time are in the element `header`. The text of the element `article` is `body` up to white
        space.

        Args:
            links: Whether with links, emphasis and images.
            fragment: Whether only the element `article` is returned.
        """
        from copydesk.classifier.rendering import build_outline, render_html

        outline = build_outline(self.blocks, self.parts, self.structure, links=links)
        return render_html(outline, self._known_fields(), fragment=fragment)

    def _known_fields(self) -> dict[str, str | Sequence[str]]:
        fields = {"id": self.id, "url": _LOGIN.sub(r"\1", self.url)}
        fields |= {name: getattr(self, name) for name in FIELDS if name not in _NOT_RENDERED}
        return {name: value for name, value in fields.items() if value}

    def to_dict(self, *, text: bool = True) -> dict[str, Any]:
        """Return the article as a row of `copydesk classify`, for JSON; `text` says whether with its text."""
        about = {name: getattr(self, name) for name in FIELDS}
        about |= {"authors": list(self.authors), "tags": list(self.tags), "found_in": dict(self.found_in)}
        fields: dict[str, Any] = {"id": self.id, "url": self.url} | about
        fields |= {
            "is_article": self.is_article,
            "page_type": self.page_type,
            "page_types": dict(self.page_types),
            "confidence": self.confidence,
            "body": self.body,
            "comments": [comment.to_dict() for comment in self.comments],
            "other_articles": [other.to_dict() for other in self.other_articles],
            "model": self.model,
        }
        if text:
            fields["text"] = self.text
        return fields | {"blocks": [block.to_dict() for block in self.blocks]}
