"""The rules of the house, checked on the source: layers, circles, what a room may not import, one import name."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

from tests.support.import_graph import LEVEL_OF, ROOT, arrows, circles, imported, modules

NETWORK = {"asyncio", "http", "httpx", "requests", "selectors", "socket", "ssl", "subprocess", "urllib"}
ENVIRONMENT = {"os", "logging", "random", "secrets"}
CLOCK = {"datetime", "sched", "time", "timeit"}
RUNS_CODE_ON_LOADING = {"dill", "joblib", "marshal", "pickle", "shelve", "skops"}

FORBIDDEN = {
    "classifier": {"numba", "sklearn"} | NETWORK | ENVIRONMENT | CLOCK | RUNS_CODE_ON_LOADING,
    "training": {"numba"},
    "service": {"numba", "sklearn"} | RUNS_CODE_ON_LOADING,
}
"""What no module of a room imports."""

DUPLICATES = "classifier.duplicates"
FACES = ("classifier.fields", "classifier.segmentation", "classifier.features", "classifier.model", DUPLICATES)
"""Packages from which other packages import only what `__init__` lists."""

RUN_SINGLE_STEPS = (
    *("service.index", "service.dedup", "service.score.distributed"),
    *("service.commands.dedup", "training.plots"),
)
"""What imports steps of `classifier.duplicates` from their modules: the units that run them in an order of their own,
and two modules that show the user how likely `bands` finds a pair. Its types come from `types`, whoever needs them."""


def test_units_import_lower_layers_alone() -> None:
    wrong = [
        line for (source, target), lines in arrows().items() if LEVEL_OF[source] <= LEVEL_OF[target] for line in lines
    ]
    assert not wrong


def test_modules_import_each_other_in_no_circle() -> None:
    assert not circles()


def test_training_and_service_never_meet() -> None:
    assert not [pair for pair in arrows() if {name.split(".")[0] for name in pair} == {"training", "service"}]


def test_no_module_imports_a_command_but_the_parser() -> None:
    assert {source for source, target in arrows() if target == "service.commands"} == {"service.cli"}


@pytest.mark.parametrize("room", FORBIDDEN)
def test_room_imports_nothing_that_is_forbidden_to_it(room: str) -> None:
    for module, path in modules().items():
        if module.split(".")[0] == room:
            wrong = {name for name in imported(path) if name.split(".")[0] in FORBIDDEN[room] | {"tests"}}
            assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


@pytest.mark.parametrize("package", FACES)
def test_package_is_imported_by_the_names_that_it_lists(package: str) -> None:
    prefix = f"copydesk.{package}."
    allowed = {f"{prefix}{name}" for name in import_module(f"copydesk.{package}").__all__}
    for module, path in modules().items():
        if f"copydesk.{module}.".startswith(prefix) or (package == DUPLICATES and module.startswith(RUN_SINGLE_STEPS)):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = {f"{node.module}.{alias.name}" for alias in node.names}
                wrong = {name for name in names - allowed if name.startswith(prefix)}
                wrong -= {name for name in wrong if f"{name}.".startswith(f"copydesk.{DUPLICATES}.types.")}
                assert not wrong, f"{module} imports {sorted(wrong)}, expected names that {package} lists"


def test_rooms_are_imported_under_one_name() -> None:
    """A module imported under two names would be loaded twice."""
    for path in [*modules().values(), *(ROOT / "tests").rglob("*.py"), ROOT / "copydesk" / "__init__.py"]:
        wrong = {name for name in imported(path) if name.split(".")[0] in {"", "classifier", "training", "service"}}
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}, expected names that begin with copydesk"


def test_environment_is_taken_in_one_place_and_passed_on() -> None:
    texts = {module: path.read_text(encoding="utf-8") for module, path in modules().items()}
    found = {name for name, text in texts.items() if "os.environ" in text}
    # prometheus_client takes the folder of several workers from a variable alone
    assert found == {"service.cli", "service.api.monitoring.metrics"}
    assert not {name for name, text in texts.items() if "getenv" in text}


def test_layers_name_no_unit_that_is_gone() -> None:
    known = modules()
    assert not {unit for unit in LEVEL_OF if unit not in known}


def test_imports_of_every_form_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("import os.path\nfrom time import sleep\ndef f():\n    from copydesk.classifier import pipeline\n")
    assert set(imported(path)) == {"os.path", "time", "copydesk.classifier.pipeline"}
    path.write_text("from . import trees\n")
    assert set(imported(path)) == {"."}
