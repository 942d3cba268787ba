"""Tests of `copydesk dedup`: clusters, matches from both sides, what is kept, bad rows, and laws over order."""

from __future__ import annotations

import json
import os
import random
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates import Document, Overlap, deduplicate
from copydesk.classifier.duplicates.types import DEFAULT_KEYS
from copydesk.service import cli
from copydesk.service.dedup.sign_chunks import SignOptions, sign_rows
from copydesk.service.dedup.work_folder import ChunkFolder
from copydesk.service.rows.jsonl import Line
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

Answer = dict[str, Any]


def story(number: int, words: int = 120) -> str:
    return " ".join(f"w{n}" for n in range(10_000 * number, 10_000 * number + words))


def row(name: object, body: str, **fields: object) -> Answer:
    return {"id": name, "body": body, **fields}


def dedup(folder: Path, rows: list[Answer], *options: str, status: int = 0) -> list[Answer]:
    """Run the command in this process; gives its answers."""
    given_rows, output = folder / "rows.jsonl", folder / "answers.jsonl"
    given_rows.write_text("".join(json.dumps(fields) + "\n" for fields in rows))
    assert cli.main(["dedup", str(given_rows), "--output", str(output), "--workers", "1", *options]) == status
    assert sorted(path.name for path in folder.iterdir()) == ["answers.jsonl", "rows.jsonl"]
    return [json.loads(line) for line in output.read_text().splitlines()]


def by_id(answers: list[Answer]) -> dict[object, Answer]:
    return {answer["id"]: answer for answer in answers}


def test_output_that_is_a_link_is_written_where_it_leads(tmp_path: Path) -> None:
    rows, target, link = tmp_path / "rows.jsonl", tmp_path / "target.jsonl", tmp_path / "link.jsonl"
    rows.write_text(json.dumps(row("a", story(1))) + "\n")
    link.symlink_to(target.name)
    for _ in range(2):
        assert cli.main(["dedup", str(rows), "--output", str(link), "--workers", "1"]) == 0
        assert link.is_symlink()
        assert json.loads(target.read_text())["id"] == "a"


def test_empty_id_is_refused(tmp_path: Path) -> None:
    (found,) = dedup(tmp_path, [row("", story(1))], status=1)
    assert (found["error"]["code"], "the id is empty" in found["error"]["message"]) == ("no_id", True)


def test_documents_are_answered_in_input_order_with_cluster_and_matches(tmp_path: Path) -> None:
    copy = story(1).replace("w10007 ", "w5 ")
    found = dedup(tmp_path, [row("b", story(1)), row("x", story(2)), row("a", copy), row(7, "two words")])
    shares = {"similarity": 0.9504, "contains": 0.9746, "contained": 0.9746}
    assert found == [
        {
            "id": "b",
            "cluster": "a",
            "keep": True,
            "kept_because": "longest",
            "matches": [{"id": "a", "relation": "near_duplicate"} | shares],
        },
        {"id": "x", "cluster": "x", "keep": True, "kept_because": "only_one", "matches": []},
        {
            "id": "a",
            "cluster": "a",
            "keep": False,
            "kept_because": None,
            "matches": [{"id": "b", "relation": "near_duplicate"} | shares],
        },
        {"id": 7, "cluster": 7, "keep": True, "kept_because": "only_one", "matches": []},
    ]


def test_documents_without_a_body_are_named_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = dedup(tmp_path, [row("empty", ""), row("x", story(2)), row("blank", "<p></p>")])
    assert [(answer["id"], answer["kept_because"]) for answer in found] == [
        ("empty", "no_body"),
        ("x", "only_one"),
        ("blank", "no_body"),
    ]
    assert "copydesk: 2 of 3 documents have no body and cannot be compared\n" in capsys.readouterr().err
    dedup(tmp_path, [row("x", story(2))])
    assert "no body" not in capsys.readouterr().err


def test_digest_contains_and_its_stories_are_contained(tmp_path: Path) -> None:
    found = by_id(dedup(tmp_path, [row("m", f"{story(1)} {story(2)}"), row("a", story(1)), row("z", story(2))]))
    (from_story,) = found["a"]["matches"]
    assert (from_story["id"], from_story["relation"]) == ("m", "contained")
    assert (from_story["contains"], from_story["contained"]) == (0.4958, 1.0)
    assert [(match["id"], match["relation"]) for match in found["m"]["matches"]] == [
        ("a", "contains"),
        ("z", "contains"),
    ]
    assert [(match["contains"], match["contained"]) for match in found["m"]["matches"]] == [(1.0, 0.4958)] * 2
    assert {answer["cluster"] for answer in found.values()} == {"m", "a", "z"}


