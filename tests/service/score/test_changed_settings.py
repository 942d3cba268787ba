"""Tests of a run that is given again with other settings: it is refused by option, or begins anew without any row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from copydesk.service.dedup import StoppedWork, UnusableWork
from copydesk.service.score.changed_settings import describe_changes
from copydesk.service.score.options import ClusterOptions, ColumnNames, ScoreOptions
from copydesk.service.score.run import run_manifest
from copydesk.service.settings import Settings
from tests.support.score_inputs import stories, write_csv
from tests.support.score_runs import in_this_process, score

RIGHT = ColumnNames(html="content")


def table(folder: Path, n: int = 2) -> Path:
    """Write a table whose pages are in the column `content`."""
    path = folder / "many.csv"
    write_csv(path, [{"id": row["id"], "content": row["html"]} for row in stories(n)])
    return path


def rows_and_errors(summary: dict[str, Any]) -> tuple[int, int]:
    return summary["rows"], sum(summary["errors"].values())


def test_run_without_a_scored_row_begins_again_with_other_settings(tmp_path: Path) -> None:
    out, pages = tmp_path / "out", table(tmp_path)
    with in_this_process():
        assert rows_and_errors(score([pages], out, report=True)) == (0, 1)
        assert rows_and_errors(score([pages], out, columns=RIGHT)) == (2, 0)
    assert json.loads((out / "summary.json").read_bytes())["rows"] == 2
    assert (out / "errors.jsonl").read_bytes() == b""
    assert len(list((out / "rows").iterdir())) == 1
    assert not (out / "report.html").exists()
    assert json.loads((out / "manifest.json").read_bytes())["columns"]["html"] == "content"


def test_errors_of_such_a_run_can_be_scored_in_its_folder(tmp_path: Path) -> None:
    out, pages = tmp_path / "out", table(tmp_path)
    with in_this_process():
        score([pages], out)
        assert rows_and_errors(score([pages], out, columns=RIGHT, only=out / "errors.jsonl")) == (2, 0)


def test_unfinished_run_without_a_scored_row_begins_again(tmp_path: Path) -> None:
    def stopped(*others: Any, **options: Any) -> Any:
        raise StoppedWork("before the first row")

    out, pages = tmp_path / "out", table(tmp_path)
    with in_this_process():
        with pytest.raises(StoppedWork):
            score([pages], out, columns=RIGHT, score=stopped)
        assert rows_and_errors(score([pages], out, columns=RIGHT, blocks=False)) == (2, 0)


def test_run_with_a_scored_row_is_refused_and_kept(tmp_path: Path) -> None:
    out, pages = tmp_path / "out", table(tmp_path)
    with in_this_process():
        score([pages], out, columns=RIGHT)
        before = (out / "summary.json").read_bytes()
        with pytest.raises(UnusableWork, match=r"begun with other settings: --html-column was 'content', is 'html'\. "):
            score([pages], out)
    assert (out / "summary.json").read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"columns": ColumnNames(id="key", url="link")},
            ["--id-column was 'id', is 'key'", "--url-column was 'url', is 'link'"],
        ),
        ({"columns": ColumnNames(text=None)}, ["--text-column was 'text', is not read"]),
        ({"csv_delimiter": ";"}, ["--csv-delimiter was not given, is ';'"]),
        ({"blocks": False}, ["--no-blocks was not given, is given"]),
        ({"markdown": True}, ["--markdown was not given, is given"]),
        (
            {"clustering": ClusterOptions(index="postgresql:///seen?password=opensesame")},
            ["--index was not given, is 'postgresql:///seen'"],
        ),
        ({"remote": "s3://me:secret@bucket/out"}, ["--output was not given, is 's3://bucket/out'"]),
        ({"shard_bytes": 1024 * 1024}, ["--shard-mb was 32.0, is 1.0"]),
        ({"version": "2"}, ["the version of copydesk was '', is '2'"]),
        ({}, []),
    ],
)
def test_options_are_named(tmp_path: Path, changes: dict[str, Any], expected: list[str]) -> None:
    def manifest(**given: Any) -> dict[str, Any]:
        options = ScoreOptions(inputs=[str(table(tmp_path))], folder=tmp_path / "out", **given)
        found: dict[str, Any] = json.loads(json.dumps(run_manifest(options, Settings()))) | {"inputs": []}
        return found

    assert describe_changes(manifest(), manifest(**changes)) == expected


def test_digests_are_not_shown() -> None:
    before = {"model": "ab", "inputs": [{"digest": "ab"}], "only": None, "duplicates": {"min_contained": 0.0}}
    now = {"model": "cd", "inputs": [{"digest": "cd"}], "only": "ef", "duplicates": {"min_contained": 0.5}}
    assert describe_changes(before, now) == [
        "--model is another",
        "the inputs are others, or have changed",
        "--only was not given, is given",
        "--min-contained was 0.0, is 0.5",
    ]


def test_wanted_pages_are_named_by_their_options() -> None:
    before = {"wanted": {"only_articles": False, "min_confidence": 0.0}}
    now = {"wanted": {"only_articles": True, "min_confidence": 0.5}}
    assert describe_changes(before, now) == [
        "--only-articles was not given, is given",
        "--min-confidence was 0.0, is 0.5",
    ]
