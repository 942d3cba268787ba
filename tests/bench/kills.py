"""Kills a process at random moments while it adds to an index, and looks for what was lost or is half there."""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import time
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from sqlalchemy import select

from copydesk.service.index import Document, open_index, writes
from copydesk.service.index.tables import DOCUMENTS
from tests.support.index_places import MakePlace, PostgresMissing, Server, assert_whole, window

BATCH = 20
STORIES = 40
LONGEST = 1.0
"""Seconds until a kill, at most, from the moment when the process begins to add."""
KILLS_A_PLACE = 50
"""Kills after which a new index is begun, so that checks of the whole index stay short."""
WHOLE_EVERY = 5
"""Kills from one check of all tables to the next."""


def main(arguments: Sequence[str]) -> int:
    """Run the kills on each database; 1 if something was lost or is half there."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench kills", description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="kills on each database (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=600, help="time limit on each database (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=11, help="seed of the moments (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    writes.PARTITIONS_A_DOCUMENT = 1500  # each batch merges about half of the key log
    with tempfile.TemporaryDirectory() as folder:
        _add(str(Path(folder) / "warm-up.sqlite"), range(2 * STORIES))  # compiles, before processes are forked
        _report("SQLite", lambda name: str(Path(folder) / f"{name}.sqlite"), chosen)
    try:
        server = Server()
    except PostgresMissing as error:
        print(f"PostgreSQL was left out: {error}")
        return 0
    try:
        _report("PostgreSQL", server.new_database, chosen)
    finally:
        server.remove()
    return 0


def _report(database: str, new_place: MakePlace, chosen: argparse.Namespace) -> None:
    start, moments, done, place = time.monotonic(), random.Random(chosen.seed), 0, ""
    batches = n_between = acknowledged = 0
    while done < chosen.times and time.monotonic() - start < chosen.seconds:
        if done % KILLS_A_PLACE == 0:
            place, batches = new_place(f"killed{done}"), 0
            open_index(place).close()
        began = batches
        batches, was_between = kill_once(place, batches, moments.uniform(0, LONGEST))
        acknowledged, n_between, done = acknowledged + batches - began, n_between + was_between, done + 1
        if done % WHOLE_EVERY == 0:
            assert_whole(place)
    print(
        f"{database}: {done} kills in {time.monotonic() - start:.0f} s, {n_between} of them between a commit and its "
        f"acknowledgement; {acknowledged} batches of {BATCH} documents are stored, none lost, none half there",
        flush=True,
    )


def kill_once(place: str, first: int, seconds: float) -> tuple[int, bool]:
    """Add batches in another process, kill it, and check the index.

    Returns:
        The number of batches in the index, and whether the last one had not been acknowledged.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _add(place, range(first, 10**6), writing)
        finally:
            os._exit(1)
    os.close(writing)
    assert os.read(reading, 1), "the process ended before it had opened the index"
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as told:
        last = first + len(told.read())
    with open_index(place) as index, index.database.writing() as connection:  # waits for the killed one's transaction
        ids = connection.execute(select(DOCUMENTS.c.id)).scalars().all()
    sizes = {batch: len(list(same)) for batch, same in groupby(sorted(ids), key=lambda id: id.split("-")[0])}
    assert list(sizes) == [f"{batch:06}" for batch in range(len(sizes))], "a batch is missing"
    assert set(sizes.values()) <= {BATCH}, "a batch is half there"
    assert len(sizes) in (last, last + 1), f"{last} batches were acknowledged, {len(sizes)} are there"
    return len(sizes), len(sizes) > last


def _add(place: str, batches: Iterable[int], acknowledge: int | None = None) -> None:
    """Add batches; write a byte to a pipe when the index is open, and one for each batch that was acknowledged."""
    with open_index(place) as index:
        if acknowledge is not None:
            os.write(acknowledge, b".")
        for batch in batches:
            ids = [f"{batch:06}-{number:02}" for number in range(BATCH)]
            documents = [Document(id, window(story % STORIES)) for story, id in enumerate(ids, start=batch)]
            index.add(documents, now=float(batch))
            if acknowledge is not None:
                os.write(acknowledge, b".")
