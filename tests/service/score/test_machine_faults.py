"""Tests of full disks and other faults of the machine: they end a run, and the same command loses no page."""

from __future__ import annotations

import errno
import gzip
import json
import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import fsspec
import pyarrow.parquet as pq
import pytest

from copydesk.classifier import Model
from copydesk.service.dedup import StoppedWork, UnusableWork
from copydesk.service.score.machine_faults import MachineFault, WatchedFile
from copydesk.service.score.plan import WARC_COMPRESSION
from copydesk.service.score.sources import BadInput, find_files, open_raw
from tests.conftest import COMMAND, LIMIT_SECONDS, ROOT, clean_environment
from tests.support.mounted_disk import mounted_disk, resize_disk
from tests.support.score_inputs import WRITERS, rows_of, stories, write_csv
from tests.support.score_runs import files_of, in_this_process, score

N_STORIES = 24
SHARD_BYTES = 4000
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")
FAULTS = [errno.ENOSPC, errno.EMFILE, errno.EIO, errno.ETIMEDOUT, errno.ESTALE]


def ids_of(folder: Path) -> list[str]:
    """Return the ids of all rows, in order."""
    files = sorted((folder / "rows").iterdir())
    return [id.removeprefix("urn:uuid:") for file in files for id in pq.read_table(file).column("id").to_pylist()]


def failing(after: int, number: int, name: str) -> Callable[..., int]:
    """Return a method of `WatchedFile` that fails from its n-th call on."""
    true_method = getattr(WatchedFile, name)
    calls = 0

    def fail(self: WatchedFile, data: memoryview) -> int:
        nonlocal calls
        calls += 1
        if calls > after:
            file = mock.Mock(read=mock.Mock(side_effect=OSError(number, os.strerror(number))))
            file.write = file.read
            self = WatchedFile(file, "the-file")
        found: int = true_method(self, data)
        return found

    return fail


@pytest.mark.attack
@pytest.mark.parametrize("suffix", ["jsonl.gz", "csv", "parquet", "warc", "warc.gz"])
@pytest.mark.parametrize("number", FAULTS[:1] + FAULTS[2:3])
@pytest.mark.parametrize("method", ["readinto", "write"])
@pytest.mark.slow
def test_fault_while_inputs_are_read_or_laid_down_ends_the_run_and_the_next_one_is_whole(
    method: str, number: int, suffix: str, tmp_path: Path, model: Model
) -> None:
    path = tmp_path / f"pages.{suffix}"
    WRITERS[suffix](path, stories(N_STORIES))
    reasons: list[str] = []
    with in_this_process():
        for after in range(0, 40, 3):
            with mock.patch.object(WatchedFile, method, failing(after, number, method)):
                try:
                    score([path], tmp_path / "out", shard_bytes=SHARD_BYTES)
                    break
                except MachineFault as fault:
                    reasons.append(str(fault))
        summary = score([path], tmp_path / "out", shard_bytes=SHARD_BYTES)
    assert all(os.strerror(number) in reason for reason in reasons)
    assert reasons or method == "write"
    assert summary["errors"] == {}
    assert ids_of(tmp_path / "out") == [f"s{k:03}" for k in range(N_STORIES)]


