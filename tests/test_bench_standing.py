"""Tests of the benchmark of the index: what is asked, what is measured, which promises are held to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import standing, standing_parts
from tests.bench.generated import Generated

GOOD = {"count": 1, "adds": 1000.0, "last_adds": 900.0, "cpu": 0.5, "warm": [1.0, 10.0], "seen": 500, "disk": 3000.0}


def test_every_second_asked_document_is_a_copy_of_a_held_one() -> None:
    generated, count = Generated(50), 50
    held = {generated.text(number) for number in range(count)}
    questions = [document.text for document in standing_parts.asked(count)]
    assert all(any(text.startswith(question) for text in held) for question in questions[1:60:2])
    assert not any(text.startswith(question[:200]) for text in held for question in questions[:60:2])


def test_index_and_peer_see_the_copies_that_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing_parts, "WARM_UP", 4)
    monkeypatch.setattr(standing_parts, "ASKED", 20)
    place = str(tmp_path / "index.sqlite")
    loaded = standing_parts.load(place, 60)
    assert (loaded["count"], loaded["adds"] > 0, loaded["disk"] > 1000) == (60, True, True)
    for asked in (standing_parts.warm(place, 60), standing_parts.peer("", 60)):
        assert asked["seen"] == 10
        assert 0 < asked["warm"][0] <= asked["warm"][1]


@pytest.mark.parametrize(
    ("worse", "broken"),
    [
        ({}, False),
        ({"adds": 999.0}, True),
        ({"warm": [1.01, 5.0]}, True),
        ({"warm": [0.9, 10.01]}, True),
        ({"disk": 3001.0}, True),
        ({"memory_cold": 501.0}, True),
    ],
)
def test_promises_are_held_to(worse: dict[str, object], broken: bool) -> None:
    assert standing.is_broken(GOOD | {"memory_load": 500.0} | worse) is broken


def test_table_has_a_column_a_contender_and_room_for_what_was_not_measured() -> None:
    found = {"SQLite": GOOD | {"memory_load": 400.0, "cold": [2.0, 9.0]}, "other": GOOD | {"memory_load": 300.0}}
    del found["other"]["disk"]
    lines = standing.figures_table(found).splitlines()
    assert lines[0].split() == ["SQLite", "other", "promised"]
    assert next(line for line in lines if line.startswith("peak")).split() == "peak memory, MB 400 300 <= 500".split()
    assert next(line for line in lines if "cold" in line).split()[-3:] == ["2.00", "/", "9.00"]
    assert next(line for line in lines if line.startswith("disk")).split()[-3:] == ["3,000", "<=", "3,000"]
