"""Tests of the local engine: workers that crash, hang or fail, runs that are continued, clusters, and the command."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow.parquet as pq
import pytest

from copydesk.classifier import Article, Model, Page, classify
from copydesk.service import cli
from copydesk.service.atomic_files import write_atomically
from copydesk.service.dedup import StoppedWork, UnusableWork
from copydesk.service.rows.contract import LabelledPage
from copydesk.service.rows.jsonl import PageRow, encode_row
from copydesk.service.score import output
from copydesk.service.score.options import ClusterOptions, ColumnNames, OutputFormat, ScoreOptions
from copydesk.service.score.sources import BadInput
from tests.conftest import LIMIT_SECONDS, ROOT, RunCommand
from tests.service.dedup.test_processes import wait_until, workers_of
from tests.support.score_inputs import stories, write_jsonl
from tests.support.score_runs import files_of, in_this_process, score, score_or_end, start

pytestmark = pytest.mark.slow

SHARD_BYTES = 8000
N_STORIES = 60


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Path:
    """Stories, some of them twice, a row without a page, a repeated id and a broken line."""
    path = tmp_path_factory.mktemp("pages") / "pages.jsonl"
    rows = stories(N_STORIES)
    copies = [row | {"id": f"copy-{row['id']}", "source": "copier"} for row in rows[10:20]]
    write_jsonl(path, [*rows, {"id": "none"}, *copies, {"id": "s003", "text": "The same id again, in other words."}])
    with path.open("a") as out:
        out.write('{"half": \n')
    return path


@pytest.fixture(scope="module")
def undisturbed(pages: Path) -> dict[str, bytes]:
    """The files of a run that nothing stopped and that needs no workers."""
    folder = pages.with_name("undisturbed")
    with in_this_process():
        score([pages], folder, shard_bytes=SHARD_BYTES, clustering=ClusterOptions(dedup=True))
    return files_of(folder)


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((folder / "rows").iterdir()) for row in pq.read_table(path).to_pylist()]


def errors_of(folder: Path) -> list[tuple[str, str]]:
    lines = map(json.loads, (folder / "errors.jsonl").read_text().splitlines())
    return [(line["id"], line["code"]) for line in lines]


def arguments(pages: Path, folder: Path, workers: int) -> list[str]:
    size = str(SHARD_BYTES / 1024 / 1024)
    return [str(pages), "--output", str(folder), "--workers", str(workers), "--shard-mb", size, "--dedup"]


def test_rows_are_the_answers_of_classify(pages: Path, undisturbed: dict[str, bytes], model: Model) -> None:
    rows = rows_of(pages.with_name("undisturbed"))
    assert [row["id"] for row in rows[:N_STORIES]] == [f"s{k:03}" for k in range(N_STORIES)]
    lines = pages.read_text().splitlines()[:N_STORIES]
    for row, fields in zip(rows[:N_STORIES], map(json.loads, lines), strict=True):
        page = Page(fields["id"], html=fields["html"], url=fields["url"])
        (article,) = classify([page], model)
        assert isinstance(article, Article)
        expected = json.loads(encode_row(LabelledPage.of(PageRow(page.id, None, page), article)))
        found_in = {name: place for name, place in row["found_in"].items() if place is not None}
        own = {"published": row["published"]} if found_in.get("published") == "row" else {}
        assert own.get("published") == fields.get("published")
        expected |= own
        expected["found_in"] |= dict.fromkeys(own, "row")
        assert {name: row[name] for name in expected} | {"found_in": found_in} == expected
    assert pq.read_schema(pages.with_name("undisturbed") / "rows" / "part-0000000.parquet").metadata == {
        b"copydesk.model": model.digest.encode()
    }


def test_errors_say_where_rows_are_and_these_can_be_scored_again_alone(
    pages: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    before = pages.with_name("undisturbed")
    assert sorted(code for _, code in errors_of(before)) == ["bad_json", "bad_row", "repeated_id"]
    again = tmp_path / "again"
    with in_this_process():
        summary = score([pages], again, only=before / "errors.jsonl")
    assert summary["errors"] == {"bad_json": 1, "bad_row": 1}
    assert [row["id"] for row in rows_of(again)] == ["s003"]
    changed = tmp_path / pages.name
    changed.write_bytes(b"\n" + pages.read_bytes().replace(b'"none"', b'"nobody"'))
    errors = tmp_path / "errors.jsonl"
    errors.write_text((before / "errors.jsonl").read_text().replace(str(pages), str(changed)))
    with in_this_process(), pytest.raises(BadInput, match=r"2 of the 3 rows that .* lists are not in the inputs"):
        score([changed], tmp_path / "refused", only=errors)
    assert not (tmp_path / "refused" / "summary.json").exists()


@pytest.mark.attack
def test_run_continues_after_kills_of_itself_and_of_a_worker_and_writes_the_same_bytes(
    pages: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    with start(*arguments(pages, folder, 2)) as process:
        wait_for_shards(folder, random.Random(1).randrange(1, 4), process)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    n_done = len(list(folder.glob("_work/done-*")))
    assert n_done
    assert not (folder / "summary.json").exists()
    with start(*arguments(pages, folder, 1)) as process:
        wait_for_shards(folder, n_done + 1, process)
        for worker in workers_of(process.pid):
            os.kill(worker, signal.SIGKILL)
        said = process.communicate(timeout=LIMIT_SECONDS)[1].decode()
    assert process.returncode == 1
    assert "71 pages scored" in said
    assert files_of(folder) == undisturbed


@pytest.mark.attack
@pytest.mark.parametrize("at", ["errors.jsonl", "summary.json"])
def test_run_that_was_killed_at_its_end_leaves_no_unfinished_file(
    at: str, pages: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    options: dict[str, Any] = {"shard_bytes": SHARD_BYTES, "clustering": ClusterOptions(dedup=True)}

    def write_half(path: Path, write: Any) -> None:
        if path.name == at:
            path.with_name(f".aside-{path.name}.1").write_bytes(b"half of it")
            raise StoppedWork("killed")
        write_atomically(path, write)

    with in_this_process():
        with (
            mock.patch.object(output, "write_atomically", write_half),
            pytest.raises(StoppedWork, match="killed"),
        ):
            score([pages], folder, **options)
        score([pages], folder, **options)
    assert files_of(folder) == undisturbed


def wait_for_shards(folder: Path, n_shards: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until n shards are scored."""
    wait_until(lambda: len(list(folder.glob("_work/done-*"))) >= n_shards, process)


