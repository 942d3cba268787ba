"""Measures batch scoring on Ray: pages per second on one and three nodes, duplicates of a large set, bytes moved."""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from copydesk.classifier.duplicates import find_duplicates, sign_texts
from copydesk.service.dedup import Chunk, ChunkFolder
from copydesk.service.rows import JsonId
from copydesk.service.rows.contract import ClusterRow, ErrorRow
from copydesk.service.settings import Settings
from tests.bench.generated import Generated
from tests.support.one_process import OneProcess

if TYPE_CHECKING:
    from copydesk.service.score.distributed import Plan

COUNT, PAGES, NODES = 20_000, 400, (1, 3)
SHARD = 4096
"""Articles in a generated shard."""
STORE_BYTES = 512 * 1024 * 1024
PAGE = Path(__file__).resolve().parent.parent / "pages" / "sample.html"

Part = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str]) -> int:
    """Run the chosen parts, or all; return 1 if two engines differ, 2 without Ray."""
    chosen = parse(arguments)
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray.data  # noqa: F401
    except ModuleNotFoundError as error:
        print(f"bench score-ray: {error.name} is not installed; install this project with its extra 'ray'")
        return 2
    return max([PARTS[name](chosen) for name in chosen.only or PARTS])


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench score-ray", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(PARTS), help="run this part; may be repeated")
    parser.add_argument("--count", type=int, default=COUNT, help=f"generated articles (default {COUNT:,})")
    parser.add_argument("--pages", type=int, default=PAGES, help=f"pages that are scored (default {PAGES:,})")
    parser.add_argument(
        "--nodes", type=int, nargs="+", default=NODES, help="of one processor each; `clusters` has one with as many"
    )
    chosen = parser.parse_args(arguments)
    if min(chosen.count, chosen.pages, *chosen.nodes) < 1:
        parser.error("--count, --pages and --nodes must be at least 1")
    return chosen


@contextmanager
def cluster_of(n_nodes: int, processors: int = 1) -> Iterator[str]:
    """Run a Ray cluster whose nodes are processes with some processors each; yield its address.

    Its processes have the priority of this one: Ray's default of nice 15 slows them where other work runs.
    """
    os.environ.setdefault("RAY_worker_niceness", "0")
    from ray.cluster_utils import Cluster

    node: dict[str, Any] = {"num_cpus": processors, "object_store_memory": STORE_BYTES, "include_dashboard": False}
    made: Any = Cluster(initialize_head=True, head_node_args=node)
    for _ in range(n_nodes - 1):
        made.add_node(**node)
    try:
        yield made.address
    finally:
        made.shutdown()


def score_pages(chosen: argparse.Namespace) -> int:
    """Print pages per second of the local engine and of Ray; return 1 if their rows differ."""
    from copydesk.service.score.options import ScoreOptions
    from copydesk.service.score.ray.engine import ray_engine
    from copydesk.service.score.run import local_engine, score_files

    print(f"Scoring: {chosen.pages:,} pages of {PAGE.stat().st_size / 1000:.0f} kB; load {os.getloadavg()[0]:.1f}\n")
    outputs = []
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages.jsonl"
        html = PAGE.read_text(encoding="utf-8")
        pages.write_text(
            "".join(json.dumps({"id": n, "html": f"{html}<p>{n}</p>"}) + "\n" for n in range(chosen.pages))
        )

        def timed(name: str, engine: Any) -> None:
            output = Path(folder) / name.replace(" ", "-")
            started = time.monotonic()
            score_files(
                ScoreOptions([str(pages)], output, shard_bytes=1 << 20), Settings(), io.StringIO(), engine=engine
            )
            seconds = time.monotonic() - started
            outputs.append([path.read_bytes() for path in sorted((output / "rows").iterdir())])
            print(f"{name}: {seconds:.1f} s, {chosen.pages / seconds:,.1f} pages a second (start included)")

        for workers in (1, 2):
            timed(f"local, {workers} workers", local_engine(workers=workers, page_seconds=60))
        for n_nodes in chosen.nodes:
            with cluster_of(n_nodes) as address, ray_engine(address, workers=None, page_seconds=60) as engine:
                timed(f"Ray, {n_nodes} nodes", engine)
    same = all(output == outputs[0] for output in outputs)
    print(f"rows are {'the same, byte for byte' if same else 'NOT THE SAME'}\n")
    return int(not same)


