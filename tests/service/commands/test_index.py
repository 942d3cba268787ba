"""The command `copydesk index` as people call it: rows in, answers out, exit statuses, settings."""

from __future__ import annotations

import gzip
import json
import re
import resource
import signal
import subprocess
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from copydesk.service import cli
from copydesk.service.rows.times import ISO_TIME
from copydesk.service.settings import INDEX, read_settings
from tests.conftest import COMMAND, ROOT, Process, RunCommand
from tests.support.index_places import PASSWORD, Server, window

pytestmark = pytest.mark.slow


def rows(*fields: dict[str, object]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in fields)


def answers(done: Process) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


THREE = rows(
    {"id": 1, "body": window(0), "published": "2026-01-02T00:00:00Z"},
    {"id": "b", "body": window(0), "published": "2026-01-01", "source": "agency"},
    {"id": "c", "body": window(1)},
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite"


def test_add_answers_each_row_and_check_adds_none(run_command: RunCommand, place: Path) -> None:
    added = run_command("index", "add", "--index", place, given=THREE)
    assert (added.returncode, added.stderr) == (0, b"")
    first, second, third = answers(added)
    assert first == {
        "id": 1,
        "cluster": 1,
        "keep": True,
        "kept_because": "only_one",
        "added": True,
        "seen": False,
        "unchanged": False,
        "matches": [],
    }
    assert (second["cluster"], second["keep"]) == (1, True)
    (match,) = second["matches"]
    assert match["ranges"] == [[0, len(window(0))]]
    assert {name: match[name] for name in list(match)[:5]} == {
        "id": 1,
        "relation": "identical",
        "similarity": 1.0,
        "contains": 1.0,
        "contained": 1.0,
    }
    assert third["matches"] == []
    asked = rows({"id": "new", "body": window(1)})
    assert answers(run_command("index", "check", "--index", place, given=asked))[0]["cluster"] == "c"
    (stats,) = answers(run_command("index", "stats", "--index", place))
    assert (stats["documents"], stats["clusters"]) == (3, 2)
    assert (stats["first_published"], stats["last_published"]) == ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    assert re.fullmatch(ISO_TIME, stats["first_added"])


def test_documents_without_a_body_are_named_and_counted(run_command: RunCommand, place: Path) -> None:
    given = rows({"id": "a", "body": ""}, {"id": "b", "body": window(0)}, {"body": ""})
    done = run_command("index", "add", "--index", place, "--batch", "1", given=given)
    assert [answer.get("kept_because") for answer in answers(done)] == ["no_body", "only_one", None]
    assert b"copydesk: 1 of 2 documents has no body and cannot be compared\n" in done.stderr
    done = run_command("index", "check", "--index", place, given=rows({"id": "a", "body": ""}, {"id": "c", "body": ""}))
    assert [answer["kept_because"] for answer in answers(done)] == ["no_body", "no_body"]
    assert b"copydesk: 2 of 2 documents have no body" in done.stderr
    done = run_command("index", "add", "--index", place, given=rows({"id": "d", "body": "!"}, {"id": "e", "body": "!"}))
    assert [answer["kept_because"] for answer in answers(done)] == ["no_body", "no_body"]


def test_bad_rows_are_answered_in_their_places(run_command: RunCommand, place: Path) -> None:
    given = rows(
        {"id": "a", "body": window(0)},
        {"body": window(0)},
        {"id": "x\0y", "body": window(0)},
        {"id": "t", "body": window(0), "published": "yesterday"},
        {"id": "b", "body": window(0)},
    )
    done = run_command("index", "add", "--index", place, "--batch", "2", given=given)
    assert done.returncode == 1
    assert b"2 of 5 rows could not be used; the first error of each code:\n" in done.stderr
    assert b"copydesk: bad_row: line 3: the id has a null character" in done.stderr
    found = answers(done)
    assert [row.get("error", {}).get("code") for row in found] == [None, "no_id", "bad_row", None, None]
    assert found[2]["error"]["message"].startswith("line 3: the id has a null character")
    assert b'published could not be used in 1 row (first: "yesterday" in the row t) and counts' in done.stderr
    assert [row["cluster"] for row in found[3:]] == ["a", "a"]


def test_page_is_classified_first(run_command: RunCommand, place: Path, sample_page: Path) -> None:
    (added,) = answers(run_command("index", "add", "--index", place, sample_page))
    assert (added["id"], added["added"]) == (str(sample_page), True)
    given = rows({"id": "again", "html": sample_page.read_text(encoding="utf-8")})
    (again,) = answers(run_command("index", "check", "--index", place, given=given))
    assert [match["relation"] for match in again["matches"]] == ["identical"]


def test_export_moves_an_index_and_remove_and_expire_empty_it(
    run_command: RunCommand, place: Path, tmp_path: Path
) -> None:
    run_command("index", "add", "--index", place, given=THREE)
    exported = run_command("index", "export", "--index", place).stdout
    packed = tmp_path / "export.jsonl.gz"
    packed.write_bytes(gzip.compress(exported))
    other = tmp_path / "other.sqlite"
    assert answers(run_command("index", "import", "--index", other, packed)) == [{"imported": 3}]
    assert run_command("index", "export", "--index", other).stdout == exported
    refused = run_command("index", "import", "--index", other, packed)
    assert refused.returncode == 2
    assert b"has documents already" in refused.stderr
    before = run_command("index", "expire", "--index", other, "--before", "2026-01-01T12:00:00Z")
    assert answers(before) == [{"expired": 1}]
    assert answers(run_command("index", "remove", "--index", other, "--id", "1", "--id", "none")) == [{"removed": 1}]
    gone = run_command("index", "remove", "--index", other, given=rows({"id": "c"}, {"no": "id"}))
    assert (gone.returncode, answers(gone)[-1]) == (1, {"removed": 1})
    unknown = run_command("index", "remove", "--index", other, "--id", "1", "--id", "none")
    assert (unknown.returncode, answers(unknown)) == (1, [{"removed": 0}])
    assert b"not in the index: 2 of 2 ids" in unknown.stderr
    assert run_command("index", "compact", "--index", other).returncode == 0


@pytest.mark.parametrize("packed", [False, True])
def test_export_that_was_cut_at_a_line_end_is_not_imported(
    run_command: RunCommand, place: Path, tmp_path: Path, packed: bool
) -> None:
    run_command("index", "add", "--index", place, given=THREE)
    *whole, _last = run_command("index", "export", "--index", place).stdout.splitlines(keepends=True)
    export = tmp_path / "export"
    export.write_bytes(gzip.compress(b"".join(whole[:-1])) if packed else b"".join(whole[:-1]))
    other = tmp_path / "other.sqlite"
    refused = run_command("index", "import", "--index", other, export)
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert b"the export ends after 2 documents without its last line" in refused.stderr
    assert not list(tmp_path.glob("other.sqlite*"))
    assert run_command("index", "import", "--index", place, export).returncode == 2
    assert answers(run_command("index", "stats", "--index", place))[0]["documents"] == 3


def test_interrupted_import_leaves_no_new_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copydesk.service.index.Index.import_lines", Mock(side_effect=KeyboardInterrupt))
    assert cli.main(["index", "import", "--index", str(place), "README.md"]) == 130
    assert not list(place.parent.glob(f"{place.name}*"))


def test_index_of_the_environment_is_taken(run_command: RunCommand, place: Path) -> None:
    run_command("index", "add", given=THREE, COPYDESK_INDEX=str(place))
    assert place.exists()
    assert read_settings({}).index == INDEX


def test_ids_come_back_as_they_were_given(run_command: RunCommand, place: Path) -> None:
    """Numbers to the digit, strings to the character; 1 and "1" are one document."""
    ids = [9007199254740993, -1, 10**30, 1.5, "007", "1e2", "ça va/é", " lead"]
    given = rows(*({"id": id, "body": window(0)} for id in ids))
    found = answers(run_command("index", "add", "--index", place, given=given))
    assert [answer["id"] for answer in found] == ids
    assert {json.dumps(answer["cluster"]) for answer in found} == {"9007199254740993"}
    by_text = sorted(ids[:-1], key=str)
    assert [match["id"] for match in found[-1]["matches"]] == by_text
    assert [type(match["id"]) for match in found[-1]["matches"]] == [type(id) for id in by_text]
    again = answers(run_command("index", "add", "--index", place, given=rows({"id": "-1", "body": window(0)})))
    assert (again[0]["id"], again[0]["cluster"], len(again[0]["matches"])) == ("-1", 9007199254740993, len(ids) - 1)
    removed = run_command("index", "remove", "--index", place, given=rows({"id": "9007199254740993"}, {"id": 1.5}))
    assert answers(removed) == [{"removed": 2}]
    (check,) = answers(run_command("index", "check", "--index", place, given=rows({"id": "x", "body": window(0)})))
    assert check["cluster"] == -1


def test_sources_are_preferred_and_seen_stories_left_out(run_command: RunCommand, place: Path) -> None:
    added = answers(run_command("index", "add", "--index", place, "--unseen", given=THREE))
    assert [row["added"] for row in added] == [True, False, True]
    for arguments in (["add"], ["add", "--unseen"], ["check"]):
        (again,) = answers(run_command("index", *arguments, "--index", place, given=THREE.splitlines(keepends=True)[0]))
        assert (again.get("added", False), again["seen"], again["unchanged"]) == (False, False, True)
    asked = rows({"id": "new", "body": window(0), "source": "agency"})
    plain = run_command("index", "check", "--index", place, given=asked)
    preferred = run_command("index", "check", "--index", place, "--prefer", "agency", "--index", place, given=asked)
    assert [answers(done)[0]["keep"] for done in (plain, preferred)] == [False, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "--index", "nowhere.sqlite", "-"], b"does not contain an index; add documents"),
        (["add", "--batch", "0", "-"], b"--batch is 0, expected 1 to"),
        (["add", "--index", "mysql://someone:opensesame@host/x", "-"], b"names mysql, expected a file's path"),
        (["expire", "--before", "soon"], b"--before is 'soon', expected a time in ISO 8601"),
        (["expire", "--days", "-1"], b"--days is -1.0, expected"),
        (["expire"], b"one of the arguments --days --before is required"),
        (["search", " ", ""], b"the words to search for are blank, expected words of a title"),
        (["add", "gone.jsonl"], b"'gone.jsonl' cannot be read"),
    ],
)
def test_wrong_usage_is_refused(run_command: RunCommand, arguments: list[str], message: bytes) -> None:
    done = run_command("index", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert PASSWORD.encode() not in done.stderr
    assert done.stdout == b""


def test_server_s_password_is_never_shown(run_command: RunCommand, postgres: Server) -> None:
    place = postgres.new_database("command")
    first = run_command("index", "add", "--index", place, given=THREE)
    assert first.returncode == 0
    unknown = run_command("index", "stats", "--index", postgres.url("unknown"))
    assert unknown.returncode == 2
    assert b"does not exist; check that the server runs, and the host, port" in unknown.stderr
    assert PASSWORD.encode() not in first.stderr + unknown.stderr


@pytest.mark.parametrize("arguments", [("index", "stats"), ("score", "pages.csv", "--output", "out")])
def test_empty_name_of_an_index_is_refused(run_command: RunCommand, arguments: tuple[str, ...]) -> None:
    refused = run_command(*arguments, "--index", "")
    assert refused.returncode == 2
    assert b"--index is empty, expected a file or a postgresql:// URL" in refused.stderr


def test_unknown_rule_is_refused_in_the_words_of_the_command_line(run_command: RunCommand) -> None:
    refused = run_command("index", "check", "--keep", "newest")
    assert refused.returncode == 2
    assert b"'earliest', 'latest', 'longest'" in refused.stderr
    assert b"Keep." not in refused.stderr


@pytest.mark.attack
def test_full_disk_ends_the_command_with_status_1(place: Path) -> None:
    def lower() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    given = rows(*({"id": n, "body": f"{n} {'pool ' * 40} {n} {'river ' * 40} {n * n}"} for n in range(5000)))
    command = [*COMMAND, "index", "add", "--index", str(place)]
    done = subprocess.run(command, input=given, capture_output=True, cwd=ROOT, preexec_fn=lower, check=False)
    assert done.returncode == 1
    assert b"check that it exists, is writable and has free space" in done.stderr
    assert b"Traceback" not in done.stderr
