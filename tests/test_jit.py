"""Compiled code on disk follows the sources, also those that it only calls."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from classifier import jit

INNER = "from made.jit import jit\n@jit\ndef inner(x):\n    return x + {added}\n"
OUTER = "from made.jit import jit\nfrom made.inner import inner\n@jit\ndef outer(x):\n    return inner(x)\n"
ASK = "import made.outer; print(made.outer.outer(1), sum(made.outer.outer.stats.cache_hits.values()))"


def ask(folder: Path) -> tuple[int, bool]:
    """What the outer function gives in a new process, and whether its code came from the disk."""
    answer = subprocess.run([sys.executable, "-c", ASK], cwd=folder, capture_output=True, text=True, check=True).stdout
    value, hits = answer.split()
    return int(value), int(hits) > 0


def test_a_change_in_a_called_function_is_not_hidden_by_the_cache(tmp_path: Path) -> None:
    package = tmp_path / "made"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copy(Path(jit.__file__), package / "jit.py")
    (package / "outer.py").write_text(OUTER)
    inner = package / "inner.py"
    inner.write_text(INNER.format(added=1))
    time = inner.stat().st_mtime_ns
    assert ask(tmp_path) == (2, False)
    assert ask(tmp_path) == (2, True)
    inner.write_text(INNER.format(added=5))
    os.utime(inner, ns=(time, time))
    assert ask(tmp_path) == (6, False)
