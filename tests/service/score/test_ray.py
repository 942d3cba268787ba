"""Tests of the Ray engine on clusters of processes: it writes the local engine's files, even if machines are lost."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

pytest.importorskip("ray", reason="ray is not installed; install this project with its extra 'ray'")

from ray.cluster_utils import Cluster

from copydesk.service import cli
from copydesk.service.score.options import ClusterOptions, ScoreOptions
from copydesk.service.score.output import OutputFolder
from copydesk.service.score.ray.engine import cluster_on_ray, ray_engine
from copydesk.service.score.run import score_files
from copydesk.service.settings import Settings
from tests.support.distributed_sets import mixed_texts
from tests.support.score_runs import files_of, in_this_process, score_or_end, scoring_by

pytestmark = pytest.mark.slow

NODE: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 80 * 1024 * 1024, "include_dashboard": False}
HEAD = NODE | {"_system_config": {"health_check_period_ms": 1000, "health_check_failure_threshold": 4}}
"""Ray notices lost nodes sooner than by default, so that tests wait less."""
SHARD_MB = 0.008
LIMIT_SECONDS = 200


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A cluster of one node; tests may add nodes."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        made: Any = Cluster(initialize_head=True, head_node_args=HEAD)
        yield made
        made.shutdown()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of which many are the same story, one bad row, and a repeated id."""
    path = tmp_path_factory.mktemp("pages") / "pages.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for number, text in enumerate(mixed_texts(5, 70)):
            out.write(json.dumps({"id": text.id, "text": f"A headline\n\n{text.body}.\n\n{text.body}."}) + "\n")
            if number == 30:
                out.write("[]\n")
    return path


@pytest.fixture(scope="module")
def expected(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files that the local engine writes."""
    folder = tmp_path_factory.mktemp("local")
    assert score_locally(pages, folder, SHARD_MB) == 1
    return contents(folder)


def arguments(pages: Path, folder: Path, shard_mb: float) -> list[str]:
    return ["score", str(pages), "--output", str(folder), "--shard-mb", str(shard_mb), "--dedup"]


def score_locally(pages: Path, folder: Path, shard_mb: float) -> int:
    with in_this_process():
        return cli.main([*arguments(pages, folder, shard_mb), "--workers", "1"])


def score_on(cluster: Cluster, pages: Path, folder: Path, *, shard_mb: float = SHARD_MB) -> int:
    return cli.main([*arguments(pages, folder, shard_mb), "--engine", "ray", "--address", cluster.address])


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of an output, without the lock."""
    return {name: content for name, content in files_of(folder).items() if name != "lock"}


def rows(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of an output by their ids."""
    found = [row for path in sorted((folder / "rows").iterdir()) for row in pq.read_table(path).to_pylist()]
    return sorted(found, key=lambda row: (row["id"], row["position"]))


def kill_when(happened: Callable[[], bool], cluster: Cluster, node: Any, killed: list[bool]) -> threading.Thread:
    """Kill a node, without a chance to shut down, once something has happened."""

    def wait() -> None:
        end = time.monotonic() + LIMIT_SECONDS
        while not happened() and time.monotonic() < end:
            time.sleep(0.02)
        killed.append(happened())
        cluster.remove_node(node, allow_graceful=False)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


@pytest.mark.parametrize("share", [0.5, 0.0], ids=["in one task", "in steps"])
def test_one_node_writes_the_files_of_the_local_engine_in_two_runs(
    cluster: Cluster, pages: Path, expected: dict[str, bytes], tmp_path: Path, share: float
) -> None:
    assert len([name for name in expected if name.startswith("rows")]) > 5
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copydesk.service.score.ray.engine.cluster_on_ray", stop)
        assert score_on(cluster, pages, tmp_path / "out") == 1
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("_work/done-*")}
    again = CheckedClustering(before)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copydesk.service.score.ray.engine.cluster_on_ray", again)
        patch.setattr("copydesk.service.score.ray.one_task.SHARE", share)
        patch.setattr("copydesk.service.score.distributed.chunks.MIN_DOCUMENTS", 10)
        assert score_on(cluster, pages, tmp_path / "out") == 1
    assert again.unchanged
    assert again.in_steps == (share == 0)
    assert contents(tmp_path / "out") == expected


def stop(*_: object) -> dict[str, Any]:
    raise OSError("stopped here")


class CheckedClustering:
    """Finds clusters as always, and checks that shards which were scored before are unchanged."""

    def __init__(self, before: dict[Path, int]) -> None:
        self._before = before
        self.unchanged = self.in_steps = False

    def __call__(self, folder: OutputFolder, n_shards: int, clustering: ClusterOptions) -> dict[str, Any]:
        now = {path: path.stat().st_mtime_ns for path in self._before}
        self.unchanged = len(now) == n_shards and now == self._before
        found = cluster_on_ray(folder, n_shards, clustering)
        self.in_steps = (folder.work / "spread").exists()
        return found


def test_answers_are_the_same_when_machines_are_lost(
    cluster: Cluster, pages: Path, expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three nodes, one is lost while pages are scored and one while clusters are found. Other shards, equal rows."""
    monkeypatch.setattr("copydesk.service.score.ray.one_task.SHARE", 0.0)
    folder, nodes, killed = tmp_path / "out", [cluster.add_node(**NODE) for _ in range(2)], list[bool]()
    threads = [
        kill_when(lambda: any(folder.glob("_work/done-*")), cluster, nodes[0], killed),
        kill_when(lambda: any(folder.glob("_work/spread/order-*")), cluster, nodes[1], killed),
    ]
    assert score_on(cluster, pages, folder, shard_mb=0.005) == 1
    for thread in threads:
        thread.join()
    assert killed == [True, True]
    assert score_locally(pages, tmp_path / "local", SHARD_MB) == 1
    assert rows(folder) == rows(tmp_path / "local")
    assert any(len(row["matches"]) > 1 for row in rows(folder))


def test_page_that_crashes_its_process_becomes_an_error(cluster: Cluster, tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    texts = ["A story of the lido.", "END-THE-WORKER", "A story of the pier."]
    path.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(texts)))
    options = ScoreOptions([str(path)], tmp_path / "out")
    with ray_engine(cluster.address, workers=1, page_seconds=60) as engine:
        summary = score_files(options, Settings(), io.StringIO(), engine=scoring_by(score_or_end, engine))
    assert summary["errors"] == {"crashed": 1}
    assert [row["id"] for row in rows(tmp_path / "out")] == ["0", "2"]


def test_absent_cluster_is_named(pages: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for address in ("127.0.0.1:1", "somewhere"):
        assert cli.main([*arguments(pages, tmp_path, 1), "--engine", "ray", "--address", address]) == 1
        assert f"there is no Ray cluster at {address} (" in capfd.readouterr().err


def test_address_without_ray_is_refused(pages: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*arguments(pages, tmp_path, 1), "--address", "127.0.0.1:1"]) == 2
    assert "the engine is local; add --engine ray" in capfd.readouterr().err
