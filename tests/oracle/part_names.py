"""Finds which part of an article an element is, by the words of its class names and ids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Hashes, Integers
from copydesk.classifier.features.part_names import PLACES
from tests.oracle.jit import jit


@jit
def look_up(names: Hashes, ends: Integers, keys: Hashes, parts: NDArray[np.uint8]) -> NDArray[np.uint8]:
    found = np.zeros(len(ends), np.uint8)
    start = 0
    for element in range(len(ends)):
        for k in range(start, ends[element]):
            place = names[k] & np.uint64(PLACES - 1)
            while keys[place] != names[k] and keys[place] != 0:
                place = (place + np.uint64(1)) & np.uint64(PLACES - 1)
            if keys[place] == names[k]:
                found[element] |= parts[place]
        start = ends[element]
    return found
