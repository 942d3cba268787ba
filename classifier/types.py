"""The values that flow through the program: pages in, labelled blocks and articles out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import repeat
from typing import Any, NamedTuple, TypeVar

Record = TypeVar("Record", bound=NamedTuple)


def records(kind: type[Record], values: Iterable[tuple[object, ...]]) -> tuple[Record, ...]:
    """Make a named tuple of each tuple of values, in less time than calling the class takes."""
    return tuple(map(tuple.__new__, repeat(kind), values))


class Label(StrEnum):
    """The role of a block; the order is the column order of every probability table."""

    BODY = "body"
    BOILERPLATE = "boilerplate"
    TEASER = "teaser"


class Kind(StrEnum):
    """A finer name under a label; the order is the column order of every kind table."""

    TEXT = "text"
    METADATA = "metadata"
    COMMENT = "comment"
    FURNITURE = "furniture"
    TEASER = "teaser"
    TEASER_HEADING = "teaser_heading"

    @property
    def label(self) -> Label:
        """The label that this kind falls under."""
        return LABEL_OF_KIND[self]


_SHORT = 60
"""Characters of a text that a repr shows."""

LABELS: tuple[Label, ...] = tuple(Label)
KINDS: tuple[Kind, ...] = tuple(Kind)
LABEL_OF_KIND = {
    Kind.TEXT: Label.BODY,
    Kind.METADATA: Label.BOILERPLATE,
    Kind.COMMENT: Label.BOILERPLATE,
    Kind.FURNITURE: Label.BOILERPLATE,
    Kind.TEASER: Label.TEASER,
    Kind.TEASER_HEADING: Label.TEASER,
}


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """A page as it arrives, already decoded: give exactly one of `text` and `html`.

    `url` is only kept: nothing is fetched.
    """

    id: str
    text: str | None = None
    html: str | None = None
    url: str = ""

    def __repr__(self) -> str:
        parts = [f"{form}={_shortened(part)}" for form in ("text", "html") if (part := getattr(self, form)) is not None]
        return f"Page({', '.join([repr(self.id), *parts])})"


def _shortened(text: str) -> str:
    """Return a text's repr, or that of its beginning and its length."""
    return repr(text) if len(text) <= _SHORT else f"{text[:_SHORT]!r}… ({len(text)} characters)"


class Block(NamedTuple):
    """A run of text that a browser would set as one block: `text[start:end]` of its page, in characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Markup:
    """The element tree around a page's blocks, in columns with an entry for each element, then for each block.

    Only elements that a browser sets as blocks are included, parents before children; number 0 is `body`.

    Attributes:
        names: Class, id, role and microdata attributes of each element in one string, as written.
        parents: The number of the element around, -1 for `body`.
        firsts: The number of the first block inside each element.
        lasts: One past the number of the last block inside it.
        elements: The number of the innermost element around each block.
        link_chars: Characters inside `a href`.
        images: Images between the block before and this one.
        inline: Tags and names of each block's first inline elements, as written.
        hrefs: The target of each block's first link, as written.
    """

    tags: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[int, ...]
    firsts: tuple[int, ...]
    lasts: tuple[int, ...]
    elements: tuple[int, ...]
    link_chars: tuple[int, ...]
    links: tuple[int, ...]
    images: tuple[int, ...]
    inline: tuple[str, ...]
    hrefs: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Blocks:
    """A segmented page: the text that the offsets index, and its blocks in page order.

    From HTML also the head's title and the element tree; `markup` is None for plain text.
    """

    text: str
    blocks: tuple[Block, ...]
    head_title: str = ""
    markup: Markup | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a label, in words, with its share of the log-odds (natural logarithm)."""

    words: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a block got its label and not the runner-up.

    `log_odds` is ln(p(label) / p(runner_up)); the reasons' contributions sum to it.
    """

    runner_up: Label
    log_odds: float
    reasons: tuple[Reason, ...]


class ScoredBlock(NamedTuple):
    """A block with its label, its kind, and calibrated probabilities in `LABELS` order that sum to 1.

    `page_text` is the text of the whole page, which all its blocks share; without it `text` is empty.
    """

    start: int
    end: int
    label: Label
    kind: Kind
    probabilities: tuple[float, float, float]
    explanation: Explanation | None = None
    page_text: str = ""

    def __repr__(self) -> str:
        place = f"{self.start}:{self.end} {_shortened(self.text)}"
        return f"ScoredBlock({place}, {self.label.value}, {self.kind.value}, {self.confidence:.2f})"

    @property
    def text(self) -> str:
        """The block's own text."""
        return self.page_text[self.start : self.end]

    @property
    def confidence(self) -> float:
        """The probability of the block's own label."""
        return self.probabilities[LABELS.index(self.label)]

    def to_dict(self) -> dict[str, Any]:
        """Return the block as it is in a row of `copydesk classify`, for JSON."""
        fields: dict[str, Any] = {
            "start": self.start,
            "end": self.end,
            "label": self.label.value,
            "kind": self.kind.value,
            "confidence": self.confidence,
            "probabilities": {label.value: p for label, p in zip(LABELS, self.probabilities, strict=True)},
        }
        if self.explanation is not None:
            reasons = [asdict(reason) for reason in self.explanation.reasons]
            fields["explanation"] = asdict(self.explanation) | {"reasons": reasons}
        return fields


@dataclass(frozen=True, slots=True, repr=False)
class Article:
    """A page's body and title, and all its labelled blocks in page order.

    Attributes:
        text: The text that the blocks' offsets index; if the input was text, the input itself.
        body: The body blocks joined by blank lines.
        title: The headline block's text, empty if there is none.
        confidence: The F1 that the probabilities predict for the body, in characters, in [0, 1]; 1 without blocks.
        model: The digest of the model that was used.
    """

    id: str
    url: str
    text: str
    blocks: tuple[ScoredBlock, ...]
    body: str
    title: str
    confidence: float
    model: str

    def __repr__(self) -> str:
        sizes = f"{len(self.blocks)} blocks, body of {len(self.body)} characters"
        return f"Article({self.id!r}, title={_shortened(self.title)}, {sizes}, confidence={self.confidence:.2f})"

    def to_dict(self, *, text: bool = True) -> dict[str, Any]:
        """Return the article as a row of `copydesk classify`, for JSON; `text` says whether with its text."""
        fields: dict[str, Any] = {"id": self.id}
        if text:
            fields["text"] = self.text
        return fields | {
            "blocks": [block.to_dict() for block in self.blocks],
            "body": self.body,
            "title": self.title,
            "confidence": self.confidence,
            "model": self.model,
        }
