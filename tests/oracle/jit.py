"""Compiles plain Python with numba, so that whole corpora can be compared."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba

from tests.conftest import ROOT

F = TypeVar("F", bound=Callable[..., object])


def _digest() -> str:
    """Name the state of all sources: numba's cache notices no change of a function that another file calls."""
    digest = hashlib.sha256()
    for folder in (Path(__file__).parent, ROOT / "classifier"):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


numba.config.CACHE_DIR = str(Path(tempfile.gettempdir()) / f"copydesk-oracle-{_digest()}")  # type: ignore[attr-defined]


def jit(function: F) -> F:
    """Compile at the first call, without fast-math, so that sums keep their order."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))
