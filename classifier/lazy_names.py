"""Imports the public names of a package on first use, so that light users load no numeric library."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def lazy_names(namespace: dict[str, Any], homes: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return a package's `__getattr__` (PEP 562); `homes` lists its public names by the module that defines them.

    It puts an imported name into `namespace`, the package's `globals()`, and raises `AttributeError` for other names.
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def load(name: str) -> Any:
        if name not in home_of:
            known = ", ".join(sorted(home_of))
            raise AttributeError(f"module {namespace['__name__']!r} has no attribute {name!r}; it has {known}")
        namespace[name] = getattr(import_module(home_of[name]), name)
        return namespace[name]

    return load
