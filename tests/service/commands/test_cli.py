"""The command's usage: words and options, wrong usage, settings, help, colours, its start."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from copydesk.service import cli
from copydesk.service.commands import classify
from tests.conftest import ROOT, RunCommand, clean_environment

pytestmark = pytest.mark.slow

with_model = pytest.mark.usefixtures("model")


def test_python_runs_the_package_as_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "copydesk", "--help"], capture_output=True, cwd=ROOT, env=clean_environment(), check=True
    )
    assert done.stdout.startswith(b"usage: copydesk ")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("classify a --output json b", "a b"),
        ("classify --output json a --explain b - --links c", "a b - c"),
        ("classify a --explain -- -b c", "a -b c"),
        ("classify a -- -b --explain", "a -b --explain"),
        ("classify --explain", ""),
        ("classify", ""),
        ("dedup a --output x b", "a b"),
        ("score a --output x b", "a b"),
        ("index add a --index x b", "a b"),
        ("index search ferry --most 5 late", "ferry late"),
    ],
)
def test_words_may_be_on_both_sides_of_options(given: str, words: str) -> None:
    args = cli._parser().parse_args(given.split())
    found = next(vars(args)[name] for name in ("files", "inputs", "words") if name in args)
    assert found == words.split()
    assert cli._parser().parse_args(given.split()) == args


@pytest.mark.parametrize("given", ["score --output x", "index search --most 5", "keys list a", "classify a --b c"])
def test_words_that_are_missing_or_have_no_place_are_refused(given: str) -> None:
    with pytest.raises(SystemExit):
        cli._parser().parse_args(given.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["classify", "--no-such-flag"], b"unrecognized arguments"),
        (["classify", "--format", "pdf"], b"invalid choice"),
        (["classify", "--out", "jsonl"], b"unrecognized arguments"),
        (["classify", "no-such-file.html"], b"No such file"),
        (["classify", "a\0b"], b"cannot be read"),
        (
            ["dedup", "tests", "--output", "new"],
            b"'tests' is a folder; name the files in it, or label all of them with: copydesk score tests --output",
        ),
        (["index", "check", "tests"], b"'tests' is a folder; name the files in it\n"),
        (
            ["dedup", "--output", "new.jsonl", "--prefer", "wire", "README.md"],
            b"--prefer names 'README.md', which is a file, and all words after --prefer are sources; put inputs before",
        ),
        (["score", "docs", "--output", "new", "--prefer", "wire", "README.md"], b"--prefer names 'README.md'"),
        (["index", "check", "--prefer", "README.md"], b"--prefer names 'README.md'"),
        (["clasify", "README.md"], b"; did you mean classify?"),
        (["classify", "--ouput", "json", "README.md"], b"unrecognized arguments: --ouput; did you mean --output?"),
        (["classify", "--ouput=json"], b"usage: copydesk classify "),
        (["index", "ad"], b"; did you mean add?"),
        (["classify", "--output", "text"], b"); the article's plain text is --output body\n"),
        (["classify", "--output", "jsnol"], b"; did you mean jsonl?"),
        (["classify", "--color", "html"], b")\n"),
        (["dedup", "--output", "a", "--keep", "newest"], b")\n"),
        (["classify", "--no-blocks", "--output", "table"], b"--no-blocks is for JSON, and --output is table"),
        (["classify", "--no-blocks", "--explain"], b"--explain adds reasons to blocks, which --no-blocks leaves out"),
        *(
            (
                ["classify", "--explain", "--output", output],
                b"--explain adds reasons to blocks, which --output %b does not show; choose table, jsonl or json"
                % output.encode(),
            )
            for output in ("body", "markdown", "html")
        ),
        (
            ["classify", "https://a.example/b?c=d&e"],
            b"is a URL, and copydesk fetches no pages; fetch it first: "
            b"curl -sL 'https://a.example/b?c=d&e' | copydesk classify - --url 'https://a.example/b?c=d&e'",
        ),
        (["classify", "-", "-"], b"standard input can be read only once"),
        (["classify", "--model", "no-such-folder"], b"which is not a folder"),
        (["classify", "--parts", "text,headlin"], b"'headlin' is no part of an article, expected some of headline, "),
        (["classify", "--links"], b"--links is for Markdown and HTML; add --output markdown or --output html"),
        (["classify", "--links", "--output", "body"], b"--links is for Markdown and HTML"),
        (["classify", "--output-dir", "README.md"], b"which is a file; name a folder"),
        ([], b"are required: COMMAND, one of\n  classify  label the blocks of pages\n  dedup     find the duplicates "),
        ([], b"\ncopydesk classify --help says more about one\n"),
        (["index"], b"are required: VERB, one of\n  add      add documents, and print which"),
        (["transmogrify"], b"invalid choice"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_why(
    arguments: list[str], said: bytes, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    try:
        status = cli.main(arguments)
    except SystemExit as leaving:
        status = int(leaving.code or 0)
    out, err = capfd.readouterr()
    assert status == 2
    assert out == ""
    assert said.decode() in err


def test_every_file_is_checked_before_the_first_is_read(run_command: RunCommand, sample_page: Path) -> None:
    done = run_command("classify", sample_page, "no-such-file.html")
    assert (done.returncode, done.stdout) == (2, b"")


def test_bad_setting_is_refused_at_start(run_command: RunCommand, sample_page: Path) -> None:
    done = run_command("classify", sample_page, COPYDESK_MAX_PAGE_BYTES="lots")
    assert done.returncode == 2
    assert done.stderr.startswith(b"copydesk: COPYDESK_MAX_PAGE_BYTES is 'lots', expected")


def test_folder_without_a_model_is_refused(run_command: RunCommand, sample_page: Path, tmp_path: Path) -> None:
    done = run_command("classify", sample_page, "--model", tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"copydesk: ")
    assert b"Traceback" not in done.stderr


def test_help_and_version_need_no_model_and_exit_with_0(run_command: RunCommand) -> None:
    for arguments in (["--help"], ["classify", "--help"], ["--version"]):
        done = run_command(*arguments)
        assert done.returncode == 0
        assert b"copydesk" in done.stdout


@with_model
def test_colours_are_for_terminals_unless_asked_for(run_command: RunCommand, sample_page: Path) -> None:
    table = ("classify", sample_page, "--output", "table")
    assert b"\x1b" not in run_command(*table).stdout
    assert b"\x1b[32m" in run_command(*table, "--color", "always").stdout
    assert b"\x1b[32m" in run_command(*table, "--color", "always", NO_COLOR="1").stdout


@pytest.mark.parametrize(
    ("choice", "environment", "colored"),
    [
        ("auto", {}, True),
        ("auto", {"NO_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": ""}, True),
        ("auto", {"TERM": "dumb"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {}, False),
    ],
)
def test_colour_on_a_terminal_follows_no_color(
    choice: str, environment: dict[str, str], colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert classify._use_color(choice, environment) is colored


@with_model
def test_command_starts_within_seconds(run_command: RunCommand, sample_page: Path) -> None:
    run_command("classify", sample_page)  # the first run on a machine compiles and fills the cache
    before = time.monotonic()
    assert run_command("classify", sample_page).returncode == 0
    assert time.monotonic() - before < 20


def test_garbage_is_collected_as_usual_after_the_start() -> None:
    code = """
import gc
from copydesk.service import cli

usual = gc.get_threshold()

def main():
    later = gc.get_threshold() != usual
    made = [[] for _ in range(2 * cli.OBJECTS_OF_A_START)]
    return 7 if later and gc.get_threshold() == usual else 0

cli.main = main
cli.run()
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 7
