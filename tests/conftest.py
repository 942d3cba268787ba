"""What several test files share: the shipped model, the sample page, the command as a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from copydesk.classifier import Model, load_model
from tests.support.index_places import MakePlace, PostgresMissing, Server
from tests.support.mounted_disk import DISK_BYTES, mounted_disk

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "copydesk.service.cli"]
LIMIT_SECONDS = 180

Process = subprocess.CompletedProcess[bytes]
RunCommand = Callable[..., Process]


@pytest.fixture(scope="session")
def model() -> Model:
    """The model that ships with the package."""
    if not (ROOT / "artifacts" / "manifest.json").exists():
        pytest.skip("artifacts/manifest.json is not there yet")
    return load_model()


@pytest.fixture
def sample_page() -> Path:
    """A whole news page in HTML."""
    return ROOT / "tests" / "pages" / "sample.html"


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment without what would change the command's answers."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}
    for name in ("NO_COLOR", "COLUMNS"):
        kept.pop(name, None)
    return kept | {"TERM": "xterm"} | settings


@pytest.fixture(scope="session")
def run_command() -> RunCommand:
    """Run `copydesk` with arguments; `given` is its standard input, the other keywords its settings."""

    def run(*arguments: str | Path, given: bytes = b"", **settings: str) -> Process:
        return subprocess.run(
            [*COMMAND, *map(str, arguments)],
            input=given,
            capture_output=True,
            cwd=ROOT,
            env=clean_environment(**settings),
            timeout=LIMIT_SECONDS,
            check=False,
        )

    return run


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    with mounted_disk(tmp_path / "disk", DISK_BYTES) as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of the tests' own."""
    try:
        server = Server()
    except PostgresMissing as error:
        pytest.skip(str(error))
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakePlace]:
    """Make places for empty indexes, on each database in turn."""
    if request.param == "sqlite":
        yield lambda name: str(tmp_path / f"{name}.sqlite")
        return
    server: Server = request.getfixturevalue("postgres")
    yield server.new_database
    server.drop_databases()
