"""Tests of the HTML report of a run."""

from __future__ import annotations

from copydesk.classifier import Model
from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.batch import score_batch
from copydesk.service.score.options import PageOptions
from copydesk.service.score.report import report_page
from copydesk.service.score.tally import Tally
from tests.support.score_inputs import story

OPTIONS = PageOptions(max_page_bytes=5000)


def test_report_shows_every_count_and_no_markup_of_names(model: Model) -> None:
    rows = [InputRow(name, content=story(1).encode()) for name in ("a", "b")]
    fields = score_batch(
        [*rows, InputRow("c", content=b"\x89PNG\r\n\x1a\n" + b"\0" * 9)], model, OPTIONS
    ).tally.fields()
    fields["sites"] = {"<script>.example": [1, 10, 9]}
    clusters = {"clusters": 4, "duplicates": 2, "cluster_sizes": {"1": 3, "3": 1}, "repeated_ids": 0}
    manifest = {"inputs": [{"name": "<b>pages"}], "model": "digest"}
    page = report_page({"shards": 1, **fields, "clusters": clusters}, manifest)
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;.<wbr>example" in page
    for part in (
        "Batch of 2 pages",
        ">0.8</span>",
        '<span style="right: 0">1.0</span>',
        "binary",
        "Clusters by number of pages",
        "0.95 to 1.00: ",
        "highest column: ",
        "MB of pages, unpacked",
        "<dt>articles</dt>",
        "<h2>Types of page</h2>",
        "<td>published</td>",
    ):
        assert part in page
    empty = report_page({"shards": 0, **Tally().fields(), "clusters": None}, manifest)
    assert "Batch of 0 pages" in empty


def test_fields_are_drawn_as_shares_of_all_pages_and_long_tables_are_cut() -> None:
    languages = {f"a{chr(97 + k)}": 1 for k in range(22)}
    fields = Tally(rows=22).fields() | {"known": {"authors": 11}, "languages": languages}
    page = report_page({"shards": 1, **fields}, {"inputs": [], "model": "digest"})
    assert '<td>authors</td><td>11</td><td class="drawn"><div style="width: 50.0%">' in page
    assert "and 2 more; summary.json has all" in page
    assert "<td>at</td>" in page
    assert "<td>au</td>" not in page


def test_bar_of_a_site_is_beside_the_characters_that_it_shows() -> None:
    sites = {"wired.example": [1, 1000, 150], "sun.example": [1, 100, 46]}
    fields = Tally().fields() | {"shards": 1, "sites": sites, "clusters": None}
    page = report_page(fields, {"inputs": [], "model": "digest"})
    assert "<th>share not body</th><th>characters not body</th><th></th>" in page
    bar = '<td class="drawn"><div style="width: {}"></div></td>'
    assert f"<td>15%</td><td>150</td>{bar.format('100.0%')}" in page
    assert f"<td>46%</td><td>46</td>{bar.format('30.7%')}" in page
