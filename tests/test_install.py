"""Tests that copydesk works beside a user's own folders `service`, `classifier` and `training`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import COMMAND, LIMIT_SECONDS, ROOT, clean_environment
from tests.support.server_process import run_server

pytestmark = pytest.mark.slow

ROOMS = ("service", "classifier", "training")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A user's project whose packages have the names of copydesk's rooms, and fail when they are imported."""
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text(f"raise AssertionError('the user\\'s own {room} was imported')\n")
    return tmp_path


def python_path(project: Path) -> str:
    """Put the project before copydesk on the path of imports."""
    return f"{project}{os.pathsep}{ROOT}"


def run(project: Path, *arguments: str | Path, told: bytes = b"") -> bytes:
    """Run Python in the project and return what it writes to standard output; `told` is what it has to say beside."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        cwd=project,
        env=clean_environment(PYTHONPATH=python_path(project)),
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, told)
    return done.stdout


def test_folders_of_the_project_are_those_that_their_names_mean(project: Path) -> None:
    for room in ROOMS:
        done = subprocess.run([sys.executable, "-c", f"import {room}"], capture_output=True, cwd=project, check=False)
        assert f"the user's own {room} was imported".encode() in done.stderr


@pytest.mark.usefixtures("model")
def test_commands_import_no_folder_of_the_project(project: Path, sample_page: Path) -> None:
    assert run(project, *COMMAND[1:], "--version").startswith(b"copydesk ")
    answer = json.loads(run(project, *COMMAND[1:], "classify", sample_page))
    assert answer["body"]
    rows = project / "rows.jsonl"  # two chunks, so that worker processes start
    rows.write_text("".join(json.dumps({"id": n, "body": f"story number {n}"}) + "\n" for n in range(4100)))
    told = b"copydesk: 4,100 documents, 4,100 clusters, 0 duplicates\n"
    run(project, *COMMAND[1:], "dedup", rows, "--workers", "2", "--output", project / "answers.jsonl", told=told)
    assert len((project / "answers.jsonl").read_bytes().splitlines()) == 4100


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("workers", [1, 2])
def test_service_and_client_import_no_folder_of_the_project(project: Path, workers: int) -> None:
    code = (
        "import sys; from copydesk import Client, Page; print(Client(sys.argv[1]).classify(Page('a', text='News')).id)"
    )
    with run_server(project, cwd=project, PYTHONPATH=python_path(project), COPYDESK_WORKERS=str(workers)) as server:
        assert run(project, "-c", code, server.url) == b"a\n"
