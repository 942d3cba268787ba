"""Commands and service in places that are full, read-only or forbidden: they say so, and nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import httpx
import pytest

from copydesk.service import cli
from copydesk.service.api_keys import KeyFile, Scope
from copydesk.service.index import Document, open_index
from tests.attack.commands import WritingCommand, write_inputs, writing_commands
from tests.conftest import LIMIT_SECONDS, ROOT, clean_environment
from tests.support.index_places import assert_whole, window
from tests.support.mounted_disk import fill, forbid_writing, make_room
from tests.support.score_runs import in_this_process
from tests.support.server_process import RunningServer, run_server

pytestmark = [pytest.mark.attack, pytest.mark.slow]

COMMANDS = ("index add", "index import", "dedup", "classify", "score", "keys")
NOBODY = 65534
AS_NOBODY = f"""
import os, sys
from pathlib import Path
from tests.attack.commands import writing_commands
from tests.attack.test_places import run
name, inputs, own, folder = sys.argv[1], *map(Path, sys.argv[2:])
assert run(writing_commands(inputs, own)[name]) == 0  # imports everything, which the other user may not be able to read
os.setgid({NOBODY})
os.setuid({NOBODY})
sys.exit(run(writing_commands(inputs, folder)[name]))
"""
TEXT = "The pool beside the river will be filled again next spring, the council says."


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    write_inputs(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What each command has written where nothing is in its way."""
    folder = tmp_path_factory.mktemp("undisturbed")
    commands = writing_commands(inputs, folder)
    assert [run(command) for command in commands.values()] == [0] * len(COMMANDS)
    return {name: command.read() for name, command in commands.items()}


def run(command: WritingCommand) -> int:
    """Run a command in this process; an error that it does not handle ends the test."""
    with in_this_process(), mock.patch.dict(os.environ, dict(command.settings)):
        return cli.main(list(command.arguments))


@pytest.mark.parametrize("room", [0, 4096, 60_000])
@pytest.mark.parametrize("name", COMMANDS)
def test_command_on_a_full_disk_ends_with_a_message_and_loses_nothing_when_there_is_room(
    name: str,
    room: int,
    inputs: Path,
    undisturbed: dict[str, object],
    small_disk: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    command = writing_commands(inputs, small_disk)[name]
    fill(small_disk, room)
    status = run(command)
    said = capfd.readouterr().err
    assert (status, said.startswith("copydesk: ")) == (1, True) or status == 0
    assert ("space" in said or "full" in said) == (status == 1), said
    make_room(small_disk)
    if name == "keys" and status == 0:
        assert command.read() == undisturbed[name]
        return
    assert run(command) == 0, capfd.readouterr().err
    assert command.read() == undisturbed[name]


@contextmanager
def temporary_folder(folder: Path) -> Iterator[None]:
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def test_full_temporary_folder_ends_a_run_into_a_pipe(
    inputs: Path, small_disk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fill(small_disk, 60_000)
    with temporary_folder(small_disk):
        assert cli.main(["dedup", str(inputs / "documents.jsonl"), "--workers", "1", "--output", "-"]) == 1
    out, said = capfd.readouterr()
    assert out == ""
    assert "No space left on device" in said


@pytest.mark.parametrize("name", COMMANDS)
def test_command_on_a_read_only_file_system_changes_nothing_and_says_so(
    name: str, inputs: Path, small_disk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = writing_commands(inputs, small_disk)[name]
    forbid_writing(small_disk)
    assert run(command) in (1, 2)
    said = capfd.readouterr().err
    assert said.startswith("copydesk")
    assert str(small_disk) in said
    forbid_writing(small_disk, forbidden=False)
    assert not list(small_disk.iterdir())


@pytest.mark.parametrize("mode", [0o555, 0o000])
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="needs to become another user")
def test_command_in_a_forbidden_folder_changes_nothing_and_says_so(name: str, mode: int, inputs: Path) -> None:
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above) / "forbidden"
        for path in (Path(above), inputs, *inputs.parents):
            if Path(tempfile.gettempdir()) in path.parents:
                path.chmod(0o755)
        folder.mkdir(mode=mode)
        folder.chmod(mode)
        own = Path(above) / "own"
        own.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, name, *map(str, (inputs, own, folder))],
            capture_output=True,
            cwd=ROOT,
            env=clean_environment(),
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert done.returncode in (1, 2), done.stderr
        assert b"Traceback" not in done.stderr
        assert str(folder).encode() in done.stderr
        assert not list(folder.iterdir())


