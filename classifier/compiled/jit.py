"""One way to compile a numeric loop: cached on disk where a place can be written, in memory where not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def jit(function: F) -> F:
    """Compile at first call, without fast-math: sums keep their order, so every machine gives the same bits."""
    try:
        compiled: Any = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba finds no folder that it may write its cache to
        return cast(F, numba.njit(nogil=True)(function))
    # numba looks at the function's own file alone, by time and size. A change in a function that it calls, or a new
    # version whose files carry the same time, would go on running old code: so all files of `classifier` count, and
    # those beside the function.
    kept = compiled._cache._cache_file
    folders = Path(__file__).parent.parent, Path(function.__code__.co_filename).parent
    kept._source_stamp = (*kept._source_stamp, *map(_digest, folders))
    return cast(F, compiled)


@cache
def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
