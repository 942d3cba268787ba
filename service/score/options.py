"""The options of a batch scoring run. Loads no numeric library, so that the command line starts at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from copydesk.classifier import BODY_PARTS, Kind
from copydesk.classifier.duplicates.types import DEFAULT_OPTIONS, DuplicateOptions

SHARD_MB = 32
"""Megabytes of input in a shard by default; smaller shards lose less work when a run is killed, but cost more files."""
SHARD_BYTES = SHARD_MB * 1024 * 1024
PAGE_SECONDS = 60.0
"""Default time limit of a page; a page that takes longer becomes an error row."""


_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_remote(output: str) -> bool:
    """Return whether an output is a URL."""
    return _URL.match(output) is not None


class OutputFormat(StrEnum):
    """The file format of the scored rows."""

    PARQUET = "parquet"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """The names of the input columns, or JSON fields, with each part of a page; None for a part that is not read."""

    id: str = "id"
    html: str | None = "html"
    text: str | None = "text"
    url: str = "url"
    published: str = "published"
    source: str = "source"
    captured: str | None = None

    def read(self) -> dict[str, str]:
        """Return the columns that are read, by their parts of a page."""
        return {part: name for part, name in asdict(self).items() if name is not None}


@dataclass(frozen=True, slots=True)
class WantedPages:
    """Which scored pages become rows; the others are passed over.

    Attributes:
        only_articles: Whether pages whose `is_article` is false are passed over.
        min_confidence: Pages of a lower confidence are passed over; 0 keeps all.
    """

    only_articles: bool = False
    min_confidence: float = 0.0

    def reason_against(self, *, is_article: bool, confidence: float) -> str | None:
        """Return why a page is passed over, as the summary counts it; None if it becomes a row."""
        if self.only_articles and not is_article:
            return "page that is no article"
        if confidence < self.min_confidence:
            return f"page of a confidence below {self.min_confidence:g}"
        return None


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How pages are read and scored.

    Attributes:
        max_page_bytes: A page of more bytes becomes an error row.
        blocks: Whether rows include their blocks and the text that these refer to.
        parts: The parts of the article that are its body.
        markdown: Whether rows include the article as Markdown.
        links: Whether that has links, emphasis and images.
        csv_delimiter, csv_encoding: Of CSV files; None if they are to be found out.
        wanted: Which scored pages become rows.
    """

    max_page_bytes: int
    blocks: bool = True
    columns: ColumnNames = field(default=ColumnNames())
    parts: tuple[Kind, ...] = BODY_PARTS
    markdown: bool = False
    links: bool = False
    csv_delimiter: str | None = None
    csv_encoding: str | None = None
    wanted: WantedPages = field(default=WantedPages())


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """Options of the duplicate search: in the run's rows (`dedup`), in an index (its file or URL), or none.

    `titles` is whether the index stores the titles of the pages.
    """

    dedup: bool = False
    index: str | None = None
    duplicates: DuplicateOptions = DEFAULT_OPTIONS
    titles: bool = True


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """The options of `copydesk score`.

    Attributes:
        inputs: Files, folders, globs and URLs.
        folder: The output folder, or the work folder on this machine if the output is a URL.
        remote: The URL that the output files are uploaded to, None if they stay in the folder.
        csv_delimiter, csv_encoding: Of CSV files; None if they are to be found out.
        shard_bytes: Bytes of input in a shard.
        wanted: Which scored pages become rows.
        only: An `errors.jsonl` of an earlier run: only the rows that it lists are scored.
        report: Whether an HTML report is written next to the summary.
        version: The version of copydesk, which is part of the manifest.
    """

    inputs: Sequence[str]
    folder: Path
    format: OutputFormat = OutputFormat.PARQUET
    blocks: bool = True
    parts: tuple[Kind, ...] = BODY_PARTS
    markdown: bool = False
    links: bool = False
    workers: int = 1
    columns: ColumnNames = field(default=ColumnNames())
    csv_delimiter: str | None = None
    csv_encoding: str | None = None
    shard_bytes: int = SHARD_BYTES
    page_seconds: float = PAGE_SECONDS
    wanted: WantedPages = field(default=WantedPages())
    only: Path | None = None
    remote: str | None = None
    clustering: ClusterOptions = field(default=ClusterOptions())
    report: bool = False
    version: str = ""
