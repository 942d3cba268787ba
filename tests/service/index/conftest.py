"""Indexes for the tests in this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from copydesk.service.index import Index, open_index
from tests.support.index_places import MakePlace


@pytest.fixture
def index(new_place: MakePlace) -> Iterator[Index]:
    with open_index(new_place("index")) as opened:
        yield opened


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Index]:
    with open_index(str(tmp_path / "small.sqlite")) as opened:
        yield opened
