"""`copydesk classify --output-dir`: the names of the files, and what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier import Page
from copydesk.service.commands.arguments import WrongUsage
from copydesk.service.commands.page_files import MAX_NAME_BYTES, PageFiles, make_folder, safe_name
from copydesk.service.rows.jsonl import BadRow, JsonId, PageRow
from tests.conftest import RunCommand


def row(id: JsonId, line: int | None = 1) -> PageRow:
    return PageRow(id, line, Page(id=str(id), text=""))


@pytest.mark.parametrize(
    ("id", "line", "name"),
    [
        ("gazette/ferry", 1, "gazette-ferry"),
        ("https://pier.example/a?b=c", 1, "https-pier.example-a-b-c"),
        ("../../etc/passwd", 1, "etc-passwd"),
        (".hidden", 1, "hidden"),
        (7, 1, "7"),
        (None, 12, "line-12"),
        ("", 1, "page"),
        ("..", 1, "page"),
        ("nul.txt", 1, "_nul.txt"),
        ("船/\ud800", 1, "船"),
        ("e\u0301", 1, "é"),
        ("pages/ferry.html", None, "ferry"),
        ("pages/ferry.HTML.gz", None, "ferry"),
        ("ferry.2025.txt", None, "ferry.2025"),
        ("-", None, "page"),
    ],
)
def test_name_is_that_of_the_page_without_what_a_path_could_mean(id: JsonId, line: int | None, name: str) -> None:
    assert safe_name(row(id, line)) == name


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=[]), max_size=300), st.sampled_from([None, 1]))
def test_any_id_gives_a_name_inside_the_folder(id: str, line: int | None) -> None:
    name = safe_name(row(id, line))
    assert 0 < len(name.encode()) <= MAX_NAME_BYTES + 1
    assert Path(name).name == name
    assert name[0] not in ".-"


@pytest.mark.attack
def test_unfinished_files_of_a_killed_run_are_deleted_when_they_are_old(tmp_path: Path) -> None:
    old, new = tmp_path / ".aside-a.md.1", tmp_path / ".aside-b.md.2"
    for path in (old, new):
        path.write_text("half a page")
    os.utime(old, (0, 0))
    PageFiles(tmp_path, ".md")
    assert list(tmp_path.iterdir()) == [new]


def test_pages_of_the_same_name_get_files_of_their_own(tmp_path: Path) -> None:
    files = PageFiles(tmp_path, ".md")
    ids = ["a", "A", "a", "a-2", "a/2", "b" * 300, "b" * 301]
    for number, id in enumerate(ids):
        files.write(row(id), str(number).encode())
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    long = "b" * MAX_NAME_BYTES
    assert found == {
        "a.md": "0",
        "A-2.md": "1",
        "a-3.md": "2",
        "a-2-2.md": "3",
        "a-2-3.md": "4",
        f"{long}.md": "5",
        f"{long}-2.md": "6",
    }


def test_file_that_is_there_is_replaced_in_one_step(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("old")
    before = (tmp_path / "a.md").stat().st_ino
    PageFiles(tmp_path, ".md").write(row("a"), b"new")
    assert (tmp_path / "a.md").read_text() == "new"
    assert (tmp_path / "a.md").stat().st_ino != before
    assert len(list(tmp_path.iterdir())) == 1


def test_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    assert make_folder(tmp_path / "a" / "b").is_dir()
    assert make_folder(tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize("below", ["", "/b"])
def test_file_in_the_place_of_the_folder_is_refused(tmp_path: Path, below: str) -> None:
    (tmp_path / "a").write_text(json.dumps({}))
    with pytest.raises(WrongUsage, match=r"^--output-dir is '.*', which (is a file; name a folder|cannot be made)"):
        make_folder(Path(f"{tmp_path / 'a'}{below}"))


def test_pages_with_one_id_get_numbers_in_turn(tmp_path: Path) -> None:
    files = PageFiles(tmp_path, ".md")
    row = PageRow(id="a", line=None, page=Page("a", text="Boats."))
    for _ in range(3):
        files.write(row, b"Boats.")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.md", "a-3.md", "a.md"]


def test_page_that_fails_keeps_its_name(tmp_path: Path) -> None:
    files = PageFiles(tmp_path, ".md")
    assert files.reserve(BadRow("x/y", 1, "bad_row", "no page")) is None
    files.write(row("x y"), b"Boats.")
    assert [path.name for path in tmp_path.iterdir()] == ["x-y-2.md"]


def test_file_of_the_name_of_a_page_that_fails_is_left(tmp_path: Path) -> None:
    for name in ("a.md", "a.json", "b.md", "page.md", "None.md"):
        (tmp_path / name).write_text("old")
    (tmp_path / "c.md").mkdir()
    files = PageFiles(tmp_path, ".md", [str(tmp_path / "b.md")])
    found = [files.reserve(BadRow(id, line, "bad_row", "no page")) for id, line in (("a", 1), ("c", 2), ("b.md", None))]
    assert found == [tmp_path / "a.md", None, None]
    assert files.reserve(BadRow(None, None, "internal", "the reader failed")) is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["None.md", "a.json", "a.md", "b.md", "c.md", "page.md"]


def test_no_input_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("the input")
    (tmp_path / "link.html").symlink_to("page.html")
    files = PageFiles(tmp_path, ".html", [str(tmp_path / "page.html"), "-"])
    for id in ("page.html", "link.html", "other.html"):
        files.write(row(id, None), b"the answer")
    assert (tmp_path / "page.html").read_text() == "the input"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("link-2.html", "link.html", "other.html", "page-2.html", "page.html"),
    ]


def test_folder_in_place_of_a_file_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "page.json").mkdir()
    with pytest.raises(IsADirectoryError):
        PageFiles(tmp_path, ".json").write(row("page"), b"{}")
    assert [path.name for path in tmp_path.iterdir()] == ["page.json"]


def test_file_of_somebody_else_survives_a_page_that_fails(run_command: RunCommand, tmp_path: Path) -> None:
    page, mine = tmp_path / "notes.html", tmp_path / "notes.md"
    page.write_bytes(b"%PDF-1.4 xx")
    mine.write_text("mine")
    done = run_command("classify", str(page), "--output", "markdown", "--output-dir", str(tmp_path))
    assert done.returncode == 1
    assert f"; {mine} is not from this run and was left as it is\n".encode() in done.stderr
    assert mine.read_text() == "mine"
