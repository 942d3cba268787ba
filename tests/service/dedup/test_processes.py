"""Tests of `copydesk dedup` as a process: many workers, kill -9 at several moments, the run after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from copydesk.service import cli
from copydesk.service.dedup import sign_chunks
from tests.conftest import COMMAND, LIMIT_SECONDS, ROOT, clean_environment

pytestmark = [pytest.mark.attack, pytest.mark.slow]

N_ROWS = 8_500
N_CHUNKS = 3

SAID = (
    "copydesk: 8,500 documents, 7,650 clusters, 850 duplicates\n"
    f"copydesk: 1 of {N_ROWS + 1:,} rows could not be used; the first error of each code:\n"
    "copydesk: bad_json: line 8501: "
).encode()

LISTS_CHILDREN = bool(list(Path("/proc/self/task").glob("*/children")))


def write_rows(path: Path) -> None:
    with path.open("w") as out:
        for number in range(N_ROWS):
            first = 100 * (number if number % 5 else number // 2)
            out.write(json.dumps({"id": number, "body": " ".join(f"w{first + k}" for k in range(60))}) + "\n")
        out.write('{"id": "half"\n')


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    write_rows(path)
    return path


@pytest.fixture(scope="module")
def undisturbed(rows: Path) -> bytes:
    """The answers of one process that nothing stopped."""
    output = rows.with_name("undisturbed.jsonl")
    assert cli.main(["dedup", str(rows), "--output", str(output), "--workers", "1"]) == 1
    return output.read_bytes()


def start(rows: Path, output: Path, workers: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, "dedup", str(rows), "--output", str(output), "--workers", str(workers)],
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=clean_environment(),
    )


def wait_until(happened: Callable[[], bool], process: subprocess.Popen[bytes] | None) -> None:
    """Wait until something happened, or the process ended, if one is given."""
    end = time.monotonic() + LIMIT_SECONDS
    while not happened() and (process is None or process.poll() is None):
        assert time.monotonic() < end
        time.sleep(0.002)


def workers_of(pid: int) -> list[int]:
    """Return the workers of a run, where the system lists them."""
    listed = [_content(path).split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    below = [int(child) for some in listed for child in some]
    return [child for child in below if b"spawn_main" in _content(Path(f"/proc/{child}/cmdline"))]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # what it tells of ended meanwhile
        return b""


def chunks(work: Path) -> list[Path]:
    return sorted(work.glob("chunk-*.npz"))


def test_rows_make_several_chunks_and_copies_are_found(undisturbed: bytes) -> None:
    answers = [json.loads(line) for line in undisturbed.splitlines()]
    assert len(answers) == N_ROWS + 1
    assert answers[-1]["error"]["code"] == "bad_json"
    assert answers[5]["cluster"] == answers[2]["cluster"] == 2
    assert sum(bool(answer.get("matches")) for answer in answers) > N_ROWS // 6


@pytest.mark.parametrize(
    ("moment", "workers"),
    [("chunk-0000000.npz", 1), ("chunk-0000001.npz", 2), ("answers.jsonl", 1)],
)
def test_killed_run_goes_on_and_gives_the_same_bytes(
    moment: str, workers: int, rows: Path, undisturbed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "answers.jsonl"
    work = tmp_path / "answers.jsonl.work"
    with start(rows, output, workers) as process:
        below: set[int] = set()

        def reached() -> bool:
            below.update(workers_of(process.pid))
            return (work / moment).exists()

        wait_until(reached, process)
        process.send_signal(signal.SIGKILL)
    if moment != "answers.jsonl":  # the last answers may be whole before the signal comes
        assert process.returncode == -signal.SIGKILL
        assert not output.exists()
    assert bool(below) == (workers > 1 and LISTS_CHILDREN)
    wait_until(lambda: not any(map(is_alive, below)), None)
    left = chunks(work)
    assert left or output.exists()
    signed = mock.Mock(side_effect=sign_chunks.sign_chunk)
    monkeypatch.setattr(sign_chunks, "sign_chunk", signed)
    assert cli.main(["dedup", str(rows), "--output", str(output), "--workers", "1"]) == 1
    assert signed.call_count == N_CHUNKS - len(left)
    assert output.read_bytes() == undisturbed
    assert list(tmp_path.iterdir()) == [output]


def test_several_workers_give_the_same_bytes(rows: Path, undisturbed: bytes, tmp_path: Path) -> None:
    output = tmp_path / "answers.jsonl"
    with start(rows, output, 2) as process:
        assert SAID in process.communicate(timeout=LIMIT_SECONDS)[1]  # a slow machine says more before
    assert process.returncode == 1
    assert output.read_bytes() == undisturbed
    assert list(tmp_path.iterdir()) == [output]


@pytest.mark.skipif(not LISTS_CHILDREN, reason="this system does not list a process's children in /proc")
def test_run_whose_worker_is_killed_says_what_to_do(rows: Path, tmp_path: Path) -> None:
    with start(rows, tmp_path / "answers.jsonl", 2) as process:
        wait_until(lambda: bool(workers_of(process.pid)), process)  # later, all chunks may be done before the signal
        for pid in workers_of(process.pid):
            os.kill(pid, signal.SIGKILL)
        said = process.communicate(timeout=LIMIT_SECONDS)[1]
    assert process.returncode == 1
    assert said.startswith(b"copydesk: a worker process was killed")
    assert list(tmp_path.iterdir()) == [tmp_path / "answers.jsonl.work"]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_interrupted_run_exits_as_shells_expect_and_keeps_its_work(rows: Path, tmp_path: Path) -> None:
    output = tmp_path / "answers.jsonl"
    process = subprocess.Popen(
        [*COMMAND, "dedup", str(rows), "--output", str(output), "--workers", "1"],
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=clean_environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )
    with process:
        wait_until((tmp_path / "answers.jsonl.work" / "chunk-0000000.npz").exists, process)
        os.kill(process.pid, signal.SIGINT)
        said = process.communicate(timeout=LIMIT_SECONDS)[1]
    assert said.startswith(b"copydesk: interrupted; ")
    assert said.endswith(b"goes on from here\n")
    assert process.returncode == 130
    assert chunks(tmp_path / "answers.jsonl.work")
