"""Logarithms of arrays, with the same bits on every machine: NumPy's differ between processors."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Doubles
from copydesk.classifier.compiled.library import core_function

_log = core_function("cd_log_all", "f64* i64 f64*")
_log1p = core_function("cd_log1p_all", "f64* i64 f64*")


def log(values: Doubles) -> Doubles:
    """Return the natural logarithm of each value; minus infinity of 0, no number below it; shape (n,)."""
    out = np.empty_like(values)
    _log(values, values.size, out)
    return out


def log1p(values: Doubles) -> Doubles:
    """Return `log(1 + values)`, exact for small values; shape (n,)."""
    out = np.empty_like(values)
    _log1p(values, values.size, out)
    return out
