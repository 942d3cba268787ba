"""Every writer is killed a few times at random moments; `python -m tests.bench kills` does so 1,000 times."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.bench.kills import WRITERS, kill
from tests.support.index_places import Server
from tests.support.killed_writers import IndexWriter

pytestmark = [pytest.mark.attack, pytest.mark.slow]

TIMES = 6


@pytest.mark.parametrize("name", WRITERS)
def test_killed_writer_leaves_all_that_it_acknowledged_and_nothing_half(name: str, tmp_path: Path) -> None:
    assert "none is half there" in kill(WRITERS[name](tmp_path), TIMES, random.Random(3))


def test_killed_writer_on_postgres_leaves_all_that_it_acknowledged(postgres: Server) -> None:
    assert "none is half there" in kill(IndexWriter(postgres.new_database), TIMES, random.Random(3))
