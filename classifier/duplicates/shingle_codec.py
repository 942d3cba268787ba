"""Packs sets of shingles into few bytes, so that an index can store those of a million texts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled import jit
from copydesk.classifier.duplicates.shingles import SET_BITS
from copydesk.classifier.errors import DamagedSet


def pack_set(values: NDArray[np.uint32]) -> bytes:
    """Pack sorted distinct values below 2**SET_BITS into about 17 bits each, for a set of 400.

    The bytes are the number of values (LEB128), then the gaps between them in the Rice code that fits that number.

    Raises:
        ValueError: The values are not sorted and distinct, or too large.

    Source: Rice, Plaunt, Adaptive variable-length coding, IEEE Trans. Communications 19, 1971.
    """
    if len(values) and (int(values[-1]) >> SET_BITS or not (values[1:] > values[:-1]).all()):
        raise ValueError(f"values must rise and stay below 2**{SET_BITS}; take them from shingle_sets")
    n = len(values)
    header = bytearray()
    while n >= 128:
        header.append(n & 127 | 128)
        n >>= 7
    header.append(n)
    return bytes(header) + np.packbits(_rice_code(values), bitorder="little").tobytes()


def unpack_set(packed: bytes) -> NDArray[np.uint32]:
    """Return the sorted values that `pack_set` packed.

    Raises:
        DamagedSet: The bytes are too few or too many, or values are too large.
    """
    data = np.frombuffer(packed, np.uint8)
    values, used = unpack_values(data)
    if used != len(data):
        expected = f"values below 2**{SET_BITS} that fill it"
        raise DamagedSet(f"a packed set of {len(packed)} bytes does not decode to {expected}; add the document again")
    return values


@jit
def _parameter(n: int) -> int:
    """Return the Rice parameter for n values: the mean gap times ln 2, as a power of two."""
    parameter = 0
    n = n if n else 1
    while np.int64(n) << np.int64(parameter + 1) <= np.int64(11629080):  # 2**24 * ln 2
        parameter += 1
    return parameter


@jit
def _rice_code(values: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Return the bits of each gap: the upper ones in unary (ones, then a zero), then the lower ones, lowest first."""
    parameter = _parameter(len(values))
    bits = np.ones(len(values) * (parameter + 1) + (1 << (SET_BITS - parameter)), np.uint8)
    at = np.int64(0)
    previous = np.int64(-1)
    for value in values:
        gap = np.int64(value) - previous - 1
        previous = np.int64(value)
        at += gap >> parameter
        bits[at] = 0
        for b in range(parameter):
            bits[at + 1 + b] = (gap >> b) & 1
        at += 1 + parameter
    return bits[:at]


@jit
def unpack_values(packed: NDArray[np.uint8]) -> tuple[NDArray[np.uint32], np.int64]:
    """Return the values and the number of their bytes, -1 if they do not decode."""
    none = np.empty(0, np.uint32)
    n = 0
    at = np.int64(0)
    while True:
        if at >= min(len(packed), 5):
            return none, np.int64(-1)
        n |= int(packed[at] & np.uint8(127)) << int(7 * at)
        at += 1
        if packed[at - 1] < 128:
            break
    end = np.int64(len(packed)) * 8
    if n > end:
        return none, np.int64(-1)
    parameter = _parameter(n)
    values = np.empty(n, np.uint32)
    at *= 8
    value = np.int64(-1)
    for i in range(n):
        high = np.int64(0)
        while at < end and (packed[at >> 3] >> (at & 7)) & 1:
            high += 1
            at += 1
        at += 1
        if at + parameter > end:
            return none, np.int64(-1)
        value += 1 + (high << parameter) + _low_bits(packed, at, parameter)
        at += parameter
        if value >> np.int64(24):
            return none, np.int64(-1)
        values[i] = value
    return values, (at + 7) >> 3


@jit
def _low_bits(packed: NDArray[np.uint8], at: np.int64, count: int) -> np.int64:
    """Read `count` bits, at most 24, from bit `at` on, the lowest first."""
    word = np.int64(0)
    first = at >> 3
    for b in range(4):
        if first + b < len(packed):
            word |= np.int64(packed[first + b]) << np.int64(8 * b)
    return (word >> np.int64(at & 7)) & ((np.int64(1) << np.int64(count)) - 1)
