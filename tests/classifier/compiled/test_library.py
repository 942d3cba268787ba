"""Tests of `library`: what Python hands to the C core is what the C core takes."""

from __future__ import annotations

import re
from importlib import import_module

import numpy as np
import pytest

from copydesk.classifier.compiled import library
from tests.support.import_graph import ROOT, modules

SOURCES = ROOT / "classifier" / "compiled" / "c"
EXPORTED = re.compile(r"^EXPORT (\w+) (cd_\w+)\(([^)]*)\)", re.MULTILINE)
SCALARS = {"int64_t": "i64", "uint64_t": "u64", "double": "f64", "void": ""}
ITEMS = {"float": "f32", "double": "f64", "bool": "bool", "char": "u8", "point_t": "u32"}


def kind_of(argument: str) -> str:
    """Return how `core_function` writes a C argument, such as `const uint32_t *points`."""
    words = re.sub(r"\bconst\b|\*|\brestrict\b|\w+$", " ", argument.strip()).split()
    name = words[0] if words else argument
    if "*" not in argument:
        return SCALARS[name]
    item = ITEMS.get(name) or re.sub(r"^(u?)int(\d+)_t$", lambda found: (found[1] or "i") + found[2], name)
    return f"{item}*"


def exported() -> dict[str, tuple[str, str]]:
    """Return the arguments and the result of every function that the sources export."""
    found = {}
    for path in SOURCES.glob("*.c"):
        for result, name, arguments in EXPORTED.findall(path.read_text(encoding="utf-8")):
            kinds = [] if arguments == "void" else [kind_of(argument) for argument in arguments.split(",")]
            found[name] = " ".join(kinds), SCALARS[result]
    return found


def test_functions_are_bound_as_the_sources_have_them() -> None:
    for module in modules():
        if module.startswith(("classifier.", "service.index")):
            import_module(f"copydesk.{module}")
    declared = exported()
    for name, (arguments, returns) in library.BOUND.items():
        found = arguments, "i64" if returns == "memory" else returns
        assert found == declared[name], name


def test_arrays_of_another_type_or_order_are_refused() -> None:
    add_up = library.core_function("cd_hash_code_points", "u32* i64", "u64")
    table = np.arange(6, dtype=np.uint32).reshape(2, 3)
    assert add_up(table, 6) == add_up(table.ravel(), 6)
    with pytest.raises(Exception, match="contiguous array of int64, expected a contiguous one of uint32"):
        add_up(table.astype(np.int64), 6)
    with pytest.raises(Exception, match="found a strided array"):
        add_up(table.T, 6)
    with pytest.raises(Exception, match="found bytes, expected a contiguous array of uint32"):
        add_up(table.tobytes(), 6)


def test_bytes_are_an_array_of_small_numbers() -> None:
    count = library.core_function("cd_count_controls", "u8* i64", "i64")
    assert count(b"\0a\x01", 3) == count(np.array([0, 97, 1], np.uint8), 3) == 2


def test_library_names_its_compiler() -> None:
    assert re.match(r"(gcc|clang) \d+\.", library.compiler())
