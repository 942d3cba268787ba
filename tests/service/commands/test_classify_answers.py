"""`copydesk classify`: how answers are written, and which output it chooses."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from copydesk.classifier import Page
from copydesk.service.commands.answers import AnswerFormat, AnswerWriter
from copydesk.service.commands.arguments import Streams
from copydesk.service.commands.classify import ClassifyOptions, classify_files
from copydesk.service.commands.table import Canvas
from copydesk.service.progress import Progress
from copydesk.service.rows.classify_rows import ClassifiedRow
from copydesk.service.rows.jsonl import BadRow, PageRow
from copydesk.service.settings import Settings
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


def test_body_is_neutralised_on_a_terminal_alone() -> None:
    text = "An escape \x1b[31m that would colour all that follows."
    assert written([answered(text)], AnswerFormat.BODY)[0] == f"{text}\n"
    assert "\x1b" not in written([answered(text)], AnswerFormat.BODY, terminal=True)[0]


def test_lone_surrogate_in_a_body_is_written_as_a_question_mark() -> None:
    assert written([answered(f"{LONG}\ud800")], AnswerFormat.BODY)[0] == f"{LONG}?\n"


def test_error_on_stderr_cannot_carry_escape_sequences() -> None:
    err = written([BadRow("\x1b]0;title\x07", 1, "bad_row", "why")], AnswerFormat.TABLE)[1]
    assert err.isprintable() or err.rstrip("\n").isprintable()


@pytest.fixture
def with_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the stand-in where the command finds its classifier."""
    monkeypatch.setattr("copydesk.classifier.load_model", lambda folder: None)
    monkeypatch.setattr("copydesk.classifier.classify", stand_in)


def run_on(
    *files: Path, output: AnswerFormat | None = None, terminal: bool = False, explain: bool = False
) -> tuple[int, str]:
    streams = Streams(io.BytesIO(), io.StringIO(), out_is_terminal=terminal)
    options = ClassifyOptions([str(file) for file in files], None, output, explain, CANVAS)
    n_bad = classify_files(options, Settings(), streams)
    assert isinstance(streams.out, io.BytesIO)
    return n_bad, streams.out.getvalue().decode()


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
