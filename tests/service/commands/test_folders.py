"""Folders among the files of `copydesk classify`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from copydesk.service.commands.arguments import WrongUsage
from copydesk.service.commands.folders import with_pages_of_folders
from tests.conftest import RunCommand

PAGE = b"<h1>Ferry late</h1><p>The ferry left an hour late, since its crew waited for a pump.</p>"


def write(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PAGE)
    return folder


def found(names: list[str], folder: Path, leave_out: Path | None = None) -> list[str]:
    files = with_pages_of_folders(names, leave_out=leave_out)
    return [Path(os.path.relpath(file, folder)).as_posix() for file in files]


def test_pages_in_and_below_a_folder_are_found_by_name(tmp_path: Path) -> None:
    write(
        tmp_path,
        "b/c.html",
        "b/a/d.txt.gz",
        "b/B.mhtml",
        "b/x.pdf",
        "b/rows.jsonl",
        "b/.h.html",
        "b/_d/e.html",
        "a.html",
    )
    names = [str(tmp_path / "b"), str(tmp_path / "a.html")]
    assert found(names, tmp_path) == ["b/B.mhtml", "b/c.html", "b/a/d.txt.gz", "a.html"]


def test_output_and_what_belongs_to_a_saved_page_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "in/ferry.html", "in/ferry_files/frame.html", "in/my_files/a.html", "in/out/ferry.md")
    expected = ["in/ferry.html", "in/my_files/a.html"]
    assert found([str(tmp_path / "in")], tmp_path, leave_out=tmp_path / "in" / "out") == expected


def test_pipe_and_link_in_a_circle_are_no_pages(tmp_path: Path) -> None:
    write(tmp_path, "in/a.html")
    os.mkfifo(tmp_path / "in" / "pipe.html")
    (tmp_path / "in" / "again").symlink_to(tmp_path / "in")
    assert found([str(tmp_path / "in")], tmp_path) == ["in/a.html"]


def test_folder_without_pages_stops_no_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "a.html", "empty/b.pdf")
    folder = str(tmp_path / "empty")
    assert found([folder, str(tmp_path / "a.html")], tmp_path) == ["a.html"]
    assert (
        f"the folder {folder!r} has no page (.html, .mhtml, .txt and others); it is passed" in capsys.readouterr().err
    )
    with pytest.raises(WrongUsage, match=r"has no page .*; name files, or another folder"):
        with_pages_of_folders([folder])
    assert with_pages_of_folders(["-", "a\0b"]) == ["-", "a\0b"]
    assert with_pages_of_folders([]) == []


def test_files_of_a_folder_are_named_after_their_place_in_it(tmp_path: Path, run_command: RunCommand) -> None:
    write(tmp_path, "in/ferry.html", "in/north/ferry.html", "ferry.html")
    out = tmp_path / "in" / "out"
    for _ in range(2):
        arguments = (str(tmp_path / "in"), str(tmp_path / "ferry.html"), "--output", "body", "--output-dir", str(out))
        done = run_command("classify", *arguments)
        assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(path.name for path in out.iterdir()) == ["ferry-2.txt", "ferry.txt", "north-ferry.txt"]
