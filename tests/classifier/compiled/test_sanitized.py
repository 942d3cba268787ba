"""The tests of the C core, run with checks of every access to memory and of every calculation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = [pytest.mark.attack, pytest.mark.slow]

COMPARISONS = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "tests").rglob("test_*.py")
    if "tests.oracle" in path.read_text(encoding="utf-8") and path != Path(__file__)
)
"""The modules that compare the core with plain Python, on random input."""
OTHERS = (
    "tests/classifier/compiled/test_hostile_pages.py",
    "tests/classifier/test_json_blocks.py",
    "tests/classifier/test_json_strings.py",
)
"""Those that have hostile input, or compare it with other libraries."""

RUN = """
import ctypes, sys
library, load = sys.argv[1], ctypes.CDLL
ctypes.CDLL = lambda name, *rest, **words: load(library if "copydesk_core" in str(name) else name, *rest, **words)
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-m", "not slow", *sys.argv[2:]]))
"""


def address_sanitizer() -> str:
    """Return the path of gcc's library of checks, empty where there is none."""
    if shutil.which("gcc") is None:
        return ""
    done = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    return done.stdout.strip() if Path(done.stdout.strip()).is_absolute() else ""


def test_no_access_outside_of_memory_and_no_undefined_calculation(tmp_path: Path) -> None:
    checks = address_sanitizer()
    if not checks:
        pytest.skip("no gcc with libasan here")
    library = tmp_path / "copydesk_core_sanitized.so"
    build = [sys.executable, str(ROOT / ".ci" / "build_core.py"), "--sanitize", "--output", str(library)]
    subprocess.run(build, check=True, env=os.environ | {"CC": "gcc"})
    environment = os.environ | {"LD_PRELOAD": checks, "ASAN_OPTIONS": "detect_leaks=0", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(library), *COMPARISONS, *OTHERS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    assert " passed" in done.stdout
