"""One way to compile a numeric loop: cached on disk where a place can be written, in memory where not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def jit(function: F) -> F:
    """Compile at first call, without fast-math: sums keep their order, so every machine gives the same bits."""
    try:
        compiled: Any = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba finds no folder that it may write its cache to
        compiled = numba.njit(nogil=True)(function)
    return cast(F, compiled)
