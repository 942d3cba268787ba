"""Names for the arrays that compiled functions take, by what is in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
CodePoints = NDArray[np.uint32]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