def test_same_words_are_identical_from_both_sides(tmp_path: Path) -> None:
    found = dedup(tmp_path, [row("b", story(1)), row("a", story(1).upper())])
    assert [answer["matches"][0]["relation"] for answer in found] == ["identical", "identical"]


def test_earliest_is_kept_unless_a_source_is_preferred(tmp_path: Path) -> None:
    rows = [
        row("a", story(1), published="2024-05-02"),
        row("b", story(1, 110), published="2024-05-01T23:00:00Z", source="Herald"),
        row("c", story(1, 100), source="Wire"),
        row("d", story(1, 115), published="2024-05-01T22:00:00-05:00", source="Wire"),
    ]

    def kept(*options: str) -> list[object]:
        return [answer["id"] for answer in dedup(tmp_path, rows, *options) if answer["keep"]]

    assert kept() == ["b"]
    assert kept("--prefer", "Wire") == ["d"]
    assert kept("--prefer", "Post", "Herald", "Wire") == ["b"]
    assert kept("--prefer", "Post") == ["b"]


def test_preferred_source_that_no_document_has_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row("a", story(1), source="gazette"), row("b", story(1), source="mail")]
    for sources, said in [
        (["gazette"], ""),
        (["GAZETTE", "mail"], "copydesk: no document has the source 'GAZETTE'\n"),
        (["x", "gazette", "y"], "copydesk: no document has the source 'x' or 'y'\n"),
        (["mail,gazette"], "copydesk: no document has the source 'mail,gazette'; separate sources by spaces\n"),
        (list("123456789"), "'7' or '8' …\n"),
    ]:
        dedup(tmp_path, rows, "--prefer", *sources)
        lines = [line for line in capsys.readouterr().err.splitlines(keepends=True) if "the source" in line]
        assert "".join(lines).endswith(said)
        assert bool(lines) == bool(said)


def test_ids_come_back_as_they_were_given(tmp_path: Path) -> None:
    ids = [9007199254740993, -1, 10**30, 1.5, "007", "1e2", "ça va/é"]
    found = dedup(tmp_path, [row(name, story(1)) for name in ids])
    assert [answer["id"] for answer in found] == ids
    assert {answer["cluster"] for answer in found} == {-1}
    for answer in found:
        expected = sorted((name for name in ids if name != answer["id"]), key=str)
        assert json.dumps([match["id"] for match in answer["matches"]]) == json.dumps(expected)


def test_correction_or_full_report_is_kept_if_the_rule_says_so(tmp_path: Path) -> None:
    """A toll is corrected, and a flash becomes a report, as in newsrooms."""
    toll = [row(f"v{n}", story(1).replace("w10033 ", f"{n} "), published=f"2025-06-01T2{n}:00:00Z") for n in (1, 2)]
    takes = [row("take", story(2, 45), published="2025-02-04"), row("full", story(2, 218), published="2025-02-05")]

    def kept(*options: str) -> list[tuple[object, object]]:
        answers = dedup(tmp_path, [*toll, *takes], *options)
        return [(answer["id"], answer["kept_because"]) for answer in answers if answer["keep"]]

    assert kept() == [("v1", "earliest"), ("take", "earliest")]
    assert kept("--keep", "latest") == [("v2", "latest"), ("full", "latest")]
    assert kept("--keep", "longest") == [("v1", "earliest"), ("full", "longest")]


def test_limits_of_the_user_part_what_is_less_alike(tmp_path: Path) -> None:
    rows = [row("take", story(2, 45)), row("full", story(2, 218)), row("copy", story(2, 210))]

    def clusters(*options: str) -> list[object]:
        return [answer["cluster"] for answer in dedup(tmp_path, rows, *options)]

    assert clusters() == ["copy", "copy", "copy"]
    assert clusters("--min-similarity", "0.8") == ["take", "copy", "copy"]
    assert clusters("--min-similarity", "0.98") == ["take", "full", "copy"]
    assert clusters("--min-contained", "1") == ["copy", "copy", "copy"]


def test_bad_rows_are_answered_in_their_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row("a", story(1)), {"body": "x"}, row("b", story(1)), {"id": "c", "body": 5}, row("d", story(2))]
    found = dedup(tmp_path, rows, status=1)
    assert [answer.get("error", {}).get("code") for answer in found] == [None, "no_id", None, "bad_row", None]
    assert (found[1]["id"], found[1]["line"], found[3]["id"]) == (None, 2, "c")
    assert [match["id"] for match in found[2]["matches"]] == ["a"]
    assert capsys.readouterr().err.splitlines() == [
        "copydesk: 3 documents, 2 clusters, 1 duplicate",
        "copydesk: 2 of 5 rows could not be used; the first error of each code:",
        "copydesk: no_id: line 2: no id, expected one, as matches name documents by it; give every row its own id",
        "copydesk: bad_row: line 4: body is a number, expected a string",
    ]


