"""The local engine: plans shards, has workers score them, and finishes the output; one that was ended goes on."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import make_url

from copydesk.classifier import load_manifest
from copydesk.classifier.duplicates.signing import KEYS, SCHEME
from copydesk.service.atomic_files import write_aside
from copydesk.service.index import open_index
from copydesk.service.score import PAGE_SECONDS
from copydesk.service.score.attach_clusters import Clustering, IndexPass, cluster_all
from copydesk.service.score.batch import BatchOptions, score_batch
from copydesk.service.score.engine import Engine
from copydesk.service.score.output import Folder, Output, finish, opened
from copydesk.service.score.plan import SHARD_BYTES, Cutting, plan
from copydesk.service.score.pool import Pool
from copydesk.service.score.progress import ScoreProgress, summary_lines
from copydesk.service.score.readers import Columns, Shard
from copydesk.service.score.report import report_page
from copydesk.service.score.rerun import error_places
from copydesk.service.score.sources import all_sources, sources_of, stamp_of
from copydesk.service.score.worker import ScoreFunction, Work
from copydesk.service.settings import Settings

FORMAT_VERSION = 1
"""Of the output folder; another one is not gone on with."""
REPORT = "report.html"
SUMMARY_SITES = 100
"""Sites with most junk that the summary names."""


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """What the command line asks for.

    Attributes:
        inputs: Files, folders, globs and URLs.
        folder: Where the output goes.
        output: How rows are written.
        blocks: Whether rows carry their blocks.
        workers: Processes that score.
        columns: Where rows hold what.
        shard_bytes: Bytes of a shard.
        page_seconds: A page that takes longer becomes an error row.
        only: An errors.jsonl: the rows that it names are scored, and no others.
        clustering: What is looked for beside labels.
        report: Whether a page with pictures is written beside the summary.
        version: Of copydesk.
        score: Scores a batch.
    """

    inputs: Sequence[str]
    folder: Path
    output: Output = Output.PARQUET
    blocks: bool = True
    workers: int = 1
    columns: Columns = field(default=Columns())
    shard_bytes: int = SHARD_BYTES
    page_seconds: float = PAGE_SECONDS
    only: Path | None = None
    clustering: Clustering = field(default=Clustering())
    report: bool = False
    version: str = ""
    score: ScoreFunction = score_batch


def local_engine(*, workers: int, page_seconds: float) -> Engine:
    """Work on this machine."""
    pool = partial(Pool, workers=workers, page_seconds=page_seconds)
    return Engine(pool, partial(cluster_all, workers=workers))


def run(
    options: ScoreOptions,
    settings: Settings,
    err: TextIO,
    *,
    engine: Engine | None = None,
    clock: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Score all inputs, on this machine where no other engine is given; gives the summary.

    Raises:
        ArtifactMismatch: The model cannot be loaded.
        BadInput: An input is not there, or nothing here can read it.
        UnusableWork: The output folder cannot be used.
        StoppedWork: Workers cannot go on; the same command does.
        OSError: Something cannot be written.
    """
    manifest = job_manifest(options, settings)
    clustering = options.clustering
    staged = clustering.dedup or clustering.index is not None
    folder = Folder(options.folder, options.output, manifest["model"], staged=staged, signed=clustering.dedup)
    with opened(folder, manifest):
        summary = folder.summary()
        if summary is None:
            engine = engine or local_engine(workers=options.workers, page_seconds=options.page_seconds)
            with ScoreProgress(err, all_bytes=sum(each["bytes"] for each in manifest["inputs"])) as progress:
                summary = _work(options, settings, folder, progress, engine, clock)
        if options.report:
            page = report_page(summary, manifest).encode()
            write_aside(folder.path / REPORT, lambda out: out.write(page))
    for line in summary_lines(summary):
        print(f"copydesk: {line}", file=err)
    return summary


