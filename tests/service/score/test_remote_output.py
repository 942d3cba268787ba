"""Output at a URL: the same files as in a folder, the summary last, and runs that continue."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import fsspec
import pytest

from copydesk.service.dedup import UnusableWork
from copydesk.service.score import default_work_folder
from copydesk.service.score.machine_faults import MachineFault
from copydesk.service.score.options import ClusterOptions, OutputFormat
from copydesk.service.score.remote_output import UPLOADED, without_password
from tests.conftest import ROOT, RunCommand
from tests.support.score_inputs import stories, write_jsonl
from tests.support.score_runs import files_of, in_this_process, score

URL = "memory://bucket/out"
PUT = "fsspec.implementations.memory.MemoryFileSystem.put_file"
SHARDED: dict[str, Any] = {"shard_bytes": 1500, "format": OutputFormat.JSONL}
OPTIONS = [
    SHARDED,
    SHARDED | {"format": OutputFormat.PARQUET, "report": True, "clustering": ClusterOptions(dedup=True)},
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stories of several shards, one of them twice, and a row without a page."""
    path = tmp_path_factory.mktemp("pages") / "pages.jsonl"
    rows = stories(8)
    write_jsonl(path, [*rows, {"id": "none"}, rows[0] | {"id": "copy"}])
    return path


@pytest.fixture(autouse=True)
def bucket() -> Iterator[None]:
    """Begin with an empty store, and without worker processes."""
    fsspec.filesystem("memory").store.clear()
    with in_this_process():
        yield


def uploaded() -> dict[str, bytes]:
    system = fsspec.filesystem("memory")
    return {path.removeprefix("/bucket/out/"): system.cat_file(path) for path in system.find("/bucket/out")}


def without_manifest(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name not in ("manifest.json", "lock")}


