"""The names that the code itself has, for a test to compare the manual with: options, variables, codes of bad rows."""

from __future__ import annotations

import argparse
import ast
import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout

import pytest

from copydesk.service.cli import _parser as copydesk_parser
from copydesk.training.cli import parse as train_arguments
from tests.support.manual import ROOT

ROW_ERRORS = frozenset({"BadRow", "BadField", "UnreadablePage", "_replace"})
"""What is called with the code of a row's error; `_replace` puts a worker in the place of one that ended."""


class LookupRecorder(dict[str, str]):
    """An empty environment that notes the names which are looked up."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(name)
        return default


def _leaf_parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Walk through a parser's subcommands, down to those that have none."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield parser
    for action in below:
        for sub in action.choices.values():
            yield from _leaf_parsers(sub)


def command_options() -> Mapping[str, set[str]]:
    """Return the long options of every command."""
    options = {
        parser.prog: {name for action in parser._actions for name in action.option_strings if name.startswith("--")}
        for parser in _leaf_parsers(copydesk_parser())
    }
    options["copydesk-train"] = _options_of_help(train_arguments, ["--help"])
    return {name: found - {"--help"} for name, found in options.items()}


def _options_of_help(run: Callable[[list[str]], object], arguments: list[str]) -> set[str]:
    """Return the options that a command's help names."""
    shown = io.StringIO()
    with redirect_stdout(shown), pytest.raises(SystemExit):
        run(arguments)
    return set(re.findall(r"--[a-z-]+", shown.getvalue()))


def bench_options() -> set[str]:
    """Return the options of the benchmarks, by their source: most import more than a test needs."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "bench").glob("*.py"))
    return {option for source in sources for option in re.findall(r"add_argument\(\s*\"(--[a-z-]+)", source)}


def check_command(words: list[str], where: str) -> None:
    """Check that a command's options exist, by the command's own parser where it is copydesk's."""
    if words[0] == "copydesk":
        said = io.StringIO()
        try:
            with redirect_stderr(said):
                copydesk_parser().parse_args(words[1:])
        except SystemExit:
            pytest.fail(f"{where}: {' '.join(words)}: {said.getvalue()}")
    known = command_options()["copydesk-train"] if words[0] == "copydesk-train" else None
    for word in words:
        if known is not None and word.startswith("--"):
            assert word in known, f"{where}: {word}"


def row_codes() -> set[str]:
    """Return the codes that the source gives bad rows and unreadable pages."""
    found: set[str] = set()
    for folder in ("classifier", "service"):
        for path in (ROOT / folder).rglob("*.py"):
            if "api" in path.parts:
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            constants = dict(_constants(tree))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and _called(node.func) in ROW_ERRORS:
                    found |= {word for word in _words_in(node) if re.fullmatch(r"[a-z]+(_[a-z]+)*", word)}
                if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Name):
                    found |= {value for name, value in constants.items() if name == node.value.id}
    return found


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the names and values of a module's own constants that are strings."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from ((target.id, node.value.value) for target in node.targets if isinstance(target, ast.Name))


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _words_in(call: ast.Call) -> Iterator[str]:
    """Yield the strings among a call's arguments, those that are a default (`code or "bad_row"`) included."""
    for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
        parts = argument.values if isinstance(argument, ast.BoolOp) else [argument]
        yield from (part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))
