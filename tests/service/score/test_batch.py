"""Tests of scoring a batch, of counting, and of writing rows."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier import Article, Kind, Model, Page, classify, classify_page, decode, page_groups
from copydesk.classifier.segmentation import to_utf8
from copydesk.classifier.types import Blocks, Fields
from copydesk.service.score.arrow_schema import INPUT, OUTPUT, InputRow, input_batch, input_rows
from copydesk.service.score.batch import ScoredBatch, documents_of, score_batch
from copydesk.service.score.options import OutputFormat, PageOptions
from copydesk.service.score.output import OutputFolder, finish, write_rows
from copydesk.service.score.readers import group_rows
from copydesk.service.score.rerun import ErrorRows, content_digest, read_error_rows, select_rows
from copydesk.service.score.sources import BadInput
from copydesk.service.score.tally import MOST_SITES, Site, Tally, tally_from_fields
from tests.support.score_inputs import story

OPTIONS = PageOptions(max_page_bytes=5000)

ROWS = [
    InputRow("html", url="https://a.example/1", content=story(1).encode(), file="f", position=1),
    InputRow("text", form="text", content=b"The pool opens.\n\nIt is cold.", file="f", position=2),
    InputRow("latin", content="<p>caf\xe9 du port</p>".encode("latin-1"), charset="iso-8859-1"),
    InputRow("half", content=to_utf8("<p>half \ud800 a pair</p>"), decoded=True),
    InputRow("bad", code="bad_json", message="not JSON"),
    InputRow("large", content=b"x" * 5001),
    InputRow("limit", content=b"x" * 5000),
    InputRow("picture", content=b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
    InputRow("nothing", content=b""),
]


@pytest.fixture(scope="module")
def whole(model: Model) -> ScoredBatch:
    return score_batch(ROWS, model, OPTIONS)


def test_every_row_is_a_row_or_an_error_in_order(whole: ScoredBatch) -> None:
    assert whole.rows.schema == OUTPUT
    whole.rows.validate(full=True)
    assert whole.rows["id"].to_pylist() == ["html", "text", "latin", "half", "limit", "nothing"]
    assert [(row.id, row.code) for row in whole.errors] == [
        ("bad", "bad_json"),
        ("large", "too_large"),
        ("picture", "binary"),
    ]


def test_blocks_in_columns_are_those_of_the_article(whole: ScoredBatch, model: Model) -> None:
    for row, given_row in zip(whole.rows.to_pylist(), [ROWS[0], ROWS[1]], strict=False):
        text = decode(given_row.content or b"", html=given_row.form == "html")
        page = Page("", html=text) if given_row.form == "html" else Page("", text=text)
        (article,) = classify([page], model)
        assert isinstance(article, Article)
        assert (row["body"], row["confidence"]) == (article.body, article.confidence)
        assert row["text"] == (article.text if given_row.form == "html" else None)
        found = [(b["start"], b["end"], b["label"], b["kind"], b["confidence"]) for b in row["blocks"]]
        assert found == [(b.start, b.end, b.label, b.kind, b.confidence) for b in article.blocks]
        assert [tuple(b["probabilities"].values()) for b in row["blocks"]] == [b.probabilities for b in article.blocks]


def test_pages_without_a_body_are_counted(whole: ScoredBatch, model: Model) -> None:
    assert whole.tally.no_body == whole.rows["body"].to_pylist().count("")
    empty = InputRow("empty", form="html", content=b"<div id=root></div>", decoded=True)
    assert score_batch([empty, ROWS[0], empty], model, OPTIONS).tally.no_body == 2
    only_lists = score_batch([ROWS[0]], model, replace(OPTIONS, parts=(Kind.LIST_ITEM,)))
    assert (only_lists.rows["body"].to_pylist(), only_lists.tally.no_body) == ([""], 1)


def test_lone_surrogates_are_replaced_and_offsets_stay(whole: ScoredBatch, model: Model) -> None:
    row = whole.rows.to_pylist()[3]
    assert row["text"] == "half \ufffd a pair"
    assert (row["blocks"][0]["start"], row["blocks"][0]["end"]) == (0, len(row["text"]))
    text = "The pool had \udfff to close on Monday, and nobody knows when it will open again."
    plain = InputRow("half", form="text", content=text.encode("utf-8", "surrogatepass"), decoded=True)
    (found,) = score_batch([plain], model, OPTIONS).rows.to_pylist()
    assert (found["blocks"][0]["start"], found["blocks"][0]["end"]) == (0, len(text))
    assert found["body"] == text.replace("\udfff", "\ufffd")


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, len(ROWS)), max_size=4))
def test_batches_of_any_size_give_the_same_rows(cuts: list[int], whole: ScoredBatch, model: Model) -> None:
    bounds = [0, *sorted(cuts), len(ROWS)]
    parts = [score_batch(ROWS[a:b], model, OPTIONS) for a, b in pairwise(bounds)]
    tally = Tally()
    for part in parts:
        tally.add(part.tally)
    assert pa.Table.from_batches([part.rows for part in parts]).to_pylist() == whole.rows.to_pylist()
    assert [error for part in parts for error in part.errors] == whole.errors
    assert tally.fields() == whole.tally.fields()
    assert tally_from_fields(json.loads(json.dumps(tally.fields()))) == tally


def test_page_on_which_the_classifier_fails_becomes_an_error(
    whole: ScoredBatch, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(text: str) -> Blocks:
        raise ZeroDivisionError(text)

    monkeypatch.setattr("copydesk.service.score.batch.cut_text", fail)
    found = score_batch(ROWS, model, OPTIONS)
    assert found.rows["id"].to_pylist() == [name for name in whole.rows["id"].to_pylist() if name != "text"]
    error = found.errors[0]
    assert (error.id, error.file, error.position, error.code) == ("text", "f", 2, "internal")
    assert "ZeroDivisionError" in error.message
    assert "pool" not in error.message


def test_page_whose_fields_fail_becomes_an_error_while_it_is_the_current_row(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def fail(*page: object, **more: object) -> Fields:
        if begun[-1] == 0:
            raise ZeroDivisionError
        return Fields()

    monkeypatch.setattr("copydesk.classifier.article.read_fields", fail)
    rows = [InputRow(name, form="text", content=b"The pool opens again in spring.") for name in ("a", "b")]
    found = score_batch(rows, model, OPTIONS, at=begun.append)
    assert [(error.id, error.code) for error in found.errors] == [("a", "internal")]
    assert found.rows["id"].to_pylist() == ["b"]


def test_decoded_text_that_is_not_utf8_is_an_error(model: Model) -> None:
    row = InputRow("text", form="text", content=b"The pool \xff opens.", decoded=True)
    (error,) = score_batch([row], model, OPTIONS).errors
    assert (error.code, error.message) == ("bad_encoding", "byte 9 is not UTF-8, expected text in it")


def test_rows_in_arrow_columns_are_scored_like_the_rows_themselves(whole: ScoredBatch, model: Model) -> None:
    batch = input_batch(ROWS)
    assert batch.schema == INPUT
    assert [row for row in input_rows(batch) if row.id != "half"] == [row for row in ROWS if row.id != "half"]
    assert score_batch(input_rows(batch), model, OPTIONS).rows.equals(whole.rows)


def test_row_is_named_before_each_step_on_it(model: Model) -> None:
    seen: list[int] = []
    rows = [InputRow("a", form="text", content=b"The pool opens."), InputRow("b", code="bad_row", message="why")]
    score_batch([*rows, rows[0]], model, OPTIONS, at=seen.append)
    assert seen == [0, 1, 2, 0, 2, 0, 2]


@pytest.mark.parametrize("limit", ["PAGES_TOGETHER", "BLOCKS_TOGETHER", "CHARACTERS_TOGETHER"])
def test_rows_do_not_depend_on_which_are_scored_together(
    whole: ScoredBatch, model: Model, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_groups, limit, 1)
    grouped = partial(page_groups.group_pages, most=page_groups.PAGES_TOGETHER)
    monkeypatch.setattr("copydesk.service.score.batch.group_pages", grouped)
    found = score_batch(ROWS, model, OPTIONS)
    assert found.rows.equals(whole.rows)
    assert found.errors == whole.errors


def test_rows_without_blocks_have_the_same_bodies_and_counts(whole: ScoredBatch, model: Model) -> None:
    bare = score_batch(ROWS, model, PageOptions(5000, blocks=False))
    assert bare.rows["body"].equals(whole.rows["body"])
    assert bare.rows["blocks"].null_count == bare.rows["text"].null_count == bare.rows.num_rows
    assert bare.tally == whole.tally


def test_body_has_the_chosen_parts(sample_page: Path, model: Model) -> None:
    row = InputRow("sample", content=sample_page.read_bytes())
    parts = (Kind.HEADLINE, Kind.SUBHEADING)
    (whole,) = score_batch([row], model, PageOptions(1_000_000)).rows.to_pylist()
    (found,) = score_batch([row], model, PageOptions(1_000_000, parts=parts)).rows.to_pylist()
    chosen = [whole["text"][block["start"] : block["end"]] for block in whole["blocks"] if block["kind"] in parts]
    assert found["body"] == "\n\n".join(chosen)
    assert found["body"].startswith(whole["title"])
    assert found | {"body": whole["body"]} == whole


def test_markdown_is_that_of_the_article(sample_page: Path, model: Model) -> None:
    row = InputRow("sample", url="https://a.example/1", content=sample_page.read_bytes())
    plain = InputRow("text", form="text", content=b"The pool opens.\n\nIt is cold.")
    page = Page("sample", html=sample_page.read_text(encoding="utf-8"), url=row.url)
    article = classify_page(page, model, structure=True).with_parts(["text", "subheading"])
    for links in (False, True):
        options = PageOptions(1_000_000, parts=article.parts, markdown=True, links=links)
        found = score_batch([row, plain], model, options).rows["markdown"].to_pylist()
        assert found[0] == article.to_markdown(links=links, front_matter=False)
        assert isinstance(found[1], str)
    assert score_batch([row], model, PageOptions(1_000_000)).rows["markdown"].null_count == 1


def test_row_s_own_time_and_source_go_before_those_of_the_page(model: Model) -> None:
    head = '<title>The pool</title><meta property="article:published_time" content="2024-05-01T08:30:00+02:00">'
    head += '<meta property="og:site_name" content="The Herald">'
    page = InputRow("a", content=(head + story(1)).encode())
    rows = [page, replace(page, published="1970-01-02", source="own"), replace(page, published="soon")]
    scored = score_batch(rows, model, OPTIONS).rows
    first, own, soon = scored.to_pylist()
    assert (first["published"], first["source"], first["site"]) == (
        "2024-05-01T08:30:00+02:00",
        "The Herald",
        "The Herald",
    )
    assert first["found_in"]["published"] == "meta"
    assert (own["published"], own["source"], own["site"]) == ("1970-01-02", "own", "The Herald")
    assert (soon["published"], own["found_in"]["published"]) == ("soon", "row")
    documents = documents_of(scored)
    assert [document.published for document in documents[:2]] == [1714545000.0, 86400.0]
    assert math.isnan(documents[2].published)
    assert [document.source for document in documents] == ["The Herald", "own", "The Herald"]


def test_counts_are_of_all_blocks(whole: ScoredBatch) -> None:
    blocks = [block for row in whole.rows.to_pylist() for block in row["blocks"]]
    fields = whole.tally.fields()
    assert sum(fields["blocks"].values()) == len(blocks)
    assert sum(fields["characters"].values()) == sum(block["end"] - block["start"] for block in blocks)
    assert sum(fields["confidence"]) == sum(fields["sizes"].values()) == fields["rows"] == 6
    (pages, characters, not_body) = fields["sites"]["a.example"]
    assert (pages, 0 < not_body < characters) == (1, True)


def test_pages_without_a_url_are_counted_by_the_site_that_they_name(model: Model) -> None:
    html = f'<meta property="og:site_name" content="The Herald">{story(1)}'
    rows = [InputRow("a", content=html.encode()), InputRow("b", form="text", content=b"The pool opens.")]
    sites = score_batch(rows, model, OPTIONS).tally.sites
    assert [(site, counts.pages) for site, counts in sites.items()] == [("The Herald", 1)]


def test_number_of_counted_sites_is_bounded() -> None:
    tally = Tally()
    tally.add(Tally(sites={f"s{k}": Site(1, k, k) for k in range(2 * MOST_SITES + 1)}))
    assert len(tally.sites) == MOST_SITES
    assert tally.worst_sites(1)[0][0] == f"s{2 * MOST_SITES}"


@pytest.mark.parametrize("output", OutputFormat)
def test_same_rows_give_the_same_bytes_however_they_come(output: OutputFormat, whole: ScoredBatch) -> None:
    written = []
    for step in (1, 2, 100):
        out = io.BytesIO()
        batches = (whole.rows.slice(first, step) for first in range(0, whole.rows.num_rows, step))
        write_rows(out, output, "digest", batches)
        written.append(out.getvalue())
    assert written[0] == written[1] == written[2]
    if output is OutputFormat.PARQUET:
        table = pq.read_table(io.BytesIO(written[0]))
        assert table.to_pylist() == whole.rows.to_pylist()
        assert table.schema.metadata == {b"copydesk.model": b"digest"}
    else:
        rows = list(map(json.loads, written[0].splitlines()))
        assert [row["body"] for row in rows] == whole.rows["body"].to_pylist()
        assert "text" in rows[0]
        assert "text" not in rows[1]


def test_file_without_rows_can_be_read() -> None:
    out = io.BytesIO()
    write_rows(out, OutputFormat.PARQUET, "digest", [])
    assert pq.read_table(io.BytesIO(out.getvalue())).schema.remove_metadata() == OUTPUT


def test_ends_of_batches_depend_on_the_rows_alone() -> None:
    rows = [InputRow(str(k), content=b"x" * (3_000_000 if k == 5 else 10)) for k in range(200)]
    found = list(group_rows(iter(rows)))
    assert [row for batch in found for row in batch] == rows
    assert [len(batch) for batch in found] == [64, 64, 64, 8]
    assert [len(batch) for batch in group_rows(rows[5:6] * 3)] == [2, 1]


def test_finishing_puts_errors_in_the_order_of_shards(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path, OutputFormat.PARQUET, "digest")
    (tmp_path / "rows").mkdir()
    folder.work.mkdir()
    (tmp_path / "rows" / ".aside-part").write_bytes(b"left by a worker that was killed")
    for number, kind in ((1, "errors"), (0, "repeats"), (0, "errors")):
        folder.errors(number, kind).write_text(f'{{"code":"{number}_{kind}"}}\n')
    finish(folder, 3, {"rows": 0})
    codes = [json.loads(line)["code"] for line in (tmp_path / "errors.jsonl").read_text().splitlines()]
    assert codes == ["0_errors", "0_repeats", "1_errors"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["errors.jsonl", "rows", "summary.json"]


def listed(folder: Path, *errors: tuple[str, str, int, str | None, str]) -> ErrorRows:
    path = folder / "errors.jsonl"
    names = ("id", "file", "position", "digest", "code")
    path.write_text("".join(json.dumps(dict(zip(names, error, strict=True))) + "\n" for error in errors))
    return read_error_rows(path)


def test_rows_are_found_by_id_and_content_or_by_their_place_or_are_the_rest_of_a_file(tmp_path: Path) -> None:
    page = content_digest(b"page")
    only = listed(
        tmp_path,
        ("a", "f", 5, page, "timed_out"),
        ("f:9", "f", 9, page, "crashed"),
        ("b", "f", 20, None, "repeated_id"),
        ("g:7", "g", 7, None, "unreadable_file"),
    )
    rows = {
        "same id and content elsewhere": (InputRow("a", content=b"page", file="f", position=6), True),
        "another content": (InputRow("a", content=b"other", file="f", position=5), False),
        "another id": (InputRow("c", content=b"page", file="f", position=5), False),
        "no id": (InputRow("f:3", content=b"page", file="f", position=3), True),
        "the place": (InputRow("b", content=b"x", file="f", position=20), True),
        "before the rest": (InputRow("d", content=b"x", file="g", position=6), False),
        "in the rest": (InputRow("e", content=b"x", file=str(Path("g").resolve()), position=8), True),
    }
    counted: list[None] = []
    found = list(select_rows((row for row, _ in rows.values()), only, lambda: counted.append(None)))
    assert found == [row for row, kept in rows.values() if kept]
    assert len(counted) == 3
    only.check_found(3)
    with pytest.raises(BadInput, match=r"1 of the 3 rows that .* lists are not in the inputs, which"):
        only.check_found(2)


def test_file_that_lists_no_errors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "errors.jsonl"
    path.write_text("no errors\n")
    with pytest.raises(BadInput, match=r"cannot be read as errors of copydesk score"):
        read_error_rows(path)
