"""Loads the C library with the loops over characters, blocks and trees, and checks what is handed to it.

The sources are in `c/`. `pip install` compiles them; in a checkout `make core` does.
"""

from __future__ import annotations

import ctypes
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.errors import MissingCore

_SUFFIXES = {"win32": ".dll", "darwin": ".dylib"}
LIBRARY = Path(__file__).with_name("copydesk_core" + _SUFFIXES.get(sys.platform, ".so"))
SOURCES = Path(__file__).with_name("c")

_SCALARS: dict[str, Any] = {"i64": ctypes.c_int64, "u64": ctypes.c_uint64, "f64": ctypes.c_double}
_TYPES = {"b": "bool", "u": "uint", "i": "int", "f": "float"}


_no_bytes_at: Callable[[Any], Any] = (ctypes.c_char * 0).from_buffer  # of no bytes, as an array may be empty


def _address_of(array: NDArray[Any] | bytes, dtype: np.dtype[Any]) -> object:
    """Return the address of bytes, of a read-only array, or of one whose type has another object than NumPy's own."""
    if isinstance(array, bytes):
        if dtype != np.uint8:
            raise TypeError(f"found bytes, expected a contiguous array of {dtype}")
        return ctypes.c_char_p(array)
    if array.dtype == dtype and array.flags.c_contiguous:
        given: object = array.base
        if isinstance(given, bytes) and len(given) == array.nbytes:  # from `frombuffer`
            return ctypes.c_char_p(given)
        return ctypes.c_void_p(array.ctypes.data)  # five times as slow as the other ways
    order = "contiguous" if array.flags.c_contiguous else "strided"
    raise TypeError(f"found a {order} array of {array.dtype}, expected a contiguous one of {dtype}")


BOUND: dict[str, tuple[str, str]] = {}
"""The arguments and the result of every function that is used, by name; a test compares them with the sources."""


def core_function(name: str, arguments: str, returns: str = "") -> Callable[..., Any]:
    """Return a function of the library.

    Args:
        arguments: Their types, with spaces between: `i64`, `u64` and `f64` are numbers, `u32*`, `f64*`, `bool*` … are
            NumPy arrays, whose type and order are checked at each call.
        returns: `i64`, `u64`, `f64`, nothing, or `memory` for a function that counts something (`i64`) and
            gives back -1 where memory runs out, which raises MemoryError.
    """
    BOUND[name] = (arguments, returns)
    kinds = arguments.split()
    function = getattr(_library, name)
    function.argtypes = [ctypes.c_void_p if kind[-1] == "*" else _SCALARS[kind] for kind in kinds]
    function.restype = _SCALARS["i64" if returns == "memory" else returns] if returns else None
    arrays = [(place, _dtype(kind[:-1])) for place, kind in enumerate(kinds) if kind[-1] == "*"]
    return _with_addresses(function, arrays, counts_memory=returns == "memory")


def _dtype(name: str) -> np.dtype[Any]:
    return np.dtype("bool" if name == "bool" else f"{_TYPES[name[0]]}{name[1:]}")


def _with_addresses(
    function: Callable[..., Any], arrays: list[tuple[int, np.dtype[Any]]], *, counts_memory: bool
) -> Callable[..., Any]:
    """Return a function that gives `function` the addresses of the arrays among its arguments.

    The addresses are taken before the call and not by a `from_param` of ctypes: that would turn what a signal handler
    raises in it, such as KeyboardInterrupt, into an ArgumentError.

    Args:
        arrays: The place and the type of each array: contiguous, of any shape. `bytes` are an array of `u8`.
        counts_memory: Whether a result below 0 raises MemoryError.
    """

    def call(*arguments: Any) -> Any:
        given = [*arguments]
        for place, dtype in arrays:
            array = arguments[place]
            try:
                if array.dtype is dtype:
                    given[place] = _no_bytes_at(array)
                    continue
            except (AttributeError, TypeError):  # bytes, or an array that is read-only or strided
                pass
            given[place] = _address_of(array, dtype)
        result = function(*given)
        if counts_memory and result < 0:
            raise MemoryError
        return result

    return call


def compiler() -> str:
    """Return the name and version of the compiler that made the library."""
    buffer = np.zeros(200, np.uint8)
    core_function("cd_compiler", "u8* i64")(buffer, len(buffer))
    return buffer.tobytes().partition(b"\0")[0].decode("ascii", "replace")


def wide_vectors() -> bool | None:
    """Return whether loops for wide vectors (AVX2) are used; None on processors for which there are none."""
    found: int = core_function("cd_wide_vectors", "", "i64")()
    return None if found < 0 else found > 0


def _load() -> ctypes.CDLL:
    if not LIBRARY.exists():
        raise MissingCore(f"{LIBRARY.name} is not in {LIBRARY.parent}; run `make core` or install copydesk again")
    library = ctypes.CDLL(str(LIBRARY))
    library.cd_sources_digest.restype = ctypes.c_uint64
    if SOURCES.is_dir() and library.cd_sources_digest() != int(_digest_of_sources(), 16):
        raise MissingCore(f"{LIBRARY.name} is not made from the sources in {SOURCES}; run `make core`")
    return library


def _digest_of_sources() -> str:
    """Return what `.ci/build_core.py` compiled in."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(SOURCES.glob("*.[ch]")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


_library = _load()
