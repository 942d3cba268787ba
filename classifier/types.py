"""The values that flow through the program: pages in, labelled blocks and articles out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from dataclasses import fields as dataclass_fields
from enum import StrEnum
from itertools import repeat
from typing import Any, NamedTuple, TypeVar

from copydesk.classifier.array_views import Names
from copydesk.classifier.lazy_columns import LazyColumns
from copydesk.classifier.structure import Recording

Record = TypeVar("Record", bound=NamedTuple)


def records(kind: type[Record], values: Iterable[tuple[object, ...]]) -> tuple[Record, ...]:
    """Make a named tuple of each tuple of values, in less time than calling the class takes."""
    return tuple(map(tuple.__new__, repeat(kind), values))


def places_of(value: Any, values: Sequence[object]) -> Iterator[int]:
    """Return the places of a value, in less time than comparing one by one takes."""
    if isinstance(values, bytes | bytearray):
        at = values.find(value)
        while at >= 0:
            yield at
            at = values.find(value, at + 1)
        return
    if isinstance(values, Names):
        yield from values.places(value)
        return
    at = -1
    while True:
        try:
            at = values.index(value, at + 1)
        except ValueError:
            return
        yield at


class Label(StrEnum):
    """The role of a block; the order is the column order of every probability table."""

    BODY = "body"
    BOILERPLATE = "boilerplate"
    TEASER = "teaser"


class Kind(StrEnum):
    """A finer name under a label; the order is the column order of every kind table."""

    HEADLINE = "headline"
    STANDFIRST = "standfirst"
    TEXT = "text"
    SUBHEADING = "subheading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    TABLE = "table"
    PREFORMATTED = "preformatted"
    CAPTION = "caption"
    BYLINE = "byline"
    DATE = "date"
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
PARTS: tuple[Kind, ...] = KINDS[: KINDS.index(Kind.BYLINE)]
"""The kinds under body: the parts of an article."""
BODY_PARTS: tuple[Kind, ...] = tuple(part for part in PARTS if part not in (Kind.HEADLINE, Kind.CAPTION))
"""The parts that `Article.body` has unless others are chosen."""
LABEL_OF_KIND = {
    **dict.fromkeys(PARTS, Label.BODY),
    **dict.fromkeys((Kind.BYLINE, Kind.DATE, Kind.METADATA, Kind.COMMENT, Kind.FURNITURE), Label.BOILERPLATE),
    **dict.fromkeys((Kind.TEASER, Kind.TEASER_HEADING), Label.TEASER),
}


def read_parts(names: Iterable[str]) -> tuple[Kind, ...]:
    """Return the parts of an article with these names, in the order of `PARTS`; one text has commas between them.

    Raises:
        ValueError: There is no name, or one of them is not that of a part.
    """
    chosen = {name.strip() for name in names.split(",")} if isinstance(names, str) else set(names)
    unknown = sorted(chosen.difference(PARTS))
    if unknown or not chosen:
        found = f"{unknown[0][:40]!r} is no part of an article" if unknown else "no part of an article is chosen"
        raise ValueError(f"{found}, expected some of {', '.join(PARTS)}")
    return tuple(part for part in PARTS if part in chosen)


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """A page as it arrives, already decoded: give exactly one of `text` and `html`.

    `url` is the page's address. Nothing is fetched, but date, site and absolute links may be read from it.
    """

    id: str
    text: str | None = None
    html: str | None = None
    url: str = ""

    def __repr__(self) -> str:
        parts = [f"{form}={shortened(part)}" for form in ("text", "html") if (part := getattr(self, form)) is not None]
        return f"Page({', '.join([repr(self.id), *parts])})"


class EncodedPage(Page):
    """A page of HTML that arrived in UTF-8; it is parsed as bytes, and decoded where somebody asks for its `html`."""

    __slots__ = ("utf8",)
    utf8: bytes

    def __init__(self, id: str, utf8: bytes, url: str = "") -> None:
        """Take valid UTF-8."""
        for name, value in (("id", id), ("text", None), ("url", url), ("utf8", utf8)):
            object.__setattr__(self, name, value)

    @property
    def html(self) -> str:
        """The page, decoded each time."""
        return self.utf8.decode()

    def __reduce__(self) -> tuple[type[EncodedPage], tuple[str, bytes, str]]:
        return EncodedPage, (self.id, self.utf8, self.url)


def shortened(text: str) -> str:
    """Return a text's repr, or that of its beginning and its length."""
    return repr(text) if len(text) <= _SHORT else f"{text[:_SHORT]!r}… ({len(text)} characters)"


