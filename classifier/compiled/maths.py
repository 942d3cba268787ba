"""Exponential and logarithm of arrays, with the same bits on every machine: NumPy's differ between processors."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Doubles
from copydesk.classifier.compiled.library import core_function

_FUNCTIONS = {name: core_function(f"cd_{name}_all", "f64* i64 f64*") for name in ("exp", "expm1", "log", "log1p")}


def _apply(name: str, values: Doubles) -> Doubles:
    values = np.ascontiguousarray(values, np.float64)
    out = np.empty_like(values)
    _FUNCTIONS[name](values, values.size, out)
    return out


def exp(values: Doubles) -> Doubles:
    """Return e to the power of each value, 0 where that is below 2 to the power of -1022; any shape."""
    return _apply("exp", values)


def expm1(values: Doubles) -> Doubles:
    """Return `exp(values) - 1`, exact for small values; any shape."""
    return _apply("expm1", values)


def log(values: Doubles) -> Doubles:
    """Return the natural logarithm of each value; minus infinity of 0, no number below it; any shape."""
    return _apply("log", values)


def log1p(values: Doubles) -> Doubles:
    """Return `log(1 + values)`, exact for small values; any shape."""
    return _apply("log1p", values)


def expit(values: Doubles) -> Doubles:
    """Return the probability of each log-odds; any shape."""
    probabilities: Doubles = 1.0 / (1.0 + exp(-values))
    return probabilities
