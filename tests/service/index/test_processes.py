"""Processes that share an index: acknowledged documents survive kill -9, batches are atomic, writers take turns."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from itertools import groupby
from pathlib import Path
from typing import IO

import pytest

from copydesk.service.index import Document, IndexUnavailable, open_index
from tests.conftest import ROOT
from tests.support.index_places import MakePlace, Server, assert_whole, clusters, window

pytestmark = [pytest.mark.attack, pytest.mark.slow]

BATCH = 20
LIMIT_SECONDS = 60

ADDING = """
import sys
from copydesk.service.index import Document, open_index, writes
from tests.support.index_places import window
writes.PARTITIONS_A_DOCUMENT = 1500  # each batch merges about half of the key log
place, name, first, last, size = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
with open_index(place) as index:
    for batch in range(first, last):
        ids = [f"{name}-{batch:05}-{number:02}" for number in range(size)]
        index.add([Document(id, window(story % 40)) for story, id in enumerate(ids, start=batch)], now=float(batch))
        print(batch, flush=True)
"""


def adding(place: str, name: str, first: int, last: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", ADDING, place, name, str(first), str(last), str(BATCH)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)


def acknowledged(out: IO[bytes] | None) -> int:
    assert out is not None
    lines = [line for line in out.read().split(b"\n")[:-1] if line]
    return int(lines[-1]) + 1 if lines else 0


FORKING = """
import os, sys
from copydesk.service.index import Document, open_index
from tests.support.index_places import window
with open_index(sys.argv[1]) as index:
    for number in range(9):
        index.add([Document(f"before-{number}", window(number))], now=0.0)
    child = os.fork()
    name = "child" if child == 0 else "parent"
    for number in range(9):
        index.add([Document(f"{name}-{number}", window(number))], now=1.0)
    if child == 0:
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, "the child failed"
    index.check([Document("late", window(0))])
"""


def test_process_that_is_forked_has_connections_of_its_own(postgres: Server) -> None:
    place = postgres.new_database("forked")
    subprocess.run([sys.executable, "-c", FORKING, place], cwd=ROOT, timeout=LIMIT_SECONDS, check=True)
    names = [f"{name}-{number}" for name in ("before", "child", "parent") for number in range(9)]
    assert sorted(assert_whole(place)) == names
    postgres.drop_databases()


def test_acknowledged_batches_survive_kill_at_any_moment(new_place: MakePlace) -> None:
    place, moment, done = new_place("killed"), random.Random(3), 0
    for _ in range(3):
        process = adding(place, "a", done, 10**6)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moment.uniform(0.02, 0.6))
        process.kill()
        process.wait(LIMIT_SECONDS)
        done = max(done + 1, acknowledged(process.stdout))
        process.stdout.close()
        ids = assert_whole(place)
        batches = {batch: len(list(same)) for batch, same in groupby(sorted(ids), key=lambda name: name.split("-")[1])}
        assert set(batches.values()) == {BATCH}
        assert list(batches) == [f"{batch:05}" for batch in range(len(batches))]
        assert len(batches) in (done, done + 1)


def test_two_processes_write_at_once_and_nothing_is_lost(new_place: MakePlace) -> None:
    place = new_place("both")
    processes = [adding(place, name, 0, 12) for name in "ab"]
    for process in processes:
        out, _ = process.communicate(timeout=LIMIT_SECONDS)
        assert process.returncode == 0
        assert out.split() == [str(batch).encode() for batch in range(12)]
    assert len(assert_whole(place)) == 2 * 12 * BATCH
    with open_index(place) as index:
        stories = {(int(name.split("-")[1]) + int(name.split("-")[2])) % 40 for name in clusters(index)}
        assert index.stats().clusters == len(stories)


def test_reader_answers_while_another_writes(tmp_path: Path) -> None:
    place = str(tmp_path / "read.sqlite")
    with open_index(place) as index, open_index(place) as other:
        index.add([Document("a", window(0))], now=0.0)
        with index.database.writing():
            (answer,) = other.check([Document("b", window(0))])
            assert answer.cluster == "a"


def test_server_that_crashes_keeps_what_it_acknowledged(postgres: Server) -> None:
    postgres.drop_databases()
    place = postgres.new_database("crash")
    with open_index(place) as index:
        index.add([Document(f"d{number}", window(number % 3)) for number in range(30)], now=0.0)
        postgres.stop(crash=True)
        try:
            with pytest.raises(IndexUnavailable, match="cannot be used"):
                index.check([Document("new", window(0))])
        finally:
            postgres.start()
        assert index.check([Document("new", window(0))])[0].seen
    assert len(assert_whole(place)) == 30


def test_writes_to_sqlite_wait_for_the_disk(tmp_path: Path) -> None:
    with open_index(str(tmp_path / "disk.sqlite")) as index, index.database.writing() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous")]
    assert found == ["wal", 2]


def test_writes_to_postgres_wait_for_the_disk(postgres: Server) -> None:
    with open_index(postgres.new_database("disk")) as index, index.database.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