def test_errors_have_the_url_of_the_page_if_it_can_be_read(tmp_path: Path) -> None:
    url = "https://gazette.example/a"
    (page,) = stories(1)
    rows: list[dict[str, object]] = [
        {"url": url, "text": 5},
        {"url": 5, "text": "x"},
        page,
        page,
    ]
    write_jsonl(tmp_path / "pages.jsonl", rows)
    with in_this_process():
        score([tmp_path / "pages.jsonl"], tmp_path / "out", clustering=ClusterOptions(dedup=True))
    lines = map(json.loads, (tmp_path / "out" / "errors.jsonl").read_text().splitlines())
    assert [(row["code"], row["url"]) for row in lines] == [
        ("bad_row", url),
        ("bad_row", ""),
        ("repeated_id", page["url"]),
    ]


def test_page_with_the_id_of_another_is_scored_and_no_failure(tmp_path: Path) -> None:
    (page,) = stories(1)
    write_jsonl(tmp_path / "pages.jsonl", [page, page])
    with in_this_process():
        arguments = ["score", str(tmp_path / "pages.jsonl"), "--output", str(tmp_path / "out"), "--workers", "1"]
        assert cli.main([*arguments, "--dedup"]) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    assert (summary["rows"], summary["errors"]) == (2, {"repeated_id": 1})
    assert sorted(row["keep"] for row in rows_of(tmp_path / "out")) == [False, True]


def test_finished_run_is_not_repeated(pages: Path, undisturbed: dict[str, bytes]) -> None:
    folder = pages.with_name("undisturbed")
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    err = io.StringIO()
    summary = score([pages], folder, shard_bytes=SHARD_BYTES, clustering=ClusterOptions(dedup=True), err=err)
    assert summary["rows"] == N_STORIES + 11
    assert err.getvalue().startswith(f"copydesk: already complete: {folder}; its summary:\ncopydesk: ")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == times


