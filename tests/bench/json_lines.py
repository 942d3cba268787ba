"""CPU time a page of `copydesk classify` on JSON lines: output included, start left out."""

from __future__ import annotations

import json
import math
import resource
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.measure import table
from tests.conftest import COMMAND, ROOT, clean_environment

FEW = 20
"""Pages of the run that is subtracted: its time is mostly that of the start."""

ROUNDS = 2
OURS, OTHER = "copydesk", "the other command"


def report_lines(htmls: Sequence[str], texts: Sequence[str], other: Sequence[str]) -> int:
    """Print CPU milliseconds a page of both forms, and the ratio to another command; 2 without enough pages."""
    if len(htmls) <= FEW:
        print(f"bench classify: {len(htmls)} pages, expected more than {FEW}")
        return 2
    commands = {OURS: COMMAND} | ({OTHER: list(other)} if other else {})
    print(f"{len(htmls)} pages on JSON lines, best of {ROUNDS} runs, the time of {FEW} pages subtracted\n")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for form, pages in (("html", htmls), ("text", texts)):
            files = [_write(Path(folder), form, part) for part in (pages[:FEW], pages)]
            found = milliseconds(commands, files, len(pages) - FEW)
            rows += [[f"{name}, {form}", f"{ms:.2f}", f"{found[OURS] / ms:.2f}"] for name, ms in found.items()]
    print(table(["", "CPU ms a page", "ours over this"], rows))
    return 0


def milliseconds(commands: Mapping[str, Sequence[str]], files: Sequence[Path], n: int) -> dict[str, float]:
    """Return each command's CPU milliseconds for the `n` pages that the second file has more than the first."""
    few: dict[str, float] = {}
    many: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            for best, file in zip((few, many), files, strict=True):
                best[name] = min(best.get(name, math.inf), _cpu([*command, "classify", "--output", "jsonl", str(file)]))
    return {name: 1000 * (many[name] - few[name]) / n for name in commands}


def _write(folder: Path, form: str, pages: Sequence[str]) -> Path:
    path = folder / f"{form}-{len(pages)}.jsonl"
    path.write_text("".join(json.dumps({"id": n, form: page}) + "\n" for n, page in enumerate(pages)))
    return path


def _cpu(command: Sequence[str]) -> float:
    """Run a command and return its CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    quiet = subprocess.DEVNULL
    subprocess.run(command, cwd=ROOT, env=clean_environment(), stdout=quiet, stderr=quiet, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
