"""Compiled code on disk follows the sources, also those that it only calls."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.classifier.compiled import jit

INNER = "from made.jit import jit\n@jit\ndef inner(x):\n    return x + {added}\n"
OUTER = "from made.jit import jit\nfrom {package}.inner import inner\n@jit\ndef outer(x):\n    return inner(x)\n"
ASK = "import {0}.outer as o; print(o.outer(1), sum(o.outer.stats.cache_hits.values()))"


def ask(folder: Path, package: str) -> tuple[int, bool]:
    """What the outer function gives in a new process, and whether its code came from the disk."""
    answer = subprocess.run(
        [sys.executable, "-c", ASK.format(package)], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    value, hits = answer.split()
    return int(value), int(hits) > 0


@pytest.mark.parametrize("name", ["made", "other"])
def test_a_change_in_a_called_function_is_not_hidden_by_the_cache(tmp_path: Path, name: str) -> None:
    for package in {"made", name}:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    shutil.copy(Path(jit.__file__), tmp_path / "made" / "jit.py")
    (tmp_path / name / "outer.py").write_text(OUTER.format(package=name))
    inner = tmp_path / name / "inner.py"
    inner.write_text(INNER.format(added=1))
    time = inner.stat().st_mtime_ns
    assert ask(tmp_path, name) == (2, False)
    assert ask(tmp_path, name) == (2, True)
    inner.write_text(INNER.format(added=5))
    os.utime(inner, ns=(time, time))
    assert ask(tmp_path, name) == (6, False)