def prepare(folder: Path) -> str:
    """Make an index and keys as the service has them; return a key."""
    with open_index(str(folder / "index.sqlite")) as index:
        index.add([Document("before", window(0))], now=0.0)
    return KeyFile(folder / "keys.sqlite").add("ann", Scope.ADMIN, now=0.0)


class Asking:
    """Sends requests with a key, and counts the answers by status."""

    def __init__(self, server: RunningServer, key: str) -> None:
        self._client = httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {key}"}, timeout=60)
        self.statuses: list[int] = []

    def __call__(self, method: str, path: str, **content: object) -> httpx.Response:
        answer = self._client.request(method, path, **content)  # type: ignore[arg-type]
        self.statuses.append(answer.status_code)
        return answer

    def everything(self, number: int) -> list[str]:
        """Send one request of each kind; return the ids of the articles that were acknowledged."""
        put = self("PUT", f"/v1/articles/a{number}", json={"text": window(number + 1)})
        rows = "".join(json.dumps({"id": f"b{number}-{n}", "text": window(n)}) + "\n" for n in range(3))
        batch = self("POST", "/v1/articles/batch", content=rows, headers={"content-type": "application/x-ndjson"})
        block = {"start": 0, "end": len(TEXT), "label": "boilerplate"}
        self("POST", "/v1/feedback", json={"id": f"f{number}", "text": TEXT, "blocks": [block]})
        self("DELETE", f"/v1/articles/none{number}")
        for path in ("/v1/articles/before", "/v1/clusters/before", "/v1/index", "/v1/feedback/export", "/readyz"):
            self("GET", path)
        self("POST", "/v1/articles/check", json={"text": window(0)})
        self("POST", "/v1/classify", json={"text": TEXT})
        acknowledged = [f"a{number}"] if put.status_code == 200 else []
        answers = map(json.loads, batch.text.splitlines() if batch.status_code == 200 else [])
        return [*acknowledged, *(answer["id"] for answer in answers if "error" not in answer)]


def check_log(server: RunningServer) -> None:
    """Check that every line of the log is JSON, and none is about an error that nobody foresaw."""
    assert not [line for line in server.lines() if "Traceback" in json.dumps(line)]


def settings_on(disk: Path) -> dict[str, str]:
    """Return settings of a service with all its files on a disk."""
    names = {"INDEX": "index.sqlite", "KEYS": "keys.sqlite", "FEEDBACK": "feedback"}
    return {f"COPYDESK_{name}": str(disk / file) for name, file in names.items()} | {"COPYDESK_REQUIRE_KEYS": "always"}


@pytest.mark.parametrize("room", [0, 200_000])
def test_service_on_a_full_disk_answers_503_or_507_and_keeps_what_it_acknowledged(
    room: int, small_disk: Path, tmp_path: Path
) -> None:
    key = prepare(small_disk)
    with run_server(tmp_path, cwd=ROOT, TMPDIR=str(small_disk), **settings_on(small_disk)) as server:
        asking = Asking(server, key)
        acknowledged = asking.everything(0)
        assert len(acknowledged) == 4
        fill(small_disk, room)
        for number in range(1, 25):
            acknowledged += asking.everything(number)
        assert {status for status in asking.statuses if status >= 500} <= {503, 507}
        assert asking("GET", "/v1/articles/before").status_code == 200
        make_room(small_disk)
        assert len(asking.everything(99)) == 4
        check_log(server)
    assert set(acknowledged) <= set(assert_whole(str(small_disk / "index.sqlite")))


def test_service_on_a_read_only_file_system_reads_and_answers_503_to_what_writes(
    small_disk: Path, tmp_path: Path
) -> None:
    key = prepare(small_disk)
    forbid_writing(small_disk)
    try:
        with run_server(tmp_path, cwd=ROOT, **settings_on(small_disk)) as server:
            asking = Asking(server, key)
            assert asking.everything(0) == []
            assert {status for status in asking.statuses if status >= 500} == {503}
            assert asking("GET", "/v1/articles/before").status_code == 200
            assert asking("POST", "/v1/articles/check", json={"text": window(0)}).json()["cluster"] == "before"
            check_log(server)
    finally:
        forbid_writing(small_disk, forbidden=False)
    assert assert_whole(str(small_disk / "index.sqlite")) == ["before"]
