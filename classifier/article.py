"""The result for a page in columns; fields, comments and blocks are made of them when they are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import repeat

from copydesk.classifier.arrays import Doubles, Offsets, SmallIntegers
from copydesk.classifier.fields import JsonLd, read_canonical_url, read_fields
from copydesk.classifier.types import (
    KINDS,
    LABELS,
    Blocks,
    Comment,
    Explanation,
    Fields,
    Kind,
    OtherArticle,
    ScoredBlock,
    records,
)

_COMMENT = KINDS.index(Kind.COMMENT)


@dataclass(frozen=True, slots=True, repr=False)
class Sources:
    """What the fields and the comments of a page are read from.

    Attributes:
        page: The page, as `keep_sources` returns it where it is kept.
        stated: What its JSON-LD says.
        url: Where it is from.
        title: Its title, and where that was found.
    """

    page: Blocks
    stated: JsonLd
    url: str
    title: tuple[str, str]

    def read(self, kinds: SmallIntegers, body: str) -> tuple[Fields, tuple[Comment, ...]]:
        """Read the fields and the comments."""
        numbers = kinds.tobytes()  # in bytes a number is found more quickly than in a list
        fields = read_fields(self.page, numbers, body, url=self.url, stated=self.stated, title=self.title)
        if _COMMENT not in numbers:
            return fields, ()
        from copydesk.classifier.comments import read_comments  # few pages have comments

        return fields, read_comments(self.page, kinds)


class LateReading:
    """Fields and comments that are read when they are first asked for; then what they were read from is let go.

    Threads that ask at the same time may both read, and get equal values.
    """

    __slots__ = ("_found", "_sources")

    def __init__(self, sources: Sources) -> None:
        self._sources: Sources | None = sources
        self._found: tuple[Fields, tuple[Comment, ...]]

    def read(self, kinds: SmallIntegers, body: str) -> tuple[Fields, tuple[Comment, ...]]:
        """Return the fields and the comments."""
        sources = self._sources
        if sources is not None:
            self._found = sources.read(kinds, body)
            self._sources = None
        return self._found

    def canonical_url(self) -> str:
        """Return that field alone, which takes little time."""
        sources = self._sources
        if sources is None:
            return self._found[0].canonical_url
        return read_canonical_url(sources.page, url=sources.url, stated=sources.stated)


@dataclass(frozen=True, slots=True, repr=False)
class PageScores:
    """The same as an `Article`, with its n blocks in columns, for batch scoring and for rows of JSON.

    Labels and kinds are numbers in `LABELS` and `KINDS`; probabilities have the shape (n, 3), in `LABELS` order.
    """

    text: str
    starts: Offsets
    ends: Offsets
    labels: SmallIntegers
    kinds: SmallIntegers
    probabilities: Doubles
    title: str
    body: str
    other_articles: tuple[OtherArticle, ...]
    is_article: bool
    page_types: Doubles
    confidence: float
    reading: LateReading

    @property
    def fields(self) -> Fields:
        """The fields, the title among them."""
        return self.reading.read(self.kinds, self.body)[0]

    @property
    def comments(self) -> tuple[Comment, ...]:
        """The comments of readers, in page order."""
        return self.reading.read(self.kinds, self.body)[1]

    def texts_of(self, kinds: Collection[Kind]) -> list[str]:
        """Return the texts of the blocks of these kinds, in page order."""
        columns = zip(self.starts.tolist(), self.ends.tolist(), self.kinds.tolist(), strict=True)
        wanted = {KINDS.index(kind) for kind in kinds}
        return [self.text[start:end] for start, end, kind in columns if kind in wanted]

    def scored_blocks(self, reasons: Iterable[Explanation | None] | None = None) -> tuple[ScoredBlock, ...]:
        """Make the blocks, with an explanation each if there are reasons."""
        columns = (
            self.starts.tolist(),
            self.ends.tolist(),
            map(LABELS.__getitem__, self.labels.tolist()),
            map(KINDS.__getitem__, self.kinds.tolist()),
            zip(*self.probabilities.T.tolist(), strict=True),
            repeat(None, len(self.labels)) if reasons is None else reasons,
            repeat(self.text, len(self.labels)),
        )
        return records(ScoredBlock, zip(*columns, strict=True))
