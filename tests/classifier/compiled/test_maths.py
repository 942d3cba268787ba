"""Tests of maths.h: close to the true values, and with bits that are the same on every machine."""

from __future__ import annotations

import hashlib
import math
from decimal import Decimal, getcontext

import numpy as np
import pytest

from copydesk.classifier.arrays import Doubles
from copydesk.classifier.compiled import core_function, maths

getcontext().prec = 60
SPREAD = np.concatenate([np.geomspace(1e-300, 1e300, 4001), np.arange(0.0, 2000.0), np.linspace(0.3, 3.0, 4001)])
NEAR_ZERO = np.concatenate([np.geomspace(1e-20, 0.9, 2001), -np.geomspace(1e-20, 0.9, 2001), [0.0]])
POWERS = np.concatenate([np.linspace(-708.0, 709.7, 8001), np.linspace(-1.0, 1.0, 4001)])
DIGESTS = {
    "exp": "00ee63ff627cdaf9",
    "expm1": "3bfd264a5fd4e47a",
    "log": "edeb1473ca96bb25",
    "log1p": "855c29e24cce4f2e",
}
"""Of the bytes of what each function gives for its inputs."""


def apply(name: str, values: Doubles) -> Doubles:
    """Run a function of the C library over an array."""
    out = np.empty_like(values)
    core_function(f"cd_{name}_all", "f64* i64 f64*")(values, values.size, out)
    return out


def inputs(name: str) -> Doubles:
    """Return what a function is tried with."""
    return {"exp": POWERS, "expm1": np.concatenate([POWERS, NEAR_ZERO]), "log": SPREAD[SPREAD > 0.0]}.get(
        name, np.concatenate([SPREAD, NEAR_ZERO])
    )


def exact(name: str, x: float) -> Decimal:
    """Return the true value to many digits."""
    value = Decimal(x)
    if name == "exp":
        return value.exp()
    if name == "expm1":
        return value.exp() - 1 if abs(x) > 1e-12 else value + value * value / 2 + value**3 / 6
    if name == "log1p" and abs(x) < 1e-12:
        return value - value * value / 2 + value**3 / 3
    return (value if name == "log" else 1 + value).ln()


@pytest.mark.parametrize("name", DIGESTS)
def test_values_are_off_by_few_units_in_the_last_place(name: str) -> None:
    values = inputs(name)[::7]
    for x, found in zip(values.tolist(), apply(name, values.copy()).tolist(), strict=True):
        true = exact(name, x)
        most = 4 if name == "expm1" else 2
        assert abs(Decimal(found) - true) <= most * Decimal(math.ulp(float(true))), (x, found, true)


@pytest.mark.parametrize("name", DIGESTS)
def test_bits_are_the_same_on_every_machine(name: str) -> None:
    found = apply(name, inputs(name))
    assert hashlib.sha256(found.astype("<f8").tobytes()).hexdigest()[:16] == DIGESTS[name]


def test_ends_of_the_range() -> None:
    odd = np.array([np.inf, -np.inf, np.nan, 0.0])
    np.testing.assert_array_equal(apply("exp", odd), [np.inf, 0.0, np.nan, 1.0])
    np.testing.assert_array_equal(apply("exp", np.array([710.0, -709.0])), [np.inf, 0.0])
    np.testing.assert_array_equal(apply("expm1", odd), [np.inf, -1.0, np.nan, 0.0])
    np.testing.assert_array_equal(maths.log(odd), [np.inf, np.nan, np.nan, -np.inf])
    np.testing.assert_array_equal(maths.log(np.array([5e-324, -1.0])), [math.log(5e-324), np.nan])
    np.testing.assert_array_equal(
        maths.log1p(np.array([np.inf, -1.0, -2.0, np.nan])), [np.inf, -np.inf, np.nan, np.nan]
    )


@pytest.mark.parametrize("name", ["exp", "expm1"])
def test_functions_without_branches_have_the_same_bits(name: str) -> None:
    values = np.concatenate(
        [np.linspace(-700.0, 700.0, 20_001), np.linspace(-1.0, 1.0, 4001), NEAR_ZERO, [-0.34, 0.34]]
    )
    assert apply(f"{name}_small", values).tobytes() == apply(name, values).tobytes()
