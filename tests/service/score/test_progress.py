"""Tests of the progress line and the summary of batch scoring."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

import pytest

from copydesk.service.score.progress import ScoreProgress, first_errors, summary_lines
from copydesk.service.score.tally import Tally


@pytest.fixture
def now() -> list[float]:
    """The time of the clock that the progress reads, which tests move."""
    return [100.0]


def started(out: io.StringIO, now: list[float], *, all_bytes: int = 10) -> ScoreProgress:
    return ScoreProgress(out, all_bytes=all_bytes, clock=lambda: now[0])


def test_line_names_rates_labels_errors_and_the_time_left(now: list[float]) -> None:
    out = io.StringIO()
    shown = started(out, now, all_bytes=40_000_000)
    shown.earlier(10_000_000, Tally(blocks=Counter({"body": 1})))
    now[0] += 5
    shown.update(3, "starting 2 workers")
    assert out.getvalue() == ""
    now[0] += 5
    shown.done(20_000_000, Tally(rows=7, blocks=Counter({"body": 2, "teaser": 1}), errors=Counter({"binary": 2})))
    shown.update(9, "starting 2 workers")
    assert out.getvalue() == (
        "copydesk: 9 pages, 0.9 per second, 2.0 MB per second; blocks: 75% body, 25% teaser; 2 errors; 0:00:05 left\n"
    )


def test_time_before_the_first_page_is_named_and_not_counted(now: list[float]) -> None:
    out = io.StringIO()
    shown = started(out, now)
    for _ in range(3):
        now[0] += 10
        shown.update(0, "starting 2 workers")
    assert out.getvalue() == "copydesk: starting 2 workers\n"
    now[0] += 10
    shown.update(20, "starting 2 workers")
    assert out.getvalue().splitlines()[-1].startswith("copydesk: 20 pages, 2.0 per second, ")


def test_pages_that_begin_at_once_have_a_rate(now: list[float]) -> None:
    out = io.StringIO()
    shown = started(out, now)
    now[0] += 9.9995
    shown.update(0, "starting 2 workers")
    now[0] += 0.0006
    shown.update(2, "starting 2 workers")
    assert out.getvalue().startswith("copydesk: 2 pages, 2,000.0 per second, ")


def test_time_left_is_not_known_before_the_first_shard(now: list[float]) -> None:
    out = io.StringIO()
    shown = started(out, now)
    now[0] += 10
    shown.update(4, "starting 2 workers")
    assert out.getvalue() == (
        "copydesk: 4 pages, 0.4 per second, 0.0 MB per second; blocks: -; 0 errors; time left is not known yet\n"
    )


def test_summary_names_errors_and_clusters() -> None:
    summary = {"shards": 2, **Tally(rows=1200, errors=Counter({"bad_row": 3})).fields()}
    assert summary_lines(summary)[0] == "1,200 pages scored in 2 shards, 3 errors (3 bad_row)"
    one = {"shards": 1, **Tally(rows=1, errors=Counter({"bad_row": 1}), passed_over=Counter({"a link": 1})).fields()}
    counts = {"no_body": 0, "repeated_ids": 0}
    lines = summary_lines(one | {"clusters": {"clusters": 1, "duplicates": 1} | counts})
    assert lines[0] == "1 page scored in 1 shard, 1 error (1 bad_row)"
    assert summary_lines(one | {"no_body": 1, "rows": 1200})[-1] == "1 of 1,200 pages without a body"
    assert lines[-2:] == ["1 file, record or page passed over: a link (1)", "1 cluster, 1 duplicate"]
    clusters = {"clusters": 1100, "duplicates": 100} | counts
    assert summary_lines(summary | {"clusters": clusters})[-1] == "1,100 clusters, 100 duplicates"
    clusters |= {"no_body": 2, "repeated_ids": 1}
    assert summary_lines(summary | {"clusters": clusters})[-2:] == [
        "1,100 clusters, 100 duplicates",
        "2 of 1,199 documents have no body and cannot be compared",
    ]


def test_summary_says_what_the_pages_are_and_how_often_date_and_author_are_known() -> None:
    tally = Tally(rows=1200, articles=1100, page_types=Counter(listing=90, article=1110))
    tally.languages, tally.known = Counter(en=3, de=1197), Counter(published=1000, authors=800)
    assert summary_lines({"shards": 2, **tally.fields()})[1:4] == [
        "1,100 articles; types: article (1,110), listing (90)",
        "languages: de (1,197), en (3)",
        "known: date of publication (1,000), authors (800)",
    ]
    assert summary_lines({"shards": 0, **Tally().fields()})[1].startswith("blocks: ")


def test_repeated_ids_are_no_errors_of_scoring_in_the_summary() -> None:
    summary = {"shards": 2, **Tally(rows=30, errors=Counter(bad_row=1, repeated_id=26)).fields()}
    lines = summary_lines(summary)
    assert lines[0] == "30 pages scored in 2 shards, 1 error (1 bad_row)"
    assert lines[1] == "26 pages have the id of another one (repeated_id): they are scored, but not compared"


def test_summary_says_what_the_index_knew() -> None:
    summary = {"shards": 2, **Tally(rows=1230).fields(), "index": {"kept": 1200, "seen": 30}}
    assert summary_lines(summary)[-1] == "index: 1,200 kept, 30 seen before"


def test_first_error_of_each_code_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "errors.jsonl"
    write_errors(path, ("a.csv", 7, "bad_row", "one"), ("a.csv", 8, "bad_row", "two"), ("b.csv", 0, "x", "y\x1b[31m"))
    heading = f"the first error of each code; {path} has all:"
    assert first_errors(path) == [heading, "a.csv at position 7: bad_row: one", "b.csv at position 0: x: y\u241b[31m"]


def write_errors(path: Path, *rows: tuple[str, int, str, str]) -> None:
    names = ("file", "position", "code", "message")
    path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows))


@pytest.mark.parametrize(
    ("file", "code", "message", "shown"),
    [
        ("a.jsonl", "bad_row", "text is a number", "a.jsonl at byte 2908: bad_row: text is a number"),
        ("s3://b/a.jsonl.gz", "bad_row", "why", "s3://b/a.jsonl.gz at byte 2908: bad_row: why"),
        ("a.json", "bad_row", "why", "a.json at byte 2908: bad_row: why"),
        ("a.warc.gz", "too_large", "why", "a.warc.gz at byte 2908: too_large: why"),
        ("a.warc", "bad_body", "the record at 2908: cut", "a.warc: bad_body: the record at 2908: cut"),
        ("a.parquet", "bad_row", "why", "a.parquet at position 2908: bad_row: why"),
        ("a.parquet", "bad_columns", "no column", "a.parquet: bad_columns: no column"),
        ("a.jsonl", "unreadable_file", "it is cut", "a.jsonl: unreadable_file: it is cut"),
        ("a.html", "bad_encoding", "why", "a.html: bad_encoding: why"),
    ],
)
def test_error_on_stderr_says_where_the_row_is(tmp_path: Path, file: str, code: str, message: str, shown: str) -> None:
    write_errors(tmp_path / "errors.jsonl", (file, 2908, code, message))
    assert first_errors(tmp_path / "errors.jsonl")[1:] == [shown]
