"""`copydesk classify`: how answers are written, and which output it chooses."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from copydesk.classifier import Kind, Page
from copydesk.service.commands.answers import AnswerFormat, AnswerWriter
from copydesk.service.commands.arguments import Streams
from copydesk.service.commands.classify import ClassifyOptions, _completed, classify_files
from copydesk.service.commands.table import Canvas
from copydesk.service.progress import Progress
from copydesk.service.rows.classify_rows import ClassifiedRow
from copydesk.service.rows.jsonl import BadRow, PageRow
from copydesk.service.settings import Settings
from tests.support.articles import article_of_html
from tests.support.stub_classifier import answer, stand_in

CANVAS = Canvas(columns=80, color=False)


def written(
    answers: list[ClassifiedRow | BadRow], output: AnswerFormat, *, terminal: bool = False
) -> tuple[str, str, int]:
    streams = Streams(io.BytesIO(), io.StringIO(), out_is_terminal=terminal)
    n_bad = AnswerWriter(output, CANVAS, streams, Progress(streams.err).remark).write_all(answers)
    assert isinstance(streams.out, io.BytesIO)
    assert isinstance(streams.err, io.StringIO)
    return streams.out.getvalue().decode(), streams.err.getvalue(), n_bad


def answered(text: str, name: str = "a") -> ClassifiedRow:
    return ClassifiedRow(PageRow(name, 1, Page(id=name, text=text)), answer(Page(id=name, text=text)))


LONG = "A line that is long enough to be body."


def test_body_output_is_the_body_alone_with_a_form_feed_between_pages() -> None:
    out, err, n_bad = written(
        [answered(f"Menu\n{LONG}"), BadRow("b", 1, "bad_json", "why"), answered(LONG)], AnswerFormat.BODY
    )
    assert out == f"{LONG}\n\f\f{LONG}\n"
    assert err == "copydesk: b: bad_json: why\n"
    assert n_bad == 1


@pytest.mark.parametrize("output", [AnswerFormat.BODY, AnswerFormat.MARKDOWN, AnswerFormat.HTML])
def test_empty_body_says_on_stderr_why(output: AnswerFormat) -> None:
    _, err, n_bad = written([answered("Menu"), answered(LONG), answered(" ", "b")], output)
    why = "the body is empty: no block of the page was labelled body, its type is most likely article (100%); "
    assert err == f"copydesk: a: {why}--output table shows the blocks\ncopydesk: b: the page is empty\n"
    assert n_bad == 0


@pytest.mark.parametrize("output", [AnswerFormat.JSONL, AnswerFormat.JSON, AnswerFormat.TABLE])
def test_empty_body_is_no_news_where_the_answer_shows_it(output: AnswerFormat) -> None:
    assert written([answered("Menu")], output)[1] == ""


@pytest.mark.parametrize("output", AnswerFormat)
def test_page_without_text_is_news_in_every_format(output: AnswerFormat) -> None:
    page = Page(id="b", html="<p></p>")
    without_text = ClassifiedRow(PageRow("b", 1, page), answer(page))
    _, err, n_bad = written([answered("", "-"), answered(LONG), without_text], output)
    assert err == "copydesk: -: the page is empty\ncopydesk: b: the page has no text\n"
    assert n_bad == 0


def test_body_is_neutralised_on_a_terminal_alone() -> None:
    text = "An escape \x1b[31m that would colour all that follows."
    assert written([answered(text)], AnswerFormat.BODY)[0] == f"{text}\n"
    assert "\x1b" not in written([answered(text)], AnswerFormat.BODY, terminal=True)[0]


def test_lone_surrogate_in_a_body_is_written_as_a_question_mark() -> None:
    assert written([answered(f"{LONG}\ud800")], AnswerFormat.BODY)[0] == f"{LONG}?\n"


def test_error_on_stderr_cannot_carry_escape_sequences() -> None:
    err = written([BadRow("\x1b]0;title\x07", 1, "bad_row", "why")], AnswerFormat.TABLE)[1]
    assert err.isprintable() or err.rstrip("\n").isprintable()


def test_several_pages_in_json_are_an_array_and_one_is_an_object() -> None:
    bad = BadRow("b", 1, "bad_json", "why")
    one, two, three = answered(LONG), bad, answered(f"Menu\n{LONG}", "c")
    assert json.loads(written([one], AnswerFormat.JSON)[0])["body"] == LONG
    out, err, n_bad = written([one, two, three], AnswerFormat.JSON)
    assert [each["id"] for each in json.loads(out)] == ["a", "b", "c"]
    assert out.startswith('[\n  {\n    "id": "a",\n')
    assert (err, n_bad) == ("", 1)
    assert json.loads(written([], AnswerFormat.JSON)[0]) == []


def test_rows_of_both_forms_of_json_have_the_same_values() -> None:
    answers = [answered(f"{LONG}\ud800 \u2028 \x1b")]
    assert json.loads(written(list(answers), AnswerFormat.JSON)[0]) == json.loads(
        written(list(answers), AnswerFormat.JSONL)[0]
    )


@pytest.mark.parametrize("output", [AnswerFormat.MARKDOWN, AnswerFormat.HTML])
def test_rendered_pages_have_a_form_feed_between_them(output: AnswerFormat) -> None:
    out, err, n_bad = written([answered(LONG), BadRow("b", 1, "bad_json", "why"), answered(LONG, "c")], output)
    first, second, third = out.split("\f")
    assert (second, third) == ("", first.replace('"a"', '"c"'))
    assert LONG in first
    assert (err, n_bad) == ("copydesk: b: bad_json: why\n", 1)
    text = "An escape \x1b[31m that would colour all that follows."
    assert "\x1b" in written([answered(text)], output)[0]
    assert "\x1b" not in written([answered(text)], output, terminal=True)[0]


@pytest.fixture
def with_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the stand-in where the command finds its classifier."""
    monkeypatch.setattr("copydesk.classifier.load_model", lambda folder: None)
    monkeypatch.setattr("copydesk.classifier.classify", stand_in)


