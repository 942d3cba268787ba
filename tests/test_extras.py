"""Tests of an installation without extras: what works, and what each door says about a package that is missing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from copydesk.classifier.extras import IMPORT_NAMES, PACKAGES, MissingExtra, require_extra
from copydesk.service.cli import COMMANDS
from tests.conftest import LIMIT_SECONDS, ROOT, Process, clean_environment

ALL_PACKAGES = sorted({package for packages in PACKAGES.values() for package in packages})
OPTIONAL = sorted({IMPORT_NAMES.get(package, package).split(".")[0] for package in ALL_PACKAGES})
BLOCK = "import sys; sys.modules.update(dict.fromkeys({blocked!r})); "
RUN = BLOCK + "from {module} import main; sys.exit(main({arguments!r}))"


def run_without(
    blocked: list[str], *arguments: str | Path, module: str = "copydesk.service.cli", **settings: str
) -> Process:
    """Run a command in a process that cannot import some packages."""
    code = RUN.format(blocked=blocked, module=module, arguments=[str(argument) for argument in arguments])
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        cwd=ROOT,
        env=clean_environment(**settings),
        timeout=LIMIT_SECONDS,
        check=False,
    )


def test_packages_of_extras_are_those_that_are_installed_with_them() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for extra, packages in PACKAGES.items():
        installed, expected = set[str](), set(packages)
        for requirement in extras[extra]:
            included = re.fullmatch(r"copydesk\[(.*)]", requirement)
            if included:
                expected |= set(PACKAGES[included[1]])
                installed |= set(PACKAGES[included[1]])
            else:
                installed.add(re.split(r"[\[>;]", requirement)[0])
        assert installed == expected


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        (["no-such-a"], "it needs no-such-a, which is not installed; install it with: pip install 'copydesk[x]'"),
        (["no-such-a", "sys", "no-such-b"], "it needs no-such-a and no-such-b, which are not installed; install them"),
        (["no.such", "b-b", "c-c"], "it needs no.such, b-b and c-c, which are not installed"),
    ],
)
def test_missing_packages_are_named(packages: list[str], said: str) -> None:
    with pytest.raises(MissingExtra, match=re.escape(said)) as raised:
        require_extra("x", "it", packages)
    assert isinstance(raised.value, ImportError)


def test_packages_that_are_installed_are_not_imported() -> None:
    code = "import sys; from copydesk.classifier.extras import *; require_extra('train', 'it'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True)
    assert b"joblib" not in done.stdout.split()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("blocked", "arguments", "said"),
    [
        (
            ["fastapi", "uvicorn"],
            ["serve"],
            "copydesk serve needs fastapi and uvicorn, which are not [serve]",
        ),
        (["sqlalchemy"], ["serve"], "copydesk serve needs sqlalchemy, which is not installed; [serve]"),
        (["sqlalchemy"], ["index", "stats"], "copydesk index needs sqlalchemy, which is not installed; [index]"),
        (["psycopg"], ["index", "stats", "--index", "postgresql://me@nowhere.invalid/x"], "PostgreSQL [postgres]"),
        (
            ["pyarrow"],
            ["score", "x", "--output", "y"],
            "score needs pyarrow, [score]",
        ),
        (["sqlalchemy"], ["score", "x", "--output", "y", "--index", "z"], "score --index needs sqlalchemy, [index]"),
        (["ray"], ["score", "x", "--output", "y", "--engine", "ray"], "copydesk score needs ray, which is not [ray]"),
        (["fsspec"], ["score", "s3://bucket/x.jsonl", "--output", "{tmp}/y"], "fsspec [remote]"),
        (["s3fs"], ["score", "s3://bucket/x.jsonl", "--output", "{tmp}/y"], "s3fs [remote]"),
        (
            ["s3fs"],
            ["score", "x", "--output", "s3://bucket/y", "--work-dir", "{tmp}/y"],
            "writing s3:// needs s3fs [remote]",
        ),
        (["gcsfs"], ["score", "gs://bucket/x.jsonl", "--output", "{tmp}/y"], "gcsfs [remote]"),
    ],
)
def test_missing_extra_is_one_line_that_names_it(
    blocked: list[str], arguments: list[str], said: str, tmp_path: Path
) -> None:
    done = run_without(blocked, *(argument.format(tmp=tmp_path) for argument in arguments))
    check_line(done, said)


def check_line(done: Process, said: str) -> None:
    words, extra = said[:-1].rsplit("[", 1)
    (line,) = done.stderr.decode().splitlines()
    assert words.strip() in line
    assert line.endswith(f"with: pip install 'copydesk[{extra}]'")
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.slow
def test_training_names_its_extra_too() -> None:
    blocked = ["sklearn", "joblib", "lightgbm"]
    done = run_without(blocked, "docs/examples/stories.jsonl", module="copydesk.training.cli")
    check_line(done, "training needs joblib, lightgbm and scikit-learn, which are not installed; [train]")


def test_public_name_of_an_extra_says_which() -> None:
    code = "import sys; sys.modules['sqlalchemy'] = None; from copydesk import *; open_index('seen.sqlite')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=False)
    assert (
        done.stderr.decode()
        .splitlines()[-1]
        .endswith(
            "MissingExtra: copydesk.open_index needs sqlalchemy, which is not installed; "
            "install it with: pip install 'copydesk[index]'"
        )
    )


@pytest.mark.slow
@pytest.mark.usefixtures("model")
def test_default_packages_are_enough_to_classify_and_dedup(tmp_path: Path, sample_page: Path) -> None:
    classified = run_without(OPTIONAL, "classify", sample_page)
    assert (classified.returncode, classified.stderr) == (0, b"")
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(classified.stdout)
    output = tmp_path / "answers.jsonl"
    assert run_without(OPTIONAL, "dedup", rows, "--output", output, "--workers", "1").returncode == 0
    assert json.loads(output.read_text())["keep"] is True


@pytest.mark.slow
def test_default_packages_are_enough_for_help_and_keys(tmp_path: Path) -> None:
    for arguments in (
        ["--version"],
        ["--help"],
        *([name, "--help"] for name in COMMANDS),
        ["index", "add", "--help"],
        ["keys", "list"],
    ):
        done = run_without(OPTIONAL, *arguments, COPYDESK_KEYS=str(tmp_path / "keys.sqlite"))
        assert (done.returncode, done.stderr) == (0, b"")
    done = run_without(OPTIONAL, "--help", module="copydesk.training.cli")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"usage: copydesk-train ")


def test_parser_of_the_commands_loads_no_numeric_library() -> None:
    code = "import sys; import copydesk.service.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True)
    assert not {b"numpy", b"numba", b"selectolax", *(name.encode() for name in OPTIONAL)} & set(done.stdout.split())


def test_client_needs_no_extra() -> None:
    code = BLOCK.format(blocked=OPTIONAL) + "from copydesk import Client; Client('http://localhost')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_every_error_can_be_named_without_extras_and_without_numpy() -> None:
    code = BLOCK.format(blocked=[*OPTIONAL, "numpy"]) + (
        "from copydesk import CopydeskError, IndexMismatch, IndexUnavailable, MissingExtra, NoIndex;"
        "print(issubclass(NoIndex, IndexUnavailable), all(issubclass(each, CopydeskError) for each in "
        "(IndexMismatch, IndexUnavailable, MissingExtra)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True)
    assert done.stdout.split() == [b"True", b"True"]
