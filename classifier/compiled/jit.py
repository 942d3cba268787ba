"""Compiles numeric loops with numba: cached on disk where a folder can be written, in memory otherwise.

With `NUMBA_DISABLE_JIT=1` the loops run as plain Python, so that a debugger and a coverage tool see into them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

F = TypeVar("F", bound=Callable[..., object])


def jit(function: F) -> F:
    """Compile at the first call, without fast-math: sums keep their order, so every machine gives the same bits."""
    try:
        compiled: Any = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba finds no folder that it may write its cache to
        return cast(F, numba.njit(nogil=True)(function))
    if compiled is function:  # NUMBA_DISABLE_JIT; hashes overflow on purpose, which NumPy would warn about
        return np.errstate(over="ignore")(function)
    # numba compares the time and size of the function's own file alone, so after a change of a function that it calls
    # the old code would still run. The version therefore covers all files of `classifier` and of the function's folder:
    # numba compares it before it unpickles anything, which would fail where a class of the old code is gone.
    # numba has no public way to add to it: `_cache_file` and `_version` are private, hence the upper bound on its
    # version in pyproject.toml, and tests/classifier/compiled/test_jit.py, which fails when they are gone.
    cache_file = compiled._cache._cache_file
    folders = Path(__file__).parent.parent, Path(function.__code__.co_filename).parent
    cache_file._version = " ".join([cache_file._version, *map(_folder_digest, folders)])
    return cast(F, compiled)


@cache
def _folder_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
