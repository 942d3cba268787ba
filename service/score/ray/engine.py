"""The Ray engine: an existing Ray cluster scores the shards and finds the duplicates; output as of the local engine."""

from __future__ import annotations

import json
import logging
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any

import pyarrow as pa
import ray
import ray.data
import ray.exceptions

from copydesk.service.dedup import ChunkFolder, StoppedWork
from copydesk.service.score import distributed
from copydesk.service.score.attach_clusters import attach_clusters, cluster_counts, cluster_shards
from copydesk.service.score.engine import Engine
from copydesk.service.score.options import ClusterOptions
from copydesk.service.score.output import OutputFolder
from copydesk.service.score.pool import Pool
from copydesk.service.score.ray import one_task
from copydesk.service.score.ray.step_runner import RayStepRunner
from copydesk.service.score.readers import Shard
from copydesk.service.score.tally import Tally, tally_from_fields
from copydesk.service.score.worker import ScoreJob

CONNECT_SECONDS = 5.0
WAVE_SHARDS = 20_000
"""Shards that are given to Ray at once, so that the driver's memory is bounded. Actors load the model once per wave."""


class NoCluster(StoppedWork):
    """There is no Ray cluster at the address."""

    code = "no_cluster"


@contextmanager
def ray_engine(address: str | None, *, workers: int | None, page_seconds: float) -> Iterator[Engine]:
    """Connect to a running cluster and disconnect at the end; no cluster is started.

    Args:
        address: Host and port of the head node; None for the cluster that runs on this machine.
        workers: Number of scoring actors; None for one per processor of the cluster.

    Raises:
        NoCluster: There is no cluster at the address.
    """
    try:
        if address is not None:
            _check_reachable(address)
        ray.init(address=address or "auto", log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, ValueError, RuntimeError) as error:
        where = f"at {address}" if address else "on this machine"
        raise NoCluster(
            f"there is no Ray cluster {where} ({str(error).splitlines()[0]}); start one with: "
            "ray start --head --disable-usage-stats, or name one with --address"
        ) from error
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # errors of tasks are raised as well
    try:
        n_actors = workers or one_task.n_processors()
        yield Engine(partial(RayPool, workers=n_actors, page_seconds=page_seconds), cluster_on_ray)
    finally:
        ray.shutdown()


def _check_reachable(address: str) -> None:
    """Connect to the head node's port. Ray itself would wait for a minute and then end this process."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"the address is {address!r}, expected one such as 10.0.0.5:6379")
    socket.create_connection((host, int(port)), CONNECT_SECONDS).close()


class RayPool:
    """Actors that score shards; each runs the local engine's `Pool` with one worker process."""

    def __init__(self, job: ScoreJob, *, workers: int, page_seconds: float) -> None:
        self.pages = 0
        self.waits_for = "the cluster starts its actors"
        self._job = job
        self._workers = workers
        self._page_seconds = page_seconds

    def run(self, shards: Iterator[Shard]) -> Iterator[tuple[Shard, Tally]]:
        """Score all shards; yields each with its counts. Ray repeats the shards of a machine that is lost.

        Raises:
            StoppedWork: An actor failed for a reason that no page caused.
        """
        while wave := list(islice(shards, WAVE_SHARDS)):
            try:
                for row in self._score_wave(wave).iter_rows():
                    tally = tally_from_fields(json.loads(row["tally"]))
                    self.pages += tally.rows + sum(tally.errors.values())
                    yield wave[row["place"]], tally
            except ray.exceptions.RayError as error:
                raise stopped_work(error) from error

    def _score_wave(self, wave: Sequence[Shard]) -> ray.data.Dataset:
        places = [{"place": place} for place in range(len(wave))]
        return ray.data.from_items(places, override_num_blocks=len(places)).map_batches(
            ShardActor,
            fn_constructor_args=(self._job, wave, self._page_seconds),
            batch_format="pyarrow",
            batch_size=1,
            num_cpus=1,
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=self._workers),
        )

    def close(self) -> None:
        """Do nothing: actors end with their wave."""


class ShardActor:
    """An actor: scores one shard after the other in its worker process."""

    def __init__(self, job: ScoreJob, wave: Sequence[Shard], page_seconds: float) -> None:
        self._wave = wave
        self._pool = Pool(job, workers=1, page_seconds=page_seconds)

    def __call__(self, places: pa.Table) -> pa.Table:
        """Score the shards at some places of the wave, one after the other."""
        numbers = places.column("place").to_pylist()
        results = (self._pool.run(iter([self._wave[number]])) for number in numbers)
        texts = [json.dumps(found[1].fields()) for result in results for found in result if found is not None]
        return pa.table({"place": pa.array(numbers, pa.int64()), "tally": pa.array(texts, pa.string())})


def cluster_on_ray(folder: OutputFolder, n_shards: int, clustering: ClusterOptions) -> dict[str, Any]:
    """Do the same as `cluster_shards`, on the cluster: in one task if a machine has room, else in steps.

    Raises:
        StoppedWork: A step failed; the same command continues the run.
    """
    chunks = ChunkFolder(folder.work)
    node, n_bytes = one_task.largest_node(), one_task.memory_for(map(chunks.file, range(n_shards)))
    if not one_task.fits(n_bytes, node):
        return _cluster_in_steps(folder, n_shards, clustering)
    task = partial(cluster_shards, folder, n_shards, clustering, workers=node.processors)
    try:
        found: dict[str, Any] = one_task.run_as_task(task, n_bytes)
    except ray.exceptions.RayError as error:
        raise stopped_work(error) from error
    return found


def _cluster_in_steps(folder: OutputFolder, n_shards: int, clustering: ClusterOptions) -> dict[str, Any]:
    n_rows = [tally.rows for number in range(n_shards) if (tally := folder.tally(number)) is not None]
    if not n_rows:
        return cluster_counts({}, no_body=0) | {"repeated_ids": 0, "common_keys": 0}
    tables = distributed.Tables(folder.work / "spread")
    shutil.rmtree(tables.path, ignore_errors=True)
    tables.path.mkdir()
    chunks = distributed.put_together(folder.work, n_rows, processors=one_task.n_processors())
    plan = distributed.Plan(chunks, tables, parts=len(chunks))
    runner = RayStepRunner()
    try:
        found = distributed.find_distributed_duplicates(runner, plan, clustering.duplicates)
        runner.each(len(chunks), partial(_write_shards, folder, plan))
    except ray.exceptions.RayError as error:
        raise stopped_work(error) from error
    repeated = sum(n_rows) - found.n_documents
    counts = cluster_counts(found.sizes, no_body=found.no_body)
    return counts | {"repeated_ids": repeated, "common_keys": found.common_keys}


def _write_shards(folder: OutputFolder, plan: distributed.Plan, chunk: int) -> int:
    """Write the final rows of a chunk's shards."""
    clusters = distributed.load_output_rows(plan, chunk)
    for shard in plan.chunks.shards(chunk):
        n_rows = len(plan.chunks.folder.load(shard).ids)
        attach_clusters(folder, shard, islice(clusters, n_rows))
    return len(plan.chunks.shards(chunk))


def stopped_work(error: Exception) -> StoppedWork:
    """Turn Ray's error into ours. Its text ends with the traceback of the task, of which the reason is one line."""
    prefix = f"{StoppedWork.__module__}.{StoppedWork.__qualname__}: "
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = next((line for line in lines if line.startswith(prefix)), lines[-1]).removeprefix(prefix)
    return StoppedWork(f"the work on Ray failed: {reason}; fix that and run the same command again: it continues")
