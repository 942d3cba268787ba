"""Runs `copydesk score` for tests: in this process, in another one, and with pages that crash or hang their worker."""

from __future__ import annotations

import io
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO
from unittest import mock

from copydesk.classifier import Model, load_model
from copydesk.service.commands.arguments import copydesk_version
from copydesk.service.score import run as score_run
from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.batch import ScoredBatch, ScoreFunction, score_batch
from copydesk.service.score.engine import Engine
from copydesk.service.score.options import PageOptions, ScoreOptions
from copydesk.service.score.readers import Shard
from copydesk.service.score.run import score_files
from copydesk.service.score.tally import Tally, tally_from_fields
from copydesk.service.score.worker import ScoreJob, score_shard
from copydesk.service.settings import Settings
from tests.conftest import COMMAND, ROOT, clean_environment


def score(
    inputs: Sequence[Path],
    folder: Path,
    *,
    score: ScoreFunction = score_batch,
    err: TextIO | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Run the local engine, which scores batches by a function; return the summary."""
    defaults = ScoreOptions(inputs=[str(path) for path in inputs], folder=folder, version=copydesk_version())
    chosen = replace(defaults, **options)
    engine = scoring_by(score, score_run.local_engine(workers=chosen.workers, page_seconds=chosen.page_seconds))
    return score_files(chosen, Settings(), err or io.StringIO(), engine=engine, clock=lambda: 0.0)


def scoring_by(score: ScoreFunction, engine: Engine) -> Engine:
    """Return an engine that scores batches by another function."""
    return replace(engine, scorer=lambda job: engine.scorer(replace(job, score=score)))


class InProcessPool:
    """Replaces the pool: scores shards in this process, so that tests need not start others."""

    pages = 0
    waits_for = "nothing"

    def __init__(self, job: ScoreJob, *, workers: int, page_seconds: float) -> None:
        self._job = job
        self._model = load_model(job.model)

    def run(self, shards: Iterator[Shard]) -> Iterator[tuple[Shard, Tally]]:
        """Score all shards."""
        for shard in shards:
            yield shard, tally_from_fields(score_shard(shard, {}, self._job, self._model, [0, 0]))

    def close(self) -> None:
        """Do nothing."""


@contextmanager
def in_this_process() -> Iterator[None]:
    """Score without worker processes inside the block."""
    with mock.patch.object(score_run, "Pool", InProcessPool):
        yield


def start(*arguments: str | Path) -> subprocess.Popen[bytes]:
    """Start `copydesk score` as a process."""
    return subprocess.Popen(
        [*COMMAND, "score", *map(str, arguments)], stderr=subprocess.PIPE, cwd=ROOT, env=clean_environment()
    )


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the content of all files of an output folder, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def score_or_end(
    batch: Sequence[InputRow], model: Model, options: PageOptions, *, at: Callable[[int], None]
) -> ScoredBatch:
    """Score a batch, but crash, hang or fail at a page that says so."""

    def reached(number: int) -> None:
        at(number)
        content = batch[number].content or b"" if batch[number].code is None else b""
        if b"END-THE-WORKER" in content:
            os._exit(7)
        if b"HANG-THE-WORKER" in content:
            time.sleep(600)
        if b"FAIL-THE-WORKER" in content:
            raise RuntimeError("no page's fault")

    return score_batch(batch, model, options, at=reached)
