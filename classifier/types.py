"""The values that flow through the program: pages in, scored blocks and articles out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat
from typing import NamedTuple, TypeVar

Record = TypeVar("Record", bound=NamedTuple)


def records(kind: type[Record], values: Iterable[tuple[object, ...]]) -> tuple[Record, ...]:
    """Make a named tuple of each tuple of values: calling the class for each takes longer."""
    return tuple(map(tuple.__new__, repeat(kind), values))


class Label(StrEnum):
    """What a block is to the reader; the order is the column order of every probability table."""

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


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it arrives: exactly one of `text` and `html` is given, already decoded.

    `url` is a name only; nothing is ever fetched from it.
    """

    id: str
    text: str | None = None
    html: str | None = None
    url: str = ""


class Block(NamedTuple):
    """A run of text a browser would set as one block: `text[start:end]` of its page, in characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Markup:
    """What the HTML tree says about a page's blocks, in columns: one entry an element, or one a block.

    Only elements that are set as blocks count here, parents before children; number 0 is `body`.

    Attributes:
        tags: Of each element.
        names: Of each element: class, id, role and microdata attributes in one string, as written.
        parents: Of each element: the number of the element around it, -1 for `body`.
        firsts: Of each element: the number of the first block inside it.
        lasts: Of each element: one past the number of the last block inside it.
        elements: Of each block: the number of the innermost element around it.
        link_chars: Of each block: characters inside `a href`.
        links: Of each block: how many links it holds.
        images: Of each block: images between the block before and this one.
        inline: Of each block: tags and names of its first inline elements, as written.
        hrefs: Of each block: target of its first link, as written.
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


@dataclass(frozen=True, slots=True)
class Blocks:
    """A segmented page: the text that the offsets index, its blocks in page order.

    From HTML also the head's title and what the tree says; `markup` is None for plain text.
    """

    text: str
    blocks: tuple[Block, ...]
    head_title: str = ""
    markup: Markup | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a decision, in words, with its share of the decision's log-odds (natural log)."""

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
    """A block with its label, its kind, and calibrated probabilities in `LABELS` order that sum to 1."""

    start: int
    end: int
    label: Label
    kind: Kind
    probabilities: tuple[float, float, float]
    explanation: Explanation | None = None

    @property
    def confidence(self) -> float:
        """The probability of the block's own label."""
        return self.probabilities[LABELS.index(self.label)]


@dataclass(frozen=True, slots=True)
class Article:
    """What the page says once the rest is gone.

    Attributes:
        id: The page's id.
        url: The page's url, as given.
        text: The text that the blocks' offsets index; the input itself where the input was text.
        blocks: Every block in page order.
        body: The body blocks joined by blank lines.
        title: The headline block's text, empty where there is none.
        confidence: How sure the model is of the body as a whole, in [0, 1].
        model: The digest of the model that answered.
    """

    id: str
    url: str
    text: str
    blocks: tuple[ScoredBlock, ...]
    body: str
    title: str
    confidence: float
    model: str
