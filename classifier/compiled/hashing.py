"""Hashes spread evenly over 64 bits (the finalizer of SplitMix64, Steele, Lea, Flood 2014)."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.compiled.jit import jit


@jit
def mix(value: np.uint64, salt: np.uint64) -> np.uint64:
    """Spread a value over 64 bits; another salt gives another hash."""
    z = value + salt * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@jit
def scatter(value: np.uint64) -> np.uint64:
    """Spread a value over 64 bits."""
    return mix(value, np.uint64(1))
