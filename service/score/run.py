"""Runs batch scoring from the inputs to the summary; a run that was killed continues if it is started again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from copydesk.classifier import load_manifest
from copydesk.classifier.duplicates.types import DEFAULT_KEYS, DEFAULT_SCHEME
from copydesk.service.atomic_files import write_atomically
from copydesk.service.score.absent_columns import find_absent
from copydesk.service.score.attach_clusters import cluster_shards
from copydesk.service.score.engine import Engine
from copydesk.service.score.options import PageOptions, ScoreOptions
from copydesk.service.score.output import ERRORS_FILE, REPORT, OutputFolder, finish, open_folder
from copydesk.service.score.plan import CutOptions, cut_into_shards
from copydesk.service.score.pool import Pool
from copydesk.service.score.progress import ScoreProgress, first_errors, summary_lines
from copydesk.service.score.readers import Shard
from copydesk.service.score.remote_output import RemoteOutput, without_password
from copydesk.service.score.report import report_page
from copydesk.service.score.rerun import read_error_rows
from copydesk.service.score.sources import find_all_files, find_files, input_fingerprint
from copydesk.service.score.span_chain import SpanChain
from copydesk.service.score.worker import ScoreJob
from copydesk.service.settings import Settings

FORMAT_VERSION = 5
"""Version of the output folder; a folder of another version is refused."""
SHARD_COUNTS = ("span", "selected", "absent")
"""Counts that only the records of shards have."""
SUMMARY_SITES = 100
"""Sites in the summary: those with the most characters that are not body."""


def local_engine(*, workers: int, page_seconds: float) -> Engine:
    """Return the engine that computes on this machine."""
    return Engine(partial(Pool, workers=workers, page_seconds=page_seconds), partial(cluster_shards, workers=workers))


def score_files(
    options: ScoreOptions,
    settings: Settings,
    err: TextIO,
    *,
    engine: Engine | None = None,
    clock: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Score all inputs and return the summary; without an engine this machine does the work.

    Raises:
        ArtifactMismatch: The model cannot be loaded.
        BadInput: An input does not exist, its format is unknown, or rows that `only` lists are not in it.
        UnusableWork: The output folder cannot be used.
        ValueError: The URL of the output cannot be written to.
        StoppedWork: Workers fail again and again, or the machine did; the same command continues the run.
        OSError: Something cannot be written.
    """
    remote = None if options.remote is None else RemoteOutput(options.remote)
    manifest = run_manifest(options, settings)
    clustering = options.clustering
    staged = clustering.dedup or clustering.index is not None
    folder = OutputFolder(options.folder, options.format, manifest["model"], staged=staged, signed=clustering.dedup)
    if remote is not None:
        remote.begin(folder)
    with open_folder(folder, manifest):
        if remote is not None:
            remote.upload_manifest(folder)
        summary = folder.summary()
        is_again = summary is not None
        if summary is None:
            engine = engine or local_engine(workers=options.workers, page_seconds=options.page_seconds)
            with ScoreProgress(err, all_bytes=sum(each["bytes"] for each in manifest["inputs"])) as progress:
                summary = _Run(options, settings, folder, engine, progress, remote).complete(clock)
        if options.report:
            page = report_page(summary, manifest).encode()
            write_atomically(folder.path / REPORT, lambda out: out.write(page))
        if remote is not None:
            remote.complete(folder, summary["shards"], *([REPORT] if options.report else []))
    place = manifest["uploaded_to"] or folder.path
    again = [f"already complete: {place}; its summary:"] if is_again else []
    for line in [*again, *summary_lines(summary), *first_errors(folder.path / ERRORS_FILE)]:
        print(f"copydesk: {line}", file=err)
    return summary


def run_manifest(options: ScoreOptions, settings: Settings) -> dict[str, Any]:
    """Return everything that the output depends on; a run can only be continued with an equal manifest."""
    return {
        "format": FORMAT_VERSION,
        "copydesk": options.version,
        "model": load_manifest(settings.model).get("digest"),
        "inputs": [input_fingerprint(name, find_files(name)) for name in options.inputs],
        "output": options.format,
        "uploaded_to": None if options.remote is None else without_password(options.remote),
        "blocks": options.blocks,
        "parts": list(options.parts),
        "markdown": options.markdown,
        "links": options.links,
        "columns": asdict(options.columns),
        "csv": [options.csv_delimiter, options.csv_encoding],
        "shard_bytes": options.shard_bytes,
        "max_page_bytes": settings.max_page_bytes,
        "dedup": asdict(DEFAULT_KEYS) | asdict(DEFAULT_SCHEME) if options.clustering.dedup else None,
        "index": _public_name(options.clustering.index),
        "duplicates": asdict(options.clustering.duplicates),
        "titles": options.clustering.titles,
        "wanted": asdict(options.wanted),
        "only": None if options.only is None else hashlib.sha256(options.only.read_bytes()).hexdigest()[:16],
    }