def run_on(
    *files: Path,
    output: AnswerFormat | None = None,
    terminal: bool = False,
    explain: bool = False,
    parts: tuple[Kind, ...] | None = None,
    folder: Path | None = None,
    blocks: bool = True,
) -> tuple[int, str]:
    streams = Streams(io.BytesIO(), io.StringIO(), out_is_terminal=terminal)
    options = ClassifyOptions(
        [str(file) for file in files], None, output, explain, CANVAS, parts=parts, folder=folder, blocks=blocks
    )
    n_bad = classify_files(options, Settings(), streams)
    assert isinstance(streams.out, io.BytesIO)
    return n_bad, streams.out.getvalue().decode()


@pytest.mark.usefixtures("with_stand_in")
@pytest.mark.parametrize("output", [AnswerFormat.JSONL, AnswerFormat.JSON, None])
def test_blocks_and_their_text_can_be_left_out(output: AnswerFormat | None, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<p>{LONG}</p>")
    whole = json.loads(run_on(page, output=output)[1])
    brief = json.loads(run_on(page, output=output, terminal=True, blocks=False)[1])
    assert whole == brief | {"text": whole["text"], "blocks": whole["blocks"]}
    assert len(whole) == len(brief) + 2


@pytest.mark.usefixtures("with_stand_in")
def test_table_is_for_one_page_on_a_terminal(tmp_path: Path) -> None:
    page, rows = tmp_path / "page.txt", tmp_path / "rows.jsonl"
    page.write_text(LONG)
    rows.write_text(json.dumps({"id": "a", "text": LONG}))
    assert run_on(page, terminal=True)[1].startswith(str(page)[:60])
    assert json.loads(run_on(page)[1])["body"] == LONG
    assert json.loads(run_on(rows, terminal=True)[1])["id"] == "a"
    assert len(run_on(page, page, terminal=True)[1].splitlines()) == 2


@pytest.mark.usefixtures("with_stand_in")
def test_own_time_that_cannot_be_used_is_named_at_the_end(tmp_path: Path) -> None:
    rows, err = tmp_path / "rows.jsonl", io.StringIO()
    published = ("2024-05-01", "soon", "later")
    rows.write_text("".join(json.dumps({"text": LONG, "published": time}) + "\n" for time in published))
    options = ClassifyOptions([str(rows)], None, AnswerFormat.JSONL, False, CANVAS)
    out = io.BytesIO()
    assert classify_files(options, Settings(), Streams(out, err, out_is_terminal=False)) == 0
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [answer["published"] for answer in answers] == ["2024-05-01", None, None]
    assert err.getvalue().startswith(
        'copydesk: published could not be used in 2 rows (first: "soon" in the row of line 2) and counts as unknown; '
    )


@pytest.mark.usefixtures("with_stand_in")
def test_duplicate_ids_are_each_answered_on_their_line(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps({"id": "same", "text": f"{LONG} {i}"}) + "\n" for i in range(3)))
    n_bad, out = run_on(rows)
    answers = [json.loads(line) for line in out.splitlines()]
    assert n_bad == 0
    assert [(a["id"], a["body"][-1]) for a in answers] == [("same", "0"), ("same", "1"), ("same", "2")]