def test_other_settings_are_refused_by_name(pages: Path, undisturbed: dict[str, bytes]) -> None:
    folder = pages.with_name("undisturbed")
    named = (
        r"""--format was 'parquet', is 'jsonl'; --id-column was 'id', is 'key'; --shard-mb was [0-9.]+, is 32\.0\. """
    )
    with pytest.raises(UnusableWork, match=f"with other settings: {named}.* or remove the folder"):
        score(
            [pages],
            folder,
            format=OutputFormat.JSONL,
            columns=ColumnNames(id="key"),
            clustering=ClusterOptions(dedup=True),
        )


def test_folder_of_others_is_refused(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(UnusableWork, match="holds files that are not of copydesk score"):
        score([pages], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_page_that_crashes_or_hangs_its_worker_becomes_an_error(tmp_path: Path, model: Model) -> None:
    rows = stories(8)
    rows[2]["html"] = "<p>END-THE-WORKER</p>"
    rows[5]["html"] = "<p>HANG-THE-WORKER</p>"
    path = tmp_path / "pages.jsonl"
    write_jsonl(path, rows)
    summary = score([path], tmp_path / "out", page_seconds=1.0, score=score_or_end)
    assert summary["errors"] == {"crashed": 1, "timed_out": 1}
    assert [row["id"] for row in rows_of(tmp_path / "out")] == [f"s{k:03}" for k in (0, 1, 3, 4, 6, 7)]
    crashed, hung = (json.loads(line) for line in (tmp_path / "out" / "errors.jsonl").read_text().splitlines())
    assert (crashed["id"], hung["id"]) == ("s002", "s005")
    assert crashed["message"].startswith("the process that scored the page ended with status 7, 2 times")
    assert hung["message"].startswith("the page took more than 1 seconds")


def test_failure_that_no_page_caused_stops_the_run_and_says_how_to_continue(tmp_path: Path, model: Model) -> None:
    path = tmp_path / "pages.jsonl"
    write_jsonl(path, [{"id": "a", "text": "FAIL-THE-WORKER"}])
    with pytest.raises(StoppedWork, match="a worker failed: RuntimeError: no page's fault; fix that and run"):
        score([path], tmp_path / "out", score=score_or_end)


def test_clusters_are_those_of_dedup(pages: Path, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    folder = pages.with_name("undisturbed")
    scored = {(row["id"], row["position"]): row for row in rows_of(folder)}
    bodies = tmp_path / "bodies.jsonl"
    bodies.write_text("".join(json.dumps({"id": row["id"], "body": row["body"]}) + "\n" for row in scored.values()))
    assert cli.main(["dedup", str(bodies), "--output", str(tmp_path / "answers"), "--workers", "1"]) == 1
    answers = list(map(json.loads, (tmp_path / "answers").read_text().splitlines()))
    expected = [(a["id"], a.get("cluster"), a.get("kept_because"), a.get("matches", [])) for a in answers]
    assert [(r["id"], r["cluster"], r["kept_because"], r["matches"]) for r in scored.values()] == expected
    assert [row["keep"] for row in scored.values()] == [row["kept_because"] is not None for row in scored.values()]
    assert sum(not row["keep"] for row in scored.values()) == 11


def test_index_gives_the_same_clusters_when_the_run_is_repeated(pages: Path, tmp_path: Path, model: Model) -> None:
    index = str(tmp_path / "index.sqlite")
    for name in ("first", "second"):
        with in_this_process():
            score([pages], tmp_path / name, shard_bytes=SHARD_BYTES, clustering=ClusterOptions(index=index))
    first, second = (rows_of(tmp_path / name) for name in ("first", "second"))
    counts = [json.loads((tmp_path / name / "summary.json").read_bytes())["index"] for name in ("first", "second")]
    assert counts[0] == {"kept": sum(row["keep"] for row in first), "seen": sum(bool(row["matches"]) for row in first)}
    assert counts[1]["seen"] == sum(bool(row["matches"]) for row in second)
    copies = [row for row in first if row["id"].startswith("copy-")]
    assert [row["cluster"] for row in copies] == [row["id"].removeprefix("copy-") for row in copies]
    assert [match["id"] for row in copies for match in row["matches"]] == [row["cluster"] for row in copies]
    assert [row["cluster"] for row in first] == [row["cluster"] for row in second]
    assert all(row["matches"] for row in second if row["id"] in {copy["cluster"] for copy in copies})


def test_duplicates_are_found_in_the_run_and_in_the_index_together(tmp_path: Path, model: Model) -> None:
    index, (old, new) = str(tmp_path / "index.sqlite"), (tmp_path / "old.jsonl", tmp_path / "new.jsonl")
    first, second = stories(2)
    write_jsonl(old, [first | {"id": "archive", "published": "2024-05-01"}])
    copies = [first | {"id": "c"}, second | {"id": "a"}, second | {"id": "b"}, first | {"id": "d"}]
    write_jsonl(new, [copy | {"published": f"2024-06-0{number + 1}"} for number, copy in enumerate(copies)])
    with in_this_process():
        score([old], tmp_path / "archived", clustering=ClusterOptions(index=index))
        score([new], tmp_path / "out", shard_bytes=1500, clustering=ClusterOptions(dedup=True, index=index))
    rows = rows_of(tmp_path / "out")
    found = [(row["id"], row["cluster"], row["keep"], [match["id"] for match in row["matches"]]) for row in rows]
    assert found == [
        ("c", "c", False, ["archive", "d"]),
        ("a", "a", True, ["b"]),
        ("b", "a", False, ["a"]),
        ("d", "c", False, ["archive", "c"]),
    ]


def test_command_refuses_impossible_options(run_command: RunCommand, tmp_path: Path) -> None:
    page = ROOT / "tests" / "pages" / "sample.html"
    for options, words in (
        (["-", "--output", tmp_path], b"- is among the inputs"),
        ([page, "--output", "-"], b"--output is -, expected a folder"),
        (
            [page, "--output", "https://a.example/out"],
            b"--output is 'https://a.example/out', but https:// is only read",
        ),
        ([page, "--output", "morse://out"], b"--output is 'morse://out', which fsspec cannot write to"),
        ([page, "--output", tmp_path, "--work-dir", tmp_path], b"--work-dir is for an output that is a URL"),
        ([page, "--output", "/dev/null"], b"--output is '/dev/null', which is no folder"),
        ([page, "--output", tmp_path, "--csv-delimiter", "ab"], b"--csv-delimiter is 'ab', expected one character"),
        ([page, "--output", tmp_path, "--csv-encoding", "morse"], b"--csv-encoding is 'morse', which is not known"),
        ([page, "--output", tmp_path, "--page-seconds", "0"], b"--page-seconds is 0.0, expected"),
        ([page, "--output", tmp_path, "--shard-mb", "0"], b"--shard-mb is 0.0, expected 0.001 to 4096"),
        (
            [page, "--output", tmp_path, "--min-confidence", "nan"],
            b"--min-confidence is nan, expected a number from 0 to 1",
        ),
        ([page, "--output", tmp_path, "--only", "none"], b"--only is 'none', which is not a file"),
        ([tmp_path / "none.html", "--output", tmp_path / "out"], b"none.html' does not exist"),
    ):
        process = run_command("score", *options)
        assert process.returncode == 2
        assert process.stderr.startswith(b"copydesk: ")
        assert words in process.stderr


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ColumnNames()),
        (["--html-column", "html"], ColumnNames(text=None)),
        (["--text-column", "words", "--id-column", "key"], ColumnNames(id="key", html=None, text="words")),
        (["--text-column", "text", "--html-column", "raw"], ColumnNames(html="raw")),
    ],
)
def test_column_of_the_page_that_is_named_alone_is_read_alone(
    given: list[str], expected: ColumnNames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>The pool opens in spring.")
    found: list[ColumnNames] = []

    def score_files(options: ScoreOptions, *_: object) -> dict[str, Any]:
        found.append(options.columns)
        return {"errors": {}}

    monkeypatch.setattr("copydesk.service.score.score_files", score_files)
    assert cli.main(["score", str(page), "--output", str(tmp_path / "out"), *given]) == 0
    assert found == [expected]


def test_one_column_for_html_and_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>The pool opens in spring.")
    columns = ["--html-column", "text", "--text-column", "text"]
    assert cli.main(["score", str(page), "--output", str(tmp_path / "out"), *columns]) == 2
    assert "--html-column and --text-column are both 'text', expected two columns" in capsys.readouterr().err


def test_command_line_loads_no_numeric_library() -> None:
    code = "import sys; from copydesk.service import cli; cli._parser()\n"
    code += "print({'pyarrow', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout == b"set()\n"
