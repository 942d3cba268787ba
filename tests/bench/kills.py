"""Kills every process that writes at random moments, and looks for what was lost or is half there."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from copydesk.classifier import load_model
from tests.support.index_places import PostgresMissing, Server
from tests.support.killed_runs import ClassifyWriter, dedup_writer, score_writer
from tests.support.killed_writers import (
    FeedbackWriter,
    ImportWriter,
    IndexWriter,
    KeysWriter,
    ModelWriter,
    Writer,
    kill_once,
)

WRITERS: dict[str, Callable[[Path], Writer]] = {
    "index on SQLite": lambda folder: IndexWriter(lambda name: str(folder / f"{name}.sqlite")),
    "index import": ImportWriter,
    "score": lambda folder: score_writer(folder, load_model()),
    "dedup": dedup_writer,
    "classify --output-dir": lambda folder: ClassifyWriter(folder, load_model()),
    "feedback": lambda folder: FeedbackWriter(folder / "feedback"),
    "keys": lambda folder: KeysWriter(folder / "keys.sqlite"),
    "saved model": lambda folder: ModelWriter(folder / "model"),
}
ON_POSTGRES = "index on PostgreSQL"


def main(arguments: Sequence[str]) -> int:
    """Kill each writer in turn; an AssertionError names what was lost or is half there."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench kills", description=__doc__)
    parser.add_argument("--times", type=int, default=1000, help="kills over all writers (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=11, help="seed of the moments (default: %(default)s)")
    parser.add_argument("--only", choices=[*WRITERS, ON_POSTGRES], help="one writer alone")
    chosen = parser.parse_args(arguments)
    names = [chosen.only] if chosen.only else [*WRITERS, ON_POSTGRES]
    for number, name in enumerate(names):
        times = chosen.times * (number + 1) // len(names) - chosen.times * number // len(names)
        try:
            with tempfile.TemporaryDirectory() as folder, _made(name, Path(folder)) as writer:
                print(f"{name}: {kill(writer, times, random.Random(chosen.seed))}", flush=True)
        except PostgresMissing as error:
            print(f"{name} was left out: {error}", flush=True)
    return 0


@contextmanager
def _made(name: str, folder: Path) -> Iterator[Writer]:
    if name != ON_POSTGRES:
        yield WRITERS[name](folder)
        return
    server = Server()
    try:
        yield IndexWriter(server.new_database)
    finally:
        server.remove()


def kill(writer: Writer, times: int, moments: random.Random) -> str:
    """Kill a writer so many times, and say in words what was found."""
    start, n_acknowledged, n_more = time.monotonic(), 0, 0
    for _ in range(times):
        acknowledged, more = kill_once(writer, moments.uniform(0, writer.longest))
        n_acknowledged, n_more = n_acknowledged + acknowledged, n_more + more
    return (
        f"{times} kills in {time.monotonic() - start:.0f} s; {n_acknowledged} writes were acknowledged, none of them "
        f"is lost, {n_more} are there without, none is half there"
    )
