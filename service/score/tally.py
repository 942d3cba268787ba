"""Counts scored pages: rows, errors, what they are, labels, confidence, sizes, and the sites with most boilerplate."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import add
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.classifier import LABELS, Label
from copydesk.classifier.article import PageScores
from copydesk.service.rows import BadRow
from copydesk.service.score.arrow_schema import MAPS, InputRow
from copydesk.service.score.block_columns import FlatBlocks
from copydesk.service.score.page_columns import CAPTURE

CONFIDENCE_BINS = 20
COUNTERS = (
    *("errors", "unused", "passed_over", "page_types", "languages", "known"),
    *("blocks", "characters", "confidence", "sizes"),
)
"""The fields of a tally that are counters."""
KNOWN_FIELDS = MAPS["found_in"]
UNKNOWN_LANGUAGE = "unknown"
MOST_SITES = 20_000
"""Above twice this many sites, those with the least text that is not body are dropped, to bound the memory."""


class Site(NamedTuple):
    """The counts of one site: pages, characters of all blocks, and characters of blocks that are not body."""

    pages: int = 0
    characters: int = 0
    not_body: int = 0


@dataclass(slots=True)
class Tally:
    """The counts of some pages; the counts of two sets of pages can be added.

    Attributes:
        rows: Scored pages.
        articles: Scored pages that are articles.
        no_body: Scored pages whose body is empty, of the parts that were chosen.
        errors: Rows that could not be scored, by error code.
        unused: Scored rows with a value that could not be used, by the name of its field.
        passed_over: Files and records that are no pages, and pages that are not wanted, by the reason.
        span: Where the first record of a WARC's shard begins, and where the one behind the shard does; -1 if none does.
            It is not added.
        selected: Rows that `--only` lists by themselves. Like `span`, it is only in the records of shards.
        absent: What `AbsentColumns.record` returns for the shard; not added, and only in the records of shards.
        blocks, characters: Blocks by label, and their characters.
        page_types: Pages by their likeliest type.
        languages: Pages by language, without script and region; `unknown` for pages without one.
        known: Pages by field that is known, such as `published`; the time of a capture does not count as one.
        confidence: Pages by confidence, in bins of equal width from 0 to 1.
        sizes: Pages by the binary logarithm of their bytes, rounded down.
        sites: Counts by host, or by the name of the site where a page has no URL.
    """

    rows: int = 0
    articles: int = 0
    no_body: int = 0
    bytes: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    unused: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    blocks: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    page_types: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    confidence: Counter[int] = field(default_factory=Counter)
    sizes: Counter[int] = field(default_factory=Counter)
    sites: dict[str, Site] = field(default_factory=dict)
    span: tuple[int, int] = (0, 0)
    selected: int = 0
    absent: dict[str, Any] | None = None

    def count_selected(self) -> None:
        """Count a row that `--only` lists."""
        self.selected += 1

    def add(self, other: Tally) -> None:
        """Add the counts of other pages."""
        self.rows += other.rows
        self.articles += other.articles
        self.no_body += other.no_body
        self.bytes += other.bytes
        self.selected += other.selected
        for name in COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for host, site in other.sites.items():
            _count_site(self.sites, host, site)
        if len(self.sites) > 2 * MOST_SITES:
            self.sites = dict(self.worst_sites(MOST_SITES))

    def worst_sites(self, n: int) -> list[tuple[str, Site]]:
        """Return the n sites with the most characters that are not body, in descending order."""
        return heapq.nsmallest(n, self.sites.items(), key=lambda item: (-item[1].not_body, item[0]))

    def fields(self) -> dict[str, Any]:
        """Return the counts as they are written to JSON, in a fixed order."""
        return {
            "rows": self.rows,
            "articles": self.articles,
            "no_body": self.no_body,
            "bytes": self.bytes,
            "errors": dict(sorted(self.errors.items())),
            "unused": dict(sorted(self.unused.items())),
            "passed_over": dict(sorted(self.passed_over.items())),
            "page_types": _most_first(self.page_types),
            "languages": _most_first(self.languages),
            "known": {name: self.known[name] for name in KNOWN_FIELDS},
            "blocks": {label.value: self.blocks[label.value] for label in Label},
            "characters": {label.value: self.characters[label.value] for label in Label},
            "confidence": [self.confidence[number] for number in range(CONFIDENCE_BINS)],
            "sizes": {str(size): n for size, n in sorted(self.sizes.items())},
            "sites": {host: list(site) for host, site in sorted(self.sites.items())},
            "span": list(self.span),
            "selected": self.selected,
            "absent": self.absent,
        }


def tally_from_fields(fields: Mapping[str, Any]) -> Tally:
    """Restore the counts from what `Tally.fields` returned."""
    by_name: dict[str, Any] = {name: Counter(fields[name]) for name in COUNTERS if name not in ("confidence", "sizes")}
    return Tally(
        **{name: fields[name] for name in ("rows", "articles", "no_body", "bytes", "selected")},
        **by_name,
        confidence=Counter(dict(enumerate(fields["confidence"]))),
        sizes=Counter({int(size): n for size, n in fields["sizes"].items()}),
        sites={host: Site(*counts) for host, counts in fields["sites"].items()},
        span=tuple(fields["span"]),
    )


def count_batch(
    scored: Sequence[tuple[InputRow, PageScores]],
    errors: Sequence[tuple[InputRow, BadRow]],
    flat: FlatBlocks,
    rows: pa.RecordBatch,
) -> Tally:
    """Count the pages and errors of a batch; `flat` contains the pages' blocks, `rows` their output."""
    tally = Tally(rows=len(scored), errors=Counter(bad.code for _, bad in errors))
    tally.articles = rows.column("is_article").to_pylist().count(True)
    tally.no_body = rows.column("body").to_pylist().count("")
    tally.page_types = Counter(rows.column("page_type").to_pylist())
    tally.languages = Counter(map(_main_language, rows.column("language").to_pylist()))
    for places in rows.column("found_in").to_pylist():
        tally.known.update(name for name, place in places.items() if place not in (None, CAPTURE))
    for row, page in scored:
        tally.unused.update(filter(None, row.unused.split(",")))
        size = len(row.content or b"")
        tally.bytes += size
        tally.sizes[max(0, size.bit_length() - 1)] += 1
        tally.confidence[min(int(page.confidence * CONFIDENCE_BINS), CONFIDENCE_BINS - 1)] += 1
    lengths = flat.ends - flat.starts
    tally.blocks = _by_label(np.bincount(flat.labels, minlength=len(LABELS)))
    tally.characters = _by_label(np.bincount(flat.labels, lengths, len(LABELS)))
    pages = np.repeat(np.arange(len(scored)), np.diff(flat.bounds))
    characters = np.bincount(pages, lengths, len(scored)).astype(np.int64)
    not_body = np.bincount(pages, lengths * (flat.labels != LABELS.index(Label.BODY)), len(scored)).astype(np.int64)
    for (row, page), n_characters, n_not_body in zip(scored, characters.tolist(), not_body.tolist(), strict=True):
        site = _host(row.url) or page.fields.site
        if site:
            _count_site(tally.sites, site, Site(1, n_characters, n_not_body))
    return tally


def _main_language(tag: str) -> str:
    """Return a tag's first part: only two or three letters, which bounds the number of languages that are counted."""
    main = tag.partition("-")[0]
    return main if main.isascii() and main.isalpha() and 2 <= len(main) <= 3 else UNKNOWN_LANGUAGE


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _by_label(counts: NDArray[Any]) -> Counter[str]:
    return Counter({label.value: int(n) for label, n in zip(LABELS, counts, strict=True)})


def _count_site(sites: dict[str, Site], host: str, site: Site) -> None:
    sites[host] = Site(*map(add, sites.get(host, Site()), site))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
