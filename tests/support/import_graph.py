"""The import graph of the source by layers; `python -m tests.support.import_graph` prints it.

Units are packages, and the few single modules that `LAYERS` names. Imports inside functions and type-checking blocks
count too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("classifier", "training", "service")

LAYERS = """
    service.cli
    training service.commands
    service.score service.api
    service.dedup service.client
    service.rows
    service.index service
    service.index_errors
    classifier
    classifier.model
    classifier.segmentation classifier.rendering classifier.features classifier.duplicates classifier.fields
    classifier.compiled
    classifier.types classifier.errors classifier.lazy_names
    classifier.lazy_columns classifier.letter_case classifier.plurals
    classifier.structure classifier.markup_arrays
    classifier.arrays
    classifier.array_views classifier.image_address
"""
"""From the doors down to the values. A module belongs to the unit with the longest name that its own begins with, and
a unit imports units on lower lines alone."""

LEVEL_OF = {unit: level for level, line in enumerate(reversed(LAYERS.split("\n"))) for unit in line.split()}


@cache
def modules() -> dict[str, Path]:
    """Return the files of the three rooms by module name, without `copydesk.`; a package is named as its folder."""
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imported(path: Path) -> Iterator[str]:
    """Return every dotted name that a module imports; of `from package import module` the module alone."""
    known = modules()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            names = {f"{source}.{alias.name}" for alias in node.names}
            are_modules = {name for name in names if name.removeprefix("copydesk.") in known}
            yield from are_modules
            if names - are_modules:
                yield source


def unit_of(module: str) -> str:
    """Return the unit that a module belongs to."""
    return max((unit for unit in LEVEL_OF if module == unit or module.startswith(f"{unit}.")), key=len)


def module_imports() -> dict[str, set[str]]:
    """Return which modules each module imports, itself left out."""
    known = modules()
    found = {}
    for module, path in known.items():
        names = {name.removeprefix("copydesk.") for name in imported(path) if name.startswith("copydesk.")}
        found[module] = (names & known.keys()) - {module}
    return found


def arrows() -> dict[tuple[str, str], list[str]]:
    """Return the arrows between units, each with the module imports behind it."""
    found: dict[tuple[str, str], list[str]] = {}
    for module, targets in module_imports().items():
        for target in targets:
            pair = unit_of(module), unit_of(target)
            if pair[0] != pair[1]:
                found.setdefault(pair, []).append(f"{module} imports {target}")
    return found


def circles() -> list[str]:
    """Return the modules that are in import circles or above them, found by removing what imports nothing else."""
    left = module_imports()
    while True:
        ready = {name for name, targets in left.items() if not targets & left.keys()}
        if not ready:
            return sorted(left)
        left = {name: targets for name, targets in left.items() if name not in ready}


def main() -> None:
    """Print units, levels and arrows."""
    found = arrows()
    for line in LAYERS.split("\n"):
        for unit in line.split():
            targets = sorted({target for source, target in found if source == unit})
            print(f"{LEVEL_OF[unit]:3}  {unit:24} -> {' '.join(targets)}")
    n_levels = len({level for unit, level in LEVEL_OF.items()})
    print(f"{len(LEVEL_OF)} units, {n_levels} levels, {len(found)} arrows")


if __name__ == "__main__":
    main()