def test_times_in_every_form_are_compared_and_a_bad_one_costs_no_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    times = ["2024-05-02", 1714552200, "Wed, 01 May 2024 07:30:00 GMT", "yesterday", "", None, ["2024-05-01"]]
    rows = [row(f"d{number}", story(1), published=time) for number, time in enumerate(times)]
    found = dedup(tmp_path, rows)
    assert [answer["id"] for answer in found if answer["keep"]] == ["d2"]
    assert len(found) == len(rows)
    assert capsys.readouterr().err == (
        'copydesk: published could not be used in 2 rows (first: "yesterday" in the row d3) and counts as unknown; '
        "expected a time in ISO 8601 or RFC 822 (as in RSS), or in seconds or milliseconds since 1970\n"
        "copydesk: 7 documents, 1 cluster, 6 duplicates\n"
    )


def test_of_one_id_the_document_that_the_rule_keeps_counts_and_the_others_say_so(tmp_path: Path) -> None:
    rows = [row(1, story(1, 100)), row("x", story(1)), row("1", story(1)), row("1", story(2), published="2024-01-01")]
    found = dedup(tmp_path, rows, status=1)
    assert [answer.get("error", {}).get("code") for answer in found] == ["repeated_id", None, "repeated_id", None]
    assert found[0]["error"]["message"] == (
        "line 1: id 1 stands on line 4 too, which was kept; give every row its own id"
    )
    assert found[1]["matches"] == []


def test_line_of_a_repeated_id_is_of_one_of_the_inputs_if_there_are_several(tmp_path: Path) -> None:
    inputs, output = [tmp_path / name for name in ("a.jsonl", "b.jsonl")], tmp_path / "answers.jsonl"
    for path in inputs:
        path.write_text(json.dumps(row("x", story(1))) + "\n")
    assert cli.main(["dedup", *map(str, inputs), "--output", str(output), "--workers", "1"]) == 1
    (message,) = (found["error"]["message"] for line in output.open() if "error" in (found := json.loads(line)))
    assert message == (
        "line 1: id 'x' stands on another row (line 1 of one of the 2 inputs) too, which was kept; "
        "give every row its own id"
    )


def mixed_rows() -> list[Answer]:
    rows = [row(f"story{n}", story(n), published=f"2024-05-0{n + 1}") for n in range(6)]
    rows += [row(f"copy{n}", story(n).replace("7", "8"), source="Herald") for n in range(3)]
    rows += [row("digest", " ".join(story(n) for n in range(5))), row("short", "two words"), row("again", "Two words!")]
    return [*rows, row("none", ""), row("story1", story(9)), row("story1", story(1)), {"id": "bad", "body": 5}]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_answer_does_not_depend_on_the_order_of_the_rows(seed: int) -> None:
    rows = mixed_rows()
    random.Random(seed).shuffle(rows)
    answers = []
    for given_rows in (mixed_rows(), rows):
        with tempfile.TemporaryDirectory() as folder:
            answers.append(dedup(Path(folder), given_rows, "--prefer", "Herald", status=1))
    plain, shuffled = ([answer for answer in found if "error" not in answer] for found in answers)
    assert by_id(plain) == by_id(shuffled)
    assert [answer["id"] for answer in answers[1]] == [fields["id"] for fields in rows]
    codes = [sorted((str(a["id"]), a["error"]["code"]) for a in found if "error" in a) for found in answers]
    assert codes[0] == codes[1] == [("bad", "bad_row"), ("story1", "repeated_id"), ("story1", "repeated_id")]


def test_answers_are_those_of_deduplicate(tmp_path: Path) -> None:
    rows = [fields | {"id": f"d{number}"} for number, fields in enumerate(mixed_rows()[:-1])]
    times = [datetime.fromisoformat(fields.get("published", "2025-01-01") + "T00:00Z").timestamp() for fields in rows]
    report = deduplicate(Document(row["id"], row["body"], time) for row, time in zip(rows, times, strict=True))
    answers = dedup(tmp_path, rows)
    clusters: dict[str, list[str]] = {}
    for answer in answers:
        clusters.setdefault(answer["cluster"], []).append(answer["id"])
    assert {cluster.id: list(cluster.members) for cluster in report.clusters} == {
        name: sorted(members) for name, members in clusters.items()
    }
    assert {cluster.keep for cluster in report.clusters} == {answer["id"] for answer in answers if answer["keep"]}
    assert [
        (name, {"id": match.id, "relation": match.relation.value, **shares_of(match.overlap)})
        for name, match in report.matches
    ] == sorted(
        ((answer["id"], match) for answer in answers for match in answer["matches"] if answer["id"] < match["id"]),
        key=lambda pair: (pair[0], pair[1]["id"]),
    )


def shares_of(overlap: Overlap) -> dict[str, float]:
    return {name: round(getattr(overlap, name), 4) for name in ("similarity", "contains", "contained")}


