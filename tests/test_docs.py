"""The manual says what the code does: its blocks run, its links lead somewhere, and its names are the code's."""

from __future__ import annotations

import json
import os
import re
import shutil
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import copydesk
from copydesk.classifier import Kind, Label, Model
from copydesk.classifier.duplicates import Relation
from copydesk.service.api.problems import PROBLEM_KINDS
from copydesk.service.settings import read_settings
from tests.support.manual import (
    EXAMPLES,
    PAGES,
    ROOT,
    SERVER,
    Block,
    alike,
    anchors_of,
    blocks_of,
    clean_settings,
    commands_of,
    links_of,
    name_of,
    run_line,
    run_python,
    sessions,
)
from tests.support.names_in_code import LookupRecorder, bench_options, check_command, command_options, row_codes
from tests.support.served import serve_service

DOCS = ROOT / "docs"
README_LINES = 150
TERMINAL_COLUMNS = "92"
SHOWN_ONLY = {"", "text", "toml", "ini", "yaml", "jsonl"}
SLOW = (DOCS / "cli.md", EXAMPLES / "README.md")
"""Pages whose blocks start processes."""
OTHER_TOOLS = frozenset(
    {
        "--data-binary",  # curl
        "--head",  # ray start
        "--disable-usage-stats",
        "--no-binary",  # pip
        "--strict",  # mypy
        "--help",
        "--version",
    }
)
"""Options on the pages that are not copydesk's."""
every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)
every_page_to_run = pytest.mark.parametrize(
    "page", [pytest.param(page, marks=[pytest.mark.slow] * (page in SLOW)) for page in PAGES], ids=map(name_of, PAGES)
)


