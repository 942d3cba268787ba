"""Hints about misspelled words on the command line."""

from __future__ import annotations

import pytest

from copydesk.service import cli

NO_FILE = "; --output is the form; to write a file use > or --output-dir\n"


def said(capsys: pytest.CaptureFixture[str], command_line: str) -> str:
    with pytest.raises(SystemExit) as leaving:
        cli.main(command_line.split())
    assert leaving.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("command_line", "ending"),
    [
        ("classify x.html --output out.md", NO_FILE),
        ("classify x.html --output a.json", NO_FILE),
        ("classify x.html --output folder/out", NO_FILE),
        ("classify x.html --output pdf", NO_FILE),
        ("classify x.html --output md", "; did you mean markdown?\n"),
        ("classify x.html --output jsnol", "; did you mean jsonl?\n"),
        ("classify x.html --output text", "; the article's plain text is --output body\n"),
        (
            "classify x.html -o markdown",
            "unrecognized arguments: -o markdown; did you mean --output or --output-dir?\n",
        ),
        ("classify x.html -z", "unrecognized arguments: -z\n"),
        ("help", "; did you mean --help?\n"),
        ("version", "; did you mean --version?\n"),
        ("index help", "; did you mean --help?\n"),
        ("serv", "; did you mean serve?\n"),
        ("classify --format version", ")\n"),
        ("--verison", "error: unrecognized arguments: --verison; did you mean --version?\n"),
        ("-V", "error: unrecognized arguments: -V; did you mean --version?\n"),
        ("dedup a.jsonl --ouput b.jsonl", "error: unrecognized arguments: --ouput; did you mean --output?\n"),
        ("dedup a.jsonl --ouput=b.jsonl", "error: unrecognized arguments: --ouput; did you mean --output?\n"),
        (
            "score a.jsonl -o b",
            "error: unrecognized arguments: -o; did you mean --output or --only-articles or --only?\n",
        ),
        ("score a.jsonl -w 2", "error: unrecognized arguments: -w; did you mean --work-dir or --workers?\n"),
        ("dedup a.jsonl --xyz b.jsonl", "error: the following arguments are required: --output\n"),
        ("dedup a.jsonl -- --ouput", "error: the following arguments are required: --output\n"),
        ("dedup a.jsonl -", "error: the following arguments are required: --output\n"),
    ],
)
def test_error_ends_with_what_was_meant(capsys: pytest.CaptureFixture[str], command_line: str, ending: str) -> None:
    assert said(capsys, command_line).endswith(ending)


def test_without_a_command_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert "are required: COMMAND, one of\n  classify  label the blocks" in said(capsys, "")
    assert "are required: VERB, one of\n  add " in said(capsys, "index")
