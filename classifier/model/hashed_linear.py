"""Linear models over hashed TF-IDF: one scores each block (the first stage), one the whole page by type."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Floats, Integers
from copydesk.classifier.compiled import maths
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.features import FIELDS, PageFeatures
from copydesk.classifier.model import groups
from copydesk.classifier.model.c_struct import CStruct

BLOCK_BITS = 18
"""For scoring blocks, tokens are hashed into two to this many columns."""

PAGE_BITS = 16
"""log2 of the number of columns of the page-type model."""

PAGE_TYPES = ("article", "service", "listing", "forum", "product", "documentation", "collection")
"""What a page may be, in the words of the WCXB corpus."""

MAX_CLASSES = 15
"""Classes that a model may have: their weights and the squared idf fill one cache line."""

_CACHE_LINE = 64
"""Bytes that a processor reads from memory at a time."""

_N_GROUPS = len(groups.GROUPS)

_DAMPENED = 1.0 + maths.log(np.arange(1.0, 257.0))
"""Weight of a term by its count on the page, starting at a count of 1; counts above 256 weigh as 256."""

_hashed_rows = core_function("cd_hashed_rows", "u32* i64* i64 u64 i32* i64*")
_tfidf_values = core_function("cd_tfidf_values", "i32* i64* i64 f32* f32*")
_fill_rows = core_function("cd_fill_rows", "u16* u16* i64 i64 i64 f32*")
_count_terms = core_function("cd_count_terms", "u32* i64* i64 i64 i32* i32* i64*", "memory")
_score_blocks = core_function("cd_score_blocks", "u8* u32* i64* i64 f32* f32*")
_score_page = core_function("cd_score_page", "u8* u32* i64* i64 f32*", "memory")


@dataclass(frozen=True, slots=True)
class FirstStageScores:
    """What the first stage says of a page's n blocks, each by itself.

    Attributes:
        own: Shape (n, n_classes): log-odds of each of `GROUPS`, then of each of `LINEAR_PARTS`, against all others.
        by_field: Shape (n, n_fields * n_groups): what each field adds to those of `GROUPS`.
    """

    own: Floats
    by_field: Floats


@dataclass(frozen=True, slots=True, repr=False)
class HashedLinear:
    """A linear model over hashed TF-IDF.

    Attributes:
        idf: Shape (2**bits,): inverse document frequency of each column, 0 for one too rare to learn.
        weights: Shape (2**bits, n_classes), of the same type as idf: 32 bits, or 16 as files have them.
        intercepts: Shape (n_classes,).

    Raises:
        ValueError: The arrays have other shapes or types than compiled functions read.
    """

    idf: NDArray[Any]
    weights: NDArray[Any]
    intercepts: Floats
    _struct: CStruct | None = field(init=False, default=None, compare=False)

    def __post_init__(self) -> None:
        size, n_classes = 1 << (len(self.idf) - 1).bit_length(), self.weights.shape[-1]
        shapes = {"idf": (size,), "weights": (size, n_classes), "intercepts": (n_classes,)}
        for name, shape in shapes.items():
            array: Floats = getattr(self, name)
            kind = np.float16 if name != "intercepts" and self.idf.dtype == np.float16 else np.float32
            if array.shape != shape or array.dtype != kind:
                raise ValueError(
                    f"{name} is {array.dtype} of shape {array.shape}, expected float32 of shape {shape}; train again"
                )
        if n_classes > MAX_CLASSES:
            raise ValueError(f"weights has {n_classes} classes, expected at most {MAX_CLASSES}; train again")

    @property
    def struct(self) -> CStruct:
        """What C reads of the model: 17 MB, made when they are first asked for."""
        if self._struct is None:
            rows, size = self._rows(), len(self.idf)
            struct = CStruct("linear", rows, self.intercepts, _DAMPENED, size, rows.shape[1], len(self.intercepts))
            object.__setattr__(self, "_struct", struct)
            return struct
        return self._struct

    def _rows(self) -> Floats:
        """Return all that a token adds, by its column: weights times idf, and in the last lane the squared idf."""
        size, n_classes = self.weights.shape
        lanes = (MAX_CLASSES + 1) // 2 if n_classes <= MAX_CLASSES // 2 else MAX_CLASSES + 1
        rows = _aligned_zeros(size, lanes)
        if self.idf.dtype == np.float16:
            _fill_rows(self.idf.view(np.uint16), self.weights.view(np.uint16), size, n_classes, lanes, rows)
        else:
            rows[:, :n_classes], rows[:, -1] = self.weights * self.idf[:, None], self.idf * self.idf
        return rows

    def __repr__(self) -> str:
        return f"HashedLinear({len(self.idf)} columns, {len(self.intercepts)} classes)"

    def score_blocks(self, page: PageFeatures) -> FirstStageScores:
        """Score each block by itself."""
        n, n_classes = page.ends.shape[1], len(self.intercepts)
        own = np.empty((n, n_classes), np.float32)
        by_field = np.empty((n, len(FIELDS) * min(n_classes, _N_GROUPS)), np.float32)
        _score_blocks(self.struct.memory, page.tokens, page.ends, n, own, by_field)
        return FirstStageScores(own, by_field)

    def log_probabilities(self, page: PageFeatures) -> Floats:
        """Return the log-probability of each of PAGE_TYPES for the page as a whole.

        Raises:
            ValueError: The model has another number of classes.
        """
        if len(self.intercepts) != len(PAGE_TYPES):
            raise ValueError(f"the model has {len(self.intercepts)} classes, expected {len(PAGE_TYPES)}; train again")
        logs = np.empty(len(PAGE_TYPES), np.float32)
        _score_page(self.struct.memory, page.tokens, page.ends, page.ends.shape[1], logs)
        return logs


def _aligned_zeros(size: int, width: int) -> Floats:
    """Return zeros, shape (size, width), for all that a token adds: each row is in one cache line."""
    room = np.zeros(size * width + _CACHE_LINE // 4, np.float32)
    first = -room.ctypes.data % _CACHE_LINE // 4
    return room[first : first + size * width].reshape(size, width)


TermCounts = tuple[NDArray[np.int32], NDArray[np.int32], Integers]
"""Columns that occur on a page, by field; how often each does; and where each field ends."""


def hashed_rows(page: PageFeatures) -> tuple[NDArray[np.int32], Integers]:
    """Return the page's columns block by block, and shape (n_blocks, n_fields): where each field of a block ends."""
    n = page.ends.shape[1]
    columns, field_ends = np.empty(len(page.tokens), np.int32), np.empty((n, len(FIELDS)), np.int64)
    _hashed_rows(page.tokens, page.ends, n, (1 << BLOCK_BITS) - 1, columns, field_ends)
    return columns, field_ends


