"""Tests of `jit`: compiled code on disk follows all sources, and everything runs as plain Python too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.classifier.compiled import hashing, jit, mix
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

INNER = "from made.jit import jit\n@jit\ndef inner(x):\n    return x + {added}\n"
OUTER = "from made.jit import jit\nfrom {package}.inner import inner\n@jit\ndef outer(x):\n    return inner(x)\n"
PAIRS = """from typing import NamedTuple
from made.jit import jit
class {name}(NamedTuple):
    left: int
@jit
def first(pair):
    return pair.left + 1
def outer(x):
    return first({name}(x))
outer.stats = first.stats
"""
CALL = "import {0}.outer as o; print(o.outer(1), sum(o.outer.stats.cache_hits.values()))"
JIT_FILE = Path(hashing.__file__).with_name("jit.py")
is_compiled = hasattr(mix, "py_func")


def call_outer(folder: Path, package: str) -> tuple[int, bool]:
    """Return the result of the outer function in a new process, and whether its code came from the disk."""
    answer = subprocess.run(
        [sys.executable, "-c", CALL.format(package)], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    value, hits = answer.split()
    return int(value), int(hits) > 0


@pytest.mark.skipif(not is_compiled, reason="NUMBA_DISABLE_JIT is set")
@pytest.mark.parametrize("name", ["made", "other"])
def test_a_change_in_a_called_function_is_not_hidden_by_the_cache(tmp_path: Path, name: str) -> None:
    for package in {"made", name}:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    shutil.copy(JIT_FILE, tmp_path / "made" / "jit.py")
    (tmp_path / name / "outer.py").write_text(OUTER.format(package=name))
    inner = tmp_path / name / "inner.py"
    inner.write_text(INNER.format(added=1))
    time = inner.stat().st_mtime_ns
    assert call_outer(tmp_path, name) == (2, False)
    assert call_outer(tmp_path, name) == (2, True)
    inner.write_text(INNER.format(added=5))
    os.utime(inner, ns=(time, time))
    assert call_outer(tmp_path, name) == (6, False)


@pytest.mark.skipif(not is_compiled, reason="NUMBA_DISABLE_JIT is set")
def test_the_cache_of_older_code_may_name_a_class_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "__init__.py").touch()
    shutil.copy(JIT_FILE, tmp_path / "made" / "jit.py")
    for name in ("Pair", "Couple"):
        (tmp_path / "made" / "outer.py").write_text(PAIRS.format(name=name))
        assert call_outer(tmp_path, "made") == (2, False)


@pytest.mark.skipif(not is_compiled, reason="NUMBA_DISABLE_JIT is set")
def test_numba_still_has_the_private_parts_that_jit_uses() -> None:
    """Where this fails with a newer numba, find out how its cache notices changes and adapt `jit`."""
    compiled: object = jit(lambda x: x)
    version = compiled._cache._cache_file._version  # type: ignore[attr-defined]
    assert [len(digest) for digest in version.split()[-2:]] == [64, 64]


PLAIN = """
import warnings; warnings.simplefilter("error")
from copydesk.classifier.compiled import mix
from copydesk.classifier.duplicates import sign_texts
signed = sign_texts(["The exam-\\nple’s ﬁne 東京都庁前 " + " ".join(f"w{n}" for n in range(90)), "", "two words"])
print(hasattr(mix, "py_func"), signed.shingles.values.tolist(), signed.digests.tolist(), signed.keys.values.tolist())
"""


def test_plain_python_gives_the_same_hashes_as_compiled_code() -> None:
    plain, compiled = (
        subprocess.run(
            [sys.executable, "-c", PLAIN],
            env=os.environ | {"NUMBA_DISABLE_JIT": disabled, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split(" ", 1)
        for disabled in ("1", "0")
    )
    assert (plain[0], compiled[0]) == ("False", "True")
    assert plain[1] == compiled[1]