def _public_name(index: str | None) -> str | None:
    if index is None:
        return None
    from copydesk.service.index.database import public_name  # it needs an extra

    return public_name(index)


@dataclass(frozen=True, slots=True)
class _Run:
    """The steps of one run in an open output folder."""

    options: ScoreOptions
    settings: Settings
    folder: OutputFolder
    engine: Engine
    progress: ScoreProgress
    remote: RemoteOutput | None

    def complete(self, clock: Callable[[], float]) -> dict[str, Any]:
        """Score the shards, find their clusters, and write the summary."""
        clustering, progress = self.options.clustering, self.progress
        with self._indexer(clock) as add_to_index:
            n_shards = self._score_shards(add_to_index)
        clusters = None
        if clustering.dedup:
            progress.stage("comparing")
            clusters = self.engine.cluster(self.folder, n_shards, clustering)
        if self.remote is not None:
            progress.stage("uploading")
            for number in range(n_shards):
                self.remote.upload_rows(self.folder, number)
        progress.tally.sites = dict(progress.tally.worst_sites(SUMMARY_SITES))
        counts = {name: n for name, n in progress.tally.fields().items() if name not in SHARD_COUNTS}
        absent = find_absent(map(self.folder.read_record, range(n_shards)), self.options.columns)
        found = {"absent_columns": absent, "clusters": clusters, "index": self._index_counts(n_shards)}
        summary = {"shards": n_shards, **counts, **found}
        return finish(self.folder, n_shards, summary)

    def _indexer(self, clock: Callable[[], float]) -> AbstractContextManager[Callable[[], None]]:
        clustering = self.options.clustering
        if clustering.index is None:
            return nullcontext(lambda: None)
        from copydesk.service.score.index_shards import shard_indexer

        return shard_indexer(clustering.index, self.folder, clustering, clock)

    def _index_counts(self, n_shards: int) -> dict[str, int] | None:
        if self.options.clustering.index is None:
            return None
        from copydesk.service.score.index_shards import sum_index_counts

        return sum_index_counts(self.folder, n_shards)

    def _uploader(self) -> Callable[[int], None]:
        """Return a function, to be called with each scored shard, that uploads the row files which are final."""
        remote, folder = self.remote, self.folder
        waiting: set[int] = set()
        if remote is None or self.options.clustering.dedup:  # with `dedup`, no file is final before the last shard
            return lambda number: None

        def upload(number: int) -> None:
            waiting.add(number)
            for each in [each for each in sorted(waiting) if folder.part(each).exists()]:
                remote.upload_rows(folder, each)
                waiting.discard(each)

        return upload

    def _score_shards(self, add_to_index: Callable[[], None]) -> int:
        """Score the shards that an earlier run has not scored; return the number of all shards."""
        n_shards = 0
        job = self._job()
        chain = SpanChain(self.folder.forget)
        upload = self._uploader()

        def unscored() -> Iterator[Shard]:
            nonlocal n_shards
            for shard in self._shards(job):
                n_shards += 1
                chain.cut(shard)
                self.folder.check_shard(shard.number, shard.digest)
                earlier = self.folder.tally(shard.number)
                if earlier is None:
                    yield shard
                else:
                    chain.scored(shard, earlier, self.progress.earlier)

        scorer = self.engine.scorer(job)
        shards: Iterable[Shard] = unscored()
        try:
            while shards:
                for scored in scorer.run(iter(shards)):
                    if scored is not None:
                        shard, tally = scored
                        chain.scored(shard, tally, self.progress.done)
                        if shard.spool is not None:
                            Path(shard.spool).unlink(missing_ok=True)
                        add_to_index()
                        upload(shard.number)
                    self.progress.update(scorer.pages, scorer.waits_for)
                shards = chain.misread()
        finally:
            scorer.close()
        add_to_index()
        if job.only is not None:
            job.only.check_found(self.progress.tally.selected)
        return n_shards

    def _job(self) -> ScoreJob:
        options = self.options
        return ScoreJob(
            self.settings.model,
            self.folder,
            PageOptions(
                self.settings.max_page_bytes,
                blocks=options.blocks,
                columns=options.columns,
                parts=options.parts,
                markdown=options.markdown,
                links=options.links,
                csv_delimiter=options.csv_delimiter,
                csv_encoding=options.csv_encoding,
                wanted=options.wanted,
            ),
            DEFAULT_KEYS if options.clustering.dedup else None,
            None if options.only is None else read_error_rows(options.only),
        )

    def _shards(self, job: ScoreJob) -> Iterator[Shard]:
        """Cut the inputs into shards; no spool files are kept for shards that are scored already."""
        files = find_all_files(self.options.inputs, self.progress.tally.passed_over)
        wanted = (file for file in files if job.only is None or job.only.includes_file(file.name))
        size, folder = self.options.shard_bytes, self.folder
        cut = CutOptions(job.options, size, folder.work, lambda number: not folder.is_done(number))
        return cut_into_shards(wanted, cut)