@pytest.mark.parametrize("options", OPTIONS)
def test_uploaded_files_are_those_of_a_local_run(pages: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    score([pages], tmp_path / "local", **options)
    score([pages], tmp_path / "work", remote=URL, **options)
    local = files_of(tmp_path / "local")
    assert len([name for name in local if name.startswith("rows/")]) > 2
    assert without_manifest(uploaded()) == without_manifest(local)
    manifest = json.loads(uploaded()["manifest.json"])
    assert manifest == json.loads(local["manifest.json"]) | {"uploaded_to": URL}
    assert {path.read_bytes() for path in (tmp_path / "work" / "rows").iterdir()} == {UPLOADED}


@pytest.mark.parametrize("options", OPTIONS)
def test_run_whose_uploads_fail_one_after_the_other_comes_to_the_same_end(
    pages: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    score([pages], tmp_path / "local", **options)
    put = fsspec.get_filesystem_class("memory").put_file
    messages = []
    for good in count():
        calls = count()

        def put_some(*arguments: Any, good: int = good, calls: Iterator[int] = calls) -> None:
            if next(calls) == good:
                raise TimeoutError("the store does not answer")
            put(*arguments)

        with mock.patch(PUT, put_some):
            try:
                score([pages], tmp_path / "work", remote=URL, **options)
                break
            except MachineFault as fault:
                messages.append(str(fault))
        assert "summary.json" not in uploaded()
    assert len(messages) > 3
    assert messages[0].startswith(f"{URL}/manifest.json: the store does not answer; mend this and run the same command")
    assert without_manifest(uploaded()) == without_manifest(files_of(tmp_path / "local"))


def test_run_with_an_index_continues_with_the_same_rows(pages: Path, tmp_path: Path) -> None:
    def clustering(name: str) -> dict[str, Any]:
        return SHARDED | {"clustering": ClusterOptions(index=str(tmp_path / f"{name}.sqlite"))}

    score([pages], tmp_path / "local", **clustering("local"))
    put, calls = fsspec.get_filesystem_class("memory").put_file, count()

    def put_three(*arguments: Any) -> None:
        if next(calls) == 3:
            raise TimeoutError
        put(*arguments)

    with mock.patch(PUT, put_three), pytest.raises(MachineFault, match=f"{URL}/rows/part-0000002.jsonl: TimeoutError"):
        score([pages], tmp_path / "work", remote=URL, **clustering("remote"))
    score([pages], tmp_path / "work", remote=URL, **clustering("remote"))
    assert without_manifest(uploaded()) == without_manifest(files_of(tmp_path / "local"))


def test_rows_are_uploaded_while_others_are_scored_and_the_summary_last(pages: Path, tmp_path: Path) -> None:
    work, names, scored = tmp_path / "work", [], []
    put = fsspec.get_filesystem_class("memory").put_file

    def record(system: Any, source: str, target: str) -> None:
        names.append(target.removeprefix("/bucket/out/"))
        scored.append(len(list((work / "rows").glob("part-*"))))
        put(system, source, target)

    with mock.patch(PUT, record):
        summary = score([pages], work, remote=URL, **SHARDED)
    rows = [f"rows/part-{number:07}.jsonl" for number in range(summary["shards"])]
    assert names == ["manifest.json", *rows, "errors.jsonl", "summary.json"]
    assert scored[: len(rows)] == list(range(len(rows)))


def test_finished_run_is_not_run_again(pages: Path, tmp_path: Path) -> None:
    first = score([pages], tmp_path / "work", remote=URL, **SHARDED)
    before = uploaded()
    err = io.StringIO()
    with mock.patch("copydesk.service.score.run._Run.complete", side_effect=AssertionError):
        assert score([pages], tmp_path / "work", remote=URL, err=err, **SHARDED) == first
    assert uploaded() == before
    assert err.getvalue().startswith(f"copydesk: already complete: {URL}; its summary:\n")


def test_output_of_another_run_is_not_mixed_with_this_one(pages: Path, tmp_path: Path) -> None:
    fsspec.filesystem("memory").pipe_file("/bucket/out/rows/part-0000009.jsonl", b"{}\n")
    with pytest.raises(UnusableWork, match=f"{URL} is not empty, and .* has no run to continue"):
        score([pages], tmp_path / "work", remote=URL, **SHARDED)
    assert not (tmp_path / "work").exists()
    score([pages], tmp_path / "work", remote="memory://bucket/other", **SHARDED)
    with pytest.raises(UnusableWork, match=r"--output was 'memory://bucket/other', is 'memory://bucket/out'"):
        score([pages], tmp_path / "work", remote=URL, **SHARDED)


def test_rows_that_were_removed_from_the_output_are_noticed(pages: Path, tmp_path: Path) -> None:
    score([pages], tmp_path / "work", remote=URL, **SHARDED)
    system = fsspec.filesystem("memory")
    for name in ("summary.json", "rows/part-0000001.jsonl"):
        system.rm_file(f"/bucket/out/{name}")
    with pytest.raises(UnusableWork, match=r"has lost 1 of \d row files, such as part-0000001.jsonl; remove"):
        score([pages], tmp_path / "work", remote=URL, **SHARDED)
    assert "summary.json" not in uploaded()


def test_password_of_a_url_is_left_out() -> None:
    assert without_password("ftp://me:secret@host.example/out") == "ftp://host.example/out"
    assert without_password("ftp://me:sec@ret@host.example/out") == "ftp://host.example/out"
    assert without_password("ftp://me:sec/r@et@host.example:21/out") == "ftp://host.example:21/out"
    for url in ("s3://bucket/a@b", "ftp://host.example:21/a@b", "ftp://[::1]/a@b"):
        assert without_password(url) == url


def test_work_folder_depends_on_the_url_alone(tmp_path: Path) -> None:
    with mock.patch("tempfile.gettempdir", return_value=str(tmp_path)):
        assert default_work_folder(URL) == default_work_folder(URL) != default_work_folder(URL + "2")


@pytest.mark.slow
def test_command_uploads_to_a_url(run_command: RunCommand, tmp_path: Path) -> None:
    page, output = ROOT / "tests" / "pages" / "sample.html", tmp_path / "far" / "out"
    arguments = [page, "--output", output.as_uri(), "--work-dir", tmp_path / "work", "--workers", "1"]
    for _ in range(2):
        assert run_command("score", *arguments).returncode == 0
        assert sorted(files_of(output)) == [
            "errors.jsonl",
            "manifest.json",
            "rows/part-0000000.parquet",
            "summary.json",
        ]
