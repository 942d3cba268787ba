"""Tests of the distributions: one top-level module, the same wheel from every kind of checkout, types for users."""

from __future__ import annotations

import ast
import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

import copydesk
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

ROOMS = ("classifier", "training", "service")
BUILT_FROM = (*ROOMS, "copydesk", "artifacts", ".ci", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md")

USER_PROGRAM = """
from copydesk import Article, Label, Page, classify, load_model

for answer in classify([Page(id="a", text="A headline")], load_model()):
    if isinstance(answer, Article):
        reveal_type(answer.title)
        labels: list[Label] = [block.label for block in answer.blocks]
"""


def build(root: Path, target: str, folder: Path) -> Path:
    """Build a wheel or an sdist of a checkout."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return next(folder.iterdir())


def copy_checkout(folder: Path, *, links: bool) -> Path:
    """Copy what distributions are built from, with the links in `copydesk/` or without them."""
    folder.mkdir()
    for name in BUILT_FROM:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / name)
    for room in ROOMS:
        link = folder / "copydesk" / room
        link.unlink(missing_ok=True)
        if links:
            link.symlink_to(Path("..") / room, target_is_directory=True)
    return folder


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_checkout(tmp_path_factory.mktemp("package") / "checkout", links=True)


@pytest.fixture(scope="module")
def wheel(checkout: Path) -> Path:
    return build(checkout, "wheel", checkout.parent / "wheel")


def content(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_wheel_holds_one_top_level_module(wheel: Path) -> None:
    names = content(wheel).keys()
    assert {name.split("/")[0] for name in names} == {"copydesk", "copydesk-0.1.0.dist-info"}
    assert {f"copydesk/{room}/__init__.py" for room in ROOMS} <= names
    assert {"copydesk/__main__.py", "copydesk/py.typed", "copydesk/classifier/artifacts/manifest.json"} <= names
    assert not [name for name in names if "__pycache__" in name]


def test_wheel_holds_every_file_of_the_rooms(wheel: Path) -> None:
    files = {path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file()}
    ours = {f"copydesk/{path.as_posix()}" for path in files if "__pycache__" not in path.parts}
    assert ours <= content(wheel).keys()


def test_checkout_without_links_gives_the_same_wheel(checkout: Path, wheel: Path) -> None:
    bare = copy_checkout(checkout.parent / "bare", links=False)
    assert content(build(bare, "wheel", checkout.parent / "bare-wheel")) == content(wheel)


def test_source_distribution_holds_one_top_level_module_and_gives_the_same_wheel(checkout: Path, wheel: Path) -> None:
    sdist = build(checkout, "sdist", checkout.parent / "sdist")
    with tarfile.open(fileobj=io.BytesIO(sdist.read_bytes())) as archive:
        names = archive.getnames()
        archive.extractall(checkout.parent / "unpacked", filter="data")
    modules = {Path(name).parts[1] for name in names if name.endswith(".py")}
    assert modules == {"copydesk", ".ci"}
    (root,) = (checkout.parent / "unpacked").iterdir()
    assert content(build(root, "wheel", checkout.parent / "sdist-wheel")) == content(wheel)


def test_strict_mypy_finds_the_types_of_the_installed_package(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    question = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(question, check=True, capture_output=True, text=True).stdout.strip())
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "numpy").symlink_to(Path(sysconfig.get_path("purelib")) / "numpy", target_is_directory=True)
    program = tmp_path / "program.py"
    program.write_text(USER_PROGRAM)
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(python), str(program)]
    environ = {name: value for name, value in os.environ.items() if name not in ("MYPYPATH", "PYTHONPATH")}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert 'Revealed type is "str"' in done.stdout or 'Revealed type is "builtins.str"' in done.stdout, done.stdout
    assert "Success" in done.stdout, done.stdout


def test_every_public_name_loads_and_is_listed() -> None:
    assert list(copydesk.__all__) == sorted(copydesk.__all__)
    assert set(copydesk.__all__) | {"__version__"} <= set(dir(copydesk))
    for name in copydesk.__all__:
        assert getattr(copydesk, name) is not None


def test_public_names_are_the_ones_that_type_checkers_see() -> None:
    """The names are listed three times: for type checkers, in `__all__`, and by the module that defines them."""
    for package in ("copydesk", "classifier"):
        tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
        seen = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("copydesk.")
            for alias in node.names
            if alias.name not in ("lazy_names", "require_extra")
        }
        module = copydesk if package == "copydesk" else copydesk.classifier
        assert seen == set(module.__all__)


def test_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'clasify'; it has .*classify"):
        copydesk.clasify  # noqa: B018
