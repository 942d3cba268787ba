"""Keeps a part of the model in the form that C reads: a struct with pointers to arrays that Python owns."""

from __future__ import annotations

from typing import Any

import numpy as np

from copydesk.classifier.compiled.library import core_function

_NAMES = {
    "linear": "u8* f32* f32* f64* i64 i64 i64",
    "ensembles": "u8* i32* i32* f32* u32* f64* i64* i64* f64* i64 i64",
    "form": "u8* u8* u8* u8* u8* u8* u8* u8* u8* f64* i64* i64",
}
_SIZES = {name: core_function(f"cd_{name}_size", "", "i64") for name in _NAMES}
_SETTERS = {name: core_function(f"cd_set_{name}", arguments) for name, arguments in _NAMES.items()}


class CStruct:
    """A struct of the C library, and all that it points to.

    Attributes:
        memory: Its bytes, which functions of the library take as `u8*`.
    """

    def __init__(self, name: str, *values: Any) -> None:
        """Make the struct `name` from the values that its `cd_set_` function takes: arrays, numbers, structs."""
        self._made_from = name, *values
        self.memory = np.zeros(_SIZES[name](), np.uint8)
        _SETTERS[name](self.memory, *(value.memory if isinstance(value, CStruct) else value for value in values))

    def __reduce__(self) -> tuple[type[CStruct], tuple[Any, ...]]:
        """Make it again where it is copied or sent to another process: addresses hold in one process alone."""
        return CStruct, self._made_from
