"""The hash functions of `core.h` in plain Python. Saved models and indexes hold their values: none may change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.oracle.jit import jit


@jit
def mix(value: np.uint64, salt: np.uint64) -> np.uint64:
    """Spread a value over 64 bits; each salt gives another hash.

    Source: the finalizer of SplitMix64 (Steele, Lea, Flood 2014).
    """
    z = value + salt * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@jit
def scatter(value: np.uint64) -> np.uint64:
    """Spread a value over 64 bits."""
    return mix(value, np.uint64(1))


@jit
def mix32(value: np.uint32) -> np.uint32:
    """Spread a hash over 32 bits.

    Source: the finalizer of MurmurHash3 (Appleby 2011, public domain).
    """
    h = value ^ (value >> np.uint32(16))
    h = np.uint32(np.uint64(h) * np.uint64(0x85EBCA6B) & np.uint64(0xFFFFFFFF))
    h ^= h >> np.uint32(13)
    h = np.uint32(np.uint64(h) * np.uint64(0xC2B2AE35) & np.uint64(0xFFFFFFFF))
    return np.uint32(h ^ (h >> np.uint32(16)))


@jit
def hash_code_points(points: NDArray[np.uint32]) -> np.uint64:
    """Hash a text and its length."""
    h = np.uint64(len(points))
    for point in points:
        h = (h ^ np.uint64(point)) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    return h * np.uint64(0x9E3779B97F4A7C15)


@jit
def hash_ignoring_case(points: NDArray[np.uint32], start: int, end: int) -> np.uint64:
    """Hash the word between two places, with A to Z in lower case.

    Source: FNV-1a over code points (Fowler, Noll, Vo).
    """
    h = np.uint64(0xCBF29CE484222325)
    for at in range(start, end):
        small = np.uint64(points[at])
        if 65 <= points[at] <= 90:
            small += np.uint64(32)
        h = (h ^ small) * np.uint64(0x100000001B3)
    return h