@pytest.fixture(scope="module")
def server(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running service with an empty index."""
    with serve_service(model, tmp_path_factory.mktemp("served")) as url:
        yield url


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as a reader's checkout, with the examples' files in `docs/examples`."""
    shutil.copytree(EXAMPLES, tmp_path / "docs" / "examples")
    for name in set(os.environ) - set(clean_settings()):
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", TERMINAL_COLUMNS)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path


@every_page_to_run
def test_every_block_runs_and_prints_what_the_page_says(
    page: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(workplace if page.parent == ROOT else workplace / "docs" / "examples")
    names: dict[str, object] = {"__name__": "__main__"}
    blocks = blocks_of(page)
    for block, after in zip(blocks, [*blocks[1:], None], strict=False):
        content = block.content
        if block.language in ("python", "console") and SERVER.search(content):
            url = request.getfixturevalue("server")
            content = SERVER.sub(url, content)
        run = Block(block.language, content, block.line, block.follows)
        where = f"{name_of(page)}, line {block.line}"
        if run.language == "python":
            printed = run_python(run, page, names)
            shown = after.content if after is not None and after.language == "text" and after.follows else ""
            assert alike(shown, printed), f"{where} prints\n{printed}"
        elif run.language == "console":
            for command, shown in sessions(content):
                out, err = run_line(command)
                assert alike(shown, out) or alike(shown, out + err), f"{where}: {command} writes\n{out}{err}"


@pytest.mark.parametrize("example", ["deduplicate.py", "add_to_index.py"])
def test_example_reads_rows_with_any_line_separator_in_their_text(
    example: str, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workplace / "docs" / "examples")
    row = {"id": "mail/ferry", "body": "The ferry\u2028sails\x85again", "published": "2024-05-01", "source": "mail"}
    Path("rows.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    out, err = run_line(f"python {example} rows.jsonl")
    assert out.startswith("mail/ferry "), err


@every_page
def test_blocks_that_are_not_run_can_be_read(page: Path) -> None:
    for block in blocks_of(page):
        where = f"{name_of(page)}, line {block.line}"
        assert block.language in {"python", "console", "sh", "json"} | SHOWN_ONLY, where
        if block.language == "json":
            for value in [block.content] if _is_json(block.content) else block.content.splitlines():
                assert _is_json(value), f"{where}: {value}"
        elif block.language == "sh":
            for words in commands_of(block.content):
                check_command(words, where)


@every_page
def test_every_link_into_the_checkout_resolves(page: Path) -> None:
    for link in links_of(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)} links to {link}"
        if anchor:
            assert anchor in anchors_of(target), f"{name_of(page)} links to {link}"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= README_LINES


def test_the_source_points_to_pages_and_headings_that_are_there() -> None:
    for room in ("classifier", "service", "training", "copydesk"):
        for path in (ROOT / room).rglob("*.py"):
            for page, heading in re.findall(r'\b(docs/[\w-]+\.md)(?:, "([^"]+)")?', _text(path)):
                assert (ROOT / page).exists(), f"{path.name} names {page}"
                assert not heading or _section(_text(ROOT / page), heading), f"{path.name} names {heading!r}"


def test_every_page_and_example_is_listed() -> None:
    index = _text(DOCS / "README.md")
    for page in DOCS.glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index, page.name
    for example in EXAMPLES.glob("*.py"):
        assert f"$ python {example.name}" in _text(EXAMPLES / "README.md"), example.name


def test_the_command_pages_name_exactly_the_options_that_there_are() -> None:
    for name, options in command_options().items():
        section = _section(_text(DOCS / "cli.md"), f"`{name}`")
        named = set(re.findall(r"`(?:-\w, )?(--[a-z-]+)", section))
        assert named == options, f"{name} in docs/cli.md"


def test_every_option_that_is_named_anywhere_exists() -> None:
    known = set().union(*command_options().values()) | bench_options() | OTHER_TOOLS
    for page in PAGES:
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", _text(page)):
            assert option in known, f"{name_of(page)}: {option}"


def test_the_settings_page_names_exactly_the_variables_that_are_read() -> None:
    read = LookupRecorder()
    read_settings(read)
    named = set(re.findall(r"`((?:COPYDESK|OTEL)_[A-Z_]+)`", _text(DOCS / "deployment.md")))
    assert named == read.names
    for page in PAGES:
        for name in re.findall(r"\bCOPYDESK_[A-Z_]+[A-Z]", _text(page)):
            assert name in read.names | {"COPYDESK_BENCH_POSTGRES"}, f"{name_of(page)}: {name}"


def test_the_contract_names_exactly_the_codes_of_bad_rows() -> None:
    section = _section(_text(DOCS / "rows.md"), "Errors")
    assert _first_cells(section) == row_codes()


def test_the_service_page_names_exactly_the_problems_endpoints_and_metrics(server: str) -> None:
    text = _text(DOCS / "service.md")
    assert _first_cells(_section(text, "Errors")) == set(PROBLEM_KINDS)
    paths = json.loads(_get(f"{server}/openapi.json"))["paths"]
    endpoints = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert _first_cells(_section(text, "Endpoints")) == endpoints
    types = re.findall(r"^# TYPE (copydesk_\w+) (?!gauge\n.*_created)", _get(f"{server}/metrics"), re.MULTILINE)
    metrics = {name for name in types if not name.endswith("_created")}
    assert _first_cells(_section(text, "Metrics")) == metrics


def test_the_contract_names_every_field_of_the_service(server: str) -> None:
    schemas = json.loads(_get(f"{server}/openapi.json"))["components"]["schemas"]
    text = _text(DOCS / "rows.md") + _text(DOCS / "service.md")
    fields = {field for schema in schemas.values() for field in schema.get("properties", ())}
    assert not [field for field in fields if not re.search(rf"""[`"]{field}[`"]""", text)]


def test_the_installation_names_exactly_the_extras() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = set(project["optional-dependencies"])
    named = set(re.findall(r"`\[(\w+)\]`", _section(_text(DOCS / "deployment.md"), "Extras")))
    assert named == extras
    for page in PAGES:
        for listed in re.findall(r"copydesk\[([\w,]+)\]", _text(page)):
            assert set(listed.split(",")) <= extras, f"{name_of(page)}: {listed}"


def test_the_python_page_names_every_public_name() -> None:
    text = _text(DOCS / "python.md")
    missing = [name for name in copydesk.__all__ if not re.search(rf"`[^`]*\b{name}\b[^`]*`", text)]
    assert not missing


def test_the_glossary_and_the_contract_name_every_label_kind_and_relation() -> None:
    values = [each.value for words in (Label, Kind, Relation) for each in words]
    for page in (DOCS / "glossary.md", DOCS / "rows.md"):
        assert not [value for value in values if f"`{value}`" not in _text(page)], name_of(page)


def test_numbers_of_the_quality_table_are_those_of_the_model_card() -> None:
    card = _text(ROOT / "artifacts" / "MODEL_CARD.md")
    table = _section(_text(ROOT / "README.md"), "Quality")
    for number in re.findall(r"\b0\.\d{3}\b", table):
        assert re.search(rf"\b{_rounded_from(number)}", card), number


@every_page
def test_every_path_of_the_source_that_a_page_names_is_there(page: Path) -> None:
    for path in re.findall(r"`((?:classifier|service|training|copydesk|tests|docs)/[\w./-]*)`", _text(page)):
        assert (ROOT / path).exists(), f"{name_of(page)}: {path}"


def _rounded_from(number: str) -> str:
    """Return a pattern of the numbers of four digits that round to one of three."""
    value = round(float(number) * 1000)
    return f"(?:{number}|0\\.{value - 1:03d}[5-9]|0\\.{value:03d}[0-5])"


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _section(text: str, heading: str) -> str:
    """Return what stands under a heading, up to the next heading of its level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found, f"no heading {heading!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def _first_cells(section: str) -> set[str]:
    """Return the names in code type in the first column of a section's tables."""
    cells = re.findall(r"^\| *((?:`[^`|]+`(?:, )?)+) *\|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