def cluster_articles(chosen: argparse.Namespace) -> int:
    """Print time, memory and bytes moved when clustering a generated set, here and on Ray; return 1 if these differ."""
    n_shards = -(-chosen.count // SHARD)
    with tempfile.TemporaryDirectory() as name, cluster_of(1, max(chosen.nodes)) as address:
        folder = Path(name)
        with connected(address):
            print(f"Clusters: {chosen.count:,} generated articles, a fifth are copies; load {os.getloadavg()[0]:.1f}")
            found = [_on_ray(folder, chosen.count, n_shards), _in_one_task(folder, chosen.count, n_shards)]
        here = _here(folder, n_shards, max(chosen.nodes))
    same = all(each == here for each in found)
    print(f"clusters, what is kept and matches are {'the same' if same else 'NOT THE SAME'}\n")
    return int(not same)


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Connect to a cluster."""
    import logging

    import ray

    ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        ray.shutdown()


def _on_ray(folder: Path, n_articles: int, n_shards: int) -> list[tuple[str, bool, list[str]]]:
    from copydesk.service.score.distributed import find_distributed_duplicates, load_output_rows
    from copydesk.service.score.ray import one_task
    from copydesk.service.score.ray.step_runner import RayStepRunner

    runner = MeasuredRunner(RayStepRunner())
    counts = runner.each(n_shards, partial(sign_shard, folder, n_articles))
    signing = runner.seconds.pop("each sign_shard")
    plan = planned(folder, counts, one_task.n_processors())
    started = time.monotonic()
    found = find_distributed_duplicates(runner, plan)
    seconds = time.monotonic() - started
    for step, taken in sorted(runner.seconds.items(), key=lambda item: -item[1]):
        print(f"  {step:<36} {taken:>7.1f} s {runner.n_bytes.get(step, 0) / n_articles:>9.1f} bytes a document")
    on_disk = {"signed": _bytes(folder.glob("chunk-*")), "between steps": _bytes(plan.tables.path.iterdir())}
    moved = {"moved": sum(runner.n_bytes.values())} | on_disk
    print(
        f"Ray, in steps: {seconds:.1f} s, {n_articles / seconds:,.0f} documents a second (making and signing them took "
        f"{signing:.0f} s before), {len(plan.chunks)} chunks, {found.common_keys} common keys, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    print(f"bytes a document: {', '.join(f'{n / n_articles:,.0f} {kind}' for kind, n in moved.items())}")
    answers = (answer for chunk in range(len(plan.chunks)) for answer in load_output_rows(plan, chunk))
    return _brief(answers)


def _in_one_task(folder: Path, n_articles: int, n_shards: int) -> list[tuple[str, bool, list[str]]]:
    from copydesk.service.score.ray import one_task

    node = one_task.largest_node()
    n_bytes = one_task.memory_for(map(ChunkFolder(folder).file, range(n_shards)))
    started = time.monotonic()
    found: list[tuple[str, bool, list[str]]] = one_task.run_as_task(
        partial(_here, folder, n_shards, node.processors), n_bytes
    )
    seconds = time.monotonic() - started
    fits = (
        "chosen" if one_task.fits(n_bytes, node) else f"not chosen: the largest node has {node.n_bytes / 1e6:,.0f} MB"
    )
    print(
        f"Ray, in one task of {node.processors} threads: {seconds:.1f} s, {n_articles / seconds:,.0f} documents a "
        f"second; needs {n_bytes / 1e6:,.0f} MB ({fits}); load {os.getloadavg()[0]:.1f}"
    )
    return found


def time_steps(chosen: argparse.Namespace) -> int:
    """Print the CPU time of the distributed steps in one process, without Ray."""
    _step_cpu(min(chosen.count, 1000))  # compiles
    milliseconds = _step_cpu(chosen.count)
    print(f"Steps without Ray: {milliseconds / chosen.count:.2f} ms of CPU a document, {chosen.count:,} documents\n")
    return 0


def _step_cpu(n_articles: int) -> float:
    """Return CPU milliseconds."""
    from copydesk.service.score.distributed import find_distributed_duplicates

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = planned(folder, [sign_shard(folder, n_articles, shard) for shard in range(-(-n_articles // SHARD))])
        started = time.process_time()
        find_distributed_duplicates(OneProcess(), plan)
        return 1000 * (time.process_time() - started)


def planned(folder: Path, counts: Sequence[int], processors: int = 1) -> Plan:
    """Return the plan of the steps over signed shards."""
    from copydesk.service.score.distributed import Plan, Tables, put_together

    tables = Tables(folder / "spread")
    tables.path.mkdir()
    chunks = put_together(folder, counts, processors=processors)
    return Plan(chunks, tables, parts=len(chunks))


class MeasuredRunner:
    """A step runner that records the seconds and bytes of each step, by the names of its functions."""

    def __init__(self, runner: Any) -> None:
        self._runner = runner
        self.seconds: dict[str, float] = {}
        self.n_bytes: dict[str, int] = {}

    def each(self, n: int, task: Any) -> list[int]:
        """Call the task with each number."""
        return self._timed(f"each {task.func.__name__}", lambda: self._runner.each(n, task))

    def exchange(self, n: int, emit: Any, parts: int, gather: Any) -> list[int]:
        """Move rows between calls."""
        step = f"{emit.func.__name__} to {gather.func.__name__}"
        before = self._runner.n_bytes
        found = self._timed(step, lambda: self._runner.exchange(n, emit, parts, gather))
        self.n_bytes[step] = self.n_bytes.get(step, 0) + self._runner.n_bytes - before
        return found

    def _timed(self, step: str, run: Callable[[], list[int]]) -> list[int]:
        started = time.monotonic()
        found = run()
        self.seconds[step] = self.seconds.get(step, 0.0) + time.monotonic() - started
        return found


def sign_shard(folder: Path, n_articles: int, shard: int) -> int:
    """Make and sign some of the articles."""
    numbers = range(shard * SHARD, min((shard + 1) * SHARD, n_articles))
    generated = Generated(n_articles)
    signed = sign_texts([generated.text(number) for number in numbers])
    ids: list[JsonId] = [str(number) for number in numbers]
    times = np.full(len(ids), np.nan)
    rows = Chunk(ids, [None for _ in ids], times, [None for _ in ids], [], signed.digests, signed.lengths)
    ChunkFolder(folder).save(shard, rows, signed)
    return len(numbers)


def _here(folder: Path, n_shards: int, workers: int) -> list[tuple[str, bool, list[str]]]:
    from copydesk.classifier.duplicates.types import DEFAULT_OPTIONS
    from copydesk.service.dedup.output_rows import cluster_rows, gather_rows

    """Cluster the documents of signed shards in this process; print the time from reading them to the last answer."""
    started = time.monotonic()
    chunks = ChunkFolder(folder)
    rows = gather_rows(list(map(chunks.load, range(n_shards))), DEFAULT_OPTIONS)
    signed = map(chunks.load_signed, range(n_shards))
    found = find_duplicates([str(name) for name in rows.ids], signed, published=rows.published, workers=workers)
    answers = _brief(cluster_rows(rows, found))
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"local, {workers} threads: {seconds:.1f} s, at most {peak:,.0f} MB of memory; load {os.getloadavg()[0]:.1f}")
    return answers


def _brief(answers: Iterable[ClusterRow | ErrorRow]) -> list[tuple[str, bool, list[str]]]:
    """Of each answer the cluster, whether it is kept, and the ids of its matches."""
    rows = [answer for answer in answers if isinstance(answer, ClusterRow)]
    return [(str(row.cluster), row.keep, [str(match.id) for match in row.matches]) for row in rows]


def _bytes(paths: Any) -> int:
    return sum(path.stat().st_size for path in paths)


PARTS: Mapping[str, Part] = {"pages": score_pages, "steps": time_steps, "clusters": cluster_articles}
"""The parts in the order they run."""