def tfidf_values(columns: NDArray[np.int32], field_ends: Integers, idf: Floats) -> Floats:
    """Return the TF-IDF value of each entry of `hashed_rows`.

    Each field (words, shape, markup) of a block has unit length, so no field outweighs the others. An
    entry is one occurrence: a column that occurs twice has two entries, and its term frequency is their sum.
    """
    values = np.empty(len(columns), np.float32)
    _tfidf_values(columns, field_ends, field_ends.size, idf, values)
    return values


def count_terms(page: PageFeatures, n_columns: int) -> TermCounts:
    """Count how often each column occurs on a page, field by field, up to the highest count that matters."""
    columns, counts = np.empty((2, len(page.tokens) + 1), np.int32)
    ends = np.empty(len(FIELDS), np.int64)
    n = _count_terms(page.tokens, page.ends, page.ends.shape[1], n_columns, columns, counts, ends)
    return columns[:n], counts[:n], ends


def page_values(terms: TermCounts, idf: Floats) -> Doubles:
    """Return the TF-IDF value of each term, its count dampened by a logarithm; each field has unit length."""
    columns, counts, ends = terms
    values: Doubles = idf[columns] * _DAMPENED[counts - 1]
    for part in np.split(values, ends[:-1]):
        square = np.cumsum([0.0, *part * part])[-1]  # in order, unlike np.sum
        part /= np.sqrt(square) if square > 0.0 else 1.0
    return values