def _work(
    options: ScoreOptions,
    settings: Settings,
    folder: Folder,
    progress: ScoreProgress,
    engine: Engine,
    clock: Callable[[], float],
) -> dict[str, Any]:
    with _index_pass(options.clustering, folder, clock) as scored:
        n_shards = _score(options, settings, folder, progress, engine, scored)
    clusters = None
    if options.clustering.dedup:
        progress.stage("comparing")
        clusters = engine.cluster(folder, n_shards, options.clustering)
    progress.tally.sites = dict(progress.tally.worst_sites(SUMMARY_SITES))
    summary = {"shards": n_shards, **progress.tally.fields(), "clusters": clusters}
    finish(folder, n_shards, summary)
    return summary


@contextmanager
def _index_pass(clustering: Clustering, folder: Folder, clock: Callable[[], float]) -> Iterator[Callable[[], None]]:
    """Give what is to be called after each shard."""
    if clustering.index is None:
        yield lambda: None
        return
    with open_index(clustering.index, create=True, preferred=clustering.prefer) as index:
        yield IndexPass(folder, index, clock=clock).advance


def job_manifest(options: ScoreOptions, settings: Settings) -> dict[str, Any]:
    """Say all that the output depends on: who goes on with it must agree in all of it."""
    return {
        "format": FORMAT_VERSION,
        "copydesk": options.version,
        "model": load_manifest(settings.model).get("digest"),
        "inputs": [stamp_of(name, sources_of(name)) for name in options.inputs],
        "output": options.output,
        "blocks": options.blocks,
        "columns": options.columns.names(),
        "shard_bytes": options.shard_bytes,
        "max_page_bytes": settings.max_page_bytes,
        "dedup": asdict(KEYS) | asdict(SCHEME) if options.clustering.dedup else None,
        "index": None if options.clustering.index is None else place_name(options.clustering.index),
        "prefer": list(options.clustering.prefer),
        "only": None if options.only is None else hashlib.sha256(options.only.read_bytes()).hexdigest()[:16],
    }


def place_name(index: str) -> str:
    """Name an index without what opens it: a password does not belong in a manifest."""
    return index if "://" not in index else make_url(index).render_as_string(hide_password=True)


def _score(
    options: ScoreOptions,
    settings: Settings,
    folder: Folder,
    progress: ScoreProgress,
    engine: Engine,
    scored: Callable[[], None],
) -> int:
    """Score the shards that are not done yet, and call `scored` after each; gives how many there are."""
    n_shards = 0

    def waiting() -> Iterator[Shard]:
        nonlocal n_shards
        for shard in shards_of(options, settings, folder):
            n_shards += 1
            earlier = folder.tally(shard.number)
            if earlier is None:
                yield shard
            else:
                progress.earlier(shard.size, earlier)

    todo = Work(
        settings.model,
        folder,
        options.columns,
        BatchOptions(settings.max_page_bytes, options.blocks),
        KEYS if options.clustering.dedup else None,
        None if options.only is None else error_places(options.only),
        options.score,
    )
    pool = engine.scorers(todo)
    try:
        for done in pool.run(waiting()):
            if done is not None:
                shard, tally = done
                progress.done(shard.size, tally)
                if shard.spool is not None:
                    Path(shard.spool).unlink(missing_ok=True)
                scored()
            progress.look(pool.pages)
    finally:
        pool.close()
    scored()
    return n_shards


def shards_of(options: ScoreOptions, settings: Settings, folder: Folder) -> Iterator[Shard]:
    """Cut the inputs; what is done already is not laid down again."""
    cutting = Cutting(
        options.columns,
        settings.max_page_bytes,
        options.shard_bytes,
        folder.work,
        wanted=lambda number: not folder.is_done(number),
    )
    sources = all_sources(options.inputs)
    if options.only is not None:
        named = error_places(options.only)
        sources = (source for source in sources if source.name in named)
    return plan(sources, cutting)
