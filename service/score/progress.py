"""Shows the progress of batch scoring, and its summary at the end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from copydesk.classifier.plurals import counted
from copydesk.service.progress import Progress
from copydesk.service.rows import describe_without_body, origins
from copydesk.service.score.absent_columns import describe_absent
from copydesk.service.score.rerun import BAD_COLUMNS, UNREADABLE_FILE
from copydesk.service.score.sources import FileKind, file_kind
from copydesk.service.score.tally import Tally
from copydesk.service.terminal import clean

MIN_SECONDS = 1e-3
"""A shorter time counts as this long, so that no rate is divided by zero."""
MEGABYTE = 1e6
UNITS = dict.fromkeys((FileKind.JSONL, FileKind.JSON, FileKind.WARC), "byte") | dict.fromkeys(
    (FileKind.CSV, FileKind.PARQUET), "position"
)
"""What the position of a row in its file counts, by the kind of file; a file that is one page has none."""
REPEATED_ID = "repeated_id"
"""Error code of a page that is scored, but not compared, as another has the same id."""
READ_ERRORS = 10_000
"""Errors among which the first of each code is looked for."""
SHOWN_COUNTS = 12
"""Languages, or reasons for passing something over, that a closing line names; `summary.json` has all."""


class ScoreProgress(Progress):
    """Shows pages and bytes per second, the labels so far, errors, and the time left."""

    def __init__(self, err: TextIO, *, all_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(err, clock=clock)
        self.tally = Tally()
        self._all_bytes = all_bytes
        self._read_before = self._read = 0
        self._started = clock()

    def earlier(self, size: int, tally: Tally) -> None:
        """Count a shard that an earlier run scored."""
        self.done(size, tally)
        self._read_before += size

    def done(self, size: int, tally: Tally) -> None:
        """Count a shard that this run scored."""
        self.tally.add(tally)
        self._read += size

    def update(self, pages: int, waits_for: str) -> None:
        """Show the counts, with the number of pages that this run has begun; before the first, what it waits for."""
        now = self._clock()
        if pages > 0 or self._read > self._read_before:
            self.show(self._numbers(pages, max(now - self._started, MIN_SECONDS)))
        else:
            self._started = now  # the start of processes does not count in the rates
            self.show(waits_for)

    def _numbers(self, pages: int, seconds: float) -> str:
        blocks = self.tally.blocks
        n_blocks = sum(blocks.values())
        labels = ", ".join(f"{n / n_blocks:.0%} {label}" for label, n in sorted(blocks.items())) if n_blocks else "-"
        new_bytes = self._read - self._read_before
        left = "time left is not known yet"
        if new_bytes:
            left = f"{timedelta(seconds=round((self._all_bytes - self._read) / new_bytes * seconds))} left"
        return (
            f"{counted(pages, 'page')}, {pages / seconds:,.1f} per second, {new_bytes / seconds / MEGABYTE:,.1f} MB "
            f"per second; blocks: {labels}; {counted(sum(self.tally.errors.values()), 'error')}; {left}"
        )


def summary_lines(summary: Mapping[str, Any]) -> list[str]:
    """Return the summary in a few lines of text."""
    blocks, errors = summary["blocks"], failures(summary)
    lines = [
        f"{counted(summary['rows'], 'page')} scored in {counted(summary['shards'], 'shard')}, "
        f"{counted(sum(errors.values()), 'error')}"
        + (f" ({', '.join(f'{n:,} {code}' for code, n in errors.items())})" if errors else ""),
        *_repeated_lines(summary["errors"].get(REPEATED_ID, 0)),
        *_content_lines(summary),
        "blocks: " + ", ".join(f"{n:,} {label}" for label, n in blocks.items()),
    ]
    lines += origins.describe_unused(summary["unused"])
    lines += describe_absent(summary.get("absent_columns"))
    passed_over = summary["passed_over"]
    if passed_over:
        n_passed_over = counted(sum(passed_over.values()), "file, record or page", "files, records and pages")
        lines.append(f"{n_passed_over} passed over: {_most_often(passed_over)}")
    if summary.get("index") is not None:
        lines.append("index: {kept:,} kept, {seen:,} seen before".format(**summary["index"]))
    if summary.get("clusters") is not None:
        found = summary["clusters"]
        lines.append(f"{counted(found['clusters'], 'cluster')}, {counted(found['duplicates'], 'duplicate')}")
        lines += describe_without_body(found["no_body"], summary["rows"] - found["repeated_ids"])
    elif summary["no_body"]:
        lines.append(f"{summary['no_body']:,} of {counted(summary['rows'], 'page')} without a body")
    return lines


def failures(summary: Mapping[str, Any]) -> dict[str, int]:
    """Return how many rows could not be scored, by error code; pages with a repeated id are scored."""
    return {code: n for code, n in summary["errors"].items() if code != REPEATED_ID}


def _repeated_lines(n: int) -> list[str]:
    if not n:
        return []
    have, are = ("has", "it is") if n == 1 else ("have", "they are")
    return [f"{counted(n, 'page')} {have} the id of another one ({REPEATED_ID}): {are} scored, but not compared"]


def _content_lines(summary: Mapping[str, Any]) -> list[str]:
    """Return how many pages are articles, their types and languages, and how often date and author are known."""
    if not summary["rows"]:
        return []
    known = summary["known"]
    return [
        f"{counted(summary['articles'], 'article')}; types: {_most_often(summary['page_types'])}",
        f"languages: {_most_often(summary['languages'])}",
        f"known: date of publication ({known['published']:,}), authors ({known['authors']:,})",
    ]


def _most_often(counts: Mapping[str, int]) -> str:
    """Return the names with the highest counts."""
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{name} ({n:,})" for name, n in most[:SHOWN_COUNTS])
    return named + (", and others" if len(most) > SHOWN_COUNTS else "")


def first_errors(path: Path) -> list[str]:
    """Return the first message of each error code among the first errors of an `errors.jsonl`, under a heading."""
    found: dict[str, str] = {}
    with path.open("rb") as lines:
        for line in islice(lines, READ_ERRORS):
            row = json.loads(line)
            found.setdefault(row["code"], f"{row['file']}{_place(row)}: {row['code']}: {row['message']}")
    heading = [f"the first error of each code; {path} has all:"] if found else []
    return [clean(message) for message in (*heading, *found.values())]


def _place(row: Mapping[str, Any]) -> str:
    """Return words for the place of an error in its file; nothing if it is about the whole file.

    Lines are not counted: a shard begins at a byte, whatever lines are before it.
    """
    kind, position = file_kind(row["file"]), row["position"]
    named = row["code"] in (UNREADABLE_FILE, BAD_COLUMNS) or row["message"].startswith(f"the record at {position}")
    return "" if named or kind not in UNITS else f" at {UNITS[kind]} {position}"
