"""Tests of what scored pages are counted by, and of passing over those that are not wanted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from copydesk.classifier import Model
from copydesk.service.rows import BadField
from copydesk.service.rows.origins import describe_unused
from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.batch import score_batch
from copydesk.service.score.options import ColumnNames, PageOptions, WantedPages
from copydesk.service.score.tables import row_from_object
from copydesk.service.score.tables.columns import find_fields
from copydesk.service.score.tally import _main_language, tally_from_fields
from tests.support.score_inputs import story

OPTIONS = PageOptions(max_page_bytes=5000)


def test_pages_are_counted_by_what_they_are_and_what_is_known_of_them(model: Model) -> None:
    dated = InputRow("a", content=f'<html lang="en-GB">{story(1)}'.encode(), published="2024-05-01")
    rows = [dated, replace(dated, id="b", published=None, captured="2024-05-02T00:00:00Z"), InputRow("c", content=b"")]
    batch = score_batch(rows, model, OPTIONS)
    columns, fields = batch.rows.to_pydict(), batch.tally.fields()
    assert fields["articles"] == sum(columns["is_article"])
    assert fields["page_types"] == {name: columns["page_type"].count(name) for name in set(columns["page_type"])}
    assert fields["languages"] == {"en": 2, "unknown": 1}
    assert (fields["known"]["published"], fields["known"]["language"]) == (1, 2)
    assert tally_from_fields(fields) == batch.tally


def test_time_of_a_row_s_capture_is_published_where_nothing_else_is(model: Model) -> None:
    head = '<meta property="article:published_time" content="2024-05-01T08:30:00Z">'
    rows: list[dict[str, object]] = [
        {"html": story(1), "fetched": 1714552200, "published": "1970-01-05"},
        {"html": head + story(2), "fetched": 1714552200},
        {"html": story(3), "fetched": 1714552200},
        {"html": story(4), "fetched": "soon"},
    ]
    options = replace(OPTIONS, columns=ColumnNames(captured="fetched"))
    read = [row_from_object(row, b"", "f", k, options) for k, row in enumerate(rows)]
    batch = score_batch(read, model, options)
    found = batch.rows.to_pylist()
    assert [(row["published"], row["found_in"]["published"]) for row in found] == [
        ("1970-01-05", "row"),
        ("2024-05-01T08:30:00+00:00", "meta"),
        ("2024-05-01T08:30:00Z", "capture"),
        (None, None),
    ]
    assert [row.unused for row in read] == ["", "", "", "captured"]
    (line,) = describe_unused(batch.tally.unused)
    assert line.startswith("captured could not be used in 1 row")
    assert row_from_object(rows[2], b"", "f", 0, OPTIONS).captured is None


def test_table_without_the_named_column_of_captures_is_refused() -> None:
    assert find_fields(["html", "fetched"], ColumnNames(captured="fetched"))["captured"] == "fetched"
    with pytest.raises(BadField, match="no column 'crawled'; the columns are 'html'; name one with --captured-column"):
        find_fields(["html"], ColumnNames(captured="crawled"))


def test_pages_that_are_not_wanted_are_passed_over_by_reason(model: Model) -> None:
    rows = [
        InputRow("story", content=story(1).encode()),
        InputRow("nothing", content=b""),
        InputRow("bad", code="bad_row"),
    ]
    whole = score_batch(rows, model, OPTIONS)
    is_article, confidence = (whole.rows.column(name).to_pylist() for name in ("is_article", "confidence"))
    assert is_article == [True, False]
    batch = score_batch(rows, model, replace(OPTIONS, wanted=WantedPages(only_articles=True)))
    assert batch.rows.column("id").to_pylist() == ["story"]
    assert (batch.tally.rows, dict(batch.tally.passed_over)) == (1, {"page that is no article": 1})
    assert batch.errors == whole.errors
    at = replace(OPTIONS, wanted=WantedPages(min_confidence=confidence[0]))
    assert "story" in score_batch(rows, model, at).rows.column("id").to_pylist()
    above = replace(OPTIONS, wanted=WantedPages(min_confidence=confidence[0] + 1e-9))
    left_out = sum(each < confidence[0] + 1e-9 for each in confidence)
    assert sum(score_batch(rows, model, above).tally.passed_over.values()) == left_out > 0


def test_counted_languages_are_short_tags_so_that_pages_cannot_make_up_many() -> None:
    tags = ["en", "pt-BR", "zh-Hant", "", "x-made-up", "abcd", "ü1"]
    assert [_main_language(tag) for tag in tags] == ["en", "pt", "zh", *["unknown"] * 4]
