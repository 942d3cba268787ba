"""The Ray engine: a cluster that is there already scores shards, and finds the clusters of all that was scored."""

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

from copydesk.service.dedup.work_folder import StoppedWork, chunk_path, load_chunk
from copydesk.service.score.attach_clusters import Clustering, cluster_counts, join_answers
from copydesk.service.score.distributed.chunks import put_together
from copydesk.service.score.distributed.output_rows import load_answers
from copydesk.service.score.distributed.run import find_spread_duplicates
from copydesk.service.score.distributed.steps import Plan, Tables
from copydesk.service.score.engine import Engine
from copydesk.service.score.output import Folder
from copydesk.service.score.pool import Pool
from copydesk.service.score.ray.step_runner import RayEngine
from copydesk.service.score.readers import Shard
from copydesk.service.score.tally import Tally, tally_of_fields
from copydesk.service.score.worker import Work

RUNNING = "auto"
"""The address of whatever cluster runs on this machine."""

REACH_SECONDS = 5.0

WAVE = 20_000
"""Shards that are dealt out at once; the driver knows no more of them, and actors load the model anew for the next."""


class NoCluster(StoppedWork):
    """There is no Ray cluster at the address."""

    code = "no_cluster"


@contextmanager
def ray_engine(address: str | None, *, workers: int | None, page_seconds: float) -> Iterator[Engine]:
    """Connect to a cluster, and leave it at the end.

    Args:
        address: Of its head, of the one that runs on this machine where None; none is started.
        workers: Actors that score, as many as the cluster has processors where None.
        page_seconds: A page that takes longer becomes an error row.

    Raises:
        NoCluster: There is none.
    """
    try:
        if address is not None:
            _reach(address)
        ray.init(address=address or RUNNING, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, ValueError, RuntimeError) as error:
        where = f"at {address}" if address else "on this machine"
        raise NoCluster(
            f"there is no Ray cluster {where} ({str(error).splitlines()[0]}); start one with: "
            "ray start --head --disable-usage-stats, or name one with --address"
        ) from error
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what it says of tasks is raised as well
    try:
        resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        n_actors = workers or max(1, int(resources.get("CPU", 1)))
        yield Engine(partial(RayPool, workers=n_actors, page_seconds=page_seconds), cluster_on_ray)
    finally:
        ray.shutdown()


def _reach(address: str) -> None:
    """Knock where a cluster should be: Ray itself would wait for a minute, then end this process."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"the address is {address!r}, expected one such as 10.0.0.5:6379")
    socket.create_connection((host, int(port)), REACH_SECONDS).close()


class RayPool:
    """Actors on a cluster that score shards, each with a watched process that holds the model, as the local engine's.

    Attributes:
        pages: Rows of the shards that are done.
    """

    def __init__(self, todo: Work, *, workers: int, page_seconds: float) -> None:
        self.pages = 0
        self._todo = todo
        self._workers = workers
        self._page_seconds = page_seconds

    def run(self, shards: Iterator[Shard]) -> Iterator[tuple[Shard, Tally]]:
        """Work on all shards; yields each with what was counted once it is done. What a lost machine had is done again.

        Raises:
            StoppedWork: An actor failed for a reason that is no page's.
        """
        while wave := list(islice(shards, WAVE)):
            try:
                for row in self._dealt(wave).iter_rows():
                    tally = tally_of_fields(json.loads(row["tally"]))
                    self.pages += tally.rows + sum(tally.errors.values())
                    yield wave[row["place"]], tally
            except ray.exceptions.RayError as error:
                raise stopped(error) from error

    def _dealt(self, wave: Sequence[Shard]) -> ray.data.Dataset:
        places = [{"place": place} for place in range(len(wave))]
        return ray.data.from_items(places, override_num_blocks=len(places)).map_batches(
            Scorer,
            fn_constructor_args=(self._todo, wave, self._page_seconds),
            batch_format="pyarrow",
            batch_size=1,
            num_cpus=1,
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=self._workers),
        )

    def close(self) -> None:
        """Do nothing: actors end with their wave."""


class Scorer:
    """What an actor does: it has its process score one shard after the other."""

    def __init__(self, todo: Work, wave: Sequence[Shard], page_seconds: float) -> None:
        self._wave = wave
        self._pool = Pool(todo, workers=1, page_seconds=page_seconds)

    def __call__(self, places: pa.Table) -> pa.Table:
        """Score the shards at some places of the wave."""
        numbers = places.column("place").to_pylist()
        done = [each for each in self._pool.run(self._wave[number] for number in numbers) if each is not None]
        tallies = {shard.number: json.dumps(tally.fields()) for shard, tally in done}
        columns = pa.array(numbers, pa.int64()), pa.array([tallies[self._wave[n].number] for n in numbers], pa.string())
        return pa.table(dict(zip(("place", "tally"), columns, strict=True)))


def cluster_on_ray(folder: Folder, n_shards: int, clustering: Clustering) -> dict[str, Any]:
    """Find the duplicates among all scored rows as `cluster_all` does, on the cluster.

    Raises:
        StoppedWork: A step failed; the same command goes on.
    """
    counts = [tally.rows for number in range(n_shards) if (tally := folder.tally(number)) is not None]
    if not counts:
        return cluster_counts({}) | {"repeated_ids": 0, "common_keys": 0}
    tables = Tables(folder.work / "spread")
    shutil.rmtree(tables.path, ignore_errors=True)
    tables.path.mkdir()
    chunks = put_together(folder.work, counts)
    plan = Plan(chunks, tables, parts=len(chunks))
    engine = RayEngine()
    try:
        found = find_spread_duplicates(engine, plan, prefer=clustering.prefer)
        engine.each(len(chunks), partial(_join, folder, plan))
    except ray.exceptions.RayError as error:
        raise stopped(error) from error
    repeated = sum(counts) - found.n_documents
    return cluster_counts(found.sizes) | {"repeated_ids": repeated, "common_keys": found.common_keys}


def _join(folder: Folder, plan: Plan, chunk: int) -> int:
    """Write the rows of a chunk's shards with their answers."""
    answered = load_answers(plan, chunk)
    for shard in plan.chunks.shards(chunk):
        join_answers(folder, shard, islice(answered, len(load_chunk(chunk_path(plan.chunks.folder, shard)).ids)))
    return len(plan.chunks.shards(chunk))


def stopped(error: Exception) -> StoppedWork:
    """Say why Ray gave up, in the words of what failed there."""
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = next(
        (line for line in said if line.startswith("copydesk.service.dedup.work_folder.StoppedWork: ")), said[-1]
    )
    reason = reason.removeprefix("copydesk.service.dedup.work_folder.StoppedWork: ")
    return StoppedWork(f"the work on Ray failed: {reason}; mend that and run the same command again: it goes on")
