"""Commands whose runs are killed and begun again: `score`, `dedup` and `classify`, as writers for `kill_once`."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from functools import partial
from itertools import count
from pathlib import Path
from unittest import mock

from copydesk.classifier import Model
from copydesk.service import cli
from copydesk.service.dedup import sign_chunks
from copydesk.service.index import open_index
from copydesk.service.score.options import ClusterOptions, OutputFormat
from tests.support import score_runs
from tests.support.index_places import window
from tests.support.killed_writers import OPENED, Acknowledge
from tests.support.score_inputs import stories, write_jsonl
from tests.support.score_runs import files_of, in_this_process, score

Run = Callable[[Path], object]
MOST_SECONDS = 2.0
"""Seconds until a kill, at most; runs are given twice as long as they take, so that they are killed at every step."""


class RunWriter:
    """Runs commands in turn, each with a folder of its own; a run that was killed continues after the next start."""

    def __init__(self, folder: Path, runs: Sequence[Run], last_file: str) -> None:
        """Run each command once undisturbed. `last_file` is what appears in the folder at the end of a run."""
        self._folder, self._runs, self._last_file, self._n_done = folder, runs, last_file, 0
        start = time.monotonic()
        for number, run in enumerate(runs):
            run(folder / f"undisturbed-{number}")
        self.longest = min(MOST_SECONDS, 2 * (time.monotonic() - start) / len(runs))
        self._undisturbed = [self._files(folder / f"undisturbed-{number}") for number in range(len(runs))]

    @staticmethod
    def _files(folder: Path) -> dict[str, bytes]:
        """Return what must be there after the run; the manifest of `score` has the name of the index."""
        return {name: data for name, data in files_of(folder).items() if name != "manifest.json"}

    def _path(self, number: int) -> Path:
        return self._folder / f"run-{number}"

    def write(self, acknowledge: Acknowledge) -> None:
        acknowledge(OPENED)
        for number in count(self._n_done):
            self._runs[number % len(self._runs)](self._path(number))
            acknowledge("done")

    def check(self, acknowledged: Sequence[str]) -> int:
        for number in range(self._n_done, self._n_done + len(acknowledged)):
            expected, found = self._undisturbed[number % len(self._runs)], self._files(self._path(number))
            wrong = [name for name in sorted(expected.keys() | found.keys()) if expected.get(name) != found.get(name)]
            assert not wrong, f"run {number} gave other bytes: {', '.join(wrong)}"
            shutil.rmtree(self._path(number))
        self._n_done += len(acknowledged)
        unfinished, expected = self._path(self._n_done), self._undisturbed[self._n_done % len(self._runs)]
        final = {name: unfinished / name for name in expected}
        for name in [name for name, path in final.items() if path.exists() and name != "lock"]:
            assert final[name].read_bytes() == expected[name], f"{name} is half there"
        return int(final[self._last_file].exists())


def score_writer(folder: Path, model: Model) -> RunWriter:
    """Return a writer of `score`: rows alone, with duplicates of the run, and with an index."""
    pages = folder / "pages.jsonl"
    rows = stories(12)
    write_jsonl(pages, [*rows, {"id": "none"}, rows[3] | {"id": "copy"}])

    def run(output: Path, *, dedup: bool = False, index: bool = False) -> None:
        place = str(output.with_suffix(".sqlite")) if index else None
        format = OutputFormat.JSONL if dedup else OutputFormat.PARQUET
        with in_this_process(), mock.patch.object(score_runs, "load_model", return_value=model):
            clustering = ClusterOptions(dedup=dedup, index=place)
            score([pages], output, shard_bytes=3000, format=format, clustering=clustering, report=dedup)
        if place is not None:
            with open_index(place, create=False) as indexed:
                assert indexed.stats().documents == len(rows) + 1

    return RunWriter(folder, [run, partial(run, dedup=True), partial(run, index=True)], "summary.json")


def dedup_writer(folder: Path) -> RunWriter:
    """Return a writer of `dedup --output`."""
    documents = folder / "documents.jsonl"
    write_jsonl(documents, [{"id": n, "body": window(n if n % 5 else n // 2)} for n in range(200)])

    def run(output: Path) -> None:
        output.mkdir(exist_ok=True)
        with mock.patch.object(sign_chunks, "CHUNK_ROWS", 30), redirect_stderr(io.StringIO()):
            arguments = ["dedup", str(documents), "--output", str(output / "clusters.jsonl"), "--workers", "1"]
            assert cli.main(arguments) == 0

    return RunWriter(folder, [run], "clusters.jsonl")


class ClassifyWriter:
    """Runs `classify --output-dir` on three versions of the same pages in turn, into one folder."""

    n_pages = 15

    def __init__(self, folder: Path, model: Model) -> None:
        self._inputs, self._output, self._model, self._last = folder, folder / "articles", model, 2
        start = time.monotonic()
        self._versions = [self._classify(version) for version in range(3)]
        self.longest = min(MOST_SECONDS, 2 * (time.monotonic() - start) / 3)

    def _classify(self, version: int) -> dict[str, bytes]:
        pages = self._inputs / f"pages-{version}.jsonl"
        if not pages.exists():
            rows = stories(3 * self.n_pages)[version::3]
            write_jsonl(pages, [row | {"id": f"page{n}"} for n, row in enumerate(rows)])
        with mock.patch("copydesk.classifier.load_model", return_value=self._model):
            arguments = ["classify", str(pages), "--output-dir", str(self._output), "--output", "html"]
            assert cli.main(arguments) == 0
        return self._files()

    def _files(self) -> dict[str, bytes]:
        return {name: data for name, data in files_of(self._output).items() if not name.startswith(".")}

    def write(self, acknowledge: Acknowledge) -> None:
        acknowledge(OPENED)
        for number in count(self._last + 1):
            self._classify(number % 3)
            acknowledge("written")

    def check(self, acknowledged: Sequence[str]) -> int:
        self._last += len(acknowledged)
        before, after = self._versions[self._last % 3], self._versions[(self._last + 1) % 3]
        files = self._files()
        assert files.keys() == before.keys(), "a page is lost"
        wrong = [name for name, data in files.items() if data not in (before[name], after[name])]
        assert not wrong, f"{wrong[0]} is half there or older than what was acknowledged"
        return sum(files[name] == after[name] for name in files)