@pytest.mark.attack
@pytest.mark.parametrize("number", FAULTS)
def test_fault_while_a_file_is_opened_is_no_fault_of_the_file(number: int, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<p>The pool.</p>")
    fault = OSError(number, os.strerror(number))
    with mock.patch("io.FileIO", side_effect=fault), pytest.raises(MachineFault, match=r"page\.html: "):
        open_raw(str(path))


@pytest.mark.attack
def test_remote_time_out_is_no_fault_of_the_file() -> None:
    system = fsspec.filesystem("memory")
    system.pipe("/slow/a.jsonl", b"{}")
    try:
        with mock.patch("fsspec.implementations.memory.MemoryFile.read", side_effect=TimeoutError()):
            stream = open_raw("memory://slow/a.jsonl")
            with pytest.raises(MachineFault, match=r"a\.jsonl: TimeoutError; mend this and run the same command again"):
                stream.read()
    finally:
        system.rm("/slow", recursive=True)


@pytest.mark.attack
def test_missing_and_forbidden_files_are_errors_of_these_files_alone(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").symlink_to(tmp_path / "none")
    (tmp_path / "b.warc.gz").symlink_to(tmp_path / "b.warc.gz")
    (tmp_path / "c.html").symlink_to(tmp_path / "none")
    (tmp_path / "d.html").write_text("<p>The pool.</p>")
    found = rows_of(tmp_path, tmp_path)
    assert [(Path(row.file).name, row.code) for row in found] == [
        ("a.jsonl", "unreadable_file"),
        ("b.warc.gz", "unreadable_file"),
        ("c.html", "unreadable_file"),
        ("d.html", None),
    ]


@pytest.mark.attack
def test_input_in_a_folder_that_may_not_be_entered_is_named(tmp_path: Path) -> None:
    refused = PermissionError(errno.EACCES, "Permission denied")
    with (
        mock.patch.object(Path, "is_dir", side_effect=refused),
        pytest.raises(BadInput, match=r"pages\.csv' cannot be reached \(Permission denied\); change its permissions"),
    ):
        list(find_files(str(tmp_path / "pages.csv")))


@pytest.mark.attack
@pytest.mark.slow
def test_run_whose_files_may_not_grow_ends_by_name_and_continues_without_a_loss(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: both refuse to write, one as EFBIG, one as ENOSPC."""
    path = tmp_path / "pages.csv"
    write_csv(path, stories(200))
    size = path.stat().st_size
    arguments = [*COMMAND, "score", path, "--output", tmp_path / "out", "--workers", "1", "--shard-mb", "0.05"]

    def run(limit: int) -> subprocess.CompletedProcess[bytes]:
        def lower() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

        return subprocess.run(
            list(map(str, arguments)),
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=clean_environment(),
            timeout=LIMIT_SECONDS,
            preexec_fn=lower,
            check=False,
        )

    stopped = run(size // 8)
    said = stopped.stderr.decode()
    assert stopped.returncode == 1
    assert "File too large" in said
    assert "Traceback" not in said
    ended = run(resource.RLIM_INFINITY)
    assert ended.returncode == 0, ended.stderr
    assert ids_of(tmp_path / "out") == [f"s{k:03}" for k in range(200)]


@pytest.mark.attack
@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "options"), [("warc.gz", ()), ("csv", ("--dedup", "--format", "jsonl"))])
def test_run_on_a_full_disk_ends_by_name_and_continues_without_a_loss(
    suffix: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / f"pages.{suffix}"
    WRITERS[suffix](path, stories(200))
    shards = path.stat().st_size / 8 / 1e6 * (WARC_COMPRESSION if suffix == "warc.gz" else 1)
    with mounted_disk(tmp_path / "disk", 16 * PAGE_SIZE) as disk:
        arguments = ["score", path, "--output", disk / "out", "--workers", "2", "--shard-mb", str(shards), *options]
        command = [*COMMAND, *map(str, arguments)]

        def run() -> subprocess.CompletedProcess[bytes]:
            return subprocess.run(
                command, stderr=subprocess.PIPE, cwd=ROOT, env=clean_environment(), timeout=LIMIT_SECONDS, check=False
            )

        stopped = run()
        assert stopped.returncode == 1
        assert b"No space left on device" in stopped.stderr
        assert b"Traceback" not in stopped.stderr
        resize_disk(disk, 64 * 1024 * 1024)
        ended = run()
        assert ended.returncode == 0, ended.stderr
        summary = json.loads((disk / "out" / "summary.json").read_text())
        assert (summary["rows"], summary["errors"]) == (200, {})
        undisturbed = [*command, "--output", str(tmp_path / "whole")]
        subprocess.run(undisturbed, capture_output=True, cwd=ROOT, env=clean_environment(), check=True)
        for name in ("rows",):
            assert files_of(disk / "out" / name) == files_of(tmp_path / "whole" / name)


@pytest.mark.slow
def test_run_whose_shards_have_moved_is_refused(tmp_path: Path, model: Model) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl.gz").write_bytes(gzip.compress(b'{"text": "The pool."}\n' * 4))
    inputs = [tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl.gz"]
    with in_this_process():
        with (
            mock.patch("copydesk.service.score.run.finish", side_effect=StoppedWork("killed")),
            mock.patch("copydesk.service.score.plan.open_plain", side_effect=PermissionError(13, "Permission denied")),
            pytest.raises(StoppedWork),
        ):
            score(inputs, tmp_path / "out")
        with pytest.raises(UnusableWork, match="shard 0 is not what it was when it was scored"):
            score(inputs, tmp_path / "out")
    assert not (tmp_path / "out" / "summary.json").exists()
    assert json.loads((tmp_path / "out" / "_work" / "done-0000001.json").read_text())["errors"]