@pytest.mark.usefixtures("with_stand_in")
def test_explanations_are_written_when_asked_for(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(LONG)
    assert "explanation" not in json.loads(run_on(page)[1])["blocks"][0]
    assert json.loads(run_on(page, explain=True)[1])["blocks"][0]["explanation"]["log_odds"] == 2.0


@pytest.mark.usefixtures("with_stand_in")
def test_no_input_rows_give_no_output(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("\n\n")
    assert run_on(rows) == (0, "")


@pytest.mark.usefixtures("with_stand_in")
@pytest.mark.parametrize("output", list(AnswerFormat))
def test_files_have_what_standard_output_would(tmp_path: Path, output: AnswerFormat) -> None:
    page, rows, folder = tmp_path / "page.txt", tmp_path / "rows.jsonl", tmp_path / "out"
    page.write_text(LONG)
    rows.write_text(json.dumps({"id": "x/y", "text": LONG}) + "\nbad\n")
    folder.mkdir()
    assert run_on(page, rows, output=output, folder=folder) == (1, "")
    assert {path.name for path in folder.iterdir()} == {f"page{output.suffix}", f"x-y{output.suffix}"}
    assert (folder / f"page{output.suffix}").read_text() == run_on(page, output=output)[1]


@pytest.mark.usefixtures("with_stand_in")
@pytest.mark.parametrize("output", [AnswerFormat.JSONL, AnswerFormat.BODY, AnswerFormat.MARKDOWN, AnswerFormat.HTML])
def test_chosen_parts_are_those_of_every_output(tmp_path: Path, output: AnswerFormat) -> None:
    page = tmp_path / "page.txt"
    page.write_text(LONG)
    assert LONG in run_on(page, output=output, parts=(Kind.TEXT,))[1]
    without = run_on(page, output=output, parts=(Kind.QUOTE,))[1]
    assert json.loads(without)["body"] == "" if output is AnswerFormat.JSONL else LONG not in without


def test_structure_that_a_server_does_not_send_is_read_here() -> None:
    html = f"<p>Menu<ul><li>{LONG}<ol><li>{LONG}</ol></ul>"
    page = Page(id="a", html=html)
    article = article_of_html(html, [Kind.FURNITURE, Kind.LIST_ITEM, Kind.LIST_ITEM])
    bad = BadRow("b", 1, "bad_row", "why")
    answers: list[ClassifiedRow | BadRow] = [
        ClassifiedRow(PageRow("a", None, page), replace(article, structure=None)),
        bad,
    ]
    options = ClassifyOptions(["a"], None, AnswerFormat.MARKDOWN, False, CANVAS, server="http://127.0.0.1:1")
    first, second = _completed(iter(answers), options)
    assert isinstance(first, ClassifiedRow)
    assert first.article.to_markdown(front_matter=False) == f"- {LONG}\n  1. {LONG}\n"
    assert second is bad