def test_empty_input_gives_an_empty_output(tmp_path: Path) -> None:
    assert dedup(tmp_path, []) == []


def test_files_of_pages_are_classified_first(tmp_path: Path, model: object) -> None:
    page = ROOT / "tests" / "pages" / "sample.html"
    other = tmp_path / "other.html"
    other.write_text(page.read_text(encoding="utf-8").replace("<body", "<body class='print'"), encoding="utf-8")
    output = tmp_path / "answers.jsonl"
    assert cli.main(["dedup", str(page), str(other), "--output", str(output)]) == 0
    first, second = (json.loads(line) for line in output.read_text().splitlines())
    assert [first["matches"][0]["id"], second["matches"][0]["id"]] == [str(other), str(page)]
    assert first["matches"][0]["relation"] == "identical"


def test_promise_that_can_be_kept_finds_more(tmp_path: Path) -> None:
    rows = [row("a", story(1)), row("b", story(1))]
    assert dedup(tmp_path, rows, "--found-at", "0.3", "--probability", "0.95")[0]["cluster"] == "a"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--found-at", "0.19", "--probability", "0.9"], "--found-at is 0.19, expected at least 0.2: texts that are"),
        (["--found-at", "0.2", "--probability", "1"], "probability above 0 and below 1"),
        (["--found-at", "0.2", "--probability", "0.9999999999999"], "cannot be found with probability"),
        (["--found-at", "1.5", "--probability", "0.5"], "similarity is 1.5 and probability 0.5"),
        (["--found-at", "0.5"], "--found-at and --probability must be used together"),
        (["--probability", "0.5"], "--found-at and --probability must be used together"),
        (["--workers", "0"], "--workers is 0, expected 1 to 256"),
        (["--workers", "257"], "--workers is 257, expected 1 to 256"),
        (["--output", "."], "which is a folder; name a file"),
        (["--output", "no/such/file"], "in a folder that cannot be written to; name another"),
        (["--output", "rows.jsonl"], "which is an input too; name another file"),
        (["--model", "nowhere"], "which is not a folder"),
        (["--min-similarity", "1.1"], "--min-similarity is 1.1, expected a share from 0 to 1"),
        (["--min-contained", "nan"], "--min-contained is nan, expected a share from 0 to 1"),
    ],
)
def test_wrong_usage_exits_with_2_and_leaves_nothing(
    options: list[str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rows.jsonl").write_text('{"id": "a", "body": "x"}\n')
    assert cli.main(["dedup", "rows.jsonl", "--output", "out.jsonl", *options]) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


def test_results_are_written_to_standard_output_and_pipes_which_are_not_replaced(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    rows, pipe = tmp_path / "rows.jsonl", tmp_path / "pipe"
    rows.write_text('{"id": "a", "body": "x"}\n')
    assert cli.main(["dedup", str(rows), "--output", "-"]) == 0
    answer = b'{"id":"a","cluster":"a","keep":true,"kept_because":"only_one","matches":[]}\n'
    assert capfdbinary.readouterr().out == answer
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(pipe.read_bytes)
        assert cli.main(["dedup", str(rows), "--output", str(pipe)]) == 0
        assert read.result() == answer
    assert pipe.is_fifo()
    assert cli.main(["dedup", str(rows), "--output", os.devnull]) == 0
    assert Path(os.devnull).is_char_device()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pipe", "rows.jsonl"]


def test_output_is_untouched_where_the_run_cannot_begin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rows.jsonl").write_text('{"id": "a", "body": "x"}\n')
    output = tmp_path / "out.jsonl"
    output.write_text("earlier")
    (tmp_path / "out.jsonl.work").mkdir()
    (tmp_path / "out.jsonl.work" / "letters").write_text("mine")
    assert cli.main(["dedup", str(tmp_path / "rows.jsonl"), "--output", str(output)]) == 2
    assert output.read_text() == "earlier"
    assert "is not a work folder of copydesk dedup" in capsys.readouterr().err


def test_chunks_end_at_their_rows_or_bytes(tmp_path: Path) -> None:
    lines = [Line(n, b'{"id": %d, "body": "%s"}' % (n, b"x" * 1_000_000)) for n in range(12)]
    signing = SignOptions(ChunkFolder(tmp_path), None, 10**7, DEFAULT_KEYS)
    assert list(sign_rows(lines, signing, workers=1)) == [9, 3]
    assert list(sign_rows(lines, signing, workers=1)) == [9, 3]
    few = [Line(n, b"{}") for n in range(4097)]
    (tmp_path / "few").mkdir()
    assert list(sign_rows(few, SignOptions(ChunkFolder(tmp_path / "few"), None, 10**7, DEFAULT_KEYS), workers=1)) == [
        4096,
        1,
    ]
