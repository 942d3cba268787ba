"""Tests that the C core gives the same bits however it was compiled, and says what is wrong where it is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.classifier.compiled import library
from copydesk.classifier.errors import MissingCore
from tests.conftest import ROOT, clean_environment

PAGES = sorted([*(ROOT / "tests" / "pages").glob("*.html"), *(ROOT / "docs" / "examples").glob("*.html")])
BUILDS = {
    "hardly optimised": "-O1",
    "without wide vectors": "-DNO_WIDE_VECTORS",
    "for this processor": "-march=native",
}
"""Flags of the compiler, by what they make."""

RUN = """
import ctypes, sys
core, load = sys.argv[1], ctypes.CDLL
ctypes.CDLL = lambda name, *rest, **words: load(core if "copydesk_core" in str(name) else name, *rest, **words)
from copydesk.service.cli import main
sys.exit(main(["classify", "--output", "jsonl", *sys.argv[2:]]))
"""


@pytest.mark.slow
@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("flags", BUILDS.values(), ids=BUILDS)
def test_builds_give_the_same_bits(flags: str, tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    core = tmp_path / "copydesk_core_other.so"
    build = [sys.executable, str(ROOT / ".ci" / "build_core.py"), "--output", str(core)]
    subprocess.run(build, check=True, env=os.environ | {"CC": "gcc", "CFLAGS": flags})
    shipped, other = (
        subprocess.run(
            [sys.executable, "-c", RUN, str(path), *map(str, PAGES)],
            cwd=ROOT,
            env=clean_environment(),
            capture_output=True,
            check=True,
        ).stdout
        for path in (library.LIBRARY, core)
    )
    assert shipped == other
    assert shipped.count(b"\n") == len(PAGES)


def test_missing_core_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(library, "LIBRARY", tmp_path / "copydesk_core.so")
    with pytest.raises(MissingCore, match=r"copydesk_core\.so is not in .*; run `make core` or install copydesk again"):
        library._load()


def test_core_of_other_sources_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "core.c").write_text("/* changed */")
    monkeypatch.setattr(library, "SOURCES", tmp_path)
    with pytest.raises(MissingCore, match=r"is not made from the sources in .*; run `make core`"):
        library._load()
