"""Tests that nothing is left out in silence: files and records that are no pages are counted by the reason."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
from collections import Counter
from pathlib import Path

import fsspec
import pytest

from copydesk.classifier import Model
from copydesk.service.dedup.work_folder import MANIFEST
from copydesk.service.score.options import ClusterOptions
from copydesk.service.score.sources import BadInput, find_all_files
from tests.support.score_inputs import rows_of
from tests.support.score_runs import in_this_process, score
from tests.support.warc_files import good, http, packed, page, record

LINE = b'{"text": "The pool opens in spring."}\n'


def found_in(*names: object) -> tuple[list[str], dict[str, int]]:
    """Return the names of the files that are found, without their folders, and the counts of what is passed over."""
    passed_over: Counter[str] = Counter()
    files = [Path(file.name).name for file in find_all_files(map(str, names), passed_over)]
    return files, dict(passed_over)


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(LINE)


def test_unknown_hidden_and_special_files_are_counted(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", "b/c.jsonl", "d.png", "e.png", "README", "f.long-suffix", ".g.jsonl", "_SUCCESS")
    write(tmp_path, "_temporary/h.jsonl", ".git/i.jsonl")
    os.mkfifo(tmp_path / "pipe.jsonl")
    assert found_in(tmp_path) == (
        ["a.jsonl", "c.jsonl"],
        {
            "hidden folder": 2,
            "hidden file": 2,
            "file of unknown suffix .png": 2,
            "file of unknown suffix": 2,
            "special file": 1,
        },
    )


def test_input_without_files_says_why(tmp_path: Path) -> None:
    write(tmp_path, "empty/notes.doc")
    os.mkfifo(tmp_path / "pipe.jsonl")
    for name, said in [
        ("empty", r"the folder '.*/empty' has no file of a page or of rows of pages; expected files"),
        ("typo.jsonl", r"'.*/typo.jsonl' does not exist; expected files"),
        ("*.warc", r"no file to read fits '.*/\*.warc'; expected files"),
        ("pipe.jsonl", r"'.*/pipe.jsonl' is no regular file; expected files"),
    ]:
        with pytest.raises(BadInput, match=said):
            found_in(tmp_path / name)


def test_output_of_a_run_is_no_input_unless_it_is_named(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", "out/part-0.jsonl", "other/b.jsonl")
    (tmp_path / "out" / MANIFEST).write_text('{\n "format": 3,\n "copydesk": "0.1.0",\n "model": ""\n}\n')
    (tmp_path / "other" / "manifest.json").write_text('{"format": 3, "name": "a web app"}')
    files, passed_over = found_in(tmp_path)
    assert files == ["a.jsonl", "b.jsonl", "manifest.json"]
    assert passed_over == {"output folder of copydesk score": 1}
    assert "part-0.jsonl" in found_in(tmp_path / "out")[0]


def test_pattern_passes_over_hidden_files_unless_it_says_them(tmp_path: Path) -> None:
    write(tmp_path, "_out/a.jsonl", "_out/_b.jsonl", "_out/_c/d.jsonl", "_out/e/f.jsonl")
    assert found_in(tmp_path / "_out" / "*") == (
        ["a.jsonl"],
        {"hidden file": 2, "folder that a pattern names": 1},
    )
    assert found_in(tmp_path / "_out" / "_*.jsonl") == (["_b.jsonl"], {})
    assert found_in(tmp_path / "_out" / "_b.jsonl") == (["_b.jsonl"], {})


def test_linked_folders_are_followed_once_and_cycles_end(tmp_path: Path) -> None:
    write(tmp_path, "in/a.jsonl", "other/b.jsonl")
    (tmp_path / "in" / "linked").symlink_to(tmp_path / "other")
    (tmp_path / "in" / "twice").symlink_to(tmp_path / "other")
    (tmp_path / "other" / "back").symlink_to(tmp_path / "in")
    assert found_in(tmp_path / "in") == (["a.jsonl", "b.jsonl"], {"folder linked again": 2})


def test_empty_files_of_rows_are_counted(tmp_path: Path) -> None:
    for name in ("a.csv", "b.json", "c.jsonl", "d.html"):
        (tmp_path / name).touch()
    assert found_in(tmp_path) == (["a.csv", "b.json", "c.jsonl", "d.html"], {"empty file": 3})


def test_file_that_is_named_again_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", "b.jsonl")
    (tmp_path / "c.jsonl").symlink_to(tmp_path / "a.jsonl")
    names = [tmp_path / "b.jsonl", tmp_path, f"{tmp_path}/./b.jsonl", tmp_path / "*.jsonl"]
    assert found_in(*names) == (["b.jsonl", "a.jsonl"], {"file named again": 6})


def test_remote_hidden_files_are_counted() -> None:
    system = fsspec.filesystem("memory")
    system.pipe({"/job/a.jsonl": LINE, "/job/_SUCCESS": b"", "/job/.b.jsonl": LINE, "/job/c.bin": b""})
    try:
        counts = {"hidden file": 2, "file of unknown suffix .bin": 1}
        assert found_in("memory://job") == found_in("memory://job/*") == (["a.jsonl"], counts)
    finally:
        system.rm("/job", recursive=True)


def test_arc_is_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path, "a.arc.gz")
    with pytest.raises(BadInput, match=r"a\.arc\.gz' has a name .* ARC is the older format, convert it to WARC"):
        found_in(tmp_path / "a.arc.gz")


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_compressed_files_of_every_kind_are_read(suffix: str, pack: object, tmp_path: Path) -> None:
    assert callable(pack)
    for name, data in (("a.jsonl", LINE), ("b.csv", b"text\nThe pool.\n"), ("c.html", page("lido"))):
        (tmp_path / f"{name}.{suffix}").write_bytes(pack(data))
    assert [(row.code, row.form) for row in rows_of(tmp_path, tmp_path)] == [
        (None, "text"),
        (None, "text"),
        (None, "html"),
    ]
    (tmp_path / f"a.jsonl.{suffix}").write_bytes(pack(LINE * 50)[:-9])
    assert rows_of(tmp_path / f"a.jsonl.{suffix}", tmp_path)[-1].code == "unreadable_file"


@pytest.mark.slow
def test_summary_counts_every_record_and_agrees_with_the_errors(tmp_path: Path, model: Model) -> None:
    records = [
        *(good(f"page{k}") for k in range(5)),
        good("page0"),
        record("gone", http(page("gone"), status="404 Not Found")),
        record("photo", http(b"\xff", type="image/png")),
        record("asked", b"GET / HTTP/1.1\r\n\r\n", kind="request"),
        record("wrong", http(page("wrong")), length=40),
        record("body", http(b"\xff\xfe\0\1", "Content-Encoding: br")),
    ]
    write(tmp_path, "in/notes.doc", "in/_SUCCESS")
    (tmp_path / "in" / "x.warc.gz").write_bytes(packed(records))
    (tmp_path / "in" / "y.warc").write_bytes(b"".join(records[5:]))
    with in_this_process():
        clustering = ClusterOptions(dedup=True)
        summary = score([tmp_path / "in"], tmp_path / "out", shard_bytes=600, clustering=clustering, report=True)
    assert summary["passed_over"] == {
        "file of unknown suffix .doc": 1,
        "hidden file": 1,
        "request record": 2,
        "status 404": 2,
        "type image/png": 2,
    }
    assert summary["errors"] == {"bad_encoding": 2, "damaged_record": 2, "repeated_id": 2}
    lines = map(json.loads, (tmp_path / "out" / "errors.jsonl").read_text().splitlines())
    assert Counter(line["code"] for line in lines) == summary["errors"]
    n_errors = sum(summary["errors"].values()) - summary["errors"]["repeated_id"]
    assert summary["rows"] + n_errors + sum(summary["passed_over"].values()) - 2 == len(records) + len(records[5:])
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == summary
    assert "<h2>Passed over</h2>" in (tmp_path / "out" / "report.html").read_text()
