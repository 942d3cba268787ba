"""Which room may import which: the rules of the house, checked on the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

NETWORK = {"asyncio", "http", "httpx", "requests", "selectors", "socket", "ssl", "subprocess", "urllib"}
ENVIRONMENT = {"os", "logging", "random", "secrets"}
CLOCK = {"datetime", "sched", "time", "timeit"}
RUNS_CODE_ON_LOADING = {"dill", "joblib", "marshal", "pickle", "shelve", "skops"}

FORBIDDEN = {
    "classifier": {"training", "service", "tests", "sklearn"} | NETWORK | ENVIRONMENT | CLOCK | RUNS_CODE_ON_LOADING,
    "training": {"service", "tests"},
    "service": {"training", "tests", "sklearn"} | RUNS_CODE_ON_LOADING,
}
"""What no module of a room imports."""

FREE = {"types", "errors", "jit", "mix", "characters"}
"""Modules of the classifier that every other one may import; of themselves they import `types`, `errors`, `jit`."""

MAY_IMPORT: dict[str, set[str]] = {
    "decode": set(),
    "lines": set(),
    "segment_text": {"lines"},
    "tags": set(),
    "nesting": {"tags"},
    "segment_html": {"nesting"},
    "lexical": set(),
    "shape": set(),
    "cards": set(),
    "names": set(),
    "repeats": set(),
    "features": {"cards", "lexical", "names", "repeats", "shape"},
    "linear": {"features"},
    "trees": set(),
    "page_type": {"features"},
    "surroundings": {"shape"},
    "context": {"cards", "features", "linear", "page_type", "shape", "surroundings"},
    "model": {"linear", "page_type", "shape", "trees", "context", "features"},
    "explain": {"context", "lexical", "linear", "model"},
    "article": set(),
    "artifact": {"context", "features", "linear", "model", "page_type", "trees"},
    "pipeline": {"article", "explain", "features", "model", "segment_html", "segment_text"},
    "words": set(),
    "shingles": {"words"},
    "minhash": {"shingles"},
    "bands": {"shingles"},
    "packed": {"shingles"},
    "overlap": {"shingles", "words"},
    "signing": {"bands", "minhash", "shingles", "words"},
    "candidates": {"shingles"},
    "stories": set(),
    "rivals": {"candidates", "overlap"},
    "duplicates": {"candidates", "overlap", "rivals", "shingles", "signing", "stories"},
    "sightings": {"overlap", "packed", "shingles", "words"},
    "__init__": {"artifact", "decode", "model", "pipeline"},
}
"""Beside the free ones, what each module of the classifier may import of it: the way of a page, stage by stage."""


def modules(room: str) -> list[Path]:
    found = sorted((ROOT / room).rglob("*.py"))
    assert found, f"{room} holds no module"
    return found


def imported(path: Path) -> Iterator[str]:
    """Every dotted name that a module imports, inside functions and type-checking blocks too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} line {node.lineno}: a relative import; the rooms are named in full here"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def neighbours(path: Path) -> set[str]:
    """The modules of the classifier that one of its modules imports."""
    known = {module.stem for module in modules("classifier")}
    return {name.split(".")[1] for name in imported(path) if name.startswith("classifier.")} & known


@pytest.mark.parametrize("room", FORBIDDEN)
def test_room_imports_nothing_that_is_forbidden_to_it(room: str) -> None:
    for path in modules(room):
        wrong = {name for name in imported(path) if name.split(".")[0] in FORBIDDEN[room]}
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


@pytest.mark.parametrize("path", modules("classifier"), ids=lambda path: path.stem)
def test_stage_imports_its_neighbours_alone(path: Path) -> None:
    if path.stem in FREE:
        allowed = {"types", "errors", "jit"}
    else:
        assert path.stem in MAY_IMPORT, f"{path.name} is new; say in MAY_IMPORT which stages it may import"
        allowed = MAY_IMPORT[path.stem] | FREE
    wrong = neighbours(path) - allowed
    assert not wrong, f"{path.name} imports {sorted(wrong)}, expected no more than {sorted(allowed)}"


def test_stages_import_each_other_in_one_direction() -> None:
    left = dict(MAY_IMPORT)
    while ready := {name for name, needed in left.items() if not needed & left.keys()}:
        left = {name: needed for name, needed in left.items() if name not in ready}
    assert not left, f"these import each other in a circle: {sorted(left)}"


def test_rules_name_no_module_that_is_gone() -> None:
    known = {path.stem for path in modules("classifier")}
    assert MAY_IMPORT.keys() | FREE <= known


def test_environment_is_taken_in_one_place_and_passed_on() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in modules("service")}
    assert {name for name, text in texts.items() if "os.environ" in text} == {"cli"}
    assert not {name for name, text in texts.items() if "getenv" in text}


def test_check_sees_imports_of_every_form(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("import os.path\nfrom time import sleep\ndef f():\n    from classifier import trees\n")
    assert set(imported(path)) == {"os.path", "time", "time.sleep", "classifier", "classifier.trees"}


def test_check_refuses_relative_imports(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("from . import trees\n")
    with pytest.raises(AssertionError, match="line 1: a relative import"):
        list(imported(path))