class Block(NamedTuple):
    """A run of text that a browser would set as one block: `text[start:end]` of its page, in characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Markup(LazyColumns):
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

    tags: Sequence[str]
    names: Sequence[str]
    parents: Sequence[int]
    firsts: Sequence[int]
    lasts: Sequence[int]
    elements: Sequence[int]
    link_chars: Sequence[int]
    links: Sequence[int]
    images: Sequence[int]
    inline: Sequence[str]
    hrefs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Head:
    """What an HTML page says of itself beside its text, as written; all empty for plain text.

    Attributes:
        title: The text of `title`, white space folded.
        language: The `lang` attribute of `html`.
        metas: Name and content of each `meta` with both, in page order; the name is that of the attributes `name`,
            `property`, `itemprop` or `http-equiv`, in lower case.
        canonical: The target of `link rel=canonical`.
        json_ld: The text of each script of type `application/ld+json`.
        times: The number of the block that each `time` element is in or before, and its `datetime` attribute.
        properties: Microdata: the number of the block that an element is in or before, its `itemprop`, and its value;
            "tag" for a link with `rel=tag`;
            for authors, dates, publisher, section and keywords.
    """

    title: str = ""
    language: str = ""
    metas: tuple[tuple[str, str], ...] = ()
    canonical: str = ""
    json_ld: tuple[str, ...] = ()
    times: tuple[tuple[int, str], ...] = ()
    properties: tuple[tuple[int, str, str], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Blocks:
    """A segmented page: the text that the offsets index, and its blocks in page order.

    From HTML also what the page says of itself and the element tree; `markup` is None for plain text, and `recording`
    where inline elements were not recorded.
    """

    text: str
    blocks: Sequence[Block]
    head: Head = Head()
    markup: Markup | None = None
    recording: Recording | None = None


OTHER_REASONS = "all other reasons together"
"""The words of the last reason of an explanation, which sums up those that are not given one by one."""


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
        place = f"{self.start}:{self.end} {shortened(self.text)}"
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


@dataclass(frozen=True, slots=True)
class Comment:
    """A reader's comment; author and time are empty where no block says them, the time is as written."""

    author: str
    time: str
    text: str

    def to_dict(self) -> dict[str, str]:
        """Return the comment as it is in a row of `copydesk classify`, for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class OtherArticle:
    """Another article on the same page: its headline, and the characters of the page's text that it takes up."""

    title: str
    start: int
    end: int

    def to_dict(self) -> dict[str, str | int]:
        """Return the article as it is in a row of `copydesk classify`, for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What a page says about its article; empty or None where it says nothing.

    Attributes:
        title: The headline.
        authors: Names, in the order of the page.
        published: When it was published, ISO 8601: a day or a time, with an offset where the page has one.
        modified: When it was last changed, in the same form.
        site: The name of the publication, or its host name.
        section: The department, such as "Sport".
        tags: Keywords, in the order of the page.
        language: BCP 47: the declared one if the text agrees or is too short to tell, else the detected one.
        language_declared: As the page declares it, in the form of BCP 47.
        language_detected: By the words of the body.
        description: The page's own summary.
        image: The address of the article's picture.
        canonical_url: The address that the page names as its own.
        found_in: For each field that is not empty, where it was found: "json-ld", "meta", "microdata", "time", "block",
            "title", "h1", "link", "html", "url", "text".
    """

    title: str = ""
    authors: tuple[str, ...] = ()
    published: str | None = None
    modified: str | None = None
    site: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    language_declared: str = ""
    language_detected: str = ""
    description: str = ""
    image: str = ""
    canonical_url: str = ""
    found_in: Mapping[str, str] = field(default_factory=dict)


FIELDS: tuple[str, ...] = tuple(each.name for each in dataclass_fields(Fields))


INVISIBLE = "\u00ad\u200b\u2060\ufeff"
"""Characters that only say where a line may break; they are left out of a title and a body."""


def clean(text: str) -> str:
    """Return text without soft hyphens, zero-width spaces, word joiners and byte order marks."""
    for character in () if text.isascii() else INVISIBLE:
        if character in text:  # `replace` takes 20 times as long to find that there is none
            text = text.replace(character, "")
    return text


def join_blocks(texts: Iterable[str]) -> str:
    """Join the texts of blocks by blank lines, without invisible characters."""
    return clean("\n\n".join(texts))
